"""What each registrant should have in their calendar -> mails, one ledger row each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.invitations import (
    NOBODY,
    Facts,
    LinkKind,
    WantedMessage,
    facts_for,
    outdated,
    plan_invitations,
)
from hybrid_sync.domain.ledger import History, Message, Method, by_registrant
from hybrid_sync.domain.people import Mode, Registrant
from hybrid_sync.domain.plan import Change, Hold, in_batches
from hybrid_sync.domain.refusals import may_go_again
from hybrid_sync.ports import Mailer, MeetingRecord, Store
from hybrid_sync.sync.outbox import QUEUED_AT_ONCE, Outbox
from hybrid_sync.sync.outcome import Outcome, Pass
from hybrid_sync.sync.refused_mail import still_refused


class Compose(Protocol):
    """Writes one message: the same input gives the same bytes."""

    def __call__(self, event: Event, wanted: WantedMessage, *, stamp: datetime, message_id: str) -> bytes: ...


@dataclass(frozen=True)
class _Look:
    people: Sequence[Registrant]
    history: History
    facts: Mapping[str, Facts]
    not_ready: Mapping[str, str]
    floor: int
    told_from: Mapping[str, int]
    """What a restore asks of SEQUENCE and of telling again (domain.restored); 0 without one."""
    questions: Mapping[str, str]
    """What stands open before a person, by its name: the server's words are kept until it is settled."""


class InvitationStep:
    """Keeps everybody's calendar in step with the event, and never mails the same thing twice.

    Each message is written down with its bytes before it is sent (outbox.py). `join_link` gives a person's link, or
    None while there is none to give, and is told the one that they have; `link_kind` says what kind of link it is.
    """

    name = "invitations"

    def __init__(
        self,
        store: Store,
        mailer: Mailer,
        compose: Compose,
        join_link: Callable[[Registrant, MeetingRecord | None, str | None], str | None],
        *,
        sender: str,
        link_kind: LinkKind = LinkKind.PERSONAL,
    ) -> None:
        self._store = store
        self._outbox = Outbox(store, mailer, sender, lambda message: message.method is not Method.NONE)
        self._compose = compose
        self._join_link = join_link
        self._link_kind = link_kind

    def plan(self, event: Event, now: datetime, *, force: bool = False) -> Sequence[Change]:
        return self._decide(event, self._look(event), now)

    def run(self, event: Event, work: Pass) -> Sequence[Outcome]:
        self._outbox.take_again(work)
        outcomes: list[Outcome] = []
        # Twice at most: a cancellation to an old address is followed by the invitation to the new one.
        for _ in range(2):
            look = self._look(event)
            changes = self._decide(event, look, work.clock())
            self._write_down(work, event, look, [change for change in changes if change.acts])
            sent, stopped = self._outbox.send(work)
            outcomes += sent
            if stopped or not any(outcome.result in ("done", "refused") for outcome in sent):
                break
        outcomes += self._still_refused(event, look, outcomes, work.clock())
        outcomes += [
            Outcome(change.kind, change.target, "held", change.reason, change.until)
            for change in changes
            if isinstance(change, Hold)
        ]
        return outcomes

    def preview(self, event: Event, person: Registrant, now: datetime) -> bytes:
        """The message that `person` would be sent next, or, when nothing is due, the one they were sent last.

        Raises NotFound when there is neither.
        """
        look = self._look(event)
        changes = self._decide(event, look, now)
        change = next((change for change in changes if change.wanted.person.id == person.id), None)
        if change is not None:
            return self._message(event, change.wanted, now).mime
        with self._store.read() as tx:
            return tx.messages.newest_bytes(person.id)

    # --- looking and deciding ---

    def _look(self, event: Event) -> _Look:
        with self._store.read() as tx:
            people, rows = tx.people.of(event.id), tx.messages.of(event.id)
            record, standing = tx.meetings.get(event.id), tx.registrations.statuses(event.id)
            questions = {item.key: item.message for item in tx.attentions.unsettled(event.id)}
            restored = tx.restores.get(event.id)
        floor, told_from = (restored.floor, restored.told_from) if restored else (0, NOBODY)
        history = by_registrant(row for row in rows if row.method is not Method.NONE)
        facts: dict[str, Facts] = {}
        not_ready: dict[str, str] = {}
        made = record if record is not None and record.state == "made" else None
        for person in people:
            if event.state is not EventState.PUBLISHED or event.ends is None or not person.is_coming:
                continue
            told = history[person.id][-1].facts.join_link if history.get(person.id) else None
            link = self._join_link(person, made, told)
            if link is None and self._link_kind is LinkKind.SHARED:
                # While the meeting is being made anew there is no link; nobody is told so, and then told another.
                link = told
            facts[person.id] = facts_for(event, person, link, self._link_kind)
            if person.mode is Mode.ONLINE and made is None:
                not_ready[person.id] = "waits for the meeting"
            elif person.mode is Mode.ONLINE and standing.get(person.key) != "approved":
                not_ready[person.id] = "waits for the registration in the meeting"
        return _Look(people, history, facts, not_ready, floor, told_from, questions)

    def _decide(self, event: Event, look: _Look, now: datetime) -> list[Change]:
        return plan_invitations(
            event,
            look.people,
            look.history,
            look.facts,
            look.not_ready,
            now,
            floor=look.floor,
            told_from=look.told_from,
        )

    def _still_refused(
        self, event: Event, look: _Look, outcomes: Sequence[Outcome], now: datetime
    ) -> list[Outcome]:
        """People who should know something and were refused the last message.

        Nobody mends the address of somebody who comes no more. A cancellation that another address would not help is
        theirs still.
        """
        over = event.ends is None or now >= event.ends.instant
        gone = set() if over else {person.id for person in look.people if not person.is_erased}
        newest = [
            rows[-1]
            for person_id, rows in look.history.items()
            if person_id in look.facts
            or (person_id in gone and rows[-1].method is Method.CANCEL and may_go_again(rows[-1].detail))
        ]
        return still_refused(newest, outcomes, look.questions)

    # --- acting ---

    def _write_down(self, work: Pass, event: Event, look: _Look, changes: Sequence[Change]) -> None:
        self._outbox.supersede(work, outdated(look.history, look.facts, look.people, look.told_from))
        for batch in in_batches(changes, QUEUED_AT_ONCE):
            messages = [self._message(event, change.wanted, work.clock()) for change in batch]
            self._outbox.write_down(work, messages)

    def _message(self, event: Event, wanted: WantedMessage, now: datetime) -> Message:
        return self._outbox.written(event, wanted, now, partial(self._compose, event, wanted))
