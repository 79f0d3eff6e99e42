"""Event record -> Webex meeting or webinar."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.meeting_by_hand import DEFAULT, HandMade
from hybrid_sync.domain.meeting_plan import Ask, Reopen
from hybrid_sync.domain.meetings import Meeting, MeetingPolicy, meeting_tag, to_change
from hybrid_sync.domain.plan import Change, Hold
from hybrid_sync.errors import ProviderError
from hybrid_sync.ports import Conference, MeetingRecord, Store, Transaction
from hybrid_sync.sync.meeting_deciding import Deciding
from hybrid_sync.sync.meeting_look import Look, Looking, around, op_key, over, unless_refused, written
from hybrid_sync.sync.once import act, close_found, give_up, once
from hybrid_sync.sync.outcome import SETTLE, Outcome, Pass, question

log = logging.getLogger(__name__)

LONG_WAIT = timedelta(hours=1)
"""A person is told of a wait that is longer: Webex's quota of meetings takes a day to come back."""

MEND = (
    "; not sent again by itself: mend the cause (host_email, site_url, the host's licence, the token's scopes; "
    "hybrid-sync doctor looks at them), then run hybrid-sync sync {event} --force"
)


class MeetingStep:
    """Keeps one Webex meeting in step with one event.

    `policy` says how this house holds meetings, `hand` what becomes of what somebody changed in Webex by hand.
    """

    name = "meeting"

    def __init__(
        self,
        store: Store,
        conference: Conference,
        policy: MeetingPolicy,
        hand: HandMade = DEFAULT,
    ) -> None:
        self._store = store
        self._conference = conference
        self._looking = Looking(store, conference, policy)
        self._deciding = Deciding(conference, policy, hand)

    def plan(self, event: Event, now: datetime, *, force: bool = False) -> Sequence[Change]:
        return self._deciding(event, self._looking(event, now), now, force, SETTLE)

    def run(self, event: Event, work: Pass) -> Sequence[Outcome]:
        look = self._looking(event, work.clock())
        self._note(work, event, look)
        if look.lost_call is not None and look.wanted is None and look.seen is None:
            unwanted = Change("meeting.cancel", event.id, "a meeting that a lost call may have made")
            return [give_up(work, unwanted, look.lost_call)]
        outcomes: list[Outcome] = []
        for change in self._deciding(event, look, work.clock(), work.force, work.settle):
            outcomes.append(self._carry_out(work, event, look, change))
            if change.acts and not outcomes[-1].settled:
                break
        return outcomes

    def _carry_out(self, work: Pass, event: Event, look: Look, change: Change) -> Outcome:
        if isinstance(change, Hold):
            return _held(change)
        if change.kind == "meeting.create":
            return self._create(work, event, look, change)
        if change.kind == "meeting.cancel":
            return self._cancel(work, look, change)
        return self._update(work, event, look, change)

    def _note(self, work: Pass, event: Event, look: Look) -> None:
        """Write down what was seen where it differs from what we remember, so that nothing is made twice."""
        if look.seen is not None:
            record = self._looking.seen(event, look, look.seen, accept=work.force)
            if record != look.record:
                with work.begin() as tx:
                    tx.meetings.save(record)
                    close_found(tx, op_key(event.id, look.incarnation))
        elif look.lost and look.record is not None and not over(event, work.clock()):
            gone = replace(look.record, missing_since=look.record.missing_since or work.clock())
            if look.wanted is None:
                gone = replace(gone, state="cancelled")
            if gone != look.record:
                with work.begin() as tx:
                    tx.meetings.save(gone)

    def _create(self, work: Pass, event: Event, look: Look, change: Change) -> Outcome:
        if look.lost and look.record is not None:
            look = self._give_up(work, look, look.record)
        tag, window = meeting_tag(event.id, look.incarnation), around(event, work.clock())

        def keep(tx: Transaction, made: Meeting) -> None:
            record = self._looking.record(event.id, made, look, None)
            tx.meetings.save(written(record, change.wanted, made))

        outcome = once(
            work,
            change,
            op_key(event.id, look.incarnation),
            look_up=lambda: self._conference.find(tag, None, window),
            call=lambda: self._conference.create(change.wanted),
            record=keep,
            take_back=lambda made: self._take_back(event, look.incarnation, made),
        )
        if outcome.result == "refused":
            return replace(outcome, detail=outcome.detail + MEND.format(event=event.id))
        if outcome.result == "later" and outcome.until and outcome.until >= work.clock() + LONG_WAIT:
            return replace(outcome, ask=question(change.kind, change.target))
        return outcome

    def _take_back(self, event: Event, incarnation: int, made: Meeting) -> None:
        """What we made after our lease had ended, where another process had made the meeting meanwhile.

        Nobody was given it. Where nothing else is on record it stays: the next look finds it by its mark.
        """
        with self._store.read() as tx:
            record = tx.meetings.get(event.id)
        if record is None or record.incarnation != incarnation or record.meeting_id in (None, made.id):
            return
        try:
            self._conference.cancel(made)
        except ProviderError as error:
            # The next look finds two meetings with one mark and asks a person.
            log.warning("event %s: a second meeting stays: %s", event.id, error, extra={"action": "meeting"})

    def _give_up(self, work: Pass, look: Look, record: MeetingRecord) -> Look:
        """The meeting is lost for good: what was registered in it is to be registered in the next one."""
        gone = replace(
            record,
            state="lost",
            recreations=record.recreations + 1,
            recreated_at=work.clock(),
            missing_since=None,
        )
        with work.begin() as tx:
            tx.meetings.save(gone)
            tx.registrations.drop(record.event_id, list(tx.registrations.of(record.event_id)))
            work.audit(tx, Change("meeting.cancel", record.event_id, ""), "not to be found in Webex any more")
        return replace(look, record=gone, incarnation=record.incarnation + 1)

    def _update(self, work: Pass, event: Event, look: Look, change: Change) -> Outcome:
        reopen = isinstance(change, Reopen)
        ignored = () if work.force or look.live is None else look.live.ignored

        def call() -> Meeting:
            if reopen:
                return self._conference.open_registration(change.seen)
            names = to_change(change.wanted, change.seen, ignored)
            return self._conference.update(change.seen, change.wanted, names)

        def keep(tx: Transaction, made: Meeting) -> None:
            with_links = self._looking.record(event.id, made, look, tx.meetings.get(event.id))
            tx.meetings.save(with_links if reopen else written(with_links, change.wanted, made))

        part = "registration" if reopen else "update"
        return unless_refused(work, change, f"webex.meeting.{part}:{event.id}:{look.incarnation}", call, keep)

    def _cancel(self, work: Pass, look: Look, change: Change) -> Outcome:
        record = look.record if change.seen is look.old else look.live
        if record is None:
            record = self._looking.record(work.lease.event_id, change.seen, look, None)
        cancelled = replace(record, state="cancelled", missing_since=None)

        def forget(tx: Transaction, _: None) -> None:
            tx.meetings.save(cancelled)
            tx.registrations.drop(cancelled.event_id, list(tx.registrations.of(cancelled.event_id)))

        return act(work, change, lambda: self._conference.cancel(change.seen), forget)


def _held(change: Hold) -> Outcome:
    """What waits for a moment is held; what waits for a person is asked."""
    if change.until is None:
        topic = f":{change.topic}" if isinstance(change, Ask) and change.topic else ""
        ask = question(change.kind, change.target) + topic
        return Outcome(change.kind, change.target, "attention", change.reason, ask=ask)
    return Outcome(change.kind, change.target, "held", change.reason, change.until)
