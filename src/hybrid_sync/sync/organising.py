"""What organisers and registrants change here. One transaction each: the change, its audit line, and a wake-up.

Nothing is pushed from here: the event is made due, and the worker (or `hybrid-sync sync`) closes the difference.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hybrid_sync.domain.events import Event, EventState, problems_before_publishing
from hybrid_sync.domain.localtime import LocalTime, local_of
from hybrid_sync.domain.people import NewPerson
from hybrid_sync.domain.programme import programme_addresses
from hybrid_sync.errors import InputError, NotFound
from hybrid_sync.ports import Transaction
from hybrid_sync.sync.registrant_desk import Registered, RegistrantDesk

__all__ = ["NewPerson", "Organising", "Registered", "local_after"]


class Organising(RegistrantDesk):
    """The organiser's desk, for events and for their registrants."""

    def import_event(self, event: Event) -> tuple[Event, bool]:
        """Store a record; one that is there already is changed, keeping its state. True when anything is new.

        Raises InputError when a published event would become unfit, or gets an address whose owner was erased.
        """
        with self._store.begin() as tx:
            known = self._known(tx, event.id)
            self._refuse_erased(tx, event, known)
            if known is None:
                tx.events.save(event)
                self._note(tx, event.id, "event.import", event.title)
                return event, True
            # Records and pages know nothing of the recording: what was told once stays.
            event = replace(event, recording_url=event.recording_url or known.recording_url)
            same = replace(event, state=known.state, generation=known.generation, source=known.source)
            if same == known:
                return known, False
            changed = replace(event, state=known.state, generation=known.generation + 1)
            self._refuse_unfit(changed)
            self._save(tx, changed, "event.import", "the record changed")
            return changed, True

    def edit(self, event_id: str, **changes: object) -> Event:
        """Change fields of the record; raises InputError when a published event would become unfit."""
        with self._store.begin() as tx:
            event = tx.events.get(event_id).changed(**changes)
            self._refuse_unfit(event)
            self._save(tx, event, "event.edit", ", ".join(sorted(changes)))
        return event

    def publish(self, event_id: str, *, anew: bool = False) -> Event:
        """Let the event be pushed. `anew` gives up the meeting that there is (it is taken back) or was, so that a new one is made.

        Raises InputError with everything that is missing.
        """
        with self._store.begin() as tx:
            event = tx.events.get(event_id)
            problems = problems_before_publishing(event)
            if problems:
                raise InputError(problems)
            record = tx.meetings.get(event_id)
            if anew and record is not None and record.state == "made":
                tx.meetings.save(replace(record, state="replaced", recreations=0, recreated_at=None))
                tx.registrations.drop(event_id, list(tx.registrations.of(event_id)))
            if event.state is not EventState.PUBLISHED:
                event = event.changed(state=EventState.PUBLISHED)
            self._save(tx, event, "event.publish", "anew" if anew else "")
        return event

    def reschedule(self, event_id: str, starts: LocalTime, ends: LocalTime | None = None) -> Event:
        """Move the event; without `ends` it keeps its real length. Raises InputError, TimeError."""
        with self._store.begin() as tx:
            event = tx.events.get(event_id)
            if ends is None and event.ends is not None:
                # Elapsed time, not wall time: an event moved over a change night stays as long as it was.
                ends = local_after(starts, event.duration)
            event = event.changed(starts=starts, ends=ends)
            self._refuse_unfit(event)
            self._save(
                tx, event, "event.reschedule", f"{starts.isoformat()} to {ends.isoformat() if ends else '?'}"
            )
        return event

    def cancel(self, event_id: str) -> Event:
        """Take the event back wherever it was pushed."""
        with self._store.begin() as tx:
            event = tx.events.get(event_id)
            if event.state is not EventState.CANCELLED:
                event = event.changed(state=EventState.CANCELLED)
                self._save(tx, event, "event.cancel", "")
        return event

    # --- shared ---

    def _known(self, tx: Transaction, event_id: str) -> Event | None:
        try:
            return tx.events.get(event_id)
        except NotFound:
            return None

    def _refuse_erased(self, tx: Transaction, event: Event, known: Event | None) -> None:
        """An old record does not bring back who was erased. Whom the programme names now is left to the erasure itself."""
        new = programme_addresses(event) - (programme_addresses(known) if known else frozenset())
        erased = tx.tombstones.among(sorted(new))
        if erased:
            raise InputError(
                [
                    f"event {event.id}, speakers and moderators, email: the owner of {address} was erased at their "
                    "request: leave the address out; the programme may name them without it"
                    for address in sorted(erased)
                ]
            )

    def _refuse_unfit(self, event: Event) -> None:
        if event.state is EventState.PUBLISHED:
            problems = problems_before_publishing(event)
            if problems:
                raise InputError(problems)

    def _save(self, tx: Transaction, event: Event, what: str, detail: str) -> None:
        tx.events.save(event)
        self._note(tx, event.id, what, detail)


def local_after(starts: LocalTime, length: timedelta) -> LocalTime:
    """The wall time `length` of real time after `starts`."""
    return local_of(starts.instant + length, starts.zone)
