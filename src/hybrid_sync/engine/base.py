"""What the worker asks of an engine: call `reconcile` for whatever is due, until told to stop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from hybrid_sync.ports import Lease

Reconcile = Callable[[Lease], None]
"""One pass over one event. It gives the lease back itself; an error it raises is one that it did not expect."""


class Engine(Protocol):
    """Who calls `reconcile` and when."""

    def run(self, stop_after: timedelta | None = None) -> tuple[str, ...]:
        """Work until told to stop, or for `stop_after`.

        Returns the ids of events whose passes were still running when the time for a clean end was over.
        """
        ...

    def heartbeat(self) -> datetime:
        """When the engine last looked for work (UTC); a machine that watches it restarts it when this grows old."""
        ...
