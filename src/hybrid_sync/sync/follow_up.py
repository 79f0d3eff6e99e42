"""What each registrant is sent after the event -> mails without calendar object, one ledger row each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from hybrid_sync.domain.attendance import Attendance
from hybrid_sync.domain.attendance_pulls import PURGED
from hybrid_sync.domain.certificates import Certificate
from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.follow_up import (
    KIND,
    Schedule,
    WantedFollowUp,
    attendance_settled,
    plan_follow_ups,
    schedule,
    unfit_follow_ups,
    waits_for,
)
from hybrid_sync.domain.ledger import History, Message, by_registrant
from hybrid_sync.domain.people import Registrant
from hybrid_sync.domain.plan import Change, Hold, in_batches
from hybrid_sync.errors import SettingsError
from hybrid_sync.ports import Mailer, PullRecord, Store
from hybrid_sync.sync.certificates import Certifying
from hybrid_sync.sync.outbox import QUEUED_AT_ONCE, Outbox
from hybrid_sync.sync.outcome import Outcome, Pass, question
from hybrid_sync.sync.refused_mail import still_refused

DRAWN_AT_ONCE = 20
"""Mails with certificates written down in one transaction: each is drawn first, and the lease is not to end meanwhile."""


class ComposeFollowUp(Protocol):
    """Writes one mail after the event: the same input gives the same bytes."""

    def __call__(
        self, mail: WantedFollowUp, *, stamp: datetime, message_id: str, certificate: bytes | None
    ) -> bytes: ...


@dataclass(frozen=True)
class _Look:
    people: Sequence[Registrant]
    history: History
    questions: Mapping[str, str]
    when: Schedule | None
    """None when nobody gets one: not published, no end."""
    known: bool
    """Enough is known of who was there."""


class FollowUpStep:
    """Thanks, the recording, and the certificate: one mail for each person, however late something becomes known.

    `after` and `pull_after` are counted from the planned end. `certifying` is None when no certificates go with it.
    """

    name = "follow_up"

    def __init__(
        self,
        store: Store,
        mailer: Mailer,
        compose: ComposeFollowUp,
        attendance_of: Callable[[str], Attendance],
        *,
        after: timedelta,
        pull_after: Sequence[timedelta],
        sender: str,
        certifying: Certifying | None = None,
    ) -> None:
        self._store = store
        self._outbox = Outbox(store, mailer, sender, lambda message: message.kind == KIND)
        self._compose = compose
        self._attendance_of = attendance_of
        self._after = after
        self._pull_after = tuple(pull_after)
        self._certifying = certifying

    def plan(self, event: Event, now: datetime, *, force: bool = False) -> Sequence[Change]:
        return self._decide(event, self._look(event), now)

    def run(self, event: Event, work: Pass) -> Sequence[Outcome]:
        now = work.clock()
        self._outbox.take_again(work)
        look = self._look(event)
        by_id = {person.id: person for person in look.people}
        self._outbox.let_go(work, unfit_follow_ups(event, by_id, look.history, look.when, now))
        changes = self._decide(event, look, now)
        outcomes: list[Outcome] = []
        try:
            self._write_down(work, event, [change.wanted for change in changes if change.acts])
        except SettingsError as error:
            ask = question("mail.certificates", event.id)
            outcomes.append(Outcome(KIND, event.id, "attention", str(error), ask=ask))
        sent, _ = self._outbox.send(work)
        outcomes += sent
        outcomes += self._still_refused(look, outcomes, now)
        outcomes += [
            Outcome(change.kind, change.target, "scheduled", change.reason, change.until)
            for change in changes
            if isinstance(change, Hold)
        ]
        return outcomes

    def _look(self, event: Event) -> _Look:
        with self._store.read() as tx:
            people, rows = tx.people.of(event.id), tx.messages.of(event.id)
            pulls = tx.attendance.pulls(event.id)
            meeting = tx.meetings.get(event.id) is not None
            questions = {item.key: item.message for item in tx.attentions.unsettled(event.id)}
        history = by_registrant(rows)
        when = None
        deleted = bool(pulls) and pulls[-1].digest == PURGED
        if event.state is EventState.PUBLISHED and event.ends is not None and not deleted:
            when = schedule(event.ends.instant, self._after, self._pull_after)
        return _Look(people, history, questions, when, not meeting or self._is_known(event, pulls))

    def _is_known(self, event: Event, pulls: Sequence[PullRecord]) -> bool:
        """One pull tells who was there; for how long, on which a certificate hangs, only settled attendance does."""
        if self._certifying is not None:
            return attendance_settled(event, pulls, self._pull_after)
        return event.ends is not None and any(pull.at >= event.ends.instant for pull in pulls)

    def _decide(self, event: Event, look: _Look, now: datetime) -> list[Change]:
        if (
            look.when is None
            or now >= look.when.closes
            or not any(one.is_coming and not one.is_erased for one in look.people)
        ):
            return []
        hold = waits_for(event, look.when, known=look.known, now=now)
        if hold is not None:
            return [hold]
        return plan_follow_ups(event, look.people, look.history, self._attendance_of(event.id))

    def _write_down(self, work: Pass, event: Event, mails: Sequence[WantedFollowUp]) -> None:
        certificates: Mapping[str, Certificate] = {}
        if self._certifying is not None and any(mail.came for mail in mails):
            issue = self._certifying.issue(event.id, begin=work.begin, actor="worker")
            certificates = {one.registrant_id: one for one in issue.valid}
        for batch in in_batches(mails, DRAWN_AT_ONCE if certificates else QUEUED_AT_ONCE):
            messages = [
                self._message(event, mail, certificates.get(mail.person.id), work.clock()) for mail in batch
            ]
            self._outbox.write_down(work, messages)

    def _message(
        self, event: Event, mail: WantedFollowUp, certificate: Certificate | None, now: datetime
    ) -> Message:
        drawn = self._certifying.pdf(event, certificate) if self._certifying and certificate else None
        compose = partial(self._compose, mail, certificate=drawn)
        return self._outbox.written(event, mail, now, compose)

    def _still_refused(self, look: _Look, outcomes: Sequence[Outcome], now: datetime) -> list[Outcome]:
        """Whose address did not take it, until it is put right or nothing could be sent any more."""
        if look.when is None or now >= look.when.closes:
            return []
        newest = []
        for person in look.people:
            rows = [row for row in look.history.get(person.id, ()) if row.kind == KIND]
            if rows and person.is_coming and rows[-1].email == person.email:
                newest.append(rows[-1])
        return still_refused(newest, outcomes, look.questions)
