"""Approved online registrants -> the meeting's own list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.people import Registrant
from hybrid_sync.domain.plan import Change, Expected, Hold, in_batches
from hybrid_sync.domain.registrants import MeetingRegistrant, plan_registrants, wanted_online
from hybrid_sync.errors import OutcomeUnknown, ProviderError
from hybrid_sync.ports import Added, Intent, MeetingRecord, MeetingRegistrants, Store
from hybrid_sync.sync.once import Outcome, Pass, act, failed, question


@dataclass(frozen=True)
class _Look:
    record: MeetingRecord | None
    people: Sequence[Registrant]
    ours: Mapping[str, str]
    seen: Sequence[MeetingRegistrant]
    refused: Mapping[str, str]
    """What Webex said of people whom it would not register, by e-mail key."""


class RegistrantStep:
    """Keeps the meeting's list of registered people in step with ours.

    The e-mail address is a natural key there: the adapter asks before it inserts and the provider refuses a second
    registration, so a lost answer is settled by reading the list at the next pass.
    """

    name = "registrants"

    def __init__(self, store: Store, registrants: MeetingRegistrants) -> None:
        self._store = store
        self._registrants = registrants

    def plan(self, event: Event, now: datetime, *, force: bool = False) -> Sequence[Change]:
        look = self._look(event, now)
        if look is None:
            return []
        if look.record is None:
            waiting = len(wanted_online(look.people))
            if not waiting or event.state is not EventState.PUBLISHED:
                return []
            reason = f"after the meeting is made: {waiting} to add"
            return [Expected("registrant.add", event.id, reason, count=waiting)]
        return self._decide(event, look, force)

    def run(self, event: Event, work: Pass) -> Sequence[Outcome]:
        look = self._look(event, work.clock())
        if look is None or look.record is None:
            return []
        self._note(work, look)
        changes = self._decide(event, look, work.force)
        removals = [change for change in changes if change.acts and change.kind == "registrant.remove"]
        additions = [change for change in changes if change.acts and change.kind == "registrant.add"]
        outcomes = [
            Outcome(
                change.kind,
                change.target,
                "attention",
                change.reason,
                ask=question("registrant", change.target),
            )
            for change in changes
            if isinstance(change, Hold)
        ]
        for batch in in_batches(removals, self._registrants.batch_size):
            outcomes += self._remove(work, look.record, batch)
        for batch in in_batches(additions, self._registrants.batch_size):
            done = self._add(work, look.record, batch)
            outcomes += done
            if any(outcome.result in ("later", "unknown") for outcome in done):
                break
        return outcomes

    # --- looking and deciding ---

    def _look(self, event: Event, now: datetime) -> _Look | None:
        """None when there is nothing to compare: the event is over, or not to be pushed."""
        if event.ends is None or now >= event.ends.instant or event.state is not EventState.PUBLISHED:
            return None
        with self._store.read() as tx:
            record, people = tx.meetings.get(event.id), tx.people.of(event.id)
            ours = tx.registrations.of(event.id)
            asked = tx.attentions.unsettled(event.id)
        refused = {
            item.key.partition(":")[2]: item.message for item in asked if item.key.startswith("registrant:")
        }
        if record is None or record.state != "made":
            return _Look(None, people, ours, (), refused)
        known = [person.key for person in people]
        return _Look(record, people, ours, self._registrants.listed(record.meeting_id, known), refused)

    def _decide(self, event: Event, look: _Look, force: bool) -> list[Change]:
        people = look.people if event.online else ()
        changes = plan_registrants(event.id, people, look.seen, look.ours, force=force)
        if not force:
            # Somebody whom Webex refused is not sent again at every look: a person mends it and forces a try.
            changes = [
                Hold(change.kind, change.target, look.refused[change.target], change.wanted)
                if change.kind == "registrant.add" and change.target in look.refused
                else change
                for change in changes
            ]
        wanted = wanted_online(people)
        for registrant in look.seen:
            if registrant.key in wanted and registrant.status != "approved":
                reason = f"is {registrant.status} in Webex: approve there, or withdraw here"
                changes.append(Hold("registrant.approve", registrant.key, reason))
        return changes

    # --- acting ---

    def _note(self, work: Pass, look: _Look) -> None:
        """Remember the ids of people who are on both lists, and close what a lost answer left open."""
        wanted = wanted_online(look.people)
        ids = {registrant.key: registrant.id for registrant in look.seen if registrant.key in wanted}
        new = {key: value for key, value in ids.items() if look.ours.get(key) != value}
        with self._store.read() as tx:
            intent = tx.intents.get(_op_key(work.lease.event_id))
        pending = intent is not None and intent.state == "pending"
        if not new and not pending:
            return
        with work.begin() as tx:
            tx.registrations.put(work.lease.event_id, new)
            if intent is not None and pending:
                tx.intents.put(replace(intent, state="done", detail="settled by reading the list"))

    def _remove(self, work: Pass, record: MeetingRecord, batch: Sequence[Change]) -> list[Outcome]:
        gone = [change.seen for change in batch]
        whole = replace(batch[0], target=", ".join(change.target for change in batch))
        outcome = act(
            work,
            whole,
            lambda: self._registrants.remove(record.meeting_id, gone),
            lambda tx, _: tx.registrations.drop(record.event_id, [change.target for change in batch]),
        )
        return [replace(outcome, target=change.target) for change in batch]

    def _add(self, work: Pass, record: MeetingRecord, batch: Sequence[Change]) -> list[Outcome]:
        """Register one batch: intent, call, ids and refusals in one transaction."""
        intent = Intent(
            op_key=_op_key(record.event_id),
            event_id=record.event_id,
            kind="registrant.add",
            request_hash=f"{len(batch)} people",
            state="pending",
            attempts=1,
            sent_at=work.clock(),
        )
        with work.begin() as tx:
            tx.intents.put(intent)
        try:
            added = self._registrants.add(record.meeting_id, [change.wanted for change in batch])
        except ProviderError as error:
            if not isinstance(error, OutcomeUnknown):
                with work.begin() as tx:
                    tx.intents.put(replace(intent, state="withdrawn", detail=str(error)))
            return [failed(work, change, error) for change in batch]
        return self._record(work, record, batch, intent, added)

    def _record(
        self, work: Pass, record: MeetingRecord, batch: Sequence[Change], intent: Intent, added: Added
    ) -> list[Outcome]:
        with work.begin() as tx:
            tx.registrations.put(record.event_id, added.ids)
            tx.intents.put(replace(intent, state="done"))
            for change in batch:
                if change.target in added.ids:
                    work.audit(tx, change, change.reason)
        outcomes = []
        for change in batch:
            error = added.refused.get(change.target)
            if error is not None:
                outcomes.append(failed(work, change, error))
            elif change.target in added.ids:
                outcomes.append(Outcome(change.kind, change.target, "done", change.reason))
            else:
                until = work.clock() + timedelta(minutes=1)
                detail = "accepted, not on the list yet"
                outcomes.append(Outcome(change.kind, change.target, "later", detail, until))
        return outcomes


def _op_key(event_id: str) -> str:
    return f"webex.registrant.add:{event_id}"
