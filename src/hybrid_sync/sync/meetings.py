"""Event record -> Webex meeting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.meetings import (
    Meeting,
    MeetingSpec,
    meeting_tag,
    plan_meeting,
    wanted_meeting,
)
from hybrid_sync.domain.plan import Change, Hold
from hybrid_sync.ports import Conference, MeetingRecord, Store, Transaction
from hybrid_sync.sync.once import Outcome, Pass, act, once, question


@dataclass(frozen=True)
class _Look:
    """Both sides of one event's meeting. `incarnation` is of the meeting that is, or would be, there."""

    record: MeetingRecord | None
    incarnation: int
    wanted: MeetingSpec | None
    seen: Meeting | None

    @property
    def lost(self) -> bool:
        """We made one, and it is not there any more."""
        return self.record is not None and self.record.state == "made" and self.seen is None


class MeetingStep:
    """Keeps one Webex meeting in step with one event."""

    name = "meeting"

    def __init__(self, store: Store, conference: Conference) -> None:
        self._store = store
        self._conference = conference

    def plan(self, event: Event, now: datetime, *, force: bool = False) -> Sequence[Change]:
        return self._decide(event, self._look(event, now), now, force)

    def run(self, event: Event, work: Pass) -> Sequence[Outcome]:
        look = self._look(event, work.clock())
        self._note(work, event, look)
        outcomes = []
        for change in self._decide(event, look, work.clock(), work.force):
            if isinstance(change, Hold):
                outcomes.append(_held(change))
            elif change.kind == "meeting.create":
                outcomes.append(self._create(work, event, look, change))
            elif change.kind == "meeting.update":
                outcomes.append(self._update(work, event, look, change))
            else:
                outcomes.append(self._cancel(work, look, change))
        return outcomes

    # --- looking and deciding ---

    def _look(self, event: Event, now: datetime) -> _Look:
        with self._store.read() as tx:
            record = tx.meetings.get(event.id)
        live = record is not None and record.state == "made"
        incarnation = 1 if record is None else record.incarnation if live else record.incarnation + 1
        wanted = wanted_meeting(event, incarnation)
        over = event.ends is None or now >= event.ends.instant
        if over or (wanted is None and not live):
            return _Look(record, incarnation, None if over else wanted, None)
        known = record.meeting_id if record is not None and live else None
        seen = self._conference.find(meeting_tag(event.id, incarnation), known, _around(event, now))
        return _Look(record, incarnation, self._conference.adjust(wanted) if wanted else None, seen)

    def _decide(self, event: Event, look: _Look, now: datetime, force: bool) -> list[Change]:
        if event.ends is None or now >= event.ends.instant:
            return []
        if look.lost:
            if look.wanted is None:
                return []
            reason = (
                "somebody deleted the meeting in Webex; to make a new one with everybody registered again: "
                f"hybrid-sync event publish {event.id} --anew"
            )
            return [Hold("meeting.create", event.id, reason, look.wanted)]
        change = plan_meeting(event, look.wanted, look.seen, now, force=force)
        return [change] if change else []

    # --- acting ---

    def _note(self, work: Pass, event: Event, look: _Look) -> None:
        """Write down what was seen where it differs from what we remember, so that nothing is made twice."""
        if look.seen is not None:
            record = _record(event.id, look.seen, look.incarnation)
            if record != look.record:
                with work.begin() as tx:
                    tx.meetings.save(record)
                    self._close_intent(tx, event.id, look.incarnation)
        elif look.lost and look.wanted is None and look.record is not None and not _over(event, work.clock()):
            with work.begin() as tx:
                tx.meetings.save(replace(look.record, state="cancelled"))

    def _close_intent(self, tx: Transaction, event_id: str, incarnation: int) -> None:
        intent = tx.intents.get(_op_key(event_id, incarnation))
        if intent is not None and intent.state == "pending":
            tx.intents.put(replace(intent, state="done", detail="found outside after a lost answer"))

    def _create(self, work: Pass, event: Event, look: _Look, change: Change) -> Outcome:
        tag, around = meeting_tag(event.id, look.incarnation), _around(event, work.clock())
        return once(
            work,
            change,
            _op_key(event.id, look.incarnation),
            look_up=lambda: self._conference.find(tag, None, around),
            call=lambda: self._conference.create(change.wanted),
            record=lambda tx, made: tx.meetings.save(_record(event.id, made, look.incarnation)),
        )

    def _update(self, work: Pass, event: Event, look: _Look, change: Change) -> Outcome:
        return act(
            work,
            change,
            lambda: self._conference.update(change.seen, change.wanted),
            lambda tx, made: tx.meetings.save(_record(event.id, made, look.incarnation)),
        )

    def _cancel(self, work: Pass, look: _Look, change: Change) -> Outcome:
        record = _record(work.lease.event_id, change.seen, look.incarnation)

        def forget(tx: Transaction, _: None) -> None:
            tx.meetings.save(replace(record, state="cancelled"))
            tx.registrations.drop(record.event_id, list(tx.registrations.of(record.event_id)))

        return act(work, change, lambda: self._conference.cancel(change.seen), forget)


def _held(change: Hold) -> Outcome:
    """What waits for a moment is held; what waits for a person is asked."""
    if change.until is None:
        ask = question(change.kind, change.target)
        return Outcome(change.kind, change.target, "attention", change.reason, ask=ask)
    return Outcome(change.kind, change.target, "held", change.reason, change.until)


def _record(event_id: str, meeting: Meeting, incarnation: int) -> MeetingRecord:
    return MeetingRecord(
        event_id=event_id,
        meeting_id=meeting.id,
        tag=meeting_tag(event_id, incarnation),
        incarnation=incarnation,
        number=meeting.number,
        web_link=meeting.web_link,
        password=meeting.password,
        state="made",
    )


def _op_key(event_id: str, incarnation: int) -> str:
    return f"webex.meeting.create:{event_id}:{incarnation}"


def _over(event: Event, now: datetime) -> bool:
    return event.ends is None or now >= event.ends.instant


def _around(event: Event, now: datetime) -> tuple[datetime, datetime]:
    """Where our meeting may stand in Webex's calendar.

    Wide on purpose: the event may have been moved since the call whose answer was lost, and a list without explicit
    bounds covers one week only (webex.md 1.4). The tag keeps the answer short.
    """
    ends = event.ends.instant if event.ends else event.starts.instant
    return (
        min(event.starts.instant, now) - timedelta(days=2),
        max(ends, now + timedelta(days=730)) + timedelta(days=2),
    )
