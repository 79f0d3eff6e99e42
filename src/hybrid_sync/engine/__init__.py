"""Who calls `reconcile` and when."""

from hybrid_sync.engine.embedded import EmbeddedEngine
from hybrid_sync.engine.passes import Reconcile

__all__ = ["EmbeddedEngine", "Reconcile"]
