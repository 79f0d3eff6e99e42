"""A meeting that a person names in Webex becomes the event's own.

Under the event's lease, like a pass: a worker that is just making a meeting for the event, or a second person who takes over
another one, would otherwise leave one of the two standing with nobody knowing it.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.meetings import Meeting, MeetingKind, MeetingState, meeting_tag
from hybrid_sync.errors import InputError, LostLease
from hybrid_sync.ports import AuditLine, Clock, Conference, Intent, Lease, MeetingRecord, Store
from hybrid_sync.sync.meeting_look import around, op_key, over


class Adopting:
    """Looks at the meeting and writes it down; the next pass brings it in line and registers everybody there.

    The event is held as `owner` for `lease` at most: so long it waits when this process dies.
    """

    def __init__(
        self, store: Store, conference: Conference, clock: Clock, *, owner: str, lease: timedelta
    ) -> None:
        self._store = store
        self._conference = conference
        self._clock = clock
        self._owner = owner
        self._lease = lease

    def adopt(self, event_id: str, meeting_id: str, *, move: bool = False) -> Meeting:
        """Take over the Webex meeting with that id. `move` allows one at another time, which is then moved.

        A creation whose answer was lost counts as found by this. Raises InputError with the way out when the event is
        being worked on, needs none or has another that is still there, when the meeting belongs to another event, is
        over, is not there, or stands at another time; ProviderError when Webex cannot be asked; LostLease when it
        answered so late that the event has passed to somebody else.
        """
        now = self._clock()
        with self._store.read() as tx:
            event = tx.events.get(event_id)
        _refuse_unfit(event, now)
        with self._store.begin() as tx:
            leases = tx.work.claim(self._owner, now, self._lease, 1, event_id)
        if not leases:
            raise InputError(f"a worker has event {event_id} in hand at the moment: try again in a minute")
        [held] = leases
        try:
            return self._adopt(held, meeting_id, move)
        except Exception:
            self._let_go(held)
            raise

    def _adopt(self, lease: Lease, meeting_id: str, move: bool) -> Meeting:
        now = self._clock()
        with self._store.read() as tx:
            event = tx.events.get(lease.event_id)
            record = tx.meetings.get(event.id)
            owner = tx.meetings.event_of(meeting_id)
        _refuse_unfit(event, now)
        if owner is not None and owner != event.id:
            raise InputError(f"that meeting is the one of event {owner}; one meeting never serves two")
        self._refuse_second(event, record, meeting_id, now)
        incarnation = 1 if record is None else record.incarnation + 1
        tag = meeting_tag(event.id, incarnation)
        found = self._conference.find(tag, meeting_id, around(event, now))
        if found is None or found.id != meeting_id:
            raise InputError(
                f"Webex shows no meeting with the id '{meeting_id}' to this account; its id is wanted, not its number"
            )
        _refuse_time(event, found, move)
        self._keep(lease, event, found, incarnation, tag)
        return found

    def _let_go(self, lease: Lease) -> None:
        """Nothing was taken over. The next pass looks again, as after every waking."""
        with suppress(LostLease), self._store.begin() as tx:
            tx.work.finish(lease, self._clock(), None)

    def _refuse_second(
        self, event: Event, record: MeetingRecord | None, meeting_id: str, now: datetime
    ) -> None:
        if record is None or record.state not in ("made", "replaced"):
            return
        if record.state == "made" and record.meeting_id == meeting_id:
            raise InputError(f"that is the meeting of event {event.id} already")
        held = self._conference.find(record.tag, record.meeting_id, around(event, now))
        if held is not None and held.state is not MeetingState.EXPIRED:
            which = f"number {held.number}" if held.number else f"id {held.id}"
            raise InputError(
                f"event {event.id} has a meeting in Webex ({which}), and it has one meeting only: delete that one in Webex "
                "first"
            )

    def _keep(self, lease: Lease, event: Event, found: Meeting, incarnation: int, tag: str) -> None:
        kind = found.kind or MeetingKind.MEETING.value
        plain = kind == MeetingKind.MEETING.value
        record = MeetingRecord(
            event_id=event.id,
            meeting_id=found.id,
            tag=tag,
            incarnation=incarnation,
            number=found.number,
            web_link=found.web_link,
            password=found.password,
            state="made",
            kind=kind,
            registration=plain or found.registration is not False,
            host_email=found.host_email,
        )
        key, now = op_key(event.id, incarnation), self._clock()
        words = "taken over by a person"
        with self._store.begin(lease, now) as tx:
            owner = tx.meetings.event_of(found.id)
            if owner is not None and owner != event.id:
                raise InputError(f"that meeting has just become the one of event {owner}")
            tx.meetings.save(record)
            tx.registrations.drop(event.id, list(tx.registrations.of(event.id)))
            tx.intents.put(
                Intent(key, event.id, "meeting.adopt", "", "done", 0, now, remote_id=found.id, detail=words)
            )
            tx.audit.add(AuditLine(now, event.id, "organiser", "meeting.adopt", found.number or "", words))
            tx.work.finish(lease, now, None)


def _refuse_unfit(event: Event, now: datetime) -> None:
    if event.state is not EventState.PUBLISHED:
        raise InputError(f"event {event.id} is {event.state.value}: only a published event has a meeting")
    if not event.online:
        raise InputError(f"event {event.id} is in the room only: it needs no meeting")
    if over(event, now):
        raise InputError(f"event {event.id} is over")


def _refuse_time(event: Event, found: Meeting, move: bool) -> None:
    if found.state is MeetingState.EXPIRED:
        raise InputError("that meeting is over in Webex")
    assert event.ends is not None
    if move or (found.starts, found.ends) == (event.starts.instant, event.ends.instant):
        return
    theirs = f"{found.starts:%Y-%m-%d %H:%M} to {found.ends:%H:%M} UTC"
    ours = f"{event.starts.instant:%Y-%m-%d %H:%M} to {event.ends.instant:%H:%M} UTC"
    raise InputError(
        f"that meeting is from {theirs}, event {event.id} from {ours}: is it the right one? --move moves the meeting to "
        "the event's time"
    )
