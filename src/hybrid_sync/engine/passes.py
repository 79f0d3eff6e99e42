"""What every engine does with a leased event, and beside it: run the pass, give back what did not end, keep the chores going."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from threading import Thread

from hybrid_sync.engine.backoff import backoff
from hybrid_sync.errors import LostLease
from hybrid_sync.ports import Clock, Lease, Store

log = logging.getLogger(__name__)

Reconcile = Callable[[Lease], None]
"""One pass over one event. It gives the lease back itself; an error it raises is one that it did not expect."""

LONGEST_ERROR_TEXT = 500


class Passes:
    """Runs passes; nothing that one of them raises comes out. `chance` gives numbers in 0..1 for spreading repeats."""

    def __init__(self, store: Store, reconcile: Reconcile, clock: Clock, chance: Callable[[], float]) -> None:
        self._store = store
        self._reconcile = reconcile
        self._clock = clock
        self._chance = chance

    def run(self, lease: Lease) -> None:
        """One pass. What it raises is logged and pushes this event back; other events do not notice."""
        fields = {"action": "engine.pass", "event_id": lease.event_id}
        try:
            self._reconcile(lease)
        except LostLease as error:
            log.info("%s; the pass ended", error, extra=fields)
        except Exception as error:
            log.exception("the pass over event %s failed", lease.event_id, extra=fields)
            self.hand_back(lease, f"{type(error).__name__}: {error}"[:LONGEST_ERROR_TEXT])

    def hand_back(self, lease: Lease, error: str | None) -> None:
        """Finish a lease for a pass that did not: due at once, or after an error later and later."""
        fields = {"action": "engine.hand_back", "event_id": lease.event_id}
        now = self._clock()
        try:
            with self._store.begin(lease, now) as transaction:
                row = transaction.work.get(lease.event_id)
                attempts = row.attempts if row else 0
                due_at = now if error is None else now + backoff(attempts, self._chance())
                transaction.work.finish(lease, due_at, error)
        except LostLease as lost:
            log.info("%s", lost, extra=fields)
        except Exception:
            # The lease then runs out by itself, and the event is due again.
            log.exception("the lease on event %s could not be given back", lease.event_id, extra=fields)


class Aside:
    """Calls something in a thread of its own, never twice at once: it may have to wait, and its caller goes on.

    `name` is what the log calls the calls, in the plural.
    """

    def __init__(self, name: str, call: Callable[[], None] | None) -> None:
        self._name = name
        self._call = call
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin, unless the last call still runs."""
        if self._call is None or (self._thread is not None and self._thread.is_alive()):
            return
        # A daemon, not of a pool: Python waits for the threads of a pool at its end.
        thread = Thread(target=self._do, args=(self._call,), name=self._name, daemon=True)
        try:
            thread.start()
        except RuntimeError:
            log.exception(
                "no thread to be had for the %s", self._name, extra={"action": f"engine.{self._name}"}
            )
        else:
            self._thread = thread

    def join(self, seconds: float) -> bool:
        """Wait at most so long for what is under way. Whether it has ended."""
        if self._thread is None:
            return True
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _do(self, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception:
            log.exception(
                "the %s failed; they are tried again", self._name, extra={"action": f"engine.{self._name}"}
            )


class Trouble:
    """A trouble that comes back at every tick is told once, and once more when it is over."""

    def __init__(self) -> None:
        self._on = False

    def begins(self) -> bool:
        """Whether it was not there before."""
        before, self._on = self._on, True
        return not before

    def ends(self) -> bool:
        """Whether it was there until now."""
        before, self._on = self._on, False
        return before


def seconds_left(deadline: float, monotonic: Callable[[], float]) -> float:
    """Until `deadline` on that clock, never below zero."""
    return max(0.0, deadline - monotonic())


HEARTBEATS = 6
"""A worker of the queue says so many times that it lives within the time after which it is taken for dead."""


def stalled_after(lease: timedelta) -> timedelta:
    """How long a worker of the queue may be silent: half a minute, and never longer than half a lease."""
    return min(timedelta(seconds=30), lease / 2)
