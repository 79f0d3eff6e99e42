"""What is to be done about one event's meeting, from a look at both sides. Nothing is asked and nothing is changed here."""

from __future__ import annotations

from datetime import datetime, timedelta

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.meeting_by_hand import HandMade, asks_first, doubts, lost_meeting, twin, wrong_kind
from hybrid_sync.domain.meeting_plan import plan_meeting, replaced
from hybrid_sync.domain.meetings import MeetingPolicy, MeetingSpec, fingerprint, wanted_meeting
from hybrid_sync.domain.plan import Change
from hybrid_sync.ports import Conference, MeetingRecord
from hybrid_sync.sync.meeting_look import Look, over


class Deciding:
    """The changes of the plan, by the rules of domain.meeting_plan and domain.meeting_by_hand.

    `conference` only says what its system can hold of a wish; `policy` and `hand` are those of MeetingStep.
    """

    def __init__(self, conference: Conference, policy: MeetingPolicy, hand: HandMade) -> None:
        self._conference = conference
        self._policy = policy
        self._hand = hand

    def __call__(
        self, event: Event, look: Look, now: datetime, force: bool, settle: timedelta
    ) -> list[Change]:
        if over(event, now):
            return []
        changes: list[Change | None] = []
        if look.old is not None:
            changes.append(replaced(event, look.old, now, force=force))
        if look.lost and look.record is not None:
            if look.wanted is None:
                return []
            changes.append(self._lost(event, look.wanted, look.record, now, force, settle))
        else:
            changes += self._change(event, look, now, force)
        changes += [twin(event, other, look.live.number if look.live else None) for other in look.twins]
        return [change for change in changes if change is not None]

    def _lost(
        self,
        event: Event,
        wanted: MeetingSpec,
        record: MeetingRecord,
        now: datetime,
        force: bool,
        settle: timedelta,
    ) -> Change | None:
        hold = lost_meeting(
            event,
            wanted,
            self._hand,
            now,
            believed_at=(record.missing_since or now) + settle,
            recreations=record.recreations,
            recreated_at=record.recreated_at,
            force=force,
        )
        if hold is not None:
            return hold
        # One incarnation on: a new tag, so that the meeting that vanished cannot be taken for it if it turns up again.
        anew = wanted_meeting(event, record.incarnation + 1, self._policy)
        return plan_meeting(event, self._conference.adjust(anew) if anew else None, None, now, force=force)

    def _change(self, event: Event, look: Look, now: datetime, force: bool) -> list[Change | None]:
        record, wanted, seen = look.live, look.wanted, look.seen
        ignored = record.ignored if record else ()
        change = plan_meeting(event, wanted, seen, now, force=force, ignored=ignored)
        if wanted is None or seen is None:
            return [change]
        if change is not None and self._hand.edited == "ask" and not force:
            change = asks_first(change, record is None or record.written != fingerprint(wanted))
        host = record.host_email if record else None
        kind = (record.kind, record.registration) if record else (wanted.kind.value, wanted.registration)
        settings = wanted_meeting(event, look.incarnation, self._policy)
        return [
            change,
            *doubts(event, wanted, seen, self._hand, host, force),
            wrong_kind(event, settings, *kind) if settings else None,
        ]
