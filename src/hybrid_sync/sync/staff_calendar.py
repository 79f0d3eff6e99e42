"""Event record -> the one staff calendar entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.plan import Change
from hybrid_sync.domain.staff_calendar import (
    Entry,
    EntrySpec,
    body_digest,
    entry_key,
    plan_entry,
    wanted_entry,
)
from hybrid_sync.ports import EntryRecord, Intent, StaffCalendar, Store, Transaction
from hybrid_sync.sync.once import Outcome, Pass, act, close_found, give_up, once, still_open


@dataclass(frozen=True)
class _Look:
    """Both sides of one event's staff entry. `incarnation` is of the entry that is, or would be, there."""

    record: EntryRecord | None
    incarnation: int
    wanted: EntrySpec | None
    seen: Entry | None
    idle: bool = False
    """Nothing was looked at: the event is over, or should have no entry and has none."""
    lost: Intent | None = None
    """A creation whose answer was lost: it may have made an entry that we do not know of."""


class StaffCalendarStep:
    """Keeps one calendar entry for organiser, staff and room in step with one event.

    `body_of` writes its text; no join link may be in it (P4).
    """

    name = "calendar"

    def __init__(
        self,
        store: Store,
        calendar: StaffCalendar,
        body_of: Callable[[Event], str],
        *,
        attendees: tuple[str, ...] = (),
        room: str | None = None,
    ) -> None:
        self._store = store
        self._calendar = calendar
        self._body_of = body_of
        self._attendees = attendees
        self._room = room

    def plan(self, event: Event, now: datetime, *, force: bool = False) -> Sequence[Change]:
        return self._decide(event, self._look(event, now), now)

    def run(self, event: Event, work: Pass) -> Sequence[Outcome]:
        look = self._look(event, work.clock())
        self._note(work, event, look)
        outcomes = []
        if look.lost is not None and look.wanted is None and look.seen is None:
            unwanted = Change("calendar.cancel", event.id, "an entry that a lost call may have made")
            return [give_up(work, unwanted, look.lost)]
        for change in self._decide(event, look, work.clock()):
            if change.kind == "calendar.create":
                outcomes.append(self._create(work, event, look, change))
            elif change.kind == "calendar.update":
                outcomes.append(self._update(work, event, look, change))
            else:
                outcomes.append(self._cancel(work, event, look, change))
        return outcomes

    def _look(self, event: Event, now: datetime) -> _Look:
        with self._store.read() as tx:
            record = tx.entries.get(event.id)
        live = record is not None and record.state == "made"
        incarnation = 1 if record is None else record.incarnation if live else record.incarnation + 1
        with self._store.read() as tx:
            lost = still_open(tx.intents.get(_op_key(event.id, incarnation)))
        over = event.ends is None or now >= event.ends.instant
        wanted = wanted_entry(event, self._attendees, self._room, self._body_of(event), incarnation)
        if over or (wanted is None and not live and lost is None):
            return _Look(record, incarnation, None, None, idle=True, lost=lost)
        known = record.entry_id if record is not None and live else None
        seen = self._calendar.find(entry_key(event.id, incarnation), known)
        if seen is not None and seen.cancelled:
            seen = None
        if live and seen is None and wanted is not None:
            # Deleted by hand: made again under a new key, because the old transactionId may still be remembered.
            incarnation += 1
            wanted = replace(wanted, key=entry_key(event.id, incarnation))
        adjusted = self._calendar.adjust(wanted) if wanted else None
        return _Look(record, incarnation, adjusted, seen, lost=lost)

    def _decide(self, event: Event, look: _Look, now: datetime) -> list[Change]:
        written = look.record.body_digest if look.record and look.record.state == "made" else None
        if event.ends is None or now >= event.ends.instant:
            return []
        change = plan_entry(event, look.wanted, look.seen, written)
        return [change] if change else []

    def _note(self, work: Pass, event: Event, look: _Look) -> None:
        """Write down what the outside shows: an entry found by its key after a lost answer, or one that is gone."""
        record = look.record
        if look.seen is not None and (record is None or record.state != "made"):
            with work.begin() as tx:
                self._save(tx, event, look, look.seen)
                close_found(tx, _op_key(event.id, look.incarnation))
        elif look.seen is None and record is not None and record.state == "made" and not look.idle:
            with work.begin() as tx:
                tx.entries.save(replace(record, state="cancelled"))

    def _create(self, work: Pass, event: Event, look: _Look, change: Change) -> Outcome:
        return once(
            work,
            change,
            _op_key(event.id, look.incarnation),
            look_up=lambda: self._calendar.find(change.wanted.key, None),
            call=lambda: self._calendar.create(change.wanted),
            record=lambda tx, made: self._save(tx, event, look, made),
        )

    def _update(self, work: Pass, event: Event, look: _Look, change: Change) -> Outcome:
        body_too = look.record is None or look.record.body_digest != body_digest(change.wanted.body)
        return act(
            work,
            change,
            lambda: self._calendar.update(change.seen, change.wanted, body_too=body_too),
            lambda tx, made: self._save(tx, event, look, made),
        )

    def _cancel(self, work: Pass, event: Event, look: _Look, change: Change) -> Outcome:
        def forget(tx: Transaction, _: None) -> None:
            tx.entries.save(EntryRecord(event.id, change.seen.id, look.incarnation, "", "cancelled"))

        return act(work, change, lambda: self._calendar.cancel(change.seen, change.reason), forget)

    def _save(self, tx: Transaction, event: Event, look: _Look, made: Entry) -> None:
        digest = body_digest(self._body_of(event))
        tx.entries.save(EntryRecord(event.id, made.id, look.incarnation, digest, "made"))


def _op_key(event_id: str, incarnation: int) -> str:
    return f"graph.calendar.create:{event_id}:{incarnation}"
