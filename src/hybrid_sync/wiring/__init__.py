"""The one place that knows which class stands behind which port, and the only one that reads clock and chance."""

from hybrid_sync.wiring.alone import Database, database, web_pages
from hybrid_sync.wiring.app import App
from hybrid_sync.wiring.moment import clock_at
from hybrid_sync.wiring.whole import build

__all__ = ["App", "Database", "build", "clock_at", "database", "web_pages"]
