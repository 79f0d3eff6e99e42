"""The engine of one process: APScheduler is the clock, leased rows in the store are the work.

APScheduler keeps nothing but its memory: its own stores lose or double work (reliability.md 1.2). A tick asks the store
what is due and hands each event to a thread; several processes may do so on one store, because rows are leased with
fences. Whatever a tick or a pass raises is logged and the clock goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Lock, Thread, current_thread
from time import monotonic

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from hybrid_sync.engine.backoff import backoff
from hybrid_sync.engine.base import Reconcile
from hybrid_sync.errors import LostLease
from hybrid_sync.ports import Clock, Engine, Lease, Store

log = logging.getLogger(__name__)

LONGEST_ERROR_TEXT = 500


class EmbeddedEngine:
    """ports.Engine in this process.

    Up to `concurrency` events are worked on at once, each under a lease of length `lease`; `owner` names this process
    in them and must be its own. `stop` ends the engine from any thread or signal handler; running passes then have
    `grace` to end. `chance` gives numbers in 0..1 for spreading repeats. `chores` is called after each tick, in a
    thread of its own and never twice at once, for what belongs to no event.
    """

    def __init__(
        self,
        store: Store,
        reconcile: Reconcile,
        clock: Clock,
        *,
        owner: str,
        poll_seconds: float,
        concurrency: int,
        lease: timedelta,
        stop: Event,
        chance: Callable[[], float],
        grace: timedelta = timedelta(seconds=20),
        chores: Callable[[], None] | None = None,
    ) -> None:
        self._store = store
        self._reconcile = reconcile
        self._clock = clock
        self._owner = owner
        self._poll_seconds = poll_seconds
        self._concurrency = concurrency
        self._lease = lease
        self._stop = stop
        self._chance = chance
        self._grace = grace
        self._chores = chores
        self._chores_thread: Thread | None = None
        self._beat = clock()
        self._lock = Lock()
        self._running: dict[Thread, str] = {}
        self._unanswered = False
        self._ending = False

    def heartbeat(self) -> datetime:
        """When the clock last ticked (UTC), whether the store answered or not."""
        return self._beat

    def run(self, stop_after: timedelta | None = None) -> tuple[str, ...]:
        """Tick until `stop` is set or `stop_after` has passed, then end cleanly.

        Returns the events whose passes did not end in time. Their threads do not keep the process alive, their leases
        run out by themselves, and the fence stops what they still write.
        """
        # By hand: APScheduler loses its thread when it is shut down while it removes a job that runs but once.
        self._tick()
        clock = self._start_clock()
        try:
            self._stop.wait(None if stop_after is None else stop_after.total_seconds())
        finally:
            self._ending = True
            clock.shutdown(wait=True)  # a tick under way gives back what it has just claimed
            left = self._wait_for_passes()
        if left:
            log.warning("stopped while still at work on %s", ", ".join(left), extra={"action": "engine.stop"})
        return left

    def _start_clock(self) -> BackgroundScheduler:
        # A tick that takes longer than the interval is normal and no warning.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        clock = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        clock.add_job(self._tick, "interval", seconds=self._poll_seconds, id="tick")
        clock.start()
        return clock

    def _stopping(self) -> bool:
        return self._ending or self._stop.is_set()

    def _tick(self) -> None:
        """Claim as many due events as there are free hands."""
        self._beat = self._clock()
        with self._lock:
            free = self._concurrency - len(self._running)
        for lease in self._claim(free):
            # A daemon thread, not a pool: Python waits for pool threads at its end, so a call that hangs would keep
            # a stopped worker alive.
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
                self._hand_back(lease, self._clock(), None)
        self._start_chores()

    def _start_chores(self) -> None:
        """In a thread: a chore may wait for Webex, and the heart must go on beating meanwhile."""
        running = self._chores_thread is not None and self._chores_thread.is_alive()
        if self._chores is None or running or self._stopping():
            return
        self._chores_thread = Thread(target=self._do_chores, args=(self._chores,), name="chores", daemon=True)
        try:
            self._chores_thread.start()
        except RuntimeError:
            log.exception("no thread to be had for the chores", extra={"action": "engine.chores"})
            self._chores_thread = None

    def _do_chores(self, chores: Callable[[], None]) -> None:
        try:
            chores()
        except Exception:
            log.exception("the chores failed; they are tried again", extra={"action": "engine.chores"})

    def _claim(self, limit: int) -> list[Lease]:
        """Up to `limit` leases; none when the store does not answer or the engine is stopping."""
        if limit < 1 or self._stopping():
            return []
        try:
            with self._store.begin() as transaction:
                leases = list(transaction.work.claim(self._owner, self._clock(), self._lease, limit))
        except Exception:
            # Locked, restarting, unreachable: the next tick tries again. Said once, and once when it is over.
            if not self._unanswered:
                log.exception("the store does not answer; trying again", extra={"action": "engine.claim"})
            self._unanswered = True
            return []
        if self._unanswered:
            log.info("the store answers again", extra={"action": "engine.claim"})
        self._unanswered = False
        if self._stopping():
            for lease in leases:
                self._hand_back(lease, self._clock(), None)
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
                self._pass(lease)
                leases = [] if lease.event_id in seen else self._claim(1)
                seen.add(lease.event_id)
        finally:
            with self._lock:
                del self._running[thread]

    def _pass(self, lease: Lease) -> None:
        """One pass. What it raises is logged and pushes this event back; other events do not notice."""
        fields = {"action": "engine.pass", "event_id": lease.event_id}
        try:
            self._reconcile(lease)
        except LostLease as error:
            log.info("%s; the pass ended", error, extra=fields)
        except Exception as error:
            log.exception("the pass over event %s failed", lease.event_id, extra=fields)
            now = self._clock()
            text = f"{type(error).__name__}: {error}"[:LONGEST_ERROR_TEXT]
            self._hand_back(lease, now, text)

    def _hand_back(self, lease: Lease, now: datetime, error: str | None) -> None:
        """Finish a lease for a pass that did not: due at once, or after an error later and later."""
        try:
            with self._store.begin(lease, now) as transaction:
                row = transaction.work.get(lease.event_id)
                attempts = row.attempts if row else 0
                due_at = now if error is None else now + backoff(attempts, self._chance())
                transaction.work.finish(lease, due_at, error)
        except LostLease as lost:
            log.info("%s", lost, extra={"action": "engine.hand_back", "event_id": lease.event_id})
        except Exception:
            # The lease then runs out by itself, and the event is due again.
            log.exception(
                "the lease on event %s could not be given back",
                lease.event_id,
                extra={"action": "engine.hand_back", "event_id": lease.event_id},
            )

    def _wait_for_passes(self) -> tuple[str, ...]:
        deadline = monotonic() + self._grace.total_seconds()
        with self._lock:
            threads = list(self._running)
        for thread in [*threads, *([self._chores_thread] if self._chores_thread else [])]:
            thread.join(max(0.0, deadline - monotonic()))
        with self._lock:
            return tuple(sorted(self._running.values()))


# For the type checker alone.
_engine: Callable[..., Engine] = EmbeddedEngine
