"""The rooms of what we know and do outside: meetings, staff calendar entries, intents, and what a restore left open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, select

from hybrid_sync.adapters.sql.statements import upsert
from hybrid_sync.adapters.sql.tables import entries, events, intents, meetings, restores
from hybrid_sync.domain.events import EventState
from hybrid_sync.domain.restored import Restored
from hybrid_sync.domain.staff_calendar import Written
from hybrid_sync.ports import EntryRecord, Intent, MeetingRecord, Refusal


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
    """ports.Entries. `now` is when what is saved counts as noted; retention goes by it."""

    def __init__(self, connection: Connection, now: datetime | None = None) -> None:
        self._connection = connection
        self._now = now

    def get(self, event_id: str) -> EntryRecord | None:
        row = _one(self._connection, entries, event_id)
        return None if row is None else _entry(row)

    def coming(self, now: datetime) -> Sequence[EntryRecord]:
        query = (
            select(entries)
            .join(events, events.c.id == entries.c.event_id)
            .where(events.c.end_utc > now, events.c.state == EventState.PUBLISHED.value)
            .where(entries.c.state == "made")
            .order_by(events.c.start_utc, events.c.id)
        )
        return [_entry(row) for row in self._connection.execute(query).mappings()]

    def save(self, record: EntryRecord) -> None:
        written, refused = record.written, record.refused
        values = {name: getattr(record, name) for name in _PLAIN} | {
            "body_digest": written.body or "",
            "wish": written.wish,
            "stood": written.stood,
            "invited": sorted(written.invited),
            "writes": written.writes,
            "refused_change": refused.change if refused else None,
            "refused_words": refused.words if refused else None,
            "noted_at": self._now,
        }
        upsert(self._connection, entries, [values])


_PLAIN = ("event_id", "entry_id", "incarnation", "state", "room_answer")


def _entry(row: Mapping[str, Any] | RowMapping) -> EntryRecord:
    written = Written(
        row["body_digest"] or None,
        row["wish"] or "",
        row["stood"] or "",
        frozenset(row["invited"] or ()),
        row["writes"] or 0,
    )
    change = row["refused_change"]
    refused = None if change is None else Refusal(change, row["refused_words"] or "refused")
    return EntryRecord(**{name: row[name] for name in _PLAIN}, written=written, refused=refused)


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


class SqlRestores:
    """ports.Restores."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, event_id: str) -> Restored | None:
        row = _one(self._connection, restores, event_id)
        return None if row is None else Restored(**row | {"before": tuple(row["before"])})

    def put(self, restored: Restored) -> None:
        lists = {"before": list(restored.before), "told_from": dict(restored.told_from)}
        upsert(self._connection, restores, [_values(restored) | lists])


def _one(connection: Connection, table: Table, key: str) -> dict[str, Any] | None:
    [column] = table.primary_key
    row = connection.execute(select(table).where(column == key)).mappings().one_or_none()
    return None if row is None else dict(row)


def _values(record: MeetingRecord | Intent | Restored) -> dict[str, Any]:
    """Field by field: these tables have the columns of their records."""
    return {field.name: getattr(record, field.name) for field in fields(record)}
