"""Who is to go out of one event, and what has to happen before: read from the open wishes, nothing is changed.

A wish is an intent that names nobody: the mark of an address, or the whole event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.ledger import Message, by_registrant
from hybrid_sync.domain.people import Registrant, email_key
from hybrid_sync.domain.plan import Change, Hold
from hybrid_sync.domain.programme import programme_addresses, still_needed
from hybrid_sync.domain.retention import (
    KIND,
    Marker,
    Veil,
    over_at,
    pseudonym,
    untold,
    waits_no_longer,
)
from hybrid_sync.ports import Intent, Store

FORCED = "forced"
"""Noted with an intent that is not to wait for anything outside."""


def erasure_key(event_id: str, mark: str) -> str:
    """The intent of one person's erasure from one event."""
    return f"privacy.erase:{event_id}:{mark}"


def retention_key(event_id: str) -> str:
    """The intent of taking everybody out of an event whose time is over."""
    return f"privacy.retention:{event_id}"


@dataclass(frozen=True)
class Wish:
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


class Looking:
    """Finds the wishes of an event, and whom each is about.

    `marker` recognises addresses; `salt` makes marks for people whose time is over, which nobody has to recognise.
    `roles` are those of staff and of the room's devices (Veil.roles). `cohosts` are addresses that the settings make
    co-hosts of every meeting.
    """

    def __init__(
        self, store: Store, marker: Marker, salt: Marker, roles: Mapping[str, str], cohosts: Sequence[str]
    ) -> None:
        self._store = store
        self._marker = marker
        self._salt = salt
        self._roles = roles
        self._cohosts = frozenset(map(email_key, cohosts))

    def __call__(self, event: Event, now: datetime) -> list[Wish]:
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
    ) -> Wish:
        if intent.op_key == retention_key(event.id):
            names = {address: pseudonym(self._salt.mark(address)) for address in held}
            veil = Veil(names, self._salt.mark, everybody=True, roles=roles)
            return Wish(intent, held, tuple(people), veil, None)
        marks = _marks(intent)
        addresses = frozenset(one for one in held if marks.intersection(self._marker.marks(one)))
        veil = Veil(dict.fromkeys(addresses, pseudonym(intent.request_hash)), self._marker.mark, roles=roles)
        theirs = tuple(person for person in people if person.key in addresses)
        if now >= over_at(event) or _is_forced(intent):
            return Wish(intent, addresses, theirs, veil, None)
        runs_it = still_needed(event, addresses, self._cohosts, intent.request_hash)
        if runs_it is not None:
            return Wish(intent, addresses, theirs, veil, runs_it, asks=True)
        waits = None if gives_up(intent, now) else _waits_for(theirs, addresses, rows)
        return Wish(intent, addresses, theirs, veil, waits)


def _marks(intent: Intent) -> set[str]:
    return {intent.request_hash, *(intent.detail or "").split()} - {FORCED}


def _is_forced(intent: Intent) -> bool:
    return FORCED in (intent.detail or "").split()


def gives_up(intent: Intent, now: datetime) -> bool:
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
