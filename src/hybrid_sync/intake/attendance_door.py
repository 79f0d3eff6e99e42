"""Lists of the door: code, e-mail or name, with or without the times of coming and leaving; CSV or XLSX."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from hybrid_sync.domain.events import Event
from hybrid_sync.errors import InputError
from hybrid_sync.intake.attendance_headers import unknown
from hybrid_sync.intake.attendance_layouts import Body, find_head
from hybrid_sync.intake.attendance_reading import Layout
from hybrid_sync.intake.attendance_rows import cell, check_shape, time_of
from hybrid_sync.intake.attendance_sources import Columns, source_of
from hybrid_sync.intake.attendance_times import Times
from hybrid_sync.intake.characters import shown
from hybrid_sync.intake.csv_rows import Row
from hybrid_sync.intake.refused_rows import RefusedRow, RowRefusal

LEARN_FROM = 500


@dataclass(frozen=True)
class DoorRow:
    """One line of a door list: any of code, address and name; instants, None where none was told."""

    line: int
    code: str
    email: str
    name: str
    at: datetime | None
    left: datetime | None


@dataclass(frozen=True)
class DoorReading:
    """What a door list gave. `zone` is whose clock its times showed, None where it has none."""

    file: str
    rows: tuple[DoorRow, ...]
    refused: tuple[RefusedRow, ...]
    columns: Mapping[str, str]
    encoding: str
    zone: str | None = None
    notes: tuple[str, ...] = ()


def read_door(
    data: bytes,
    name: str,
    event: Event,
    *,
    zone: str,
    mapping: Mapping[str, str] | None = None,
    remembered: Mapping[str, str] | None = None,
    force: bool = False,
) -> DoorReading:
    """Read a door list of `event`; times without an offset are on the clock of `zone`. Raises InputError.

    Each row is taken or refused; `force` takes a list that is cut off.
    """
    source = source_of(data, name)
    if source.cut_off and not force:
        raise InputError(source.cut_off)
    head = find_head(source, Layout.DOOR, mapping or {}, remembered or {})
    columns = Columns(head.columns)
    if not {"code", "email", "name", "first_name", "last_name"} & set(head.columns):
        raise unknown(head.row.cells, name, head.row.line, ["who"])
    body = Body(source, head)
    times = Times(event, zone, name)
    times.learn(columns(row, field) for row in islice(body(), LEARN_FROM) for field in ("joined", "left"))
    width = len(head.row.cells)
    taken: list[DoorRow] = []
    refused: list[RefusedRow] = []
    for row in body():
        try:
            check_shape(row, width)
            taken.append(_row(row, columns, times))
        except RowRefusal as no:
            refused.append(RefusedRow(name, row.line, no.field, no.reason, shown(no.value)))
    if not force:
        body.check_whole()
    if not taken and not refused:
        raise InputError(f"{name} has column names in line {head.row.line} but no rows below them")
    chosen = {field: shown(head.row.cells[number]) for field, number in head.columns.items()}
    return DoorReading(
        file=name,
        rows=tuple(taken),
        refused=tuple(refused),
        columns=chosen,
        encoding=source.encoding,
        zone=zone if times.zone_used else None,
        notes=(*source.notes, *head.notes),
    )


def _row(row: Row, columns: Columns, times: Times) -> DoorRow:
    code, email, name = (cell(columns, row, field) for field in ("code", "email", "name"))
    if not name:
        name = f"{cell(columns, row, 'first_name')} {cell(columns, row, 'last_name')}".strip()
    if not (code or email or name):
        raise RowRefusal("name", "is empty, and so are code and e-mail: nobody to check in")
    at, left = time_of(times, columns, row, "joined"), time_of(times, columns, row, "left")
    if at is None and left is not None:
        raise RowRefusal("joined", "is empty, though the row has a leaving time")
    if at and left and left.instant < at.instant:
        raise RowRefusal(
            "left", f"is before the coming in ({cell(columns, row, 'joined')})", cell(columns, row, "left")
        )
    return DoorRow(row.line, code, email, name, at.instant if at else None, left.instant if left else None)
