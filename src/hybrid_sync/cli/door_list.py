"""A door list from a file, which `checkin --list` and `attendance import` both take."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import typer

from hybrid_sync.cli import mappings, output
from hybrid_sync.cli.errors import WRONG_INPUT
from hybrid_sync.cli.refusals import row_json, tell_rows
from hybrid_sync.cli.session import options

if TYPE_CHECKING:
    from hybrid_sync.domain.events import Event
    from hybrid_sync.intake.attendance_door import DoorReading
    from hybrid_sync.sync.door import DoorList
    from hybrid_sync.wiring import App


@dataclass(frozen=True)
class Asked:
    """The options of the command."""

    zone: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    walk_in: bool = False
    force: bool = False
    dry_run: bool = False
    as_json: bool = False


def take(ctx: typer.Context, service: App, event: Event, content: bytes, name: str, asked: Asked) -> None:
    """Check in everybody of the list, and say what came of it; exit code 2 when no row could be taken."""
    from hybrid_sync.intake.attendance_door import read_door
    from hybrid_sync.sync.taking_in import DOOR

    remembered = {} if asked.mapping else service.taking_in.mapping(event.id, DOOR)
    # The door's clock is that of the venue: its lists need no --zone, unlike those of an exporting computer.
    zone = asked.zone or event.time_zone
    read = read_door(
        content,
        name,
        event,
        zone=zone,
        mapping=asked.mapping,
        remembered=remembered,
        force=asked.force,
    )
    done = service.door.take_list(
        event.id,
        read,
        hashlib.sha256(content).hexdigest(),
        mapping=asked.mapping,
        walk_in=asked.walk_in,
        dry_run=asked.dry_run,
    )
    tell_rows(done.refused, options(ctx).verbose, output.problem)
    for note in read.notes:
        output.doubt(f"{name}: {note}")
    if asked.as_json:
        output.data(_json(event.id, read, done, asked.dry_run))
    _tell(event, read, done, mappings.words(asked.mapping, remembered), asked.dry_run)
    if not done.taken:
        raise typer.Exit(WRONG_INPUT)


def _tell(event: Event, read: DoorReading, done: DoorList, columns: str | None, dry_run: bool) -> None:
    zone = f"; times on the clock of {read.zone}" if read.zone else ""
    output.say(
        f"{read.file}: {done.taken} of {done.taken + len(done.refused)} rows taken, {len(done.refused)} refused; "
        f"read as door{zone}"
    )
    if columns:
        output.say(columns)
    if done.assumed:
        output.doubt(
            f"{output.count(done.assumed, 'person', 'people')} without a time of coming: counted from the event's start to "
            "its end, unless more is known of them"
        )
    walk_ins = f", {output.count(done.walk_ins, 'walk-in')}" if done.walk_ins else ""
    would = "would be new or change something; nothing was written" if dry_run else "new or changed"
    output.say(f"{event.id}: {output.count(done.taken, 'check-in')}, {done.added} {would}{walk_ins}")


def _json(event_id: str, read: DoorReading, done: DoorList, dry_run: bool) -> dict[str, Any]:
    return {
        "event": event_id,
        "file": read.file,
        "layout": "door",
        "zone": read.zone,
        "columns": dict(read.columns),
        "taken": done.taken,
        "added": done.added,
        "walk_ins": done.walk_ins,
        "without_time": done.assumed,
        "dry_run": dry_run,
        "refused": [row_json(row) for row in done.refused],
        "notes": list(read.notes),
    }
