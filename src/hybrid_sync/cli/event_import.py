"""`hybrid-sync event import`: a page, a text or a record becomes an event."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from hybrid_sync.cli import output, patience, reading
from hybrid_sync.cli.arguments import Json
from hybrid_sync.cli.event_lines import event_lines
from hybrid_sync.cli.session import opened, read_settings
from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.errors import InputError


def import_(
    ctx: typer.Context,
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE", help="A file (text, HTML or TOML), '-' for standard input, or an https address."
        ),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what was read; store nothing.")
    ] = False,
    title: Annotated[str | None, typer.Option(help="The title, whatever the page says.")] = None,
    name: Annotated[
        str | None,
        typer.Option("--id", metavar="ID", help="The event's id; made from day and title when left out."),
    ] = None,
    starts: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="The start, such as '2027-06-09 10:00', whatever the page says."),
    ] = None,
    ends: Annotated[
        str | None, typer.Option(metavar="TIME", help="The end, written in the same way.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Read an event page, a text or a TOML record, and store it as a draft. Nothing is pushed by it.

    The time on the clock in Brussels is what counts; doubts, such as "CET" on a summer day, are told as warnings.
    Reading the same event again changes the record and keeps its state.
    """
    given = _Given(title, name, starts, ends)
    service_settings = read_settings(ctx).service
    content, called = _content(source, service_settings.ca_bundle)
    with patience.reading(called):
        event = read_event(content, called, given, service_settings.time_zone)
    if dry_run:
        _shown(event, as_json)
        output.say("nothing was stored")
        return
    with opened(ctx) as service:
        stored, anything_new = service.desk.import_event(_as_draft(event))
    _shown(stored, as_json)
    word = "stored" if anything_new else "there already, and nothing changed"
    output.say(f"{stored.id}: {word} ({stored.state.value})")
    if stored.ends is None:
        output.say(f"next: hybrid-sync event edit {stored.id} --ends 'YYYY-MM-DD HH:MM'")
    elif stored.state is EventState.DRAFT:
        output.say(f"next: hybrid-sync event publish {stored.id}")


class _Given:
    """What the command line says, and therefore counts more than the source."""

    def __init__(self, title: str | None, name: str | None, starts: str | None, ends: str | None) -> None:
        from hybrid_sync.intake.characters import one_line

        self.title = None if title is None else one_line(title)
        if self.title == "":
            raise InputError("--title is empty")
        self.id = None if name is None else reading.event_id(name)
        self.starts = starts
        self.ends = ends


def _is_address(source: str) -> bool:
    return "://" in source


def _content(source: str, ca_bundle: str | None) -> tuple[bytes, str]:
    """What the source holds, and what it is called in messages."""
    from hybrid_sync.intake.sources import MAX_BYTES

    if _is_address(source):
        from hybrid_sync.wiring import web_pages

        with output.working("fetching the page"):
            page = web_pages(ca_bundle).fetch(source.strip())
        return page.data, page.url

    return reading.file_or_stdin(source, MAX_BYTES)


def read_event(content: bytes, called: str, given: _Given, zone: str) -> Event:
    """The event in `content`; `called` is the file or address in messages. Raises InputError."""
    from hybrid_sync.intake.sources import kind_of

    kind = kind_of(called, content)
    if kind == "toml":
        return _from_record(content, called, given)
    return _from_page(content, called, given, zone, html=kind == "html")


def _from_record(content: bytes, called: str, given: _Given) -> Event:
    from hybrid_sync.intake.records import read_record

    event = read_record(content, called)
    event = replace(event, title=given.title or event.title, id=given.id or event.id)
    for name, text in (("starts", given.starts), ("ends", given.ends)):
        if text is not None:
            moment = reading.wall_time(text, event.time_zone, f"--{name}")
            event = replace(event, starts=moment) if name == "starts" else replace(event, ends=moment)
    if event.ends is not None and event.ends.instant <= event.starts.instant:
        raise InputError(f"{called}: the event would end before it starts; give both --starts and --ends")
    return event


def _from_page(content: bytes, called: str, given: _Given, zone: str, *, html: bool) -> Event:
    from hybrid_sync.intake.pages import read_page
    from hybrid_sync.intake.sources import decode, event_id_for

    found = read_page(
        decode(content, called),
        html=html,
        source=called,
        title=given.title,
        default_zone=zone,
        starts=reading.naive_time(given.starts, "--starts"),
        ends=reading.naive_time(given.ends, "--ends"),
    )
    # Without a title or a day there is no event, and to_event says so.
    made = event_id_for(found.title, found.date_start) if found.title and found.date_start else ""
    event = found.to_event(given.id or made)
    for name, text in (("starts", given.starts), ("ends", given.ends)):
        if text is not None:
            reading.wall_time(
                text, event.time_zone, f"--{name}"
            )  # an offset, if written, must be right there
    return event


def _as_draft(event: Event) -> Event:
    """As new events are stored: publishing is a word of its own. (One that is known keeps its state.)"""
    if event.state is not EventState.DRAFT:
        output.doubt(f"the record says {event.state.value}; an import never publishes or cancels")
    return replace(event, state=EventState.DRAFT, generation=1)


def _shown(event: Event, as_json: bool) -> None:
    if as_json:
        from hybrid_sync.render.event_json import event_json

        output.data(event_json(event))
    else:
        output.table(("event", event.id), event_lines(event))
    for warning in event.warnings:
        output.doubt(f"{warning.message} ({warning.code})")
