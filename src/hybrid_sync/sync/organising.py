"""What organisers and registrants change here. One transaction each: the change, its audit line, and a wake-up.

Nothing is pushed from here: the event is made due, and the worker (or `hybrid-sync sync`) closes the difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from hybrid_sync.domain.events import Event, EventState, problems_before_publishing
from hybrid_sync.domain.localtime import LocalTime, local_of
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

__all__ = ["NewPerson", "Organising", "Registered", "local_after"]


@dataclass(frozen=True)
class Registered:
    """What came of registering people. `gone` are those who withdrew earlier and were left withdrawn."""

    new: tuple[Registrant, ...] = ()
    changed: tuple[Registrant, ...] = ()
    unchanged: int = 0
    gone: tuple[Registrant, ...] = ()


class Organising:
    """The organiser's desk. `actor` names who did it in the audit trail; `new_id` makes ids of registrants."""

    def __init__(
        self, store: Store, clock: Clock, new_id: Callable[[], str], *, actor: str = "organiser"
    ) -> None:
        self._store = store
        self._clock = clock
        self._new_id = new_id
        self._actor = actor

    # --- events ---

    def import_event(self, event: Event) -> tuple[Event, bool]:
        """Store a record; one that is there already is changed, keeping its state. True when anything is new.

        Raises InputError when a published event would become unfit.
        """
        with self._store.begin() as tx:
            known = self._known(tx, event.id)
            if known is None:
                tx.events.save(event)
                self._note(tx, event.id, "event.import", event.title)
                return event, True
            same = replace(event, state=known.state, generation=known.generation, source=known.source)
            if same == known:
                return known, False
            changed = replace(event, state=known.state, generation=known.generation + 1)
            self._refuse_unfit(changed)
            self._save(tx, changed, "event.import", "the record changed")
            return changed, True

    def edit(self, event_id: str, **changes: object) -> Event:
        """Change fields of the record; raises InputError when a published event would become unfit."""
        with self._store.begin() as tx:
            event = tx.events.get(event_id).changed(**changes)
            self._refuse_unfit(event)
            self._save(tx, event, "event.edit", ", ".join(sorted(changes)))
        return event

    def publish(self, event_id: str, *, anew: bool = False) -> Event:
        """Let the event be pushed. `anew` gives up the meeting that there is (it is taken back) or was, so that a new one is made.

        Raises InputError with everything that is missing.
        """
        with self._store.begin() as tx:
            event = tx.events.get(event_id)
            problems = problems_before_publishing(event)
            if problems:
                raise InputError(problems)
            record = tx.meetings.get(event_id)
            if anew and record is not None and record.state == "made":
                tx.meetings.save(replace(record, state="replaced", recreations=0, recreated_at=None))
                tx.registrations.drop(event_id, list(tx.registrations.of(event_id)))
            if event.state is not EventState.PUBLISHED:
                event = event.changed(state=EventState.PUBLISHED)
            self._save(tx, event, "event.publish", "anew" if anew else "")
        return event

    def reschedule(self, event_id: str, starts: LocalTime, ends: LocalTime | None = None) -> Event:
        """Move the event; without `ends` it keeps its real length. Raises InputError, TimeError."""
        with self._store.begin() as tx:
            event = tx.events.get(event_id)
            if ends is None and event.ends is not None:
                # Elapsed time, not wall time: an event moved over a change night stays as long as it was.
                ends = local_after(starts, event.duration)
            event = event.changed(starts=starts, ends=ends)
            self._refuse_unfit(event)
            self._save(
                tx, event, "event.reschedule", f"{starts.isoformat()} to {ends.isoformat() if ends else '?'}"
            )
        return event

    def cancel(self, event_id: str) -> Event:
        """Take the event back wherever it was pushed."""
        with self._store.begin() as tx:
            event = tx.events.get(event_id)
            if event.state is not EventState.CANCELLED:
                event = event.changed(state=EventState.CANCELLED)
                self._save(tx, event, "event.cancel", "")
        return event

    # --- registrants ---

    def register(
        self, event_id: str, people: Iterable[NewPerson], *, approve: bool = True, again: bool = False
    ) -> Registered:
        """Add people, or change what is known of them; nobody is removed. Raises InputError for a bad address.

        Somebody who withdrew stays withdrawn when an old list is read once more; with `again` (the person asks for it)
        they are back, as a new incarnation, so that calendars see a new entry.
        """
        new: list[Registrant] = []
        changed: list[Registrant] = []
        gone: list[Registrant] = []
        unchanged = 0
        with self._store.begin() as tx:
            tx.events.get(event_id)
            known = {person.key: person for person in tx.people.of(event_id)}
            for person in people:
                if not is_email_address(person.email.strip()):
                    raise InputError(f"'{person.email}' is not an e-mail address")
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
        return Registered(tuple(new), tuple(changed), unchanged, tuple(gone))

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
            self._note(tx, event_id, "registrant.revoke", person.email)
        return after

    def _person(self, tx: Transaction, event_id: str, email: str) -> Registrant:
        person = tx.people.find(event_id, email)
        if person is None:
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
                self._note(tx, event_id, what, person.email)
        return after

    # --- shared ---

    def _known(self, tx: Transaction, event_id: str) -> Event | None:
        try:
            return tx.events.get(event_id)
        except NotFound:
            return None

    def _refuse_unfit(self, event: Event) -> None:
        if event.state is EventState.PUBLISHED:
            problems = problems_before_publishing(event)
            if problems:
                raise InputError(problems)

    def _save(self, tx: Transaction, event: Event, what: str, detail: str) -> None:
        tx.events.save(event)
        self._note(tx, event.id, what, detail)

    def _note(self, tx: Transaction, event_id: str, what: str, detail: str) -> None:
        now = self._clock()
        tx.audit.add(AuditLine(now, event_id, self._actor, what, event_id, detail))
        tx.work.wake(event_id, now)


def local_after(starts: LocalTime, length: timedelta) -> LocalTime:
    """The wall time `length` of real time after `starts`."""
    return local_of(starts.instant + length, starts.zone)
