"""The room of the store for what is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from hybrid_sync.ports.rows import Lease, WorkRow


class Work(Protocol):
    """Which event is due when, and who works on it."""

    def ready(self, now: datetime, limit: int) -> Sequence[str]:
        """The ids of up to `limit` events that are due and that nobody holds, longest due first."""
        ...

    def wake(self, event_id: str, at: datetime) -> None:
        """Make the event due at `at`, or leave it if it is due earlier."""
        ...

    def claim(
        self, owner: str, now: datetime, lease: timedelta, limit: int, event_id: str | None = None
    ) -> Sequence[Lease]:
        """Lease up to `limit` due events (or this one, due or not) that nobody holds."""
        ...

    def finish(
        self,
        lease: Lease,
        due_at: datetime | None,
        error: str | None,
        waits: Mapping[str, datetime] | None = None,
    ) -> None:
        """Give the lease back; a wake-up that came meanwhile is kept. `waits` None leaves them as they are.

        Raises LostLease for an old fence.
        """
        ...

    def get(self, event_id: str) -> WorkRow | None: ...
    def all_due(self, now: datetime) -> Sequence[str]:
        """The events that are due, whoever holds them, longest due first."""
        ...

    def awake(self) -> Sequence[WorkRow]:
        """Those that are due now or later, in somebody's hand or in trouble, soonest due first."""
        ...

    def rows(self) -> Sequence[WorkRow]: ...
