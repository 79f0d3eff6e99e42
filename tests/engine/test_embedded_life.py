"""The embedded engine as a process knows it: its heart, its end, its store gone away, its neighbours."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from datetime import datetime, timedelta
from itertools import count
from threading import Event, Thread
from threading import enumerate as threads
from typing import Any

import pytest
from sqlalchemy import event
from tests.builders import NOW
from tests.engine.workbench import HELD, Due, Passes, an_engine, row, running, until

from hybrid_sync.adapters.sql import SqlStore, open_store
from hybrid_sync.ports import Lease, WorkRow


def test_the_heart_beats_with_every_tick(store: SqlStore) -> None:
    times = count()
    engine = an_engine(store, Passes(store), clock=lambda: NOW + next(times) * timedelta(seconds=1))
    before = engine.heartbeat()
    assert engine.run(timedelta(0)) == ()
    with running(store, Passes(store), clock=lambda: NOW + next(times) * timedelta(seconds=1)) as engine:
        until(lambda: engine.heartbeat() > before + timedelta(seconds=5))


def test_a_locked_database_is_said_once_and_work_goes_on_when_it_is_free(
    store: SqlStore, url: str, due: Due, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    due(1)
    passes = Passes(store)
    store.close()
    patience = [20]

    def be_patient(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA busy_timeout={patience[-1]}").close()

    event.listen(store.engine, "checkout", be_patient)
    ticks = count()
    other = open_store(url)
    with ExitStack() as lock:
        lock.enter_context(other.begin())
        with running(store, passes, clock=lambda: NOW + next(ticks) * timedelta(milliseconds=1)) as engine:
            until(lambda: engine.heartbeat() > NOW + timedelta(milliseconds=8))
            assert passes.seen == []
            patience.append(60_000)  # from here on only the test's own tick and pass are in each other's way
            lock.close()
            until(lambda: passes.seen == ["e0"])
    other.close()
    said = [record.getMessage() for record in caplog.records if record.name.startswith("hybrid_sync")]
    assert said == ["the store does not answer; trying again", "the store answers again"]


def test_stopping_gives_back_what_was_claimed_and_not_begun(store: SqlStore, due: Due) -> None:
    due(3)
    stop = Event()
    calls = count()

    def clock() -> datetime:
        if next(calls) == 2:  # the one for the claim itself
            stop.set()
        return NOW

    passes = Passes(store)
    assert an_engine(store, passes, stop=stop, clock=clock).run() == ()
    assert passes.seen == []
    with store.read() as tx:
        assert tx.work.rows() == [WorkRow(f"e{number}", NOW) for number in range(3)]


def test_a_pass_that_does_not_end_is_named_when_the_grace_is_over(store: SqlStore, due: Due) -> None:
    due(1)
    stop, go_on = Event(), Event()

    def reconcile(lease: Lease) -> None:
        stop.set()
        go_on.wait(HELD)

    engine = an_engine(store, reconcile, stop=stop, grace=timedelta(0))
    assert engine.run() == ("e0",)
    assert row(store).leased_until is not None  # nobody else begins while it may still be at it
    go_on.set()


@pytest.mark.parametrize("ticks_before", [0, 2])
def test_a_store_that_does_not_answer_does_not_keep_a_stopped_engine(
    store: SqlStore, url: str, ticks_before: int, caplog: pytest.LogCaptureFixture
) -> None:
    """In its first tick, or in a later one."""
    stop, ticks, asked = Event(), count(), Event()

    def waits(*_: object) -> None:
        if next(ticks) == ticks_before:
            asked.set()
            go_on.wait(HELD)

    go_on = Event()
    event.listen(store.engine, "begin", waits)
    engine = an_engine(store, Passes(store), stop=stop, grace=timedelta(0))
    stopper = Thread(target=lambda: asked.wait(HELD) and stop.set())
    stopper.start()
    assert engine.run() == ()
    assert "the store did not answer" in caplog.text
    go_on.set()
    stopper.join(HELD)
    until(lambda: not any(thread.name == "ticks" for thread in threads()))


def test_an_engine_whose_time_is_over_begins_nothing_new(store: SqlStore, due: Due) -> None:
    due(2)
    passes, go_on = Passes(store), Event()

    def reconcile(lease: Lease) -> None:
        go_on.wait(HELD)
        passes(lease)

    engine = an_engine(store, reconcile, concurrency=1, grace=timedelta(0))
    assert engine.run(timedelta(seconds=0.1)) == ("e0",)
    go_on.set()
    until(lambda: not any(thread.name.startswith("reconcile") for thread in threads()))
    assert passes.seen == ["e0"]
    assert row(store, "e1") == WorkRow("e1", NOW)


def test_two_engines_on_one_file_share_the_work_and_double_nothing(
    store: SqlStore, url: str, due: Due
) -> None:
    ids = due(30)
    other = open_store(url)
    one, two = Passes(store), Passes(other)
    with running(store, one, owner="w1"), running(other, two, owner="w2"):
        until(lambda: len(one.seen) + len(two.seen) >= 30)
    assert sorted(one.seen + two.seen) == sorted(ids)
    with other.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT max(fence) FROM work").scalar_one() == 1
    other.close()
