"""What everybody may see of the events, for feeds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hybrid_sync.domain.public_calendar import KEPT_AFTER, PublicEvent, public_event
from hybrid_sync.errors import NotFound
from hybrid_sync.ports import Clock, Store


class PublicCalendar:
    """Reads public events. `keep_cancelled` is how long a cancelled one is still shown as cancelled."""

    def __init__(self, store: Store, clock: Clock, keep_cancelled: timedelta) -> None:
        self._store = store
        self._clock = clock
        self._keep_cancelled = keep_cancelled

    def events(self) -> Sequence[PublicEvent]:
        """All that stand in the public calendar now, by start."""
        now = self._clock()
        since = now - KEPT_AFTER
        with self._store.read() as tx:
            events, changes = tx.events.ending_since(since), tx.audit.record_changes(ending_since=since)
        found = (public_event(event, changes.get(event.id), now, self._keep_cancelled) for event in events)
        return [event for event in found if event is not None]

    def event(self, event_id: str) -> PublicEvent:
        """The one; raises NotFound also for one that the public does not see."""
        with self._store.read() as tx:
            event, changes = tx.events.get(event_id), tx.audit.record_changes(event_id)
        shown = public_event(event, changes.get(event_id), self._clock(), self._keep_cancelled)
        if shown is None:
            raise NotFound(f"event {event_id} is not public")
        return shown
