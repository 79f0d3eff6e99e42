"""The writing half of the registrants step: people added, approved, rejected and removed, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from hybrid_sync.domain.plan import Change, in_batches
from hybrid_sync.domain.registrants import MeetingRegistrant
from hybrid_sync.errors import AlreadyThere, Gone, OutcomeUnknown, ProviderError, Refused
from hybrid_sync.ports import Added, Intent, MeetingRecord, MeetingRegistrants
from hybrid_sync.sync.outcome import SIGN_IN, Outcome, Pass, failed, question

TURNED_DOWN = "turned down"
"""Kept as the status of a registration that we rejected, so that it is not taken for somebody else's doing."""

UNSEEN = "registered, not seen on the list yet"
"""Noted with the intent of an addition until a look has found everybody (list lag, webex.md 1.5)."""

LOOK_AGAIN = timedelta(minutes=1)

Decide = Callable[[str, Sequence[MeetingRegistrant]], Mapping[str, ProviderError]]
"""approve, reject or remove of MeetingRegistrants."""


@dataclass
class Batches:
    """One pass's writing calls. Each batch is one call, one transaction, and safe against death in between:

    additions carry an intent, and whoever is on the list by the next look is not added again; the other three change
    nothing when they come twice, and what they have done is not planned again.
    """

    work: Pass
    record: MeetingRecord
    port: MeetingRegistrants
    waiting: list[Change] = field(default_factory=list)
    """Whom the meeting's form left pending in this pass."""

    def carry_out(self, changes: Sequence[Change]) -> list[Outcome]:
        """Everything that writes, until Webex asks us to stop. Removals make room first, approvals come last."""
        removals = _of(changes, "registrant.remove")
        outcomes: list[Outcome] = []
        for wanted, doing in (
            ([one for one in removals if one.wanted is None], self._remove),
            ([one for one in removals if one.wanted is not None], self._reject),
            (_of(changes, "registrant.add"), self._add),
            (_of(changes, "registrant.approve"), self._approve),
            (self.waiting, self._approve),
        ):
            for batch in in_batches(wanted, self.port.batch_size):
                done = doing(batch)
                outcomes += done
                if any(self._stops(outcome) for outcome in done):
                    return outcomes
        return outcomes

    # --- removing, rejecting, approving ---

    def _remove(self, batch: Sequence[Change]) -> list[Outcome]:
        return self._settle(batch, self.port.remove, None)

    def _reject(self, batch: Sequence[Change]) -> list[Outcome]:
        return self._settle(batch, self.port.reject, TURNED_DOWN)

    def _approve(self, batch: Sequence[Change]) -> list[Outcome]:
        return self._settle(batch, self.port.approve, "approved")

    def _settle(self, batch: Sequence[Change], call: Decide, status: str | None) -> list[Outcome]:
        """One call. `status` is what to remember of those who are settled by it; None forgets them."""
        try:
            refused = call(self.record.meeting_id, [change.seen for change in batch])
        except ProviderError as error:
            return [self._failed(change, error) for change in batch]
        done = [change for change in batch if change.target not in refused]
        with self.work.begin() as tx:
            if status is None:
                tx.registrations.drop(self.record.event_id, [change.target for change in done])
            else:
                ids = {change.target: change.seen.id for change in done}
                tx.registrations.put(self.record.event_id, ids, status)
            for change in done:
                self.work.audit(tx, change, change.reason)
        return [
            self._failed(change, refused[change.target])
            if change.target in refused
            else Outcome(change.kind, change.target, "done", change.reason)
            for change in batch
        ]

    # --- adding ---

    def _add(self, batch: Sequence[Change]) -> list[Outcome]:
        """Register one batch: intent, call, ids and refusals in one transaction."""
        intent = Intent(
            op_key=op_key(self.record.event_id),
            event_id=self.record.event_id,
            kind="registrant.add",
            request_hash=f"{len(batch)} people",
            state="pending",
            attempts=1,
            sent_at=self.work.clock(),
        )
        with self.work.begin() as tx:
            tx.intents.put(intent)
        try:
            added = self.port.add(self.record.meeting_id, [change.wanted for change in batch])
        except OutcomeUnknown as error:
            return [self._failed(change, error) for change in batch]
        except ProviderError as error:
            with self.work.begin() as tx:
                tx.intents.put(replace(intent, state="withdrawn", detail=str(error)))
            if isinstance(error, (Refused, AlreadyThere, Gone)):
                # About the meeting, and not about anybody in it: one question for all.
                whole = replace(batch[0], target=self.record.event_id)
                return [self._failed(whole, error)]
            return [self._failed(change, error) for change in batch]
        return self._record(batch, intent, added)

    def _record(self, batch: Sequence[Change], intent: Intent, added: Added) -> list[Outcome]:
        open_still = any(isinstance(error, OutcomeUnknown) for error in added.refused.values())
        with self.work.begin() as tx:
            for one in added.registered.values():
                tx.registrations.put(self.record.event_id, {one.key: one.id}, one.status)
            if open_still:
                tx.intents.put(intent)
            else:
                tx.intents.put(replace(intent, state="done", detail=UNSEEN if added.registered else None))
            for change in batch:
                if change.target in added.registered:
                    self.work.audit(tx, change, change.reason)
        return [self._came_of(change, added) for change in batch]

    def _came_of(self, change: Change, added: Added) -> Outcome:
        error, made = added.refused.get(change.target), added.registered.get(change.target)
        if error is not None:
            return self._failed(change, error)
        if made is None:
            until = self.work.clock() + LOOK_AGAIN
            return Outcome(change.kind, change.target, "later", "accepted, not on the list yet", until)
        if made.status == "pending":
            reason = "is approved here, pending in Webex"
            self.waiting.append(Change("registrant.approve", change.target, reason, change.wanted, made))
        return Outcome(change.kind, change.target, "done", change.reason)

    def _failed(self, change: Change, error: ProviderError) -> Outcome:
        """As any failure, and its question under a name of its own, so that only this very call is held back."""
        outcome = failed(self.work, change, error)
        return replace(outcome, ask=ask(change)) if outcome.ask not in (None, SIGN_IN) else outcome

    def _stops(self, outcome: Outcome) -> bool:
        """Whether a further call would fare no better: Webex wants a pause, takes nobody, or not this sign-in."""
        whole = outcome.target == self.record.event_id
        return whole or outcome.result in ("later", "unknown") or outcome.ask == SIGN_IN


def ask(change: Change) -> str:
    """The name of the question about one change. An addition is known by its target alone."""
    if change.kind == "registrant.add":
        return question(change.kind, change.target)
    if change.kind == "registrant.approve":
        # What is true of a rejected registration is not true of the same one once it is pending again.
        return f"registrant.{change.seen.status}:{change.target}"
    return f"{change.kind}:{change.target}"


def op_key(event_id: str) -> str:
    """The intent of additions to the event's meeting; only the newest one counts."""
    return f"webex.registrant.add:{event_id}"


def _of(changes: Sequence[Change], kind: str) -> list[Change]:
    return [change for change in changes if change.kind == kind]
