"""The one place that knows which class stands behind which port, and the only one that reads clock and chance."""

from __future__ import annotations

import os
import random
import secrets
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hybrid_sync.adapters.sql import open_store
from hybrid_sync.domain.events import Event
from hybrid_sync.domain.people import Registrant
from hybrid_sync.errors import SettingsError
from hybrid_sync.ports import Check, Clock, Pages, Store
from hybrid_sync.render.join_links import JoinLinks
from hybrid_sync.settings import Settings
from hybrid_sync.sync.attendance import AttendanceStep
from hybrid_sync.sync.converge import Converge
from hybrid_sync.sync.joining import Joining
from hybrid_sync.sync.loop import Loop
from hybrid_sync.sync.organising import Organising


@dataclass(frozen=True)
class App:
    """Everything wired together. `close` lets go of connections."""

    settings: Settings
    clock: Clock
    owner: str
    store: Store
    loop: Loop
    converge: Converge
    desk: Organising
    joining: Joining
    links: JoinLinks
    pages: Pages
    attendance: AttendanceStep
    invitation_for: Callable[[Event, Registrant], bytes]
    """The very message that a person would be sent (or was sent last), for `invitation show`."""
    checks: Callable[[], Sequence[Check]]
    close: Callable[[], None]


@dataclass(frozen=True)
class Database:
    """What `hybrid-sync db` does."""

    upgrade: Callable[[], str]
    """Bring the schema to the newest revision and return its name."""
    check: Callable[[], Sequence[Check]]
    backup: Callable[[Path], None]


def clock_at(at: datetime | None) -> Clock:
    """The present; or, with `at`, a clock that stands there now and runs on (rehearsals and tests)."""
    if at is None:
        return lambda: datetime.now(UTC)
    started = datetime.now(UTC)
    return lambda: at + (datetime.now(UTC) - started)


def owner_name() -> str:
    """Who holds a lease: machine, process, and a mark against reused process numbers."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
