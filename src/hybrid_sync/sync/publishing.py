"""Public event -> its object in a calendar collection."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.plan import Change
from hybrid_sync.domain.public_calendar import PublicEvent, public_event, public_uid
from hybrid_sync.ports import Store, Transaction
from hybrid_sync.ports.publishing import Collection, Held, PublishedRecord
from hybrid_sync.sync.once import act
from hybrid_sync.sync.outcome import Outcome, Pass, question

_NO_STAMP = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class _Look:
    """Both sides. `public` None: the event should not stand there. `digest` is of its object without a stamp."""

    record: PublishedRecord | None
    public: PublicEvent | None
    digest: str
    held: Held | None
    until: datetime | None
    """When a cancelled event leaves (UTC)."""

    @property
    def known(self) -> bool:
        """It stands there as we wrote it, and that is what it should be."""
        record, held = self.record, self.held
        return (
            record is not None
            and held is not None
            and (record.state, record.etag, record.digest) == ("there", held.etag, self.digest)
        )


class PublishingStep:
    """Keeps an event's object in one calendar collection in step with the event, as everybody may see it.

    No intents are needed: writes are conditional on what was seen, so that the same one twice is one. `object_of` writes
    the bytes. A cancelled event stays for `keep_cancelled`, told as cancelled; what is over is left as it is.
    """

    name = "publishing"

    def __init__(
        self,
        store: Store,
        collection: Collection,
        object_of: Callable[[PublicEvent], bytes],
        keep_cancelled: timedelta,
    ) -> None:
        self._store = store
        self._collection = collection
        self._object_of = object_of
        self._keep_cancelled = keep_cancelled

    def plan(self, event: Event, now: datetime, *, force: bool = False) -> Sequence[Change]:
        look = self._look(event, now)
        return self._decide(event, look) if look else []

    def run(self, event: Event, work: Pass) -> Sequence[Outcome]:
        look = self._look(event, work.clock())
        if look is None:
            return []
        changes = self._decide(event, look)
        if not changes and look.held is not None and not look.known:
            # An answer was lost, or somebody wrote the very same: from now on we know it as ours.
            with work.begin() as tx:
                self._note(tx, work, event.id, look, look.held.etag, "there")
        outcomes = [self._carry_out(work, look, change) for change in changes]
        if look.until is not None and look.held is not None:
            words = "the cancelled event leaves the calendar then"
            outcomes.append(Outcome("collection.remove", event.id, "scheduled", words, look.until))
        return outcomes

    def _look(self, event: Event, now: datetime) -> _Look | None:
        """None when there is nothing to look at: the event is over, or was never public."""
        with self._store.read() as tx:
            record = tx.published.get(event.id, self._collection.name)
            changed = tx.audit.record_changes(event.id).get(event.id)
        there = record is not None and record.state == "there"
        cancelled = event.state is EventState.CANCELLED
        over = event.ends is None or now >= event.ends.instant
        if (over and not cancelled) or (not there and event.state is not EventState.PUBLISHED):
            return None
        public = public_event(event, changed, now, self._keep_cancelled)
        digest = (
            hashlib.sha256(self._object_of(replace(public, changed=_NO_STAMP))).hexdigest()[:32]
            if public
            else ""
        )
        until = public.changed + self._keep_cancelled if public and public.cancelled else None
        return _Look(record, public, digest, self._collection.get(_href(event.id)), until)

    def _decide(self, event: Event, look: _Look) -> list[Change]:
        held, record = look.held, look.record
        if held is not None and held.uid != public_uid(event.id):
            reason = (
                "something else stands under the name of this event in the calendar collection: take it away there, "
                "then run hybrid-sync sync"
            )
            return [Change("collection.attention", event.id, reason)]
        if look.public is None:
            return [Change("collection.remove", event.id, "no longer public", seen=held)] if held else []
        if look.known:
            return []
        wanted = self._object_of(look.public)
        if held is None:
            why = "not published yet" if record is None or record.state != "there" else "somebody removed it"
            return [Change("collection.publish", event.id, why, wanted=wanted)]
        if self._collection.same(held, wanted):
            return []
        ours = record is not None and record.digest != look.digest
        why = "the event changed" if ours else "somebody changed it"
        return [Change("collection.publish", event.id, why, wanted=wanted, seen=held)]

    def _carry_out(self, work: Pass, look: _Look, change: Change) -> Outcome:
        event_id, href = change.target, _href(change.target)
        if change.kind == "collection.attention":
            ask = question(change.kind, change.target)
            return Outcome(change.kind, change.target, "attention", change.reason, ask=ask)
        if change.kind == "collection.remove":
            return act(
                work,
                change,
                lambda: self._collection.remove(href, change.seen),
                lambda tx, _: self._note(tx, work, event_id, look, None, "gone"),
            )
        return act(
            work,
            change,
            lambda: self._collection.put(href, change.wanted, change.seen),
            lambda tx, etag: self._note(tx, work, event_id, look, etag, "there"),
        )

    def _note(
        self, tx: Transaction, work: Pass, event_id: str, look: _Look, etag: str | None, state: str
    ) -> None:
        name, href = self._collection.name, _href(event_id)
        record = PublishedRecord(event_id, name, href, etag, look.digest, state, work.clock())
        tx.published.save(record)


def _href(event_id: str) -> str:
    """The object's name in the collection: from its UID, as servers and other programs expect."""
    return f"{public_uid(event_id)}.ics"
