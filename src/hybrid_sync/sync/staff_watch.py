"""Looks at the staff entries of all coming events in few calls, and wakes the events whose entry changed.

What was seen is lent to the passes that follow, so that each of them saves its own look. Nothing depends on it: it is
kept in this process only, for a while, and a pass that finds nothing, or something to do, looks itself.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from hybrid_sync.domain.staff_calendar import Entry
from hybrid_sync.errors import Gone, ProviderError, TryLater
from hybrid_sync.ports import Clock, EntryRecord, StaffCalendar, Store

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Glance:
    entry: Entry
    at: datetime


class Glances:
    """What was seen lately, by entry id; for all threads of this process. Good for `good_for`."""

    def __init__(self, good_for: timedelta) -> None:
        self._good_for = good_for
        self._seen: dict[str, _Glance] = {}
        self._waits: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def take(self, entry_id: str, now: datetime) -> Entry | None:
        """The entry as it was seen; None when a look is due. Raises TryLater while the calendar wants to be left alone."""
        with self._lock:
            wait = self._waits.get(entry_id)
            glance = self._seen.get(entry_id)
        if wait is not None and now < wait:
            seconds = (wait - now).total_seconds()
            raise TryLater("graph", "asked to wait before this entry is looked at again", after=seconds)
        return glance.entry if glance is not None and now < glance.at + self._good_for else None

    def saw(self, entry: Entry, at: datetime) -> bool:
        """Keep it; True when it is another version than the one that was seen before."""
        with self._lock:
            earlier = self._seen.get(entry.id)
            self._seen[entry.id] = _Glance(entry, at)
            self._waits.pop(entry.id, None)
        return earlier is not None and earlier.entry.version != entry.version

    def wait(self, entry_id: str, until: datetime) -> None:
        with self._lock:
            self._seen.pop(entry_id, None)
            self._waits[entry_id] = until

    def drop(self, entry_id: str) -> None:
        """Something happened to the entry: the next pass looks itself."""
        with self._lock:
            self._seen.pop(entry_id, None)

    def keep_only(self, entry_ids: set[str]) -> None:
        """Forget the entries of events that are over."""
        with self._lock:
            self._seen = {key: value for key, value in self._seen.items() if key in entry_ids}
            self._waits = {key: value for key, value in self._waits.items() if key in entry_ids}


class StaffWatch:
    """A chore: one round over the entries of all published events that are not over."""

    def __init__(self, store: Store, calendar: StaffCalendar, glances: Glances, clock: Clock) -> None:
        self._store = store
        self._calendar = calendar
        self._glances = glances
        self._clock = clock

    def __call__(self, now: datetime) -> None:
        records = {record.entry_id: record for record in self._coming(now)}
        self._glances.keep_only(set(records))
        if not records:
            return
        answers = self._calendar.look_at(list(records))
        woken = [
            record for entry_id, record in records.items() if self._takes_note(record, answers[entry_id])
        ]
        if woken:
            with self._store.begin() as tx:
                for record in woken:
                    tx.work.wake(record.event_id, self._clock())
            names = ", ".join(record.event_id for record in woken)
            log.info("the staff entry changed of %s", names, extra={"action": "chore"})

    def _coming(self, now: datetime) -> list[EntryRecord]:
        with self._store.read() as tx:
            return list(tx.entries.coming(now))

    def _takes_note(self, record: EntryRecord, answer: Entry | ProviderError) -> bool:
        """Keep what was seen; True when the event should be looked at now."""
        if isinstance(answer, Entry):
            changed = self._glances.saw(answer, self._clock())
            return changed or answer.room_answer != record.room_answer
        if isinstance(answer, TryLater):
            if answer.after is not None:
                self._glances.wait(record.entry_id, self._clock() + timedelta(seconds=answer.after))
            return False
        self._glances.drop(record.entry_id)
        return isinstance(answer, Gone)
