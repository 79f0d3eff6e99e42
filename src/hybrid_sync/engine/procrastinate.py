"""The engine of many processes: Procrastinate's queue in PostgreSQL says who looks at which event (docs/engines.md).

A job is a wake-up and nothing else. What is due stands in our own rows, and whoever takes a job claims the row first,
under the same lease and fence as the embedded engine. So a lost job is put in again by the next sweep, and a doubled
one finds nothing to claim. The settings are those that reliability.md 2.3 found safe; the others wedge an event for ever.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Thread
from time import monotonic
from typing import TypeVar

from hybrid_sync.engine.base import BaseEngine
from hybrid_sync.engine.passes import Trouble, seconds_left
from hybrid_sync.engine.queue import Queue
from hybrid_sync.errors import NotFound
from hybrid_sync.ports import Engine, Lease

log = logging.getLogger(__name__)

MOST_PER_SWEEP = 200
"""Longest due first, so that those behind come in once these are done."""

BOOKKEEPING = 5.0
"""Seconds for Procrastinate's own last writes, after the grace of the passes."""

_T = TypeVar("_T")


@dataclass(eq=False, repr=False)
class ProcrastinateEngine(BaseEngine):
    """ports.Engine on a queue that any number of processes share.

    `address` is libpq's words for the queue's tables. Procrastinate lives on an asyncio loop in a thread of its own,
    and each pass in another, all of them daemons: a call that hangs does not keep a stopped process alive.
    """

    address: str = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._queue: Queue | None = None
        self._running: set[str] = set()
        self._error: BaseException | None = None

    def run(self, stop_after: timedelta | None = None) -> tuple[str, ...]:
        """Work until `stop` is set or `stop_after` has passed, then end cleanly.

        Returns the events whose passes did not end in time; their leases run out by themselves.
        """
        loop = asyncio.new_event_loop()
        end = asyncio.Event()
        thread = Thread(target=self._host, args=(loop, end), name="procrastinate", daemon=True)
        thread.start()
        try:
            self.stop.wait(None if stop_after is None else stop_after.total_seconds())
        finally:
            self._ending = True
            deadline = monotonic() + self.grace.total_seconds()
            if thread.is_alive():
                loop.call_soon_threadsafe(end.set)
            thread.join(seconds_left(deadline, monotonic) + BOOKKEEPING)
            self._chores.join(seconds_left(deadline, monotonic))
        if self._error is not None:
            raise self._error
        with self._lock:
            left = tuple(sorted(self._running))
        if left:
            log.warning("stopped while still at work on %s", ", ".join(left), extra={"action": "engine.stop"})
        return left

    # --- on the loop ---

    def _host(self, loop: asyncio.AbstractEventLoop, end: asyncio.Event) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(self._main(end))
        except BaseException as error:
            log.exception("the engine broke down", extra={"action": "engine.failure"})
            self._error = error
            self.stop.set()

    async def _main(self, end: asyncio.Event) -> None:
        tasks = [asyncio.create_task(self._tick_on()), asyncio.create_task(self._work_on(end))]
        ended = asyncio.create_task(end.wait())
        await asyncio.wait([*tasks, ended], return_when=asyncio.FIRST_COMPLETED)
        tasks[0].cancel()
        if self._queue is not None:
            self._queue.stop()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome
        ended.cancel()

    async def _tick_on(self) -> None:
        while True:
            self._beat = self.clock()
            try:
                await self._sweep()
            except Exception:
                # Restarting, unreachable: the next tick tries again.
                if self._trouble.begins():
                    log.exception("the store does not answer; trying again", extra={"action": "engine.sweep"})
            else:
                if self._trouble.ends():
                    log.info("the store answers again", extra={"action": "engine.sweep"})
            if not self._stopping():
                self._chores.start()
            await asyncio.sleep(self.poll_seconds)

    async def _sweep(self) -> None:
        """Put a job into the queue for each due event that has none waiting."""
        due = await aside(self._due, "sweep")
        if due and self._queue is not None:
            await self._queue.put(due)

    def _due(self) -> list[str]:
        with self.store.read() as transaction:
            return list(transaction.work.ready(self.clock(), MOST_PER_SWEEP))

    async def _work_on(self, end: asyncio.Event) -> None:
        """A worker of the queue, and another one whenever it ended by itself, until `end`."""
        trouble = Trouble()
        while not end.is_set():
            queue = Queue(
                self.address,
                self._visit_aside,
                self.concurrency,
                self.poll_seconds,
                self.lease,
                self.grace.total_seconds(),
            )
            try:
                async with queue:
                    self._queue = queue
                    if trouble.ends():
                        log.info("the queue answers again", extra={"action": "engine.queue"})
                    await self._sweep()  # what is due by now does not wait for the next tick
                    if not end.is_set():  # the queue was told to stop before it had begun
                        await queue.work()
            except Exception:
                if trouble.begins():
                    log.exception("the queue does not answer; trying again", extra={"action": "engine.queue"})
            finally:
                self._queue = None
            if not end.is_set():
                await asyncio.sleep(min(self.poll_seconds, 1.0))

    # --- in threads of their own ---

    async def _visit_aside(self, event_id: str) -> None:
        await aside(lambda: self._visit(event_id), f"reconcile {event_id}")

    def _visit(self, event_id: str) -> None:
        """What a job comes to. Raises nothing: a job that fails helps nobody, the row says when to look again."""
        with self._lock:
            if event_id in self._running:
                return
            self._running.add(event_id)
        try:
            lease = self._claim(event_id)
            if lease is not None:
                self._passes.run(lease)
        except NotFound as error:
            log.info("%s", error, extra={"action": "engine.claim", "event_id": event_id})
        except Exception:
            log.exception(
                "event %s could not be claimed; the next sweep tries again",
                event_id,
                extra={"action": "engine.claim", "event_id": event_id},
            )
        finally:
            with self._lock:
                self._running.discard(event_id)

    def _claim(self, event_id: str) -> Lease | None:
        """The lease, if the event is still due, nobody holds it, and the engine goes on."""
        if self._stopping():
            return None
        now = self.clock()
        with self.store.begin() as transaction:
            row = transaction.work.get(event_id)
            if row is None or row.due_at is None or row.due_at > now:
                return None
            leases = transaction.work.claim(self.owner, now, self.lease, 1, event_id)
        if leases and self._stopping():
            self._passes.hand_back(leases[0], None)
            return None
        return leases[0] if leases else None


async def aside(function: Callable[[], _T], name: str) -> _T:
    """What `function` gives, from a daemon thread: Python waits at its end for the threads of a pool."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[_T] = loop.create_future()

    def tell(result: _T | None, error: BaseException | None) -> None:
        if future.done():  # cancelled: nobody waits any more
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, error = None, None
        try:
            result = function()
        except BaseException as raised:  # noqa: BLE001  it is raised where the future is awaited
            error = raised
        if not loop.is_closed():
            loop.call_soon_threadsafe(tell, result, error)

    Thread(target=run, name=name, daemon=True).start()
    return await future


# For the type checker alone.
_engine: Callable[..., Engine] = ProcrastinateEngine
