"""`hybrid-sync attendance import`: reports and lists of those who have no API; each row is taken, or refused with its reason."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hybrid_sync.cli import door_list, mappings, output, reading
from hybrid_sync.cli.arguments import EventId, Json
from hybrid_sync.cli.errors import WRONG_INPUT
from hybrid_sync.cli.refusals import row_json, tell_rows
from hybrid_sync.cli.session import opened, options
from hybrid_sync.intake.attendance_reading import Layout

if TYPE_CHECKING:
    from hybrid_sync.intake.attendance_reading import AttendanceReading
    from hybrid_sync.ports import ImportRecord
    from hybrid_sync.sync.taking_in import TakenIn

MAP_HELP = (
    "Which column holds a field (email, name, first_name, last_name, joined, left, duration, role, device, session, "
    "meeting, meeting_start, and code in a door list); give it once for each. It is kept for the next file."
)
ZONE_HELP = (
    "Whose clock the file's times show, such as Europe/Brussels; needed when they have no offset. A door list is on the "
    "event's own clock when left out."
)


def import_(
    ctx: typer.Context,
    event: EventId,
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="The report or list, CSV or XLSX; '-' for standard input.")
    ],
    layout: Annotated[
        Layout | None, typer.Option(help="What kind of file it is; found out from its content when left out.")
    ] = None,
    zone: Annotated[str | None, typer.Option(metavar="ZONE", help=ZONE_HELP)] = None,
    column: Annotated[list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help=MAP_HELP)] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be taken, and write nothing.")
    ] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Take a file that is cut off, was taken before, or seems to be another event's."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Read who was there from a file: a Webex or Teams attendance report, a list of your own, or a door list.

    A list of your own has a line of column names: email or name, joined, left (or duration), and where you have them
    role, device and session. Times are like 2027-06-09 10:05, with an offset (+02:00) or with --zone; 10:05 alone is on
    the day of the event. Rows that cannot be taken are named with line, field and reason; the others are taken. The same
    file twice changes nothing.
    """
    from hybrid_sync.intake.attendance_files import layout_of, read_attendance
    from hybrid_sync.intake.attendance_sources import MAX_ATTENDANCE_BYTES
    from hybrid_sync.sync.taking_in import ATTENDANCE

    content, name = reading.file_or_stdin(file, MAX_ATTENDANCE_BYTES)
    name = Path(name).name
    mapping = mappings.told(column)
    sha256 = hashlib.sha256(content).hexdigest()
    with opened(ctx) as service:
        known = service.taking_in.known(event, sha256)
        with service.store.read() as tx:
            record = tx.events.get(event)
        remembered = {} if mapping else service.taking_in.mapping(event, ATTENDANCE)
        kind = layout or layout_of(content, name, mapping, remembered)
        if kind is Layout.DOOR:
            asked = door_list.Asked(zone=zone, mapping=mapping, force=force, dry_run=dry_run, as_json=as_json)
            door_list.take(ctx, service, record, content, name, asked)
            return
        read = read_attendance(
            content,
            name,
            record,
            zone=zone,
            layout=layout,
            mapping=mapping,
            remembered=remembered,
            force=force,
        )
        if _is_same(known, read) and not (mapping or force or dry_run):
            known_already(event, known, as_json)
            return
        if dry_run or not read.segments:
            done = service.taking_in.would_add(event, read)
        else:
            done = service.taking_in.attendance(event, read, sha256, mapping)
    _tell(ctx, event, read, done, mappings.words(mapping, remembered), dry_run=dry_run, as_json=as_json)
    if not read.segments:
        raise typer.Exit(WRONG_INPUT)


def _is_same(known: ImportRecord | None, read: AttendanceReading) -> bool:
    return known is not None and (known.layout, known.zone) == (read.layout.value, read.zone)


def known_already(event: str, known: ImportRecord | None, as_json: bool) -> None:
    """Say that these very bytes were taken in before."""
    when = f"{known.at:%Y-%m-%d %H:%M} UTC" if known else ""
    if as_json:
        output.data({"event": event, "file": known.name if known else "", "already": True, "added": 0})
    output.say(f"{event}: this very file was taken in on {when}; nothing changes (--force reads it again)")


def _tell(
    ctx: typer.Context,
    event: str,
    read: AttendanceReading,
    done: TakenIn,
    columns: str | None,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    tell_rows(read.refused, options(ctx).verbose, output.problem)
    for note in read.notes:
        output.doubt(f"{read.file}: {note}")
    if as_json:
        output.data(_json(event, read, done, dry_run))
    zone = f", times on the clock of {read.zone}" if read.zone else ""
    output.say(f"{read.summary}; read as {read.layout.value}{zone}")
    if columns:
        output.say(columns)
    would = "would be new or change something; nothing was written" if dry_run else "new or changed"
    output.say(f"{event}: {output.count(done.rows, 'stay')}, {done.added} {would}")


def _json(event: str, read: AttendanceReading, done: TakenIn, dry_run: bool) -> dict[str, Any]:
    return {
        "event": event,
        "file": read.file,
        "layout": read.layout.value,
        "zone": read.zone,
        "encoding": read.encoding,
        "columns": dict(read.columns),
        "meetings": list(read.meetings),
        "taken": done.rows,
        "added": done.added,
        "dry_run": dry_run,
        "refused": [row_json(row) for row in read.refused],
        "notes": list(read.notes),
    }
