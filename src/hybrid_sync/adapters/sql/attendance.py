"""The room of attendance: raw stays, online ones and room check-ins each in their table, and the looks taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Text, cast, delete, literal, null, select, union_all

from hybrid_sync.adapters.sql.statements import upsert
from hybrid_sync.adapters.sql.tables import checkins, pulls
from hybrid_sync.adapters.sql.tables import segments as stays
from hybrid_sync.domain.attendance import Segment
from hybrid_sync.ports import PullRecord

ROOM = "room"

# What check-ins have no column for.
_ROOM_ALONE = {"source": literal(ROOM), "source_id": cast(null(), Text)}


class SqlAttendance:
    """ports.AttendanceRows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def upsert(self, segments: Sequence[Segment]) -> int:
        online = [_row(stay) for stay in segments if stay.source != ROOM]
        room = [_row(stay) for stay in segments if stay.source == ROOM]
        for row in room:
            del row["source"], row["source_id"]
        return upsert(self._connection, stays, online) + upsert(self._connection, checkins, room)

    def of(self, event_id: str) -> Sequence[Segment]:
        """Every stay by join time; those without one last."""
        names = [field.name for field in fields(Segment)]
        online = select(*(stays.c[name] for name in names)).where(stays.c.event_id == event_id)
        room = select(
            *(_ROOM_ALONE[name].label(name) if name in _ROOM_ALONE else checkins.c[name] for name in names)
        ).where(checkins.c.event_id == event_id)
        both = union_all(online, room).subquery()
        rows = self._connection.execute(select(both).order_by(both.c.joined.nulls_last(), both.c.key))
        return [Segment(**{**row, "session": row["session"] or ""}) for row in rows.mappings()]

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


def _row(stay: Segment) -> dict[str, Any]:
    return {field.name: getattr(stay, field.name) for field in fields(stay)}
