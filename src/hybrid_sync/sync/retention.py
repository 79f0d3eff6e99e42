"""What is deleted by itself when its time is over, each class of data by its own days (P9).

Purging only notes whose people are to go, and wakes their events; `sync.erase` does it, event by event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hybrid_sync.domain.attendance import Attendance
from hybrid_sync.domain.retention import KIND, is_past, kept_until, lines_before
from hybrid_sync.errors import NotFound
from hybrid_sync.ports import NO_EVENT, AuditLine, Clock, Intent, Store, Transaction
from hybrid_sync.ports.privacy import What
from hybrid_sync.sync.erase_look import retention_key

EVERY = timedelta(days=1)

WHAT: tuple[What, ...] = ("people", "stays", "names")
"""Names last: they wait until it is noted that the people are gone."""


@dataclass(frozen=True)
class Days:
    """How long each class of data is kept after the event, or after it was written. The settings' own words."""

    registrants: int
    attendance: int
    logs: int
    speakers: int | None = None
    """Names in published programmes; None: as long as the record."""


@dataclass(frozen=True)
class Purged:
    """What a purge did, or would do. `events` are those whose people go, `stays` how many rows by event, `programmes`
    the events whose programme names nobody any more.
    """

    events: tuple[str, ...] = ()
    stays: Mapping[str, int] = field(default_factory=dict)
    programmes: tuple[str, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def nothing(self) -> bool:
        return not (self.events or self.stays or self.programmes or any(self.lines.values()))


class Retention:
    """Lets go of what has been kept long enough.

    `attendance_of` gives the figures of an event before its stays go. `purge_audit(before, now)` deletes audit lines.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        days: Days,
        attendance_of: Callable[[str], Attendance],
        purge_audit: Callable[[datetime, datetime], int],
    ) -> None:
        self._store = store
        self._clock = clock
        self._days = days
        self._attendance_of = attendance_of
        self._purge_audit = purge_audit

    def purge(self, *, dry_run: bool = False) -> Purged:
        """Let go of what has been kept long enough. People go with the next pass over their event."""
        now = self._clock()
        lines = lines_before(now, self._days.logs)
        with self._store.read() as tx:
            events = self._due(tx, "people", now)
            over = self._due(tx, "stays", now)
            stays = {event_id: len(tx.attendance.of(event_id)) for event_id in over}
            found = Purged(events, stays, self._due(tx, "names", now), tx.privacy.lines(lines, now))
        if dry_run:
            return found
        for event_id in events:
            self._wish(event_id, now)
        dropped = {event_id: self._drop_stays(event_id, now) for event_id in over}
        for event_id in found.programmes:
            self._drop_names(event_id, now)
        self._note_gone(now)
        with self._store.begin() as tx:
            counts = dict(tx.privacy.drop_lines(lines))
            if any(counts.values()):
                told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
                tx.audit.add(AuditLine(now, NO_EVENT, "retention", KIND, "", told))
        # Only where there is something: what a clock that ran ahead has written is not old.
        counts["audit lines"] = self._purge_audit(lines, now) if found.lines["audit lines"] else 0
        return Purged(events, dropped, found.programmes, counts)

    def __call__(self, now: datetime) -> None:
        """The chore of every day."""
        self.purge()

    def _days_of(self, what: What) -> int | None:
        days = self._days
        return {"people": days.registrants, "stays": days.attendance, "names": days.speakers}[what]

    def _due(
        self, tx: Transaction, what: What, now: datetime, event_id: str | None = None
    ) -> tuple[str, ...]:
        days = self._days_of(what)
        if days is None:
            return ()
        found = tx.privacy.holding(what, _at_most(now, days), event_id)
        return tuple(one for one in found if is_past(tx.events.get(one), days, now))

    def _note_gone(self, now: datetime) -> None:
        """Events of which nothing is left are not looked at again before something is written about them.

        What is made due here is noted another day, once it is seen to be gone. A few at a time: others write meanwhile.
        """
        for what in WHAT:
            days = self._days_of(what)
            while days is not None:
                with self._store.begin() as tx:
                    if not tx.privacy.note_gone(what, _at_most(now, days), now):
                        break

    def _drop_names(self, event_id: str, now: datetime) -> None:
        with self._store.begin() as tx:
            gone = tx.privacy.drop_names(event_id)
            if gone:
                told = f"{gone} parts of the record; [retention] speaker_days are over"
                tx.audit.add(AuditLine(now, event_id, "retention", KIND, event_id, told))

    def _wish(self, event_id: str, now: datetime) -> None:
        """Counted from when it was first due, so that Webex is not waited for any longer than that."""
        with self._store.begin() as tx:
            if not self._due(tx, "people", now, event_id):
                return  # somebody else has been here since
            key = retention_key(event_id)
            before = tx.intents.get(key)
            if before is None or before.state != "pending":
                since = kept_until(tx.events.get(event_id), self._days.registrants)
                # One that was due long ago is still given its time: nobody could try before.
                asked_at = max(since, now - timedelta(days=1))
                tx.intents.put(Intent(key, event_id, KIND, "", "pending", 0, asked_at))
            tx.work.wake(event_id, now)

    def _drop_stays(self, event_id: str, now: datetime) -> int:
        """The figures stay, in one sentence; who was there when does not."""
        try:
            summary = _figures(self._attendance_of(event_id), now)
        except NotFound as error:
            summary = f"its stays were deleted on {now:%Y-%m-%d}: {error}"
        with self._store.begin() as tx:
            gone = tx.privacy.drop_stays(event_id, summary, now)
            if gone:
                told = f"{gone} stays; {summary}"
                tx.audit.add(AuditLine(now, event_id, "retention", KIND, event_id, told))
        return gone


def _figures(known: Attendance, now: datetime) -> str:
    online = sum(1 for row in known.present if row.online)
    room = sum(1 for row in known.present if row.room)
    return (
        f"{len(known.present)} registrants were there ({online} online, {room} in the room), {len(known.no_shows)} were "
        f"not, {len(known.unmatched)} came who match nobody; who was there when was deleted on {now:%Y-%m-%d}, as "
        "[retention] attendance_days says"
    )


def _at_most(now: datetime, days: int) -> datetime:
    """No event that ended later than this (UTC) has been kept for `days` days: a change of law moves a clock by less."""
    return lines_before(now, days) + timedelta(days=2)
