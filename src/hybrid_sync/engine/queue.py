"""Procrastinate set up as reliability.md 2.3 found safe, for jobs that only say "look at this event".

- `lock` and `queueing_lock` are both the event's id: one job of an event runs, one more may wait.
- No `retry`, and the task raises nothing: a retry beside a waiting twin leaves the first one running for ever (#1543).
- Jobs of a dead worker are finished and deleted, not retried, for the same reason. The rescuer has only a
  `queueing_lock`: with a `lock` it would be stuck behind its own dead (#1408).
- A worker that could not finish a job is replaced: the job would look as if it ran for as long as that worker lives (#1518).
- Nothing is kept of what has ended.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from types import TracebackType
from typing import Self

import procrastinate
from procrastinate import exceptions, jobs, manager, worker

from hybrid_sync.engine.passes import HEARTBEATS, stalled_after

log = logging.getLogger(__name__)

NAME = "hybrid-sync"
RECONCILE = "hybrid_sync.reconcile"
RESCUE = "hybrid_sync.rescue"
BEFORE_ALL_OTHERS = 100


class Queue:
    """One worker of the queue, from opening to closing (async with). Not to be used again.

    `visit` is awaited with the id of each event whose job is taken, up to `concurrency` at once. `poll_seconds` is how
    often the worker looks without having been told. At the end passes have `grace` seconds.
    """

    def __init__(
        self,
        address: str,
        visit: Callable[[str], Awaitable[None]],
        concurrency: int,
        poll_seconds: float,
        lease: timedelta,
        grace: float,
    ) -> None:
        # It tells of every job that starts and ends; we do so ourselves, per pass.
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
        logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
        self._visit = visit
        self._stalled = stalled_after(lease).total_seconds()
        connector = procrastinate.PsycopgConnector(
            conninfo=address, min_size=1, max_size=concurrency + 3, timeout=10
        )
        self._app = procrastinate.App(connector=connector)
        self._app.job_manager = _Bookkeeper(connector, self.stop)
        self._reconcile = self._app.task(name=RECONCILE, queue=NAME)(self._look_at)
        every = max(1, math.ceil(self._stalled / HEARTBEATS))
        rescue = self._app.task(name=RESCUE, queue=NAME, queueing_lock=RESCUE, priority=BEFORE_ALL_OTHERS)
        self._app.periodic(cron=f"* * * * * */{every}")(rescue(self._rescue))
        self._worker = worker.Worker(
            self._app,
            queues=[NAME],
            concurrency=concurrency,
            fetch_job_polling_interval=poll_seconds,
            shutdown_graceful_timeout=grace,
            delete_jobs="always",
            install_signal_handlers=False,
            update_heartbeat_interval=self._stalled / HEARTBEATS,
            stalled_worker_timeout=self._stalled,
        )

    async def __aenter__(self) -> Self:
        try:
            await self._app.open_async()
        except BaseException:
            await self._app.close_async()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._app.close_async()

    async def work(self) -> None:
        """Take jobs until `stop`, or until the database goes away."""
        await self._worker.run()  # type: ignore[no-untyped-call]

    def stop(self) -> None:
        """Take no more jobs; those under way may end."""
        self._worker.stop()  # type: ignore[no-untyped-call]

    async def put(self, event_ids: Sequence[str]) -> None:
        """A job for each of them that has none waiting."""
        waiting = await self._app.job_manager.list_jobs_async(queue=NAME, task=RECONCILE, status="todo")
        known = {job.queueing_lock for job in waiting}
        for event_id in event_ids:
            if event_id in known:
                continue
            job = self._reconcile.configure(lock=event_id, queueing_lock=event_id)
            try:
                await job.defer_async(event_id=event_id)
            except exceptions.AlreadyEnqueued:
                continue  # another process was faster

    async def _look_at(self, event_id: str) -> None:
        await self._visit(event_id)

    async def _rescue(self, timestamp: int) -> None:
        """Let go of what dead workers held. The sweep puts their events in again, once the leases have run out."""
        try:
            await self._app.job_manager.prune_stalled_workers(self._stalled)
            stalled = await self._app.job_manager.get_stalled_jobs(
                queue=NAME, seconds_since_heartbeat=self._stalled
            )
            for job in stalled:
                assert job.id is not None
                await self._app.job_manager.finish_job_by_id_async(
                    job.id, jobs.Status.FAILED, delete_job=True
                )
                log.warning(
                    "a worker of the queue died over %s; its job was taken away",
                    job.task_kwargs.get("event_id", job.task_name),
                    extra={"action": "engine.rescue"},
                )
        except exceptions.ConnectorException as error:
            # Its own worker came back and ended it first, or the database is away: the next turn looks again.
            log.info("the rescue of jobs broke off: %s", error, extra={"action": "engine.rescue"})


class _Bookkeeper(manager.JobManager):
    """Procrastinate's, which calls `renew` when the end of a job could not be written down."""

    def __init__(self, connector: procrastinate.BaseConnector, renew: Callable[[], None]) -> None:
        super().__init__(connector)
        self._renew = renew

    async def finish_job(self, job: jobs.Job, status: jobs.Status, delete_job: bool) -> None:
        try:
            await super().finish_job(job, status, delete_job)
        except exceptions.ConnectorException:
            log.warning(
                "the end of job %s could not be written down (it was taken for dead, or the database went away); "
                "its worker starts anew",
                job.id,
                extra={"action": "engine.queue"},
            )
            self._renew()
