"""The engine on Procrastinate's queue: whatever is due is worked on, once, whatever becomes of the jobs."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from itertools import count
from threading import Event, Thread

import pytest
from tests.adapters.sql.postgres_server import unhurried
from tests.builders import NOW
from tests.engine.pg import change, jobs, pg_server, pg_store, pg_template, pg_url, put_due, waiting
from tests.engine.workbench import HELD, NEVER, Crowd, Passes, a_queue_engine, row, running, until

from hybrid_sync.adapters.sql import SqlStore, engine_state, open_store
from hybrid_sync.engine.queue import NAME, RECONCILE
from hybrid_sync.ports import Lease, WorkRow

__all__ = ["pg_server", "pg_store", "pg_template", "pg_url"]  # fixtures


def test_everything_that_is_due_is_worked_on_once_and_nothing_is_left_in_the_queue(
    pg_store: SqlStore,
) -> None:
    ids, passes = put_due(pg_store, 5), Passes(pg_store)
    with pg_store.begin() as tx:
        tx.work.claim("somebody", NOW, timedelta(minutes=5), 1, "e3")
    with running(pg_store, passes, a_queue_engine):
        until(lambda: len(passes.seen) >= 4 and jobs(pg_store) == 0)
    assert sorted(passes.seen) == [event_id for event_id in ids if event_id != "e3"]


def test_what_becomes_due_later_is_found_by_the_sweep(pg_store: SqlStore) -> None:
    passes = Passes(pg_store)
    with running(pg_store, passes, a_queue_engine):
        ids = put_due(pg_store, 1)
        until(lambda: passes.seen == ids)
        with pg_store.begin() as tx:
            tx.work.wake("e0", NOW)
        until(lambda: passes.seen == ids * 2)


def test_a_backlog_keeps_to_the_limit(pg_store: SqlStore) -> None:
    ids, passes = put_due(pg_store, 12), Passes(pg_store)
    crowd = Crowd(passes)
    with running(pg_store, crowd, a_queue_engine, concurrency=3):
        until(lambda: len(passes.seen) == 12)
    assert sorted(passes.seen) == sorted(ids)
    assert crowd.most <= 3


def test_one_poisonous_event_does_not_stop_the_others(
    pg_store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    put_due(pg_store, 4)
    passes = Passes(pg_store)

    def reconcile(lease: Lease) -> None:
        if lease.event_id == "e1":
            raise KeyError("page")
        passes(lease)

    with running(pg_store, reconcile, a_queue_engine, concurrency=1):
        until(lambda: len(passes.seen) == 3 and row(pg_store, "e1").last_error is not None)
        until(lambda: jobs(pg_store) == 0)
    assert row(pg_store, "e1") == WorkRow("e1", NOW + timedelta(seconds=30), 1, "KeyError: 'page'")
    [record] = [record for record in caplog.records if record.name == "hybrid_sync.engine.passes"]
    assert (record.levelno, record.getMessage()) == (logging.ERROR, "the pass over event e1 failed")


def test_two_engines_share_the_work_and_double_nothing(pg_store: SqlStore, pg_url: str) -> None:
    ids = put_due(pg_store, 30)
    other = open_store(unhurried(pg_url))
    one, two = Passes(pg_store), Passes(other)
    with (
        running(pg_store, one, a_queue_engine, owner="w1"),
        running(other, two, a_queue_engine, owner="w2"),
    ):
        until(lambda: len(one.seen) + len(two.seen) >= 30)
    assert sorted(one.seen + two.seen) == sorted(ids)
    with other.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT max(fence) FROM work").scalar_one() == 1
    other.close()


def test_jobs_that_were_lost_are_put_in_again(pg_store: SqlStore) -> None:
    put_due(pg_store, 3)
    passes, begun, go_on = Passes(pg_store), list[str](), Event()

    def reconcile(lease: Lease) -> None:
        begun.append(lease.event_id)
        go_on.wait(HELD)
        passes(lease)

    with running(pg_store, reconcile, a_queue_engine, concurrency=1):
        until(lambda: len(begun) == 1 and len(waiting(pg_store) - set(begun)) == 2)
        lost = "DELETE FROM procrastinate_jobs WHERE status = 'todo' AND lock IS NOT NULL"
        assert change(pg_store, lost) >= 2
        go_on.set()
        until(lambda: sorted(passes.seen) == ["e0", "e1", "e2"])


def test_jobs_that_nobody_needs_change_nothing(pg_store: SqlStore) -> None:
    put_due(pg_store, 1, NOW + timedelta(hours=1))
    for event_id in ("e0", "not-there"):
        change(
            pg_store,
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args) VALUES "
            f"('{NAME}', '{RECONCILE}', '{event_id}', '{event_id}', '{{\"event_id\": \"{event_id}\"}}')",
        )
    passes = Passes(pg_store)
    with running(pg_store, passes, a_queue_engine):
        until(lambda: jobs(pg_store) == 0)
    assert passes.seen == []
    assert row(pg_store) == WorkRow("e0", NOW + timedelta(hours=1))


def test_a_job_that_was_taken_away_from_its_worker_makes_it_start_anew(
    pg_store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    """As after a rescue: the end of the job cannot be written down, and everything goes on."""
    put_due(pg_store, 1)
    passes, begun, go_on = Passes(pg_store), Event(), Event()

    def reconcile(lease: Lease) -> None:
        begun.set()
        go_on.wait(HELD)
        passes(lease)

    with running(pg_store, reconcile, a_queue_engine):
        until(begun.is_set)
        # The rescue comes by the minute and may be at work just now.
        taken = f"DELETE FROM procrastinate_jobs WHERE status = 'doing' AND task_name = '{RECONCILE}'"
        assert change(pg_store, taken) == 1
        go_on.set()
        until(lambda: passes.seen == ["e0"])
        with pg_store.begin() as tx:
            tx.work.wake("e0", NOW)
        until(lambda: passes.seen == ["e0", "e0"])
        until(lambda: jobs(pg_store) == 0)
    assert any("its worker starts anew" in record.getMessage() for record in caplog.records)


def test_a_job_of_a_dead_worker_with_a_twin_waiting_does_not_block_its_event(pg_store: SqlStore) -> None:
    """reliability.md 2.3: the documented recipe, a retry, wedges the event for ever at exactly this point."""
    put_due(pg_store, 2)
    # As a worker leaves it that died long ago: its job is taken, and a sweep has put another in.
    change(pg_store, "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')")
    for status, worker in (("doing", "(SELECT min(id) FROM procrastinate_workers)"), ("todo", "NULL")):
        change(
            pg_store,
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, status, worker_id) "
            f"VALUES ('{NAME}', '{RECONCILE}', 'e0', 'e0', '{{\"event_id\": \"e0\"}}', '{status}', {worker})",
        )
    passes = Passes(pg_store)
    with running(pg_store, passes, a_queue_engine, lease=timedelta(seconds=5)):
        until(lambda: sorted(passes.seen) == ["e0", "e1"])
        until(lambda: jobs(pg_store) == 0)


def test_connections_that_break_are_made_anew(pg_store: SqlStore) -> None:
    put_due(pg_store, 1)
    passes = Passes(pg_store)
    with running(pg_store, passes, a_queue_engine):
        until(lambda: passes.seen == ["e0"])
        for turn in range(2, 5):
            change(
                pg_store,
                "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )
            with pg_store.begin() as tx:
                tx.work.wake("e0", NOW)
            until(lambda turn=turn: len(passes.seen) == turn)  # type: ignore[misc]


def test_the_heart_beats_and_the_chores_are_called_with_every_tick(pg_store: SqlStore) -> None:
    ticks, called = count(), list[int]()

    def clock() -> datetime:
        return NOW + next(ticks) * timedelta(seconds=1)

    def chores() -> None:
        called.append(1)
        raise ValueError("no luck")

    with running(pg_store, Passes(pg_store), a_queue_engine, clock=clock, chores=chores) as engine:
        before = engine.heartbeat()
        until(lambda: engine.heartbeat() > before + timedelta(seconds=5) and len(called) > 2)


def test_a_pass_that_does_not_end_is_named_when_the_grace_is_over(pg_store: SqlStore) -> None:
    put_due(pg_store, 1)
    stop, go_on = Event(), Event()

    def reconcile(lease: Lease) -> None:
        stop.set()
        go_on.wait(HELD)

    engine = a_queue_engine(pg_store, reconcile, stop=stop, grace=timedelta(0))
    assert engine.run() == ("e0",)
    assert row(pg_store).leased_until is not None  # nobody else begins while it may still be at it
    go_on.set()


def test_the_end_waits_for_a_pass_under_way_and_begins_nothing_new(pg_store: SqlStore) -> None:
    put_due(pg_store, 3)
    stop, begun = Event(), Event()
    passes = Passes(pg_store)

    def reconcile(lease: Lease) -> None:
        begun.set()
        stop.wait(HELD)
        passes(lease)

    engine = a_queue_engine(pg_store, reconcile, stop=stop, concurrency=1)
    stopper = Thread(target=lambda: begun.wait(HELD) and stop.set())
    stopper.start()
    assert engine.run() == ()
    stopper.join(HELD)
    assert len(passes.seen) == 1
    assert jobs(pg_store, "doing") == 0


def test_an_engine_that_is_stopped_before_it_began_ends(pg_store: SqlStore) -> None:
    stop = Event()
    stop.set()
    assert a_queue_engine(pg_store, Passes(pg_store), stop=stop, poll_seconds=NEVER).run() == ()


def test_the_state_of_the_queue_can_be_looked_at(pg_store: SqlStore) -> None:
    put_due(pg_store, 3)
    begun, go_on = list[str](), Event()
    passes = Passes(pg_store)

    def reconcile(lease: Lease) -> None:
        begun.append(lease.event_id)
        go_on.wait(HELD)
        passes(lease)

    with running(pg_store, reconcile, a_queue_engine, concurrency=1, owner="host:1:a"):
        until(lambda: len(begun) == 1 and len(waiting(pg_store) - set(begun)) == 2)
        state = engine_state(pg_store.engine, NOW + timedelta(seconds=90))
        assert (state.due, state.leased, state.stalled, state.lag) == (2, 1, 0, timedelta(seconds=90))
        assert [(one.owner, one.events) for one in state.holders] == [("host:1:a", 1)]
        assert state.queue is not None
        assert (state.queue.running, len(state.queue.workers)) == (1, 1)
        assert state.queue.waiting >= 2  # a rescue may wait as well, and a second job of the event in hand
        later = engine_state(pg_store.engine, NOW + timedelta(hours=1))
        assert (later.due, later.leased, later.stalled) == (3, 0, 1)
        go_on.set()
        until(lambda: len(passes.seen) == 3)
