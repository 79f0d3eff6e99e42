"""The room of attendance: raw stays, online ones and room check-ins each in their table, and the looks taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Select, Text, cast, delete, literal, null, select, union_all

from hybrid_sync.adapters.sql.statements import upsert
from hybrid_sync.adapters.sql.tables import checkins, pulls
from hybrid_sync.adapters.sql.tables import segments as stays
from hybrid_sync.adapters.sql.tombstones import SqlTombstones
from hybrid_sync.domain.attendance import Segment
from hybrid_sync.domain.retention import Veil
from hybrid_sync.ports import PullRecord

ROOM = "room"

# What check-ins have no column for.
_ROOM_ALONE = {"source": literal(ROOM), "source_id": cast(null(), Text)}
_NAMES = tuple(field.name for field in fields(Segment))


class SqlAttendance:
    """ports.AttendanceRows."""

    def __init__(self, connection: Connection, tombstones: SqlTombstones) -> None:
        self._connection = connection
        self._tombstones = tombstones

    def upsert(self, segments: Sequence[Segment]) -> int:
        """Whoever was erased stays so, whichever way they are told of again: their stays are kept without a name."""
        erased = self._tombstones.among({stay.email for stay in segments if stay.email})
        if erased:
            veil = Veil(erased, self._tombstones.mark_key)
            segments = [veil.over(stay) for stay in segments]
        online = [_row(stay) for stay in segments if stay.source != ROOM]
        room = [_row(stay) for stay in segments if stay.source == ROOM]
        for row in room:
            del row["source"], row["source_id"]
        return upsert(self._connection, stays, online) + upsert(self._connection, checkins, room)

    def of(self, event_id: str) -> Sequence[Segment]:
        """Every stay by join time; those without one last."""
        both = union_all(_online(event_id), _in_room(event_id)).subquery()
        rows = self._connection.execute(select(both).order_by(both.c.joined.nulls_last(), both.c.key))
        return [_stay(dict(row)) for row in rows.mappings()]

    def remove(self, event_id: str, key: str) -> bool:
        gone = delete(checkins).where(checkins.c.event_id == event_id, checkins.c.key == key)
        return self._connection.execute(gone).rowcount > 0

    def record_pull(self, pull: PullRecord) -> None:
        self._connection.execute(
            pulls.insert().values(
                event_id=pull.event_id,
                at=pull.at,
                instances=pull.instances,
                rows=pull.rows,
                added=pull.added,
                digest=pull.digest or None,
                notes=list(pull.notes),
            )
        )

    def pulls(self, event_id: str) -> Sequence[PullRecord]:
        """Oldest first."""
        query = select(pulls).where(pulls.c.event_id == event_id).order_by(pulls.c.id)
        return [
            PullRecord(
                row.event_id,
                row.at,
                tuple(row.instances),
                row.rows,
                row.added,
                row.digest or "",
                tuple(row.notes or ()),
            )
            for row in self._connection.execute(query)
        ]


def _online(event_id: str) -> Select[Any]:
    return select(*(stays.c[name] for name in _NAMES)).where(stays.c.event_id == event_id)


def _in_room(event_id: str) -> Select[Any]:
    columns = (_ROOM_ALONE[name].label(name) if name in _ROOM_ALONE else checkins.c[name] for name in _NAMES)
    return select(*columns).where(checkins.c.event_id == event_id)


def _stay(row: Mapping[str, Any]) -> Segment:
    return Segment(**{**row, "session": row["session"] or ""})


def stays_online(connection: Connection, event_id: str) -> Sequence[Segment]:
    """The event's online stays, in no order."""
    return [_stay(dict(row)) for row in connection.execute(_online(event_id)).mappings()]


def stays_of_room(connection: Connection, event_id: str) -> Sequence[Segment]:
    """The event's check-ins, in no order."""
    return [_stay(dict(row)) for row in connection.execute(_in_room(event_id)).mappings()]


def _row(stay: Segment) -> dict[str, Any]:
    return {field.name: getattr(stay, field.name) for field in fields(stay)}
