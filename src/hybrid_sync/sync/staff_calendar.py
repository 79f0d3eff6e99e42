"""Event record -> the one staff calendar entry."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.plan import Change
from hybrid_sync.domain.staff_calendar import NOTHING_WRITTEN, Entry, Written, anew, entry_changes
from hybrid_sync.domain.staff_calendar_plan import (
    AskStaff,
    EntryUpdate,
    deleted_again,
    plan_entry,
    room_question,
)
from hybrid_sync.errors import NeedsAttention, ProviderError, Refused
from hybrid_sync.ports import EntryRecord, Refusal, StaffCalendar, Store, Transaction
from hybrid_sync.sync.once import act, close_found, give_up, once
from hybrid_sync.sync.outcome import Outcome, Pass, failed, question
from hybrid_sync.sync.staff_look import Look, Looking, StaffPolicy, made_key
from hybrid_sync.sync.staff_watch import Glances


class StaffCalendarStep:
    """Keeps one calendar entry for organiser, staff and room in step with one event.

    `body_of` writes its text; no join link may be in it (P4). `glances` lends what was seen in one go a moment ago.
    """

    name = "calendar"

    def __init__(
        self,
        store: Store,
        calendar: StaffCalendar,
        body_of: Callable[[Event], str],
        policy: StaffPolicy | None = None,
        glances: Glances | None = None,
    ) -> None:
        self._calendar = calendar
        self._policy = policy or StaffPolicy()
        self._looking = Looking(store, calendar, body_of, self._policy, glances)

    def plan(self, event: Event, now: datetime, *, force: bool = False) -> Sequence[Change]:
        return self._decide(event, self._looking(event, now), now, force)

    def run(self, event: Event, work: Pass) -> Sequence[Outcome]:
        try:
            outcomes = self._pass(event, work, self._looking(event, work.clock(), lent=not work.force))
            if outcomes is None:
                # Changed under our hands: look and decide again, once. What is still in the way then waits.
                outcomes = self._pass(event, work, self._looking(event, work.clock()))
        except Refused as error:
            return [
                failed(work, Change("calendar.update", event.id, "the staff entry cannot be read"), error)
            ]
        if outcomes is None:
            return [Outcome("calendar.update", event.id, "later", "the entry keeps changing at the moment")]
        return outcomes

    def _pass(self, event: Event, work: Pass, look: Look) -> list[Outcome] | None:
        """Act on one look; None when the entry was changed since, or what is to be done needs a look of its own."""
        if look.lost is not None and look.wanted is None and look.seen is None:
            unwanted = Change("calendar.cancel", event.id, "an entry that a lost call may have made")
            return [give_up(work, unwanted, look.lost)]
        changes = self._decide(event, look, work.clock(), work.force)
        if look.lent and any(change.acts for change in changes):
            return None
        self._note(work, event, look)
        outcomes: list[Outcome] = []
        for change in changes:
            outcome = self._carry_out(work, event, look, change)
            if outcome is None:
                return None
            outcomes.append(outcome)
        return outcomes

    def _carry_out(self, work: Pass, event: Event, look: Look, change: Change) -> Outcome | None:
        if isinstance(change, AskStaff):
            topic = f":{change.topic}" if change.topic else ""
            ask = question(change.kind, change.target) + topic
            return Outcome(change.kind, change.target, "attention", change.reason, ask=ask)
        if change.kind == "calendar.create":
            return self._create(work, event, look, change)
        if isinstance(change, EntryUpdate):
            return self._update(work, event, look, change)
        return self._cancel(work, look, change)

    # --- deciding ---

    def _decide(self, event: Event, look: Look, now: datetime, force: bool) -> list[Change]:
        if event.ends is None or now >= event.ends.instant:
            return []
        wanted = look.wanted
        if look.gone and wanted is not None:
            asked = deleted_again(event, wanted, look.incarnation, force)
            if asked is not None:
                return [asked]
            wanted = anew(wanted, event.id, look.incarnation + 1)
        change = plan_entry(event, wanted, look.seen, look.written, edited=self._policy.edited, force=force)
        found = [change] if change is not None else []
        # An entry that is changed now asks the room anew: its answer so far counts no more.
        if wanted is not None and wanted.room and look.seen is not None and not (change and change.acts):
            refused = room_question(event, wanted.room, look.seen)
            found += [refused] if refused is not None else []
        return found

    # --- acting ---

    def _note(self, work: Pass, event: Event, look: Look) -> None:
        """Write down what the outside shows: an entry found by its key after a lost answer, one that is gone, the room's
        answer, and that a wish stands fulfilled without our doing."""
        record = look.live
        if look.seen is None:
            if look.gone and record is not None and look.wanted is None:
                with work.begin() as tx:
                    tx.entries.save(replace(record, state="cancelled"))
            return
        written = look.written
        if look.wanted is not None and (record is None or not entry_changes(look.wanted, look.seen, written)):
            fulfilled = written.after(look.wanted, look.seen)
            if (fulfilled.wish, fulfilled.invited) != (written.wish, written.invited):
                written = fulfilled
        found = _record(event, look, look.seen, written)
        if record is not None:
            found = replace(found, refused=record.refused)
        if found == record:
            return
        with work.begin() as tx:
            tx.entries.save(found)
            close_found(tx, made_key(event.id, look.incarnation))

    def _create(self, work: Pass, event: Event, look: Look, change: Change) -> Outcome:
        incarnation = look.incarnation + 1 if look.gone else look.incarnation
        anew_look = replace(look, record=None, incarnation=incarnation, written=NOTHING_WRITTEN)

        def keep(tx: Transaction, made: Entry) -> None:
            tx.entries.save(_record(event, anew_look, made, NOTHING_WRITTEN.after(change.wanted, made)))

        return once(
            work,
            change,
            made_key(event.id, incarnation),
            look_up=lambda: self._calendar.find(change.wanted.key, None),
            call=lambda: self._calendar.create(change.wanted),
            record=keep,
        )

    def _update(self, work: Pass, event: Event, look: Look, change: EntryUpdate) -> Outcome | None:
        with work.store.read() as tx:
            record = tx.entries.get(event.id)
        refused = record.refused if record is not None else None
        if refused is not None and refused.change == fingerprint(change) and not work.force:
            again = (
                f"{refused.words}; not sent again: mend the cause, then hybrid-sync sync {event.id} --force"
            )
            return failed(work, change, NeedsAttention(again))
        self._looking.forget(change.seen.id)
        try:
            made = self._calendar.update(change.seen, change.wanted, change.changes)
        except ProviderError as error:
            if isinstance(error, Refused):
                self._keep_refusal(work, event, Refusal(fingerprint(change), str(error)))
            return failed(work, change, error)
        if made is None:
            return None

        def keep(tx: Transaction, made: Entry) -> None:
            tx.entries.save(_record(event, look, made, look.written.after(change.wanted, made)))

        return act(work, change, lambda: made, keep)

    def _keep_refusal(self, work: Pass, event: Event, refusal: Refusal) -> None:
        with work.begin() as tx:
            record = tx.entries.get(event.id)
            if record is not None:
                tx.entries.save(replace(record, refused=refusal))

    def _cancel(self, work: Pass, look: Look, change: Change) -> Outcome:
        event_id, entry_id = work.lease.event_id, change.seen.id

        def forget(tx: Transaction, _: None) -> None:
            tx.entries.save(EntryRecord(event_id, entry_id, look.incarnation, "cancelled"))

        return act(work, change, lambda: self._calendar.cancel(change.seen, change.reason), forget)


def _record(event: Event, look: Look, made: Entry, written: Written) -> EntryRecord:
    """What to remember of the entry."""
    return EntryRecord(event.id, made.id, look.incarnation, "made", made.room_answer, written)


def fingerprint(change: EntryUpdate) -> str:
    """By which a change that was refused is known again, in any process: a set has no order of its own."""
    others = sorted(change.changes.uninvite)
    told = (change.wanted, replace(change.changes, uninvite=frozenset()))
    return hashlib.sha256((repr(told) + "".join(others)).encode()).hexdigest()[:32]
