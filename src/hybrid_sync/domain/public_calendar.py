"""Which events stand in the public calendars, and as what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from hybrid_sync.domain.events import Event, EventState

KEPT_AFTER = timedelta(days=365)
"""How long an event that is over stays: a calendar that loses its past looks broken."""


@dataclass(frozen=True)
class PublicEvent:
    """An event as everybody may see it. `changed` (UTC) is when its record last changed; `cancelled` is told, not hidden."""

    event: Event
    changed: datetime
    cancelled: bool

    @property
    def uid(self) -> str:
        """One for the event, and none of those that registrants have (calendar.md D2)."""
        return public_uid(self.event.id)

    @property
    def sequence(self) -> int:
        """Rises with every change of the record (RFC 5545 3.8.7.4)."""
        return self.event.generation - 1


def public_uid(event_id: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"hybrid-sync/{event_id}/public"))


def public_event(
    event: Event, changed: datetime | None, now: datetime, keep_cancelled: timedelta
) -> PublicEvent | None:
    """How `event` stands in public calendars now; None when it does not.

    A cancelled one stays for `keep_cancelled` after the change, because not every program understands that something
    vanished (calendar.md D2). Drafts never stand there.
    `changed` None: nobody remembers when; then the event's own start stands in for it, so that bytes stay the same.
    """
    if event.ends is None or event.state is EventState.DRAFT or now > event.ends.instant + KEPT_AFTER:
        return None
    cancelled = event.state is EventState.CANCELLED
    if cancelled and (changed is None or now > changed + keep_cancelled):
        return None
    return PublicEvent(event, changed or event.starts.instant, cancelled)
