"""A person says who somebody was. One transaction each: the decision, the address learned from it, the audit line."""

from __future__ import annotations

from dataclasses import dataclass

from hybrid_sync.domain.matching import Kind, Participant
from hybrid_sync.domain.participant_codes import codes, named
from hybrid_sync.domain.people import Registrant, is_erased_address
from hybrid_sync.errors import InputError, NotFound
from hybrid_sync.ports import AliasRecord, AuditLine, Clock, MatchRecord, Store, Transaction
from hybrid_sync.sync.attendance_book import AttendanceBook

_MOST_NAMED = 10


@dataclass(frozen=True)
class Chosen:
    """What was decided about `participant`. `person` None: nobody registered. `alias` is an address that was
    remembered for later events, or forgotten again.
    """

    participant: Participant
    person: Registrant | None
    alias: str | None = None


class AttendanceChoices:
    """The desk at which staff settle who was there. `actor` names who did it in the audit trail."""

    def __init__(self, store: Store, book: AttendanceBook, clock: Clock, *, actor: str = "organiser") -> None:
        self._store = store
        self._book = book
        self._clock = clock
        self._actor = actor

    def match(self, event_id: str, who: str, email: str) -> Chosen:
        """`who` was the registrant with that address, at this event; a real address of theirs is remembered.

        An address with which somebody else registered is not: it says who its owner is. Raises NotFound for nobody of
        that name or address, InputError when `who` fits several, or when there is nothing to decide.
        """
        one, code = self._participant(event_id, who)
        with self._store.begin() as tx:
            person = tx.people.find(event_id, email)
            if person is None:
                raise NotFound(f"nobody with the address {email} is registered for event {event_id}")
            if not person.is_coming:
                raise InputError(
                    f"{person.email} is {person.status.value} at event {event_id}: "
                    f"hybrid-sync registrants approve {event_id} {person.email}, or --walk-in"
                )
            now = self._clock()
            tx.matches.put(MatchRecord(event_id, one.key, person.id, self._actor, now))
            known = one.email is None or is_erased_address(one.email) or tx.people.find(event_id, one.email)
            alias = None if known else one.email
            if alias:
                tx.aliases.put(AliasRecord(alias, person.key, event_id, now))
            self._note(tx, event_id, "attendance.match", person.id, code)
        return Chosen(one, person, alias)

    def walk_in(self, event_id: str, who: str) -> Chosen:
        """`who` was nobody who registered. What this event taught about their address is forgotten. Raises as `match`."""
        one, code = self._participant(event_id, who)
        with self._store.begin() as tx:
            tx.matches.put(MatchRecord(event_id, one.key, None, self._actor, self._clock()))
            alias = self._forget(tx, event_id, one, used=False)
            self._note(tx, event_id, "attendance.walk_in", code, code)
        return Chosen(one, None, alias)

    def undo(self, event_id: str, who: str) -> Chosen:
        """Forget what a person decided about `who` here, and the alias that was learned or used here.

        Raises as `match`, and InputError when nothing was decided.
        """
        one, code = self._participant(event_id, who)
        with self._store.begin() as tx:
            decided = tx.matches.drop(event_id, one.key)
            alias = self._forget(tx, event_id, one, used=one.how == "alias")
            if not decided and not alias:
                raise InputError(f"nothing was decided about {one.name} ({code}) at event {event_id}")
            self._note(tx, event_id, "attendance.undo", one.person.id if one.person else code, code)
        return Chosen(one, one.person, alias)

    def _forget(self, tx: Transaction, event_id: str, one: Participant, *, used: bool) -> str | None:
        """Drop the alias of their address when it was learned here, or is `used` here; which address it was."""
        known = tx.aliases.get(one.email) if one.email else None
        if known is None or not (used or known.event_id == event_id):
            return None
        tx.aliases.drop(known.alias_key)
        return known.alias_key

    def _participant(self, event_id: str, who: str) -> tuple[Participant, str]:
        """The one whom `who` names, and their code."""
        everybody = self._book.who(event_id)
        short = codes(everybody)
        found = named(everybody, who)
        if not found:
            raise NotFound(
                f"nobody at event {event_id} is called '{who}': hybrid-sync attendance match {event_id} lists the codes"
            )
        if len(found) > 1:
            listed = ", ".join(short[one.key] for one in found[:_MOST_NAMED])
            raise InputError(
                f"'{who}' fits {len(found)} at event {event_id}: say which one by its code: {listed}"
            )
        [one] = found
        if one.kind is Kind.ROOM_SYSTEM:
            raise InputError(f"{one.name} is a device of the room ([attendance] room_systems), and so nobody")
        if one.how == "code":
            raise InputError(
                f"{one.name} was checked in as a registrant: that is mended at the door, not here"
            )
        return one, short[one.key]

    def _note(self, tx: Transaction, event_id: str, what: str, target: str, code: str) -> None:
        """The audit line, without names and addresses; and a wake-up, because others may be owed something now."""
        now = self._clock()
        tx.audit.add(AuditLine(now, event_id, self._actor, what, target, f"participant {code}"))
        tx.work.wake(event_id, now)
