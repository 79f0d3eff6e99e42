"""What an engine calls when an event is due."""

from __future__ import annotations

from collections.abc import Callable

from hybrid_sync.ports import Lease

Reconcile = Callable[[Lease], None]
"""One pass over one event. It gives the lease back itself; an error it raises is one that it did not expect."""
