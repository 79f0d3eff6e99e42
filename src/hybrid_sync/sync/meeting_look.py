"""Both sides of one event's meeting, and what is remembered of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime, timedelta

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.meetings import (
    Meeting,
    MeetingKind,
    MeetingPolicy,
    MeetingSpec,
    fingerprint,
    meeting_tag,
    not_taken,
    to_change,
    wanted_meeting,
)
from hybrid_sync.domain.plan import Change
from hybrid_sync.errors import NeedsAttention
from hybrid_sync.ports import Conference, Intent, MeetingRecord, Store, Transaction
from hybrid_sync.sync.once import act, still_open
from hybrid_sync.sync.outcome import Outcome, Pass, failed


@dataclass(frozen=True)
class Look:
    """Both sides of one event's meeting. `incarnation` is of the meeting that is, or would be, there."""

    record: MeetingRecord | None
    incarnation: int
    wanted: MeetingSpec | None = None
    seen: Meeting | None = None
    old: Meeting | None = None
    """A meeting that was given up for a new one and is still there."""
    twins: Sequence[Meeting] = ()
    lost_call: Intent | None = None
    """A creation whose answer was lost: it may have made a meeting that we do not know of."""

    @property
    def live(self) -> MeetingRecord | None:
        """The record of a meeting that should be there."""
        return self.record if self.record is not None and self.record.state == "made" else None

    @property
    def lost(self) -> bool:
        """We made one, and it is not there any more."""
        return self.live is not None and self.seen is None


class Looking:
    """Looks at both sides, and knows what of it is to be remembered."""

    def __init__(self, store: Store, conference: Conference, policy: MeetingPolicy) -> None:
        self._store = store
        self._conference = conference
        self._policy = policy

    def __call__(self, event: Event, now: datetime) -> Look:
        """One look at the store and at the outside; reading calls only."""
        with self._store.read() as tx:
            record = tx.meetings.get(event.id)
            live = record is not None and record.state == "made"
            incarnation = 1 if record is None else record.incarnation if live else record.incarnation + 1
            lost_call = still_open(tx.intents.get(op_key(event.id, incarnation)))
        wanted = wanted_meeting(event, incarnation, self._policy_for(record if live else None))
        given_up = record is not None and record.state == "replaced"
        if over(event, now) or (wanted is None and not live and not given_up and lost_call is None):
            # What a lost call made of an event that is over is of no use to anybody; the call itself is closed.
            return Look(record, incarnation, None if over(event, now) else wanted, lost_call=lost_call)
        window, tag = around(event, now), meeting_tag(event.id, incarnation)
        known = record.meeting_id if record is not None and live else None
        seen = self._conference.find(tag, known, window)
        old = self._conference.find(record.tag, record.meeting_id, window) if record and given_up else None
        twins: Sequence[Meeting] = ()
        if wanted is not None and seen is not None:
            before = [meeting_tag(event.id, incarnation - 1)] if incarnation > 1 else []
            twins = self._conference.twins([tag, *before], seen.id, window)
        adjusted = self._conference.adjust(wanted) if wanted else None
        return Look(record, incarnation, adjusted, seen, old, twins, lost_call)

    def _policy_for(self, live: MeetingRecord | None) -> MeetingPolicy:
        """A meeting that is there stays what it is, whatever the settings say now."""
        if live is None:
            return self._policy
        return replace(self._policy, kind=MeetingKind(live.kind), registration=live.registration)

    def seen(self, event: Event, look: Look, seen: Meeting, *, accept: bool = False) -> MeetingRecord:
        """The record with what was seen just now. Wishes that are fulfilled by now need no remembering.

        `accept`: whoever hosts the meeting now is its host from now on.
        """
        record = self.record(event.id, seen, look, look.live)
        if accept:
            record = replace(record, host_email=seen.host_email)
        if look.wanted is None:
            return record
        still = tuple(sorted(set(record.ignored) & not_taken(look.wanted, seen)))
        written = record.written if to_change(look.wanted, seen, still) else fingerprint(look.wanted)
        return replace(record, ignored=still, written=written)

    def record(
        self, event_id: str, meeting: Meeting, look: Look, earlier: MeetingRecord | None
    ) -> MeetingRecord:
        """What to remember of `meeting`; `earlier` is the record of the same meeting, if there is one."""
        number, link, password = meeting.number, meeting.web_link, meeting.password
        if earlier is not None:
            return replace(
                earlier,
                meeting_id=meeting.id,
                number=number,
                web_link=link,
                password=password,
                missing_since=None,
            )
        kind = meeting.kind or (look.wanted.kind.value if look.wanted else self._policy.kind.value)
        return MeetingRecord(
            event_id=event_id,
            meeting_id=meeting.id,
            tag=meeting_tag(event_id, look.incarnation),
            incarnation=look.incarnation,
            number=number,
            web_link=link,
            password=password,
            state="made",
            kind=kind,
            # A plain meeting always has registration; where it has not, somebody switched it off.
            registration=kind == MeetingKind.MEETING.value or meeting.registration is not False,
            host_email=meeting.host_email,
            recreations=look.record.recreations if look.record else 0,
            recreated_at=look.record.recreated_at if look.record else None,
        )


def unless_refused(
    work: Pass,
    change: Change,
    op_key: str,
    call: Callable[[], Meeting],
    record: Callable[[Transaction, Meeting], None],
) -> Outcome:
    """A change that is safe to repeat, but not sent again once Webex refused it, until either side is another."""
    sides = repr((change.wanted, astuple(change.seen)))
    digest = hashlib.sha256(sides.encode()).hexdigest()[:32]
    with work.store.read() as tx:
        earlier = tx.intents.get(op_key)
    if earlier and earlier.state == "failed" and earlier.request_hash == digest and not work.force:
        words = (
            f"{earlier.detail}; not sent again: mend the cause, then hybrid-sync sync {change.target} --force"
        )
        return failed(work, change, NeedsAttention(words))
    outcome = act(work, change, call, record)
    state = "failed" if outcome.result == "refused" else "done"
    if outcome.result == "refused" or (earlier is not None and outcome.settled):
        intent = Intent(
            op_key, work.lease.event_id, change.kind, digest, state, 1, work.clock(), detail=outcome.detail
        )
        with work.begin() as tx:
            tx.intents.put(intent)
    return outcome


def written(record: MeetingRecord, wanted: MeetingSpec, made: Meeting) -> MeetingRecord:
    """The record after a write: what was wished, and what of it was not taken over."""
    ignored = tuple(sorted(not_taken(wanted, made)))
    return replace(record, written=fingerprint(wanted), ignored=ignored)


def op_key(event_id: str, incarnation: int) -> str:
    return f"webex.meeting.create:{event_id}:{incarnation}"


def over(event: Event, now: datetime) -> bool:
    return event.ends is None or now >= event.ends.instant


def around(event: Event, now: datetime) -> tuple[datetime, datetime]:
    """Where our meeting may stand in Webex's calendar.

    Wide on purpose: the event may have been moved since the call whose answer was lost, and a list without explicit
    bounds covers one week only (webex.md 1.4). The tag keeps the answer short.
    """
    ends = event.ends.instant if event.ends else event.starts.instant
    return (
        min(event.starts.instant, now) - timedelta(days=2),
        max(ends, now + timedelta(days=730)) + timedelta(days=2),
    )
