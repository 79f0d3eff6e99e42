"""An engine with defaults for everything, and the means to watch it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Lock, Thread
from typing import Any

import pytest
from tests.builders import NOW

from hybrid_sync.adapters.sql import SqlStore, queue_address
from hybrid_sync.engine import EmbeddedEngine, Reconcile
from hybrid_sync.ports import Engine, Lease, WorkRow

Due = Callable[..., list[str]]
NEVER = 3600.0  # a tick that does not come again within a test
PATIENCE = 120.0
"""Seconds for what must come about; a busy machine may take its time."""
HELD = 2 * PATIENCE
"""Seconds that a pass waits for a test's word: longer than the test itself waits for anything."""


def usual() -> dict[str, Any]:
    """What both engines are told, if a test says nothing else."""
    return {
        "clock": lambda: NOW,
        "owner": "worker",
        "poll_seconds": 0.05,
        "concurrency": 2,
        "lease": timedelta(minutes=5),
        "stop": Event(),
        "chance": lambda: 1.0,
        "grace": timedelta(seconds=20),
    }


def an_engine(store: SqlStore, reconcile: Reconcile, **changes: Any) -> EmbeddedEngine:
    return EmbeddedEngine(store, reconcile, **(usual() | changes))


def a_queue_engine(store: SqlStore, reconcile: Reconcile, **changes: Any) -> Engine:
    """The same on PostgreSQL, with Procrastinate."""
    from hybrid_sync.engine.procrastinate import ProcrastinateEngine

    return ProcrastinateEngine(
        store, reconcile, **(usual() | {"address": queue_address(store.engine)} | changes)
    )


@contextmanager
def running(
    store: SqlStore, reconcile: Reconcile, make: Callable[..., Engine] = an_engine, **changes: Any
) -> Iterator[Engine]:
    stop = Event()
    engine = make(store, reconcile, stop=stop, **changes)
    thread = Thread(target=engine.run)
    thread.start()
    try:
        yield engine
    finally:
        stop.set()
        thread.join(PATIENCE)
    assert not thread.is_alive()


def until(condition: Callable[[], bool]) -> None:
    """Wait, generously, for what must come about."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"it did not come about in {PATIENCE:.0f} s")
        time.sleep(0.01)


class Passes:
    """A reconcile that notes what it was called for and gives the lease back."""

    def __init__(self, store: SqlStore, due_at: datetime | None = None) -> None:
        self.store = store
        self.due_at = due_at
        self.seen: list[str] = []

    def __call__(self, lease: Lease) -> None:
        with self.store.begin(lease, NOW) as tx:
            tx.work.finish(lease, self.due_at, None)
        self.seen.append(lease.event_id)


class Crowd:
    """A reconcile that counts how many of it are at work at the same moment."""

    def __init__(self, passes: Passes) -> None:
        self.passes = passes
        self.active, self.most = 0, 0
        self._lock = Lock()

    def __call__(self, lease: Lease) -> None:
        with self._lock:
            self.active += 1
            self.most = max(self.most, self.active)
        self.passes(lease)
        with self._lock:
            self.active -= 1


def row(store: SqlStore, event_id: str = "e0") -> WorkRow:
    with store.read() as tx:
        found = tx.work.get(event_id)
    assert found is not None
    return found
