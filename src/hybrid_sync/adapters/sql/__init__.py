"""The registration store in SQLite or PostgreSQL (SQLAlchemy Core, Alembic)."""

from hybrid_sync.adapters.sql.budget import SharedBudget
from hybrid_sync.adapters.sql.engine import journal_mode, open_engine
from hybrid_sync.adapters.sql.engine_state import engine_state
from hybrid_sync.adapters.sql.maintenance import backup, check, purge_audit
from hybrid_sync.adapters.sql.procrastinate_schema import queue_address, upgrade_queue
from hybrid_sync.adapters.sql.schema import current, head, is_current, upgrade
from hybrid_sync.adapters.sql.store import SqlStore, open_store

__all__ = [
    "SharedBudget",
    "SqlStore",
    "backup",
    "check",
    "current",
    "engine_state",
    "head",
    "is_current",
    "journal_mode",
    "open_engine",
    "open_store",
    "purge_audit",
    "queue_address",
    "upgrade",
    "upgrade_queue",
]
