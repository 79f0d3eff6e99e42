"""After a restore: note it, and let no event touch the outside before it is known which of the two is newer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.invitations import EVERYBODY
from hybrid_sync.domain.plan import Change, Hold
from hybrid_sync.domain.restored import (
    COPY,
    Doubt,
    Restored,
    asked,
    doubts,
    marks,
    sequence_floor,
    spoken,
)
from hybrid_sync.errors import UnsafePlan
from hybrid_sync.ports import NO_EVENT, AuditLine, Store, Transaction
from hybrid_sync.sync.outcome import Outcome, Pass

NAME = "restored"

KIND = "store.restored"

LOOKED_AT = ("meeting", "registrants", "calendar", "publishing")
"""The steps whose outside can be asked what it holds. A mail that went out can be asked nowhere."""

UNSPOKEN = f"this database is {COPY}. Nothing is done before somebody types hybrid-sync db restored"


class Looks(Protocol):
    """A step of the pass, as far as it only looks."""

    @property
    def name(self) -> str: ...

    def plan(self, event: Event, now: datetime, *, force: bool = False) -> Sequence[Change]: ...


def note_restore(store: Store, now: datetime) -> Sequence[Event]:
    """Write down that the database was put back just now, and wake what is published; gives those events.

    One transaction, and the same end when it is run again: what is open stays open, and what people are still to be told
    stays so. Run with no worker at work.
    """
    with store.begin() as tx:
        coming = tx.events.ending_since(now)
        newest = max((_newest(tx, event.id) for event in coming), default=-1)
        floor = sequence_floor(now, newest)
        for event in coming:
            earlier = tx.restores.get(event.id)
            before = marks(event) if event.state is EventState.PUBLISHED else ()
            told_from = earlier.told_from if earlier else {}
            tx.restores.put(Restored(event.id, now, floor, before, told_from))
        published = [event for event in coming if event.state is EventState.PUBLISHED]
        for event in published:
            tx.work.wake(event.id, now)
        tx.home.settle()
        words = (
            f"put back from a backup; {len(published)} coming events are looked at before anything is changed"
        )
        tx.audit.add(AuditLine(now, NO_EVENT, "organiser", KIND, "database", words))
    return published


def _newest(tx: Transaction, event_id: str) -> int:
    return max((message.sequence for message in tx.messages.latest(event_id).values()), default=-1)


@dataclass(frozen=True)
class _Look:
    restored: Restored
    doubts: Sequence[Doubt]
    question: str
    told: frozenset[str] = frozenset()
    """Who may have been told something that the ledger does not know of, by registrant id or EVERYBODY."""


class AfterRestore:
    """Stands before the steps of a pass. What it asks keeps the whole event as it is, mails included.

    Level-triggered: it asks at every pass until the outside is in line with the record, a person has changed the record
    where the two differ, or has forced the pass.
    """

    name = NAME

    def __init__(self, store: Store, steps: Sequence[Looks]) -> None:
        self._store = store
        self._steps = [step for step in steps if step.name in LOOKED_AT]

    def plan(self, event: Event, now: datetime, *, force: bool = False) -> Sequence[Change]:
        unspoken, restored = self._remembered(event)
        if unspoken:
            return [Hold(KIND, event.id, UNSPOKEN)]
        look = None if force or restored is None else self._look(event, restored, now)
        return [Hold(KIND, event.id, look.question)] if look is not None and look.doubts else []

    def run(self, event: Event, work: Pass) -> Sequence[Outcome]:
        """Empty when the steps may go on."""
        unspoken, restored = self._remembered(event)
        if unspoken:
            return [Outcome(KIND, event.id, "later", UNSPOKEN, ask=NAME)]
        if restored is None:
            return []
        look = self._look(event, restored, work.clock())
        opens = work.force or not look.doubts
        told_from = {**look.restored.told_from, **dict.fromkeys(look.told, look.restored.floor)}
        kept = replace(look.restored, before=() if opens else look.restored.before, told_from=told_from)
        if kept != look.restored:
            with work.begin() as tx:
                tx.restores.put(kept)
                if look.doubts:
                    words = "a person has decided for the record" if opens else "; ".join(_words(look.doubts))
                    work.audit(tx, Change(KIND, event.id, ""), words)
        return [] if opens else [Outcome(KIND, event.id, "attention", look.question, ask=NAME)]

    def _remembered(self, event: Event) -> tuple[bool, Restored | None]:
        """Whether this is a copy of which nobody has said so, and the restore while the event is still to be looked at."""
        with self._store.read() as tx:
            unspoken, restored = tx.home.is_copy(), tx.restores.get(event.id)
        return unspoken, restored if restored is not None and restored.is_open else None

    def _look(self, event: Event, restored: Restored, now: datetime) -> _Look:
        with self._store.read() as tx:
            meeting = tx.meetings.get(event.id)
            registered = frozenset(tx.registrations.of(event.id))
        anew = meeting is not None and meeting.state == "replaced"
        if event.state is not EventState.PUBLISHED:
            # Changed by a person since: an event that was not published then is not looked at.
            return _Look(restored, (), "")
        changes: list[Change] = []
        found: list[Doubt] = []
        for step in self._steps:
            if step.name == "registrants" and any(one.kind == "meeting.create" for one in changes):
                continue  # no list without a meeting
            try:
                changes += step.plan(event, now)
            except UnsafePlan as error:
                found.append(Doubt(str(error)))
        found += doubts(
            event,
            changes,
            spoken(event, restored.before),
            registered=registered,
            ignored=meeting.ignored if meeting is not None else (),
            anew=anew,
        )
        made = meeting is not None and meeting.state == "made"
        told = {who for doubt in found for who in doubt.told} | ({EVERYBODY} if anew else set())
        return _Look(restored, found, asked(event, found, changes, made=made), frozenset(told))


def _words(found: Sequence[Doubt]) -> list[str]:
    return [doubt.words for doubt in found]
