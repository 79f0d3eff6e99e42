"""A registrant's own page: what it shows, and what the person changes there. Nothing is pushed from here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.own_page import OwnState, OwnView, own_view
from hybrid_sync.domain.people import Mode, Registrant, RegistrantStatus
from hybrid_sync.ports import AuditLine, Clock, Store, Transaction


@dataclass(frozen=True)
class Own:
    """What stands behind a link at this moment."""

    event: Event
    person: Registrant
    view: OwnView


class OwnPage:
    """Shows people their registration, and lets them withdraw it or switch between room and online.

    A change is one transaction: the row, its audit line, and a wake-up, so that the worker sends the cancellation or
    the update. Asked for once more, it changes nothing. All raise NotFound for somebody who is not known any more.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def look(self, registrant_id: str, generation: int) -> Own:
        with self._store.read() as tx:
            return self._own(tx, tx.people.get(registrant_id), generation)

    def withdraw(self, registrant_id: str, generation: int) -> Own:
        """Take the registration back, where it is still there and the link still counts."""
        return self._change(
            registrant_id,
            generation,
            "registrant.withdrawn",
            lambda own: (
                replace(own.person, status=RegistrantStatus.WITHDRAWN)
                if own.view.may_withdraw
                else own.person
            ),
        )

    def switch(self, registrant_id: str, generation: int, mode: Mode) -> Own:
        """Take part in the other way, where there is one to choose."""
        return self._change(
            registrant_id,
            generation,
            "registrant.switch",
            lambda own: replace(own.person, mode=mode) if own.view.switch_to is mode else own.person,
        )

    def _change(
        self, registrant_id: str, generation: int, what: str, changed: Callable[[Own], Registrant]
    ) -> Own:
        with self._store.begin() as tx:
            own = self._own(tx, tx.people.get(registrant_id), generation)
            after = changed(own)
            if after == own.person:
                return own
            now = self._clock()
            tx.people.save([after])
            tx.audit.add(AuditLine(now, own.event.id, "registrant", what, after.id, ""))
            tx.work.wake(own.event.id, now)
            return self._own(tx, after, generation)

    def _own(self, tx: Transaction, person: Registrant, generation: int) -> Own:
        event = tx.events.get(person.event_id)
        now = self._clock()
        view = own_view(event, person, generation, now, room_full=False)
        # The list is only read where it matters: it may be long.
        if view.state is OwnState.COMING and view.switch_to is Mode.ROOM and _somebody_waits(tx, event):
            view = own_view(event, person, generation, now, room_full=True)
        return Own(event, person, view)


def _somebody_waits(tx: Transaction, event: Event) -> bool:
    return any(person.status is RegistrantStatus.WAITLISTED for person in tx.people.of(event.id))
