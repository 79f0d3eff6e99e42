"""The one place that knows which class stands behind which port, and the only one that reads clock and chance.

Each name is imported when it is first asked for: `build` takes every adapter and its libraries, half a second of start
that a command which only looks into the store does not pay.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hybrid_sync.wiring.alone import Database, database, web_pages
    from hybrid_sync.wiring.app import App
    from hybrid_sync.wiring.moment import clock_at
    from hybrid_sync.wiring.store import Stored, stored
    from hybrid_sync.wiring.whole import build

__all__ = ["App", "Database", "Stored", "build", "clock_at", "database", "stored", "web_pages"]

_ROOMS = {
    "App": "app",
    "Database": "alone",
    "Stored": "store",
    "build": "whole",
    "clock_at": "moment",
    "database": "alone",
    "stored": "store",
    "web_pages": "alone",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
