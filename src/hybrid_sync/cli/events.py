"""`hybrid-sync event`: list, show, edit, publish, reschedule, cancel. (`event import` is in event_import.py.)"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from hybrid_sync.cli import event_import, output, reading
from hybrid_sync.cli.arguments import EventId, Json
from hybrid_sync.cli.errors import group
from hybrid_sync.cli.event_lines import event_lines, room_answer
from hybrid_sync.cli.session import opened, opened_store
from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.programme import without_speakers
from hybrid_sync.errors import InputError
from hybrid_sync.intake.characters import clean, one_line

Starts = Annotated[
    str | None,
    typer.Option(
        metavar="TIME", help="Start as the clock on the wall shows it there, such as '2027-06-09 10:00'."
    ),
]
Ends = Annotated[str | None, typer.Option(metavar="TIME", help="End, written in the same way.")]

app = group("Hand over events, and say what is to become of them.")
app.command("import")(event_import.import_)


@app.command("list")
def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """All events by their start, in the time of their own zone."""
    with opened_store(ctx) as kept, kept.store.read() as tx:
        rows = [(event, list(tx.people.of(event.id))) for event in tx.events.all()]
    if as_json:
        from hybrid_sync.render.event_json import event_json

        output.data([event_json(event) for event, _ in rows])
        return
    output.table(
        ("event", "when", "state", "coming", "title"),
        [
            (
                event.id,
                output.span(event.starts, event.ends),
                event.state.value,
                str(sum(person.is_coming for person in people)),
                event.title,
            )
            for event, people in rows
        ],
    )


@app.command()
def show(
    ctx: typer.Context,
    event: EventId,
    as_json: Json = False,
    toml: Annotated[bool, typer.Option("--toml", help="Print the record that event import reads.")] = False,
) -> None:
    """Everything that is known of one event. Links and passwords are not shown."""
    with opened_store(ctx) as kept, kept.store.read() as tx:
        found = tx.events.get(event)
        people = list(tx.people.of(event))
        meeting = tx.meetings.get(event)
        entry = tx.entries.get(event)
        row = tx.work.get(event)
    if as_json:
        from hybrid_sync.render.event_json import event_json

        output.data({**event_json(found), "room_answer": room_answer(entry) or None})
        return
    if toml:
        from hybrid_sync.intake.record_writing import write_record

        output.result(write_record(found).rstrip("\n"))
        return
    lines = event_lines(found, people)
    if meeting is not None:
        lines.append(("Webex meeting", f"{meeting.number or meeting.meeting_id} ({meeting.state})"))
    if answer := room_answer(entry):
        lines.append(("room mailbox", "no answer yet" if answer == "none" else answer))
    if row is not None and row.due_at is not None:
        lines.append(("looked at again", output.moment(row.due_at, found.time_zone)))
    if row is not None and row.last_error:
        lines.append(("last trouble", row.last_error))
    output.table(("event", found.id), lines)
    for warning in found.warnings:
        output.doubt(f"{warning.message} ({warning.code})")


@app.command()
def edit(
    ctx: typer.Context,
    event: EventId,
    title: Annotated[str | None, typer.Option(help="New title.")] = None,
    starts: Starts = None,
    ends: Ends = None,
    venue: Annotated[str | None, typer.Option(help="Room or building; '' for none.")] = None,
    city: Annotated[str | None, typer.Option(help="City; '' for none.")] = None,
    country: Annotated[str | None, typer.Option(help="Country; '' for none.")] = None,
    onsite: Annotated[
        bool | None, typer.Option("--onsite/--no-onsite", help="Whether there is a room.")
    ] = None,
    online: Annotated[
        bool | None, typer.Option("--online/--no-online", help="Whether there is a Webex meeting.")
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="Language of the event (en, fr); give it once for each.")
    ] = None,
    organiser: Annotated[list[str] | None, typer.Option(help="Organiser; give it once for each.")] = None,
    remove_speaker: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHO",
            help="Take a speaker or moderator out of the programme, by address or name; give it once for each.",
        ),
    ] = None,
    description: Annotated[str | None, typer.Option(help="New description.")] = None,
    recording_url: Annotated[
        str | None,
        typer.Option(
            help="Where the recording can be watched; the mail after the event names it. '' for none."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Change fields of the record. A published event is pushed again by the next sync, or by the worker."""
    with opened(ctx) as service:
        with service.store.read() as tx:
            found = tx.events.get(event)
        texts = {"title": title, "venue": venue, "city": city, "country": country}
        changes: dict[str, Any] = {
            name: one_line(text) if name == "title" else one_line(text) or None
            for name, text in texts.items()
            if text is not None
        }
        changes |= {name: flag for name, flag in (("onsite", onsite), ("online", online)) if flag is not None}
        changes |= times(starts, ends, found.time_zone)
        if language:
            codes = [reading.language(word, "--language") for word in language]
            changes["languages"] = tuple(dict.fromkeys(code for code in codes if code))
        if organiser:
            changes["organisers"] = tuple(name for name in map(one_line, organiser) if name)
        changes |= without_speakers(found, remove_speaker or ())
        if description is not None:
            changes["description"] = clean(description).strip()
        if recording_url is not None:
            changes["recording_url"] = reading.web_link(recording_url, "--recording-url")
        if not changes:
            raise InputError("nothing to change: name a field, such as --title 'New title'")
        _refuse_backwards(found, changes)
        _told(service.desk.edit(event, **changes), "changed", as_json)


def times(starts: str | None, ends: str | None, zone: str) -> dict[str, Any]:
    """`--starts` and `--ends`, as far as given."""
    given = (("starts", starts), ("ends", ends))
    return {name: reading.wall_time(text, zone, f"--{name}") for name, text in given if text is not None}


def _refuse_backwards(event: Event, changes: dict[str, Any]) -> None:
    starts, ends = changes.get("starts", event.starts), changes.get("ends", event.ends)
    if {"starts", "ends"} & changes.keys() and ends is not None and ends.instant <= starts.instant:
        raise InputError(
            f"the event would end ({ends.wall:%Y-%m-%d %H:%M}) before it starts ({starts.wall:%Y-%m-%d %H:%M}): "
            f"give --starts and --ends, or move it whole with hybrid-sync event reschedule {event.id}"
        )


@app.command()
def publish(
    ctx: typer.Context,
    event: EventId,
    anew: Annotated[
        bool,
        typer.Option(
            "--anew", help="Give up the meeting, take it back if it is still there, and make a new one."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Let the event be pushed: meeting, registrations, staff calendar, invitations."""
    with opened(ctx) as service:
        _told(service.desk.publish(event, anew=anew), "published", as_json)


@app.command()
def reschedule(
    ctx: typer.Context,
    event: EventId,
    starts: Annotated[
        str,
        typer.Option(
            metavar="TIME", help="New start on the clock of the event's own zone, such as '2027-06-09 10:00'."
        ),
    ],
    ends: Annotated[
        str | None, typer.Option(metavar="TIME", help="New end; the event keeps its length when left out.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Move the event. Meeting, calendar entry and everybody's invitation move with it at the next sync."""
    with opened(ctx) as service:
        with service.store.read() as tx:
            zone = tx.events.get(event).time_zone
        moved = times(starts, ends, zone)
        if ends is not None and moved["ends"].instant <= moved["starts"].instant:
            raise InputError("--ends must be after --starts")
        _told(service.desk.reschedule(event, moved["starts"], moved.get("ends")), "moved", as_json)


@app.command()
def cancel(ctx: typer.Context, event: EventId, as_json: Json = False) -> None:
    """Take the event back: the next sync cancels the meeting, the entry and every invitation."""
    with opened(ctx) as service:
        _told(service.desk.cancel(event), "cancelled", as_json)


def _told(event: Event, what: str, as_json: bool) -> None:
    """Say what an event is now, and what carries it out."""
    if as_json:
        from hybrid_sync.render.event_json import event_json

        output.data(event_json(event))
    output.say(f"{event.id} is {what}: {event.title}, {output.span(event.starts, event.ends)}")
    if event.state is EventState.DRAFT:
        output.say(f"a draft is not pushed; next: hybrid-sync event publish {event.id}")
    else:
        output.say(
            f"next: hybrid-sync plan {event.id}, then hybrid-sync sync {event.id} (or the worker does it)"
        )
