"""Speakers, moderators and the house's co-hosts -> roles in the meeting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.meetings import MeetingKind
from hybrid_sync.domain.plan import Change, Hold
from hybrid_sync.domain.staff import SENT, Invitee, plan_staff, wanted_staff
from hybrid_sync.ports import MeetingRecord, MeetingStaff, StaffRecord, Store, Transaction
from hybrid_sync.sync.once import act
from hybrid_sync.sync.outcome import Outcome, Pass, question


@dataclass(frozen=True)
class _Look:
    record: MeetingRecord
    changes: Sequence[Change]


class MeetingStaffStep:
    """Keeps co-hosts and panelists in step with the event. Whom an organiser invited by hand stays.

    One person at a time: an address that Webex refuses refuses nobody else. The address is a natural key there: a
    second invitation is refused and read back, so that a lost answer needs no more than the next look.
    """

    name = "meeting staff"

    def __init__(self, store: Store, staff: MeetingStaff, cohosts: Sequence[str] = ()) -> None:
        self._store = store
        self._staff = staff
        self._cohosts = tuple(cohosts)

    def plan(self, event: Event, now: datetime, *, force: bool = False) -> Sequence[Change]:
        look = self._look(event, now, force)
        return look.changes if look else []

    def run(self, event: Event, work: Pass) -> Sequence[Outcome]:
        look = self._look(event, work.clock(), work.force)
        return [self._carry_out(work, look.record, change) for change in look.changes] if look else []

    def _look(self, event: Event, now: datetime, force: bool) -> _Look | None:
        """None when there is nothing to compare: over, not published, no meeting, nobody with a role."""
        if event.ends is None or now >= event.ends.instant or event.state is not EventState.PUBLISHED:
            return None
        with self._store.read() as tx:
            record, rows = tx.meetings.get(event.id), tx.meeting_staff.of(event.id)
            asked = {item.key: item.message for item in tx.attentions.unsettled(event.id)}
        if record is None or record.state != "made":
            return None
        kind = MeetingKind(record.kind)
        wanted = wanted_staff(event, kind, self._cohosts) if event.online else {}
        ours = {key: row.invitee_id for key, row in rows.items() if row.meeting_id == record.meeting_id}
        if not wanted and not ours:
            return None
        changes = plan_staff(wanted, self._staff.listed(record.meeting_id), ours, kind)
        if not force:
            # Somebody whom Webex refused is not sent again at every look.
            changes = [
                Hold(one.kind, one.target, asked[_question(one)], one.wanted, one.seen)
                if _question(one) in asked
                else one
                for one in changes
            ]
        return _Look(record, changes)

    def _carry_out(self, work: Pass, record: MeetingRecord, change: Change) -> Outcome:
        if isinstance(change, Hold):
            return Outcome(change.kind, change.target, "attention", change.reason, ask=_question(change))
        if change.wanted is None:
            return self._remove(work, record, change)
        return self._add(work, record, change)

    def _add(self, work: Pass, record: MeetingRecord, change: Change) -> Outcome:
        def keep(tx: Transaction, made: Invitee) -> None:
            tx.meeting_staff.put(StaffRecord(record.event_id, change.target, record.meeting_id, made.id))

        if change.seen is None:
            # Written down first: whoever is found after a lost answer is ours, and is taken off again one day.
            with work.begin() as tx:
                tx.meeting_staff.put(StaffRecord(record.event_id, change.target, record.meeting_id, SENT))
        outcome = act(
            work, change, lambda: self._staff.add(record.meeting_id, change.wanted, change.seen), keep
        )
        if change.seen is None and not outcome.wrote:
            with work.begin() as tx:
                tx.meeting_staff.drop(record.event_id, change.target)
        return outcome

    def _remove(self, work: Pass, record: MeetingRecord, change: Change) -> Outcome:
        return act(
            work,
            change,
            lambda: self._staff.remove(record.meeting_id, change.seen.id),
            lambda tx, _: tx.meeting_staff.drop(record.event_id, change.target),
        )


def _question(change: Change) -> str:
    return question(change.kind, change.target)
