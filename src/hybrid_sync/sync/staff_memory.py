"""What is kept of our writes to a staff entry: rows of the intents' table, next to the intent that made the entry."""

from __future__ import annotations

import hashlib
from datetime import datetime

from hybrid_sync.domain.staff_calendar import NOTHING_WRITTEN, EntrySpec, Written
from hybrid_sync.domain.staff_calendar_plan import EntryUpdate
from hybrid_sync.ports import EntryRecord, Intent, Transaction


def made_key(event_id: str, incarnation: int) -> str:
    """The intent of the creation."""
    return f"graph.calendar.create:{event_id}:{incarnation}"


def _written_key(record: EntryRecord) -> str:
    return f"graph.calendar.written:{record.event_id}:{record.incarnation}"


def _refused_key(record: EntryRecord) -> str:
    return f"graph.calendar.update:{record.event_id}:{record.incarnation}"


def recall(tx: Transaction, record: EntryRecord | None) -> Written:
    """What was written to the entry of `record` last; nothing for one that is not there (any more)."""
    if record is None or record.state != "made":
        return NOTHING_WRITTEN
    kept = tx.intents.get(_written_key(record))
    if kept is None:
        return Written(body=record.body_digest)
    stood, *invited = (kept.detail or "").split()
    return Written(record.body_digest, kept.request_hash, stood, frozenset(invited), kept.attempts)


def remember(tx: Transaction, record: EntryRecord, written: Written, now: datetime) -> None:
    """Save the record of the entry together with what was written to it. Addresses are kept as marks only."""
    tx.entries.save(record)
    detail = " ".join([written.stood, *sorted(written.invited)])
    tx.intents.put(
        Intent(
            _written_key(record),
            record.event_id,
            "calendar.update",
            written.wish,
            "done",
            written.writes,
            now,
            remote_id=record.entry_id,
            detail=detail,
        )
    )


def refused_before(tx: Transaction, record: EntryRecord, change: EntryUpdate) -> str | None:
    """The calendar's own words if it refused this very change before: the same call is not sent at every look."""
    earlier = tx.intents.get(_refused_key(record))
    same = earlier is not None and earlier.state == "failed" and earlier.request_hash == _digest(change)
    return (earlier.detail or "refused") if earlier is not None and same else None


def remember_refusal(
    tx: Transaction, record: EntryRecord, change: EntryUpdate, words: str, now: datetime
) -> None:
    tx.intents.put(
        Intent(
            _refused_key(record),
            record.event_id,
            change.kind,
            _digest(change),
            "failed",
            1,
            now,
            detail=words,
        )
    )


def _digest(change: EntryUpdate) -> str:
    wanted: EntrySpec = change.wanted
    return hashlib.sha256(repr((wanted, change.changes)).encode()).hexdigest()[:32]
