"""The engine of one process: APScheduler is the clock, leased rows in the store are the work.

APScheduler keeps nothing but its memory: its own stores lose or double work (reliability.md 1.2). A tick asks the store
what is due and hands each event to a thread; several processes may do so on one store, because rows are leased with
fences. Whatever a tick or a pass raises is logged and the clock goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from threading import Thread, current_thread
from time import monotonic

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from hybrid_sync.engine.base import BaseEngine
from hybrid_sync.engine.passes import Aside, seconds_left
from hybrid_sync.ports import Engine, Lease

log = logging.getLogger(__name__)


class EmbeddedEngine(BaseEngine):
    """ports.Engine in this process."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._running: dict[Thread, str] = {}
        self._ticks = Aside("ticks", self._tick)

    def run(self, stop_after: timedelta | None = None) -> tuple[str, ...]:
        """Tick until `stop` is set or `stop_after` has passed, then end cleanly.

        Returns the events whose passes did not end in time. Their threads do not keep the process alive, their leases
        run out by themselves, and the fence stops what they still write.
        """
        # By hand: APScheduler loses its thread when it is shut down while it removes a job that runs but once.
        self._ticks.start()
        while not self._ticks.join(0.1) and not self.stop.is_set():
            pass
        clock = self._start_clock()
        try:
            self.stop.wait(None if stop_after is None else stop_after.total_seconds())
        finally:
            self._ending = True
            deadline = monotonic() + self.grace.total_seconds()
            clock.shutdown(wait=True)
            # A tick under way gives back what it has just claimed. The store may not answer it for a long time.
            if not self._ticks.join(seconds_left(deadline, monotonic)):
                log.warning("stopped while the store did not answer", extra={"action": "engine.stop"})
            left = self._wait_for_passes(deadline)
        if left:
            log.warning("stopped while still at work on %s", ", ".join(left), extra={"action": "engine.stop"})
        return left

    def _start_clock(self) -> BackgroundScheduler:
        # A clock that comes late on a busy machine is normal and no warning.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        clock = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        clock.add_job(self._ticks.start, "interval", seconds=self.poll_seconds, id="tick")
        clock.start()
        return clock

    def _tick(self) -> None:
        """Claim as many due events as there are free hands."""
        self._beat = self.clock()
        with self._lock:
            free = self.concurrency - len(self._running)
        for lease in self._claim(free):
            # A daemon thread: a call that hangs must not keep a stopped worker alive.
            thread = Thread(target=self._work, args=(lease,), name=f"reconcile {lease.event_id}", daemon=True)
            with self._lock:
                self._running[thread] = lease.event_id
            try:
                thread.start()
            except RuntimeError:
                log.exception(
                    "no thread to be had for event %s", lease.event_id, extra={"action": "engine.tick"}
                )
                with self._lock:
                    del self._running[thread]
                self._passes.hand_back(lease, None)
        if not self._stopping():
            self._chores.start()

    def _claim(self, limit: int) -> list[Lease]:
        """Up to `limit` leases; none when the store does not answer or the engine is stopping."""
        if limit < 1 or self._stopping():
            return []
        try:
            with self.store.begin() as transaction:
                leases = list(transaction.work.claim(self.owner, self.clock(), self.lease, limit))
        except Exception:
            # Locked, restarting, unreachable: the next tick tries again.
            if self._trouble.begins():
                log.exception("the store does not answer; trying again", extra={"action": "engine.claim"})
            return []
        if self._trouble.ends():
            log.info("the store answers again", extra={"action": "engine.claim"})
        if self._stopping():
            for lease in leases:
                self._passes.hand_back(lease, None)
            return []
        return leases

    def _work(self, lease: Lease) -> None:
        """Run `lease`, then whatever else is due, so that a backlog does not wait for the clock.

        An event that comes a second time ends that: one that is always due must not keep the processor busy.
        """
        thread = current_thread()
        seen: set[str] = set()
        leases = [lease]
        try:
            while leases:
                [lease] = leases
                with self._lock:
                    self._running[thread] = lease.event_id
                self._passes.run(lease)
                leases = [] if lease.event_id in seen else self._claim(1)
                seen.add(lease.event_id)
        finally:
            with self._lock:
                del self._running[thread]

    def _wait_for_passes(self, deadline: float) -> tuple[str, ...]:
        with self._lock:
            threads = list(self._running)
        for thread in threads:
            thread.join(seconds_left(deadline, monotonic))
        self._chores.join(seconds_left(deadline, monotonic))
        with self._lock:
            return tuple(sorted(self._running.values()))


# For the type checker alone.
_engine: Callable[..., Engine] = EmbeddedEngine
