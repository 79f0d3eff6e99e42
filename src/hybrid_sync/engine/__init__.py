"""Who calls `reconcile` and when."""

from hybrid_sync.engine.base import Reconcile
from hybrid_sync.engine.embedded import EmbeddedEngine

__all__ = ["EmbeddedEngine", "Reconcile"]
