"""Files that people hand over become rows of the store: all of a file in one transaction, the same file once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hybrid_sync.intake.attendance_reading import AttendanceReading
from hybrid_sync.ports import AuditLine, Clock, ImportRecord, Store

ATTENDANCE, DOOR, REGISTRANTS = "attendance", "door", "registrants"
"""Kinds of files: each has a column mapping of its own."""


@dataclass(frozen=True)
class TakenIn:
    """What came of a file: how many of its stays were new or changed something that was known."""

    rows: int
    added: int


class TakingIn:
    """`actor` names who did it in the audit trail."""

    def __init__(self, store: Store, clock: Clock, *, actor: str = "organiser") -> None:
        self._store = store
        self._clock = clock
        self._actor = actor

    def known(self, event_id: str, sha256: str) -> ImportRecord | None:
        """The file with these bytes, if it was taken in for the event. Raises NotFound for an unknown event."""
        with self._store.read() as tx:
            tx.events.get(event_id)
            return tx.imports.get(event_id, sha256)

    def mapping(self, event_id: str, kind: str) -> Mapping[str, str]:
        """The columns that were told for files of that kind; empty when nobody did."""
        with self._store.read() as tx:
            return tx.mappings.get(event_id, kind)

    def remember(self, event_id: str, kind: str, columns: Mapping[str, str]) -> None:
        """Use these columns for the next files of that kind."""
        now = self._clock()
        with self._store.begin() as tx:
            tx.mappings.put(event_id, kind, columns, now)
            told = ", ".join(f"{field}={column}" for field, column in columns.items())
            tx.audit.add(AuditLine(now, event_id, self._actor, f"{kind}.mapping", event_id, told))

    def would_add(self, event_id: str, reading: AttendanceReading) -> TakenIn:
        """What `attendance` would come to; nothing is written."""
        with self._store.read() as tx:
            known = {stay.key: stay for stay in tx.attendance.of(event_id) if stay.source == "file"}
        added = sum(1 for stay in reading.segments if known.get(stay.key) != stay)
        return TakenIn(len(reading.segments), added)

    def attendance(
        self, event_id: str, reading: AttendanceReading, sha256: str, mapping: Mapping[str, str] | None = None
    ) -> TakenIn:
        """Store every stay of a file, what was told of its columns, and that it was taken in.

        Raises NotFound for an unknown event; then nothing is written.
        """
        now = self._clock()
        with self._store.begin() as tx:
            tx.events.get(event_id)
            added = tx.attendance.upsert(reading.segments)
            record = ImportRecord(
                event_id=event_id,
                sha256=sha256,
                kind=ATTENDANCE,
                name=reading.file,
                layout=reading.layout.value,
                zone=reading.zone,
                rows=len(reading.segments),
                added=added,
                at=now,
            )
            tx.imports.put(record)
            if mapping:
                tx.mappings.put(event_id, ATTENDANCE, mapping, now)
            detail = f"{record.layout}: {record.rows} stays, {added} new or changed, {len(reading.refused)} rows refused"
            tx.audit.add(AuditLine(now, event_id, self._actor, "attendance.import", record.name, detail))
            tx.work.wake(event_id, now)
        return TakenIn(len(reading.segments), added)
