"""`hybrid-sync checkin`: who is in the room, one by one at the desk or as a list."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hybrid_sync.cli import door_list, mappings, output, reading
from hybrid_sync.cli.arguments import EventId, Json
from hybrid_sync.cli.session import opened
from hybrid_sync.errors import InputError

if TYPE_CHECKING:
    from hybrid_sync.domain.events import Event
    from hybrid_sync.sync.door import CheckIn

TIME_HELP = "such as 10:05, '2027-06-09 10:05' on the event's clock, or with an offset"


def checkin(
    ctx: typer.Context,
    event: EventId,
    who: Annotated[
        str | None, typer.Argument(metavar="WHO", help="Door code, e-mail address or full name.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="INSTANT", help=f"When they came, {TIME_HELP}; now when left out.")
    ] = None,
    left: Annotated[str | None, typer.Option(metavar="INSTANT", help=f"When they left, {TIME_HELP}.")] = None,
    walk_in: Annotated[
        bool, typer.Option("--walk-in", help="Take somebody whom nobody registered, by name or address.")
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take back the last check-in of WHO.")] = False,
    from_list: Annotated[
        str | None,
        typer.Option(
            "--list",
            metavar="FILE",
            help="A door list instead of WHO, CSV or XLSX; '-' for standard input. Columns: code, email or name; in and out "
            "where you have them.",
        ),
    ] = None,
    zone: Annotated[
        str | None,
        typer.Option(
            metavar="ZONE", help="Whose clock the times of the list show; the event's when left out."
        ),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="FIELD=COLUMN",
            help="Which column of the list holds a field (code, email, name, first_name, last_name, joined, left); give "
            "it once for each. It is kept for the next list.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --list: say what would be taken, and write nothing.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Take a list that is cut off.")] = False,
    as_json: Json = False,
) -> None:
    """Note that somebody is in the room, on the day of the event. Twice is once; presence online counts with it, not twice."""
    mapping = mappings.told(column)
    _check(who, from_list, undo, bool(at or left), bool(zone or mapping or dry_run or force))
    with opened(ctx) as service:
        with service.store.read() as tx:
            record = tx.events.get(event)
        if from_list is not None:
            from hybrid_sync.intake.attendance_sources import MAX_ATTENDANCE_BYTES

            content, name = reading.file_or_stdin(from_list, MAX_ATTENDANCE_BYTES)
            asked = door_list.Asked(zone, mapping, walk_in, force, dry_run, as_json)
            door_list.take(ctx, service, record, content, Path(name).name, asked)
            return
        person = who or ""
        if undo:
            done = service.door.undo(event, person)
        else:
            since, until = _moment(record, at, "--at"), _moment(record, left, "--left")
            done = service.door.check_in(event, person, since, until, walk_in=walk_in)
    _tell(record, done, undo=undo, as_json=as_json)


def _check(who: str | None, from_list: str | None, undo: bool, times: bool, of_list: bool) -> None:
    """Raise InputError for options that do not go together."""
    if (who is None) == (from_list is None):
        raise InputError("say who, or give a list with --list FILE (one of the two)")
    if from_list is not None and (undo or times):
        raise InputError("--undo, --at and --left are for one person; a list has its times in its columns")
    if undo and times:
        raise InputError("--undo takes back the last check-in, whenever it was: leave out --at and --left")
    if who is not None and of_list:
        raise InputError("--zone, --map, --dry-run and --force are for --list")


def _moment(event: Event, text: str | None, option: str) -> datetime | None:
    """An instant as people at a desk write it. Raises InputError."""
    from hybrid_sync.intake.attendance_times import moment_of

    if text is None:
        return None
    try:
        return moment_of(text, event)
    except InputError as error:
        raise InputError([f"{option} '{text}' {problem}" for problem in error.problems]) from error


def _tell(event: Event, done: CheckIn, *, undo: bool, as_json: bool) -> None:
    from hybrid_sync.domain.door import door_code

    person, stay = done.who.person, done.stay
    if as_json:
        output.data(
            {
                "event": event.id,
                "name": done.who.name,
                "email": done.who.email,
                "code": door_code(person.id) if person else None,
                "walk_in": person is None,
                "joined": stay.joined.isoformat() if stay.joined else None,
                "left": stay.left.isoformat() if stay.left else None,
                "changed": done.changed,
                "undone": undo,
            }
        )
    since, until = (output.moment(moment, event.time_zone) for moment in (stay.joined, stay.left))
    span = f"from {since} to {until}" if until else f"since {since}"
    who = f"{done.who.name} ({door_code(person.id) if person else 'walk-in'})"
    word = "taken back" if undo else "checked in" if done.changed else "was checked in already"
    output.say(f"{who}: {word}, {span}")
    if person and not person.is_coming and not undo:
        output.doubt(
            f"{person.email} is {person.status.value}: counted as a walk-in until approved "
            f"(hybrid-sync registrants approve {event.id} {person.email})"
        )
