"""A worker process for tests: its passes take a while, or never end. Prints a word at each turn."""

from __future__ import annotations

import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

from hybrid_sync.adapters.sql import open_store, queue_address
from hybrid_sync.engine import EmbeddedEngine
from hybrid_sync.ports import Engine, Lease

NOW = datetime(2027, 5, 3, 9, 0, tzinfo=UTC)
url, seconds, grace = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
store = open_store(url)
stop = Event()
# In a thread that waits for it, and before there are others: a handler would not run for as long as nobody wakes this one.
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
Thread(target=lambda: signal.sigwait([signal.SIGTERM]) and stop.set(), daemon=True).start()


def reconcile(lease: Lease) -> None:
    print("started", flush=True)
    stop.wait()
    time.sleep(seconds)
    with store.begin(lease, NOW) as tx:
        tx.work.finish(lease, None, None)
    print("finished", flush=True)


options: dict[str, Any] = {
    "owner": "worker",
    "poll_seconds": 0.1,
    "concurrency": 1,
    "lease": timedelta(minutes=5),
    "stop": stop,
    "chance": lambda: 0.0,
    "grace": timedelta(seconds=grace),
}
engine: Engine
if url.startswith("postgres"):
    from hybrid_sync.engine.procrastinate import ProcrastinateEngine

    engine = ProcrastinateEngine(
        store, reconcile, lambda: NOW, address=queue_address(store.engine), **options
    )
else:
    engine = EmbeddedEngine(store, reconcile, lambda: NOW, **options)
print("left", *engine.run(), flush=True)
