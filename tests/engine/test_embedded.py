"""The embedded engine: whatever is due is worked on, once, whatever goes wrong beside it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from threading import Event

import pytest
from tests.builders import NOW
from tests.engine.workbench import HELD, NEVER, Crowd, Due, Passes, an_engine, row, running, until

from hybrid_sync.adapters.sql import SqlStore
from hybrid_sync.errors import LostLease
from hybrid_sync.ports import Lease, WorkRow


def test_everything_that_is_due_is_worked_on_once(store: SqlStore, due: Due) -> None:
    ids, passes = due(5), Passes(store)
    with store.begin() as tx:
        tx.work.claim("somebody", NOW, timedelta(minutes=5), 1, "e3")
    with running(store, passes):
        until(lambda: len(passes.seen) >= 4)
    assert sorted(passes.seen) == [event_id for event_id in ids if event_id != "e3"]


def test_what_becomes_due_later_is_found_by_the_clock(store: SqlStore, due: Due) -> None:
    passes = Passes(store)
    with running(store, passes) as engine:
        engine.heartbeat()
        ids = due(1)
        until(lambda: passes.seen == ids)
        with store.begin() as tx:
            tx.work.wake("e0", NOW)
        until(lambda: passes.seen == ids * 2)


def test_a_backlog_does_not_wait_for_the_clock_and_keeps_to_the_limit(store: SqlStore, due: Due) -> None:
    ids, passes = due(12), Passes(store)
    crowd = Crowd(passes)
    with running(store, crowd, poll_seconds=NEVER, concurrency=3):
        until(lambda: len(passes.seen) == 12)
    assert sorted(passes.seen) == sorted(ids)
    assert crowd.most <= 3


def test_ticks_during_long_passes_begin_nothing_beyond_the_limit(store: SqlStore, due: Due) -> None:
    due(6)
    passes, go_on, started, ticks = Passes(store), Event(), list[str](), count()

    def reconcile(lease: Lease) -> None:
        started.append(lease.event_id)
        go_on.wait(HELD)
        passes(lease)

    with running(store, reconcile, clock=lambda: NOW + next(ticks) * timedelta(milliseconds=1)) as engine:
        until(lambda: len(started) == 2)
        before = engine.heartbeat()
        until(lambda: engine.heartbeat() > before + timedelta(milliseconds=5))
        assert len(started) == 2
        go_on.set()
        until(lambda: len(passes.seen) == 6)


def test_one_poisonous_event_does_not_stop_the_others(
    store: SqlStore, due: Due, caplog: pytest.LogCaptureFixture
) -> None:
    due(4)
    passes = Passes(store)

    def reconcile(lease: Lease) -> None:
        if lease.event_id == "e1":
            raise KeyError("page")
        passes(lease)

    with running(store, reconcile, concurrency=1):
        until(lambda: len(passes.seen) == 3 and row(store, "e1").last_error is not None)
    assert sorted(passes.seen) == ["e0", "e2", "e3"]
    assert row(store, "e1") == WorkRow("e1", NOW + timedelta(seconds=30), 1, "KeyError: 'page'")
    [record] = [record for record in caplog.records if record.name == "hybrid_sync.engine.passes"]
    assert (record.levelno, record.getMessage()) == (logging.ERROR, "the pass over event e1 failed")
    assert record.__dict__["event_id"] == "e1"


def test_an_event_that_keeps_failing_is_pushed_back_further_each_time(store: SqlStore, due: Due) -> None:
    due(1)

    def reconcile(lease: Lease) -> None:
        raise RuntimeError("x" * 2_000)

    def standing(now: datetime) -> datetime:
        return now

    def has_failed(times: int) -> bool:
        return row(store).attempts == times

    for failures, wait in ((1, 30), (2, 60), (3, 120)):
        now = NOW + failures * timedelta(hours=1)
        with running(store, reconcile, clock=partial(standing, now)):
            until(partial(has_failed, failures))
        assert row(store).due_at == now + timedelta(seconds=wait)
    assert len(row(store).last_error or "") == 500


def test_a_pass_that_lost_its_lease_is_no_failure(
    store: SqlStore, due: Due, caplog: pytest.LogCaptureFixture
) -> None:
    due(1)
    called = Event()

    def reconcile(lease: Lease) -> None:
        called.set()
        raise LostLease("taken over")

    with running(store, reconcile, poll_seconds=NEVER):
        until(called.is_set)
    assert (row(store).attempts, row(store).last_error) == (0, None)
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []


def test_a_failing_pass_whose_lease_has_passed_on_writes_nothing(store: SqlStore, due: Due) -> None:
    due(1)
    called = Event()

    def reconcile(lease: Lease) -> None:
        with store.begin() as tx:
            assert tx.work.claim("other", NOW + timedelta(hours=1), timedelta(minutes=5), 1, "e0")
        called.set()
        raise RuntimeError

    with running(store, reconcile, poll_seconds=NEVER):
        until(called.is_set)
    assert row(store).last_error is None
    assert row(store).leased_until == NOW + timedelta(hours=1, minutes=5)


def test_an_event_woken_during_its_pass_gets_another(store: SqlStore, due: Due) -> None:
    due(1)
    passes = Passes(store)

    def reconcile(lease: Lease) -> None:
        if not passes.seen:
            with store.begin() as tx:
                tx.work.wake("e0", NOW)
        passes(lease)

    with running(store, reconcile, poll_seconds=NEVER):
        until(lambda: passes.seen == ["e0", "e0"])
    assert row(store) == WorkRow("e0", None)


def test_an_event_that_is_always_due_waits_for_the_clock(store: SqlStore, due: Due) -> None:
    due(1)
    passes = Passes(store, due_at=NOW)
    an_engine(store, passes, poll_seconds=NEVER, concurrency=1).run(timedelta(seconds=0.5))
    assert len(passes.seen) in (1, 2)
