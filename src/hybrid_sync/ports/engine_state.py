"""How the engine's rows stand, for `engine status`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Holder:
    """A process that has events in hand. `until` is when the last of its leases ends (UTC)."""

    owner: str
    events: int
    until: datetime


@dataclass(frozen=True)
class QueueState:
    """Procrastinate's own rows. `workers` says when each of its workers was last heard of (UTC), by its number there."""

    waiting: int
    running: int
    workers: tuple[tuple[int, datetime], ...]


@dataclass(frozen=True)
class EngineState:
    """What is due, what is in hand. `lag` is how long the longest due event that nobody holds has been waiting."""

    at: datetime
    due: int
    leased: int
    stalled: int
    """Events whose lease ran out and was never given back: their worker died, stood still, or lost the database."""
    lag: timedelta
    holders: tuple[Holder, ...]
    queue: QueueState | None = None


LookAtEngine = Callable[[], EngineState]
