"""The only module that reads the clock, and gives this process its name."""

from __future__ import annotations

import os
import secrets
import socket
from datetime import UTC, datetime

from hybrid_sync.ports import Clock


def clock_at(at: datetime | None) -> Clock:
    """The present; or, with `at`, a clock that stands there now and runs on (rehearsals and tests)."""
    if at is None:
        return lambda: datetime.now(UTC)
    started = datetime.now(UTC)
    return lambda: at + (datetime.now(UTC) - started)


def owner_name() -> str:
    """Who holds a lease: machine, process, and a mark against reused process numbers."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
