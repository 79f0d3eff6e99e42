"""Approved online registrants -> the meeting's own list; and what the meeting knows of people whom we do not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.people import Registrant
from hybrid_sync.domain.plan import Change, Expected, Hold
from hybrid_sync.domain.registrants import (
    Direct,
    MeetingRegistrant,
    by_key,
    erased_again,
    plan_direct,
    plan_registrants,
    pulled,
    wanted_online,
)
from hybrid_sync.ports import Intent, MeetingRecord, MeetingRegistrants, Store
from hybrid_sync.sync.once import still_open
from hybrid_sync.sync.outcome import SETTLE, Outcome, Pass, question
from hybrid_sync.sync.registrant_batches import TURNED_DOWN, UNSEEN, Batches, ask, op_key


@dataclass(frozen=True)
class _Look:
    """Both sides. `questions` is what stands open before a person, by its name; `fresh` until when (UTC) an absence
    on the list proves nothing, because an addition was sent a moment ago; `sent` is that addition. `erased` are those on
    the list who asked to be erased; while that is `erasing` for this event, another step takes them off it."""

    record: MeetingRecord | None
    people: Sequence[Registrant]
    ours: Mapping[str, str]
    statuses: Mapping[str, str]
    seen: Sequence[MeetingRegistrant]
    questions: Mapping[str, str]
    sent: Intent | None
    fresh: datetime | None
    erased: frozenset[str] = frozenset()
    erasing: bool = False


class RegistrantStep:
    """Keeps the meeting's list of registered people in step with ours.

    The e-mail address is a natural key there: the list is read before anybody is added, and the provider refuses a
    second registration, so a lost answer is settled by reading the list at the next pass. `direct` says what becomes
    of people who registered in Webex and not here; those taken over get ids from `new_id` and are written to in
    `language`.
    """

    name = "registrants"

    def __init__(
        self,
        store: Store,
        registrants: MeetingRegistrants,
        *,
        new_id: Callable[[], str],
        direct: Direct = "report",
        language: str = "en",
    ) -> None:
        self._store = store
        self._registrants = registrants
        self._new_id = new_id
        self._direct = direct
        self._language = language

    def plan(self, event: Event, now: datetime, *, force: bool = False) -> Sequence[Change]:
        look = self._look(event, now, SETTLE)
        if look is None:
            return []
        if look.record is None:
            waiting = len(wanted_online(look.people))
            if not waiting:
                return []
            reason = f"after the meeting is made: {waiting} to add"
            return [Expected("registrant.add", event.id, reason, count=waiting)]
        return self._decide(event, look, force)

    def run(self, event: Event, work: Pass) -> Sequence[Outcome]:
        look = self._look(event, work.clock(), work.settle)
        record = look.record if look is not None else None
        if look is None or record is None:
            self._close_moot(work)
            return []
        look = self._note(work, look)
        changes = self._decide(event, look, work.force)
        outcomes = [_held(change) for change in changes if isinstance(change, Hold)]
        if _is_open(look.sent) and look.fresh is not None:
            words = "an addition sent a moment ago may still arrive"
            outcomes.append(Outcome("registrant.add", event.id, "held", words, look.fresh))
        doing = [change for change in changes if change.acts]
        outcomes += [self._pull(work, change) for change in doing if change.kind == "registrant.pull"]
        outcomes += Batches(work, record, self._registrants).carry_out(doing)
        return outcomes

    # --- looking and deciding ---

    def _look(self, event: Event, now: datetime, settle: timedelta) -> _Look | None:
        """None when there is nothing to compare: the event is over, or not to be pushed."""
        if event.ends is None or now >= event.ends.instant or event.state is not EventState.PUBLISHED:
            return None
        with self._store.read() as tx:
            record, people = tx.meetings.get(event.id), tx.people.of(event.id)
            ours, statuses = tx.registrations.of(event.id), tx.registrations.statuses(event.id)
            questions = {item.key: item.message for item in tx.attentions.unsettled(event.id)}
            sent = tx.intents.get(op_key(event.id))
        if record is not None and record.state == "made" and not record.registration:
            return None  # a webinar whose people have links of their own: the sources step
        if record is None or record.state != "made":
            return _Look(None, people, ours, statuses, (), questions, sent, None)
        seen = self._registrants.listed(record.meeting_id, [person.key for person in people])
        with self._store.read() as tx:
            erased = frozenset(tx.tombstones.among([one.email for one in seen]))
            erasing = any(one.kind == "privacy.purge" for one in tx.intents.pending(event.id))
        until = sent.sent_at + settle if _is_open(sent) and sent is not None and sent.sent_at else None
        fresh = until if until is not None and now < until else None
        return _Look(record, people, ours, statuses, seen, questions, sent, fresh, erased, erasing)

    def _decide(self, event: Event, look: _Look, force: bool) -> list[Change]:
        people = look.people if event.online else ()
        turned_down = {key for key, status in look.statuses.items() if status == TURNED_DOWN}
        changes = plan_registrants(
            event.id, people, look.seen, look.ours, turned_down=turned_down, force=force
        )
        refused = look.questions.get(question("registrant", event.id))
        additions = [change for change in changes if change.kind == "registrant.add"]
        if refused and additions and not force:
            # Webex takes nobody at the moment: a person mends it and forces a try.
            changes = [change for change in changes if change not in additions]
            changes.append(Hold("registrant.add", event.id, refused))
        changes = [self._or_hold(change, look, force) for change in changes]
        if event.online:
            strangers = [one for one in look.seen if one.key not in look.erased]
            changes += plan_direct(event.id, people, strangers, look.ours, self._direct)
            if look.erased and not look.erasing:
                changes.append(
                    Hold("registrant.pull", f"{event.id}:erased", erased_again(event.id, len(look.erased)))
                )
        return changes

    def _or_hold(self, change: Change, look: _Look, force: bool) -> Change:
        """What Webex refused is not sent again at every look; what was sent a moment ago may only be late."""
        if not change.acts:
            return change
        late = look.sent is not None and (look.sent.state == "pending" or change.target in look.ours)
        if change.kind == "registrant.add" and look.fresh and late:
            reason = "was sent a moment ago and is not on the list yet"
            return Hold(change.kind, change.target, reason, change.wanted, until=look.fresh)
        refused = look.questions.get(ask(change))
        if refused and not force:
            return Hold(change.kind, change.target, refused, change.wanted, change.seen)
        return change

    # --- acting ---

    def _note(self, work: Pass, look: _Look) -> _Look:
        """Remember who is on both lists and how they stand there, and close what a lost answer left open.

        After a lost answer that counts for people who are not coming any more, too: the call may have put them there.
        Gives the look with what is known now.
        """
        event_id, lost = work.lease.event_id, _is_open(look.sent)
        wanted = {one.key for one in look.people} if lost else set(wanted_online(look.people))
        seen = {key: one for key, one in by_key(look.seen, look.ours).items() if key in wanted}
        news = [
            one
            for key, one in seen.items()
            if (look.ours.get(key), look.statuses.get(key)) != (one.id, one.status)
            and not (one.status == "rejected" and look.statuses.get(key) == TURNED_DOWN)
        ]
        counts_ours_only = look.sent is not None and look.sent.state == "done"
        late = any(key not in seen for key in wanted if key in look.ours or not counts_ours_only)
        settled = _is_open(look.sent) and (look.fresh is None or not late)
        gone = [] if _is_open(look.sent) else _nobodys(look)
        if not news and not settled and not gone:
            return look
        with work.begin() as tx:
            if gone:
                tx.registrations.drop(event_id, gone)
            for one in news:
                tx.registrations.put(event_id, {one.key: one.id}, one.status)
            if settled and look.sent is not None:
                tx.intents.put(replace(look.sent, state="done", detail="settled by reading the list"))
        ours = {key: held for key, held in look.ours.items() if key not in gone}
        return replace(
            look,
            ours={**ours, **{one.key: one.id for one in news}},
            statuses={**look.statuses, **{one.key: one.status for one in news}},
            sent=None if settled else look.sent,
        )

    def _close_moot(self, work: Pass) -> None:
        """A lost call matters no more once the meeting is gone, and its list with it, or the event is over."""
        with self._store.read() as tx:
            sent = still_open(tx.intents.get(op_key(work.lease.event_id)))
        if sent is not None:
            with work.begin() as tx:
                tx.intents.put(replace(sent, state="withdrawn", detail="the list is not needed any more"))

    def _pull(self, work: Pass, change: Change) -> Outcome:
        """Take somebody over who registered in Webex: from now on they are ours, and get our invitation once (P5)."""
        seen: MeetingRegistrant = change.seen
        event_id = work.lease.event_id
        person = pulled(event_id, self._new_id(), seen, self._language, work.clock())
        with work.begin() as tx:
            if tx.people.find(event_id, person.email) is None:
                tx.people.save([person])
                tx.registrations.put(event_id, {seen.key: seen.id}, seen.status)
                work.audit(tx, change, change.reason)
        return Outcome(change.kind, change.target, "adopted", change.reason)


def _nobodys(look: _Look) -> list[str]:
    """Registrations of ours under an address that nobody has any more, and that are not on the list.

    Whoever took them off died before it was written down; the address would stay here for ever.
    """
    known = {person.key for person in look.people} | {one.key for one in look.seen}
    return [key for key in look.ours if key not in known]


def _held(change: Hold) -> Outcome:
    """What waits for a moment is held; what waits for a person is asked."""
    if change.until is not None:
        return Outcome(change.kind, change.target, "held", change.reason, change.until)
    return Outcome(change.kind, change.target, "attention", change.reason, ask=ask(change))


def _is_open(sent: Intent | None) -> bool:
    """Whether the newest addition has not been found on the list yet."""
    return sent is not None and (sent.state == "pending" or sent.detail == UNSEEN)
