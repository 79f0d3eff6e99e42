"""Who was asked to be erased, and whose time is over, goes out of one event: outside first, then all rows at once.

The wish is an intent that names nobody: the mark of an address, or the whole event. Nothing is deleted here before it is
gone outside, because afterwards nobody would know whom to look for there. Every part may be done twice, so that a death
at any point is made good by the next pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.ledger import Message, by_registrant
from hybrid_sync.domain.people import Registrant, RegistrantStatus, email_key
from hybrid_sync.domain.plan import Change, Hold, in_batches
from hybrid_sync.domain.programme import programme_addresses, still_needed
from hybrid_sync.domain.registrants import MeetingRegistrant
from hybrid_sync.domain.retention import (
    KIND,
    Marker,
    Veil,
    over_at,
    pseudonym,
    untold,
    waits_no_longer,
)
from hybrid_sync.errors import Gone, ProviderError, Refused
from hybrid_sync.ports import Intent, MeetingRegistrants, MeetingStaff, Store, Transaction
from hybrid_sync.sync.outcome import Outcome, Pass, failed, question

RECORD = "parts of the record"
"""What `Privacy.scrub` calls changes of the event's own record."""

FORCED = "forced"
"""Noted with an intent that is not to wait for anything outside."""


def erasure_key(event_id: str, mark: str) -> str:
    """The intent of one person's erasure from one event."""
    return f"privacy.erase:{event_id}:{mark}"


def retention_key(event_id: str) -> str:
    """The intent of taking everybody out of an event whose time is over."""
    return f"privacy.retention:{event_id}"


@dataclass(frozen=True)
class _Wish:
    """One intent and whom it is about. `waits` says what has to happen first; None when it may be done now. With `asks`
    it is a person who has to do that.
    """

    intent: Intent
    addresses: frozenset[str]
    people: tuple[Registrant, ...]
    veil: Veil
    waits: str | None
    asks: bool = False

    @property
    def target(self) -> str:
        return self.intent.event_id if self.veil.everybody else f"erasure {self.intent.request_hash[:12]}"

    @property
    def change(self) -> Change:
        reason = "kept long enough" if self.veil.everybody else "asked to be erased"
        if self.waits is not None:
            return Hold(KIND, self.target, self.waits)
        return Change(KIND, self.target, reason)


class EraseStep:
    """The last step of a pass: what the others take back outside for people who withdrew is taken back by then.

    `marker` recognises addresses; `salt` makes marks for people whose time is over, which nobody has to recognise.
    `roles` are those of staff and of the room's devices (Veil.roles). `cohosts` are addresses that the settings make
    co-hosts of every meeting.
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
        self._cohosts = frozenset(map(email_key, cohosts))
        self._marker = marker
        self._salt = salt
        self._roles = roles

    def plan(self, event: Event, now: datetime, *, force: bool = False) -> Sequence[Change]:
        return [wish.change for wish in self._look(event, now)]

    def run(self, event: Event, work: Pass) -> Sequence[Outcome]:
        return [self._fulfil(event, work, wish) for wish in self._look(event, work.clock())]

    # --- looking ---

    def _look(self, event: Event, now: datetime) -> list[_Wish]:
        with self._store.read() as tx:
            intents = [one for one in tx.intents.pending(event.id) if one.kind == KIND]
            if not intents:
                return []
            held, people = tx.privacy.addresses(event.id), tx.people.of(event.id)
            staff = dict.fromkeys(tx.meeting_staff.of(event.id), "cohost")
            roles = dict.fromkeys(programme_addresses(event), "cohost") | staff | dict(self._roles)
            rows = by_registrant(tx.messages.of(event.id))
        return [self._wish(event, intent, held, people, rows, roles, now) for intent in intents]

    def _wish(
        self,
        event: Event,
        intent: Intent,
        held: frozenset[str],
        people: Sequence[Registrant],
        rows: Mapping[str, Sequence[Message]],
        roles: Mapping[str, str],
        now: datetime,
    ) -> _Wish:
        if intent.op_key == retention_key(event.id):
            names = {address: pseudonym(self._salt.mark(address)) for address in held}
            veil = Veil(names, self._salt.mark, everybody=True, roles=roles)
            return _Wish(intent, held, tuple(people), veil, None)
        marks = _marks(intent)
        addresses = frozenset(one for one in held if marks.intersection(self._marker.marks(one)))
        veil = Veil(dict.fromkeys(addresses, pseudonym(intent.request_hash)), self._marker.mark, roles=roles)
        theirs = tuple(person for person in people if person.key in addresses)
        if now >= over_at(event) or _is_forced(intent):
            return _Wish(intent, addresses, theirs, veil, None)
        runs_it = still_needed(event, addresses, self._cohosts, intent.request_hash)
        if runs_it is not None:
            return _Wish(intent, addresses, theirs, veil, runs_it, asks=True)
        waits = None if _gives_up(intent, now) else _waits_for(theirs, addresses, rows)
        return _Wish(intent, addresses, theirs, veil, waits)

    # --- acting ---

    def _fulfil(self, event: Event, work: Pass, wish: _Wish) -> Outcome:
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
            if not (hopeless or _gives_up(wish.intent, now)):
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

    def _withdraw(self, work: Pass, wish: _Wish) -> None:
        """Somebody may have approved them since they asked."""
        back = [person for person in wish.people if person.is_coming]
        if back:
            with work.begin() as tx:
                withdraw(tx, back)

    def _remove_outside(self, event: Event, wish: _Wish) -> None:
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

    def _links_left(self, event_id: str, wish: _Wish) -> str:
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


def _theirs(seen: Sequence[MeetingRegistrant], wish: _Wish, ours: set[str]) -> list[MeetingRegistrant]:
    return [one for one in seen if one.key in wish.addresses or (wish.veil.everybody and one.id in ours)]


def _marks(intent: Intent) -> set[str]:
    return {intent.request_hash, *(intent.detail or "").split()} - {FORCED}


def _is_forced(intent: Intent) -> bool:
    return FORCED in (intent.detail or "").split()


def _gives_up(intent: Intent, now: datetime) -> bool:
    return _is_forced(intent) or waits_no_longer(intent.sent_at, now)


def _waits_for(
    theirs: Sequence[Registrant], addresses: frozenset[str], rows: Mapping[str, Sequence[Message]]
) -> str | None:
    """What is to happen before somebody can be taken out of an event to come."""
    if any(person.is_coming for person in theirs):
        return "waits until they are withdrawn"
    if any(untold(rows.get(person.id, ())) for person in theirs):
        return "waits until the cancellation has gone out"
    # An address that they have no more: its own cancellation follows the change.
    for told in rows.values():
        live = [row for row in told if row.state.value != "superseded"]
        if live and live[-1].email.strip().casefold() in addresses and untold(live):
            return "waits until the cancellation has gone out"
    return None
