"""The rooms of ways into a meeting: registrants' own links, and the co-hosts and panelists whom we put there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import Connection, delete, select

from hybrid_sync.adapters.sql.statements import upsert
from hybrid_sync.adapters.sql.tables import meeting_staff, sources
from hybrid_sync.ports import SourceRecord, StaffRecord


class SqlSources:
    """ports.Sources."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, event_id: str) -> Mapping[str, SourceRecord]:
        rows = self._connection.execute(select(sources).where(sources.c.event_id == event_id))
        return {row["registrant_id"]: SourceRecord(**row) for row in rows.mappings()}

    def put(self, records: Sequence[SourceRecord]) -> None:
        ordered = sorted(records, key=lambda record: record.registrant_id)
        upsert(self._connection, sources, [asdict(record) for record in ordered])


class SqlMeetingStaff:
    """ports.MeetingStaffRows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, event_id: str) -> Mapping[str, StaffRecord]:
        rows = self._connection.execute(select(meeting_staff).where(meeting_staff.c.event_id == event_id))
        return {row["email_key"]: StaffRecord(**row) for row in rows.mappings()}

    def put(self, record: StaffRecord) -> None:
        upsert(self._connection, meeting_staff, [asdict(record)])

    def drop(self, event_id: str, key: str) -> None:
        self._connection.execute(
            delete(meeting_staff).where(
                meeting_staff.c.event_id == event_id, meeting_staff.c.email_key == key
            )
        )
