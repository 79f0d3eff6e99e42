"""Approved online registrants -> links of their own into a webinar without registration (webex.md 2.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.people import Registrant
from hybrid_sync.domain.plan import Change, Hold, in_batches
from hybrid_sync.domain.registrants import wanted_online
from hybrid_sync.errors import ProviderError
from hybrid_sync.ports import InvitationSources, MeetingRecord, SourceRecord, Store, Transaction
from hybrid_sync.sync.outcome import Outcome, Pass, failed, question


@dataclass(frozen=True)
class _Look:
    record: MeetingRecord
    wanted: Sequence[Registrant]
    links: Mapping[str, str]
    """Links that Webex has made, by registrant id."""
    rows: Mapping[str, SourceRecord]
    standing: Mapping[str, str]
    """Marks of people who may be invited, by e-mail key."""
    refused: Mapping[str, str]
    """What Webex said of people for whom it would make no link, by e-mail key."""

    def current(self, person: Registrant) -> bool:
        """Whether what is remembered of the person is what Webex has."""
        row = self.rows.get(person.id)
        return (
            row is not None
            and row.meeting_id == self.record.meeting_id
            and row.link == self.links.get(person.id)
            and self.standing.get(person.key) == row.source_id
        )


class SourceStep:
    """Gives everybody a permanent link, whose mark tells whose stay it was.

    No intents: the mark of a source is worked out from the registrant, and the list is read before anybody is added,
    so that a lost answer is settled by the next pass. Webex has no call that ends a source: who withdraws is turned
    away by our own page, and loses nothing else before the webinar is over or made anew.
    """

    name = "sources"

    def __init__(self, store: Store, sources: InvitationSources) -> None:
        self._store = store
        self._sources = sources

    def plan(self, event: Event, now: datetime, *, force: bool = False) -> Sequence[Change]:
        look = self._look(event, now)
        return [] if look is None else self._decide(look, force)

    def run(self, event: Event, work: Pass) -> Sequence[Outcome]:
        look = self._look(event, work.clock())
        if look is None:
            return []
        self._note(work, event, look)
        changes = self._decide(look, work.force)
        outcomes = [
            Outcome(one.kind, one.target, "attention", one.reason, ask=question("registrant", one.target))
            for one in changes
            if isinstance(one, Hold)
        ]
        additions = [change for change in changes if change.acts]
        for batch in in_batches(additions, self._sources.batch_size):
            done = self._add(work, look.record, batch)
            outcomes += done
            if any(outcome.result in ("later", "unknown") for outcome in done):
                break
        return outcomes

    def _look(self, event: Event, now: datetime) -> _Look | None:
        """None when there is nothing to compare: over, not published, no webinar, or one with registration."""
        if event.ends is None or now >= event.ends.instant or event.state is not EventState.PUBLISHED:
            return None
        with self._store.read() as tx:
            record, people = tx.meetings.get(event.id), tx.people.of(event.id)
            rows, standing = tx.sources.of(event.id), tx.registrations.of(event.id)
            asked = {item.key: item.message for item in tx.attentions.unsettled(event.id)}
        if record is None or record.state != "made" or record.registration:
            return None
        wanted = list(wanted_online(people).values()) if event.online else []
        links = self._sources.links(record.meeting_id, wanted) if wanted else {}
        refused = {
            one.key: asked[question("registrant", one.key)]
            for one in wanted
            if question("registrant", one.key) in asked
        }
        return _Look(record, wanted, links, rows, standing, refused)

    def _decide(self, look: _Look, force: bool) -> list[Change]:
        reason = "has no link of their own into the webinar yet"
        return [
            Hold("registrant.add", one.key, look.refused[one.key], one)
            if one.key in look.refused and not force
            else Change("registrant.add", one.key, reason, wanted=one)
            for one in look.wanted
            if one.id not in look.links
        ]

    def _note(self, work: Pass, event: Event, look: _Look) -> None:
        """Remember what Webex has, and forget who is not to be let in any more."""
        found = [one for one in look.wanted if one.id in look.links and not look.current(one)]
        keys = {one.key for one in look.wanted}
        gone = [key for key in look.standing if key not in keys]
        if not found and not gone:
            return
        with work.begin() as tx:
            self._keep(tx, look.record, found, look.links)
            tx.registrations.drop(event.id, gone)

    def _keep(
        self,
        tx: Transaction,
        record: MeetingRecord,
        people: Sequence[Registrant],
        links: Mapping[str, str],
    ) -> None:
        """Links, and the mark that everybody is on the list, which invitations wait for."""
        rows = [
            SourceRecord(
                record.event_id, one.id, record.meeting_id, self._sources.source_id(one), links[one.id]
            )
            for one in people
        ]
        tx.sources.put(rows)
        tx.registrations.put(
            record.event_id, {one.key: row.source_id for one, row in zip(people, rows, strict=True)}
        )

    def _add(self, work: Pass, record: MeetingRecord, batch: Sequence[Change]) -> list[Outcome]:
        people: list[Registrant] = [change.wanted for change in batch]
        try:
            made = self._sources.add(record.meeting_id, people)
        except ProviderError as error:
            return [failed(work, change, error) for change in batch]
        with work.begin() as tx:
            self._keep(tx, record, [one for one in people if one.id in made.links], made.links)
            for change in batch:
                if change.wanted.id in made.links:
                    work.audit(tx, change, change.reason)
        return [self._outcome(work, change, made.links, made.refused) for change in batch]

    def _outcome(
        self, work: Pass, change: Change, links: Mapping[str, str], refused: Mapping[str, ProviderError]
    ) -> Outcome:
        error = refused.get(change.wanted.id)
        if error is not None:
            return failed(work, change, error)
        if change.wanted.id in links:
            return Outcome(change.kind, change.target, "done", change.reason)
        until = work.clock() + work.settle
        return Outcome(change.kind, change.target, "later", "accepted, no link answered yet", until)
