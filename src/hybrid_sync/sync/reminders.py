"""What each registrant is reminded of -> mails without calendar object, one ledger row each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.facts import Facts, LinkKind, facts_for
from hybrid_sync.domain.ledger import History, Message, by_registrant
from hybrid_sync.domain.people import Registrant
from hybrid_sync.domain.plan import Change, Hold, in_batches
from hybrid_sync.domain.reminders import KIND, PlainMail, invitation_of, plan_reminders, unfit_reminders
from hybrid_sync.ports import Mailer, MeetingRecord, Store
from hybrid_sync.sync.outbox import QUEUED_AT_ONCE, Outbox
from hybrid_sync.sync.outcome import Outcome, Pass
from hybrid_sync.sync.refused_mail import still_refused


class ComposeReminder(Protocol):
    """Writes one reminder: the same input gives the same bytes."""

    def __call__(self, mail: PlainMail, *, stamp: datetime, message_id: str) -> bytes: ...


@dataclass(frozen=True)
class _Look:
    people: Sequence[Registrant]
    history: History
    facts: Mapping[str, Facts]
    questions: Mapping[str, str]
    """What stands open before a person, by its name."""


class ReminderStep:
    """Reminds everybody who was invited, once for each start and distance, and never late.

    `before` are the distances to the start. `join_link` and `link_kind` are those of the invitations: nobody is
    reminded of a link that no longer counts.
    """

    name = "reminders"

    def __init__(
        self,
        store: Store,
        mailer: Mailer,
        compose: ComposeReminder,
        join_link: Callable[[Registrant, MeetingRecord | None, str | None], str | None],
        *,
        before: Sequence[timedelta],
        sender: str,
        link_kind: LinkKind = LinkKind.PERSONAL,
    ) -> None:
        self._store = store
        self._outbox = Outbox(store, mailer, sender, lambda message: message.kind == KIND)
        self._compose = compose
        self._join_link = join_link
        self._before = tuple(before)
        self._link_kind = link_kind

    def plan(self, event: Event, now: datetime, *, force: bool = False) -> Sequence[Change]:
        return self._decide(event, self._look(event, now), now)

    def run(self, event: Event, work: Pass) -> Sequence[Outcome]:
        now = work.clock()
        self._outbox.take_again(work)
        look = self._look(event, now)
        unfit = unfit_reminders(event, look.people, look.history, look.facts, self._before, now)
        self._outbox.let_go(work, unfit)
        changes = self._decide(event, look, now)
        for batch in in_batches([change for change in changes if change.acts], QUEUED_AT_ONCE):
            messages = [self._message(event, change.wanted, work.clock()) for change in batch]
            self._outbox.write_down(work, messages)
        outcomes, _ = self._outbox.send(work)
        outcomes += self._still_refused(look, outcomes)
        outcomes += [
            Outcome(change.kind, change.target, "scheduled", change.reason, change.until)
            for change in changes
            if isinstance(change, Hold)
        ]
        return outcomes

    def _look(self, event: Event, now: datetime) -> _Look:
        with self._store.read() as tx:
            people, rows = tx.people.of(event.id), tx.messages.of(event.id)
            record = tx.meetings.get(event.id)
            questions = {item.key: item.message for item in tx.attentions.unsettled(event.id)}
        history = by_registrant(rows)
        made = record if record is not None and record.state == "made" else None
        facts: dict[str, Facts] = {}
        if event.state is EventState.PUBLISHED and event.ends is not None and now < event.starts.instant:
            for person in people:
                if person.is_coming and not person.is_erased:
                    invited = invitation_of(history.get(person.id, ()))
                    told = invited.facts.join_link if invited else None
                    # While the meeting is being made anew there is no shared link: the one that they have counts on.
                    link = self._join_link(person, made, told) or told
                    facts[person.id] = facts_for(event, person, link, self._link_kind)
        return _Look(people, history, facts, questions)

    def _decide(self, event: Event, look: _Look, now: datetime) -> list[Change]:
        return plan_reminders(event, look.people, look.history, look.facts, self._before, now)

    def _message(self, event: Event, mail: PlainMail, now: datetime) -> Message:
        return self._outbox.written(event, mail, now, partial(self._compose, mail))

    def _still_refused(self, look: _Look, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """Whose address took no reminder, until the event has begun or the address is put right."""
        newest = []
        for person in look.people:
            rows = [row for row in look.history.get(person.id, ()) if row.kind == KIND]
            if rows and person.id in look.facts and rows[-1].email == person.email:
                newest.append(rows[-1])
        return still_refused(newest, outcomes, look.questions)
