"""Who was asked to be erased, and whose time is over, goes out of one event: outside first, then all rows at once.

Nothing is deleted here before it is gone outside, because afterwards nobody would know whom to look for there. Every part
may be done twice, so that a death at any point is made good by the next pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.people import Registrant, RegistrantStatus
from hybrid_sync.domain.plan import Change, in_batches
from hybrid_sync.domain.programme import programme_addresses
from hybrid_sync.domain.registrants import MeetingRegistrant
from hybrid_sync.domain.retention import KIND, Marker, over_at
from hybrid_sync.errors import Gone, ProviderError, Refused
from hybrid_sync.ports import MeetingRegistrants, MeetingStaff, Store, Transaction
from hybrid_sync.sync.erase_look import Looking, Wish, gives_up
from hybrid_sync.sync.outcome import Outcome, Pass, failed, question

RECORD = "parts of the record"
"""What `Privacy.scrub` calls changes of the event's own record."""


class EraseStep:
    """The last step of a pass: what the others take back outside for people who withdrew is taken back by then.

    `marker`, `salt`, `roles` and `cohosts` are those of erase_look.Looking.
    """

    name = "privacy"

    def __init__(
        self,
        store: Store,
        registrants: MeetingRegistrants,
        staff: MeetingStaff,
        marker: Marker,
        salt: Marker,
        roles: Mapping[str, str],
        cohosts: Sequence[str] = (),
    ) -> None:
        self._store = store
        self._registrants = registrants
        self._staff = staff
        self._looking = Looking(store, marker, salt, roles, cohosts)

    def plan(self, event: Event, now: datetime, *, force: bool = False) -> Sequence[Change]:
        return [wish.change for wish in self._looking(event, now)]

    def run(self, event: Event, work: Pass) -> Sequence[Outcome]:
        return [self._fulfil(event, work, wish) for wish in self._looking(event, work.clock())]

    def _fulfil(self, event: Event, work: Pass, wish: Wish) -> Outcome:
        now = work.clock()
        if wish.waits is not None:
            self._withdraw(work, wish)
            if wish.asks:
                ask = question(KIND, wish.target)
                return Outcome(KIND, wish.target, "attention", wish.waits, ask=ask)
            return Outcome(KIND, wish.target, "held", wish.waits)
        left = self._links_left(event.id, wish)
        try:
            self._remove_outside(event, wish)
        except ProviderError as error:
            hopeless = wish.veil.everybody and isinstance(error, Refused)
            if not (hopeless or gives_up(wish.intent, now)):
                return failed(work, wish.change, error)
            left += f"; Webex still has them: {error}"
        with work.begin() as tx:
            counts = tx.privacy.scrub(event.id, wish.veil, now)
            told = ", ".join(f"{count} {name}" for name, count in counts.items()) or "nothing was held"
            tx.intents.put(replace(wish.intent, state="done", detail=told))
            work.audit(tx, wish.change, told + left)
            if RECORD in counts and now < over_at(event):
                # The programme of an event to come: entry, meeting and feeds follow.
                work.audit(tx, Change("event.edit", event.id, ""), "programme")
                tx.work.wake(event.id, now)
        return Outcome(KIND, wish.target, "done", told + left)

    def _withdraw(self, work: Pass, wish: Wish) -> None:
        """Somebody may have approved them since they asked."""
        back = [person for person in wish.people if person.is_coming]
        if back:
            with work.begin() as tx:
                withdraw(tx, back)

    def _remove_outside(self, event: Event, wish: Wish) -> None:
        """Their registrations and roles in the event's meeting, past or to come. A meeting that is gone has none.

        Raises the first error (ProviderError); what was removed before it is gone at the next look.
        """
        with self._store.read() as tx:
            record, ours = tx.meetings.get(event.id), set(tx.registrations.of(event.id).values())
            roles = frozenset(tx.meeting_staff.of(event.id)) | programme_addresses(event)
        if record is None or record.state != "made" or not wish.addresses:
            return
        try:
            if record.registration:
                seen = self._registrants.listed(record.meeting_id, sorted(wish.addresses))
                for batch in in_batches(_theirs(seen, wish, ours), self._registrants.batch_size):
                    for error in self._registrants.remove(record.meeting_id, batch).values():
                        raise error
            if roles & wish.addresses:
                for invitee in self._staff.listed(record.meeting_id):
                    if invitee.key in roles & wish.addresses:
                        self._staff.remove(record.meeting_id, invitee.id)
        except Gone:
            return

    def _links_left(self, event_id: str, wish: Wish) -> str:
        """Webex has no call that ends somebody's own link into a webinar, or forgets whose it is (webex.md 2.3)."""
        theirs = {person.id for person in wish.people}
        with self._store.read() as tx:
            record, links = tx.meetings.get(event_id), tx.sources.of(event_id)
        if record is None or record.state != "made" or record.registration:
            return ""
        left = sum(
            bool(one.link) and one.meeting_id == record.meeting_id and key in theirs
            for key, one in links.items()
        )
        return (
            f"; {left} own links into the webinar stay in Webex, which has no call that ends one"
            if left
            else ""
        )


def withdraw(tx: Transaction, people: Sequence[Registrant]) -> None:
    """They come no more, and none of their links works."""
    tx.people.save(
        [
            replace(one, status=RegistrantStatus.WITHDRAWN, link_generation=one.link_generation + 1)
            for one in people
        ]
    )


def _theirs(seen: Sequence[MeetingRegistrant], wish: Wish, ours: set[str]) -> list[MeetingRegistrant]:
    return [one for one in seen if one.key in wish.addresses or (wish.veil.everybody and one.id in ours)]
