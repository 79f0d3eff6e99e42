"""What organisers change about registrants. One transaction each: the change, its audit line, and a wake-up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from hybrid_sync.domain.ledger import MessageState, Method
from hybrid_sync.domain.people import (
    Mode,
    NewPerson,
    Registrant,
    RegistrantStatus,
    email_key,
    is_email_address,
    known_registrant,
    new_registrant,
)
from hybrid_sync.errors import InputError, NotFound
from hybrid_sync.ports import AuditLine, Clock, Store, Transaction


@dataclass(frozen=True)
class Registered:
    """What came of registering people. `gone` are those who withdrew earlier and were left withdrawn, `erased` the
    addresses of people who asked to be erased: they are not taken.
    """

    new: tuple[Registrant, ...] = ()
    changed: tuple[Registrant, ...] = ()
    unchanged: int = 0
    gone: tuple[Registrant, ...] = ()
    erased: tuple[str, ...] = ()


class RegistrantDesk:
    """The desk for registrants. `actor` names who did it in the audit trail; `new_id` makes ids of registrants."""

    def __init__(
        self, store: Store, clock: Clock, new_id: Callable[[], str], *, actor: str = "organiser"
    ) -> None:
        self._store = store
        self._clock = clock
        self._new_id = new_id
        self._actor = actor

    def register(
        self,
        event_id: str,
        people: Iterable[NewPerson],
        *,
        approve: bool = True,
        again: bool = False,
        after_erasure: bool = False,
    ) -> Registered:
        """Add people, or change what is known of them; nobody is removed. Raises InputError for a bad address.

        Somebody who withdrew stays withdrawn when an old list is read once more; with `again` (the person asks for it)
        they are back, as a new incarnation, so that calendars see a new entry. Somebody who was erased is not taken;
        with `after_erasure` (the person asks for it) they are, and are known again from then on.
        """
        people = list(people)
        new: list[Registrant] = []
        changed: list[Registrant] = []
        gone: list[Registrant] = []
        refused: list[str] = []
        unchanged = 0
        with self._store.begin() as tx:
            tx.events.get(event_id)
            known = {person.key: person for person in tx.people.of(event_id)}
            erased = set(tx.tombstones.among([person.email for person in people]))
            if erased and after_erasure:
                self._bring_back(tx, erased)
                erased = set()
            for person in people:
                if not is_email_address(person.email.strip()):
                    raise InputError(f"'{person.email}' is not an e-mail address")
                if email_key(person.email) in erased:
                    refused.append(person.email.strip())
                    continue
                before = known.get(email_key(person.email))
                if before is not None and before.status is RegistrantStatus.WITHDRAWN and not again:
                    gone.append(before)
                    continue
                after = self._registered(event_id, person, before, approve)
                known[after.key] = after
                if before is None:
                    new.append(after)
                elif before != after:
                    changed.append(after)
                else:
                    unchanged += 1
            tx.people.save([*new, *changed])
            if new or changed:
                self._note(tx, event_id, "registrants.add", f"{len(new)} new, {len(changed)} changed")
        return Registered(tuple(new), tuple(changed), unchanged, tuple(gone), tuple(refused))

    def _bring_back(self, tx: Transaction, emails: Iterable[str]) -> None:
        """Raises InputError while they are still being erased somewhere: what is said now would be erased too."""
        for email in emails:
            if any(tx.privacy.events_of([email])):
                raise InputError(
                    f"{email} is still being erased: run hybrid-sync sync, and register them when privacy export shows "
                    "nothing any more"
                )
            tx.tombstones.drop(email)

    def _registered(
        self, event_id: str, person: NewPerson, before: Registrant | None, approve: bool
    ) -> Registrant:
        status = RegistrantStatus.APPROVED if approve else RegistrantStatus.PENDING
        if before is None:
            return new_registrant(event_id, person, self._new_id(), status, self._clock())
        return known_registrant(person, before, status)

    def set_status(self, event_id: str, email: str, status: RegistrantStatus) -> Registrant:
        """Approve, reject or withdraw somebody. Raises NotFound."""
        return self._change_person(event_id, email, f"registrant.{status.value}", status=status)

    def switch(self, event_id: str, email: str, mode: Mode) -> Registrant:
        """Move somebody between room and online. Raises NotFound."""
        return self._change_person(event_id, email, "registrant.switch", mode=mode)

    def readdress(self, event_id: str, email: str, new: str) -> Registrant:
        """Give somebody another address. The old one loses calendar entry and join link, the new one gets its own.

        Raises NotFound, and InputError for an address that is none or belongs to somebody else at this event, and for
        somebody who asked to be erased.
        """
        new = new.strip()
        if not is_email_address(new):
            raise InputError(f"'{new}' is not an e-mail address")
        with self._store.begin() as tx:
            tx.events.get(event_id)
            person = self._person(tx, event_id, email)
            other = tx.people.find(event_id, new)
            if other is not None and other.id != person.id:
                raise InputError(f"{new} is registered for event {event_id} already ({other.status.value})")
            if person.email == new:
                return person
            if tx.tombstones.among([person.email, new]):
                # Under another address whoever is being erased would not be recognised, and would stay.
                raise InputError(
                    f"the person behind {person.email} or {new} asked to be erased, and is not given another address"
                )
            after = replace(
                person,
                email=new,
                # A new object for the new calendar (calendar.md G31), and a link that the old address does not know.
                incarnation=person.incarnation + 1,
                link_generation=person.link_generation + 1,
            )
            tx.people.save([after])
            self._note(tx, event_id, "registrant.readdress", f"{person.id} has another address")
        return after

    def invite_again(self, event_id: str, email: str) -> Registrant:
        """Forget that the address took no mail: the next sync writes the person once more.

        Raises NotFound, and InputError for somebody whose mail was not refused and did not come back.
        """
        with self._store.begin() as tx:
            tx.events.get(event_id)
            person = self._person(tx, event_id, email)
            rows = [row for row in tx.messages.of(event_id, person.id) if row.method is not Method.NONE]
            if not rows or rows[-1].state is not MessageState.REFUSED:
                raise InputError(f"the last mail to {person.email} was neither refused nor came back")
            tx.messages.mark(rows[-1], MessageState.SUPERSEDED, self._clock(), "to be sent again")
            self._note(tx, event_id, "registrant.resend", person.id)
        return person

    def revoke_link(self, event_id: str, email: str) -> Registrant:
        """End somebody's join link; the next sync mails them another one.

        Raises NotFound, and InputError for somebody who has none.
        """
        with self._store.begin() as tx:
            tx.events.get(event_id)
            person = self._person(tx, event_id, email)
            if not person.is_coming or person.mode is not Mode.ONLINE:
                how = person.mode.value if person.is_coming else person.status.value
                raise InputError(f"{person.email} has no join link ({how})")
            after = replace(person, link_generation=person.link_generation + 1)
            tx.people.save([after])
            self._note(tx, event_id, "registrant.revoke", person.id)
        return after

    def _person(self, tx: Transaction, event_id: str, email: str) -> Registrant:
        person = tx.people.find(event_id, email)
        if person is None or person.is_erased:
            raise NotFound(f"nobody with the address {email} is registered for event {event_id}")
        return person

    def _change_person(self, event_id: str, email: str, what: str, **changes: object) -> Registrant:
        with self._store.begin() as tx:
            tx.events.get(event_id)
            person = self._person(tx, event_id, email)
            after = replace(person, **changes)  # type: ignore[arg-type]
            if after.status is RegistrantStatus.APPROVED and person.status is RegistrantStatus.WITHDRAWN:
                after = replace(
                    after, incarnation=person.incarnation + 1, link_generation=person.link_generation + 1
                )
            if after != person:
                tx.people.save([after])
                self._note(tx, event_id, what, person.id)
        return after

    def _note(self, tx: Transaction, event_id: str, what: str, detail: str) -> None:
        now = self._clock()
        tx.audit.add(AuditLine(now, event_id, self._actor, what, event_id, detail))
        tx.work.wake(event_id, now)
