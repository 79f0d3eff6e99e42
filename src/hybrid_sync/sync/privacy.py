"""What people may ask about their data, and what is deleted by itself when its time is over (P9).

Asking and purging only note what is wanted and wake the events; `sync.erase` does it, event by event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hybrid_sync.domain.attendance import Attendance
from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.people import email_key, is_email_address
from hybrid_sync.domain.programme import programme_addresses
from hybrid_sync.domain.retention import KIND, is_past, kept_until, lines_before, over_at
from hybrid_sync.errors import InputError, NotFound
from hybrid_sync.ports import NO_EVENT, AuditLine, Clock, Held, Intent, Store, Transaction
from hybrid_sync.ports.privacy import What
from hybrid_sync.sync.erase import FORCED, erasure_key, retention_key, withdraw

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
class Asked:
    """What an erasure will come to. `events` are those from which they are taken; `coming` of them are still to come.

    `speaks_at` are those of `coming` whose programme names them: there it waits until somebody takes them out of it.
    `earlier` is True when the same was asked before.
    """

    mark: str
    addresses: tuple[str, ...]
    events: tuple[str, ...]
    coming: tuple[str, ...]
    speaks_at: tuple[str, ...]
    earlier: bool


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


class PrivacyDesk:
    """The desk for what people ask about their data. `actor` names who did it in the audit trail.

    `attendance_of` gives the figures of an event before its stays go. `purge_audit(before, now)` deletes audit lines.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        days: Days,
        attendance_of: Callable[[str], Attendance],
        purge_audit: Callable[[datetime, datetime], int],
        *,
        actor: str = "organiser",
    ) -> None:
        self._store = store
        self._clock = clock
        self._days = days
        self._attendance_of = attendance_of
        self._purge_audit = purge_audit
        self._actor = actor

    def export(self, email: str) -> tuple[tuple[str, ...], Held, bool]:
        """All that is held about an address: the addresses that are theirs, the rows, and whether they were erased."""
        _check(email)
        with self._store.read() as tx:
            addresses = tx.privacy.also_known(email)
            return addresses, tx.privacy.held(addresses), bool(tx.tombstones.among([email]))

    def erase(self, email: str, reason: str = "", *, force: bool = False) -> Asked:
        """Note that somebody is to be erased, and withdraw them from what is still to come.

        With `force` nothing outside is waited for. Raises InputError for what is no address, SettingsError without a
        secret.
        """
        _check(email)
        now = self._clock()
        with self._store.begin() as tx:
            addresses = tx.privacy.also_known(email)
            earlier = bool(tx.tombstones.among([email]))
            events = tx.privacy.events_of(addresses)
            mark = tx.tombstones.add(addresses, reason or "at their request", now)
            marks = " ".join(tx.tombstones.add([one], reason, now) for one in addresses[1:])
            coming = [
                event_id
                for event_id in events
                if self._note(tx, event_id, addresses, mark, marks, now, force)
            ]
            tx.privacy.forget_aliases(addresses)
            told = f"{len(events)} events, {len(coming)} of them to come{f': {reason}' if reason else ''}"
            tx.audit.add(AuditLine(now, NO_EVENT, self._actor, "privacy.erase", mark, told))
            speaks_at = tuple(one for one in coming if not force and _speaks(tx.events.get(one), addresses))
        return Asked(mark, addresses, tuple(events), tuple(coming), speaks_at, earlier)

    def _note(
        self,
        tx: Transaction,
        event_id: str,
        addresses: tuple[str, ...],
        mark: str,
        marks: str,
        now: datetime,
        force: bool,
    ) -> bool:
        """The wish for one event; True when that is still to come. Asked again, it counts from the first time."""
        event = tx.events.get(event_id)
        coming = now < over_at(event)
        theirs = [one for one in (tx.people.find(event_id, address) for address in addresses) if one]
        if coming:
            withdraw(tx, [one for one in theirs if one.is_coming])
        key = erasure_key(event_id, mark)
        before = tx.intents.get(key)
        asked_at = before.sent_at if before is not None and before.state == "pending" else now
        detail = f"{marks} {FORCED if force else ''}".strip()
        tx.intents.put(Intent(key, event_id, KIND, mark, "pending", 0, asked_at, detail=detail))
        tx.work.wake(event_id, now)
        return coming

    # --- retention ---

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


def _speaks(event: Event, addresses: Sequence[str]) -> bool:
    return event.state is not EventState.CANCELLED and bool(
        programme_addresses(event).intersection(addresses)
    )


def _at_most(now: datetime, days: int) -> datetime:
    """No event that ended later than this (UTC) has been kept for `days` days: a change of law moves a clock by less."""
    return lines_before(now, days) + timedelta(days=2)


def _check(email: str) -> None:
    if not is_email_address(email_key(email)):
        raise InputError(f"'{email}' is not an e-mail address")
