"""The rooms of what we know and do outside: meetings, staff calendar entries, intents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, select

from hybrid_sync.adapters.sql.statements import upsert
from hybrid_sync.adapters.sql.tables import entries, events, intents, meetings
from hybrid_sync.domain.events import EventState
from hybrid_sync.ports import EntryRecord, Intent, MeetingRecord


class SqlMeetings:
    """ports.Meetings."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, event_id: str) -> MeetingRecord | None:
        row = _one(self._connection, meetings, event_id)
        if row is None:
            return None
        typed = {"registration": bool(row["registration"]), "ignored": tuple(row["ignored"])}
        return MeetingRecord(**row | typed)

    def save(self, record: MeetingRecord) -> None:
        values = _values(record) | {"registration": int(record.registration)}
        upsert(self._connection, meetings, [values])

    def event_of(self, meeting_id: str) -> str | None:
        query = select(meetings.c.event_id).where(meetings.c.meeting_id == meeting_id)
        return self._connection.execute(query.limit(1)).scalar_one_or_none()


class SqlEntries:
    """ports.Entries."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, event_id: str) -> EntryRecord | None:
        row = _one(self._connection, entries, event_id)
        return None if row is None else EntryRecord(**row)

    def coming(self, now: datetime) -> Sequence[EntryRecord]:
        query = (
            select(entries)
            .join(events, events.c.id == entries.c.event_id)
            .where(events.c.end_utc > now, events.c.state == EventState.PUBLISHED.value)
            .where(entries.c.state == "made")
            .order_by(events.c.start_utc, events.c.id)
        )
        return [EntryRecord(**row) for row in self._connection.execute(query).mappings()]

    def save(self, record: EntryRecord) -> None:
        upsert(self._connection, entries, [_values(record)])


class SqlIntents:
    """ports.Intents. `pending` gives the longest waiting first."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, op_key: str) -> Intent | None:
        row = _one(self._connection, intents, op_key)
        return None if row is None else Intent(**row)

    def put(self, intent: Intent) -> None:
        upsert(self._connection, intents, [_values(intent)])

    def pending(self, event_id: str | None = None) -> Sequence[Intent]:
        query = select(intents).where(intents.c.state == "pending")
        if event_id is not None:
            query = query.where(intents.c.event_id == event_id)
        rows = self._connection.execute(query.order_by(intents.c.sent_at.nulls_last(), intents.c.op_key))
        return [Intent(**row) for row in rows.mappings()]


def _one(connection: Connection, table: Table, key: str) -> dict[str, Any] | None:
    [column] = table.primary_key
    row = connection.execute(select(table).where(column == key)).mappings().one_or_none()
    return None if row is None else dict(row)


def _values(record: MeetingRecord | EntryRecord | Intent) -> dict[str, Any]:
    """Field by field: these tables have the columns of their records."""
    return {field.name: getattr(record, field.name) for field in fields(record)}
