"""The engine calls the chores after each tick, and nothing that they do stops it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from itertools import count
from threading import Event, Thread

import pytest
from tests.builders import NOW
from tests.engine.workbench import HELD, NEVER, Due, Passes, an_engine, running, until

from hybrid_sync.adapters.sql import SqlStore


def test_chores_are_called_after_every_tick(store: SqlStore) -> None:
    called: list[int] = []
    with running(store, Passes(store), chores=lambda: called.append(1)):
        until(lambda: len(called) > 3)


def test_chores_that_take_long_run_once_and_neither_heart_nor_work_waits_for_them(
    store: SqlStore, due: Due
) -> None:
    ticks, began, go_on = count(), list[int](), Event()
    passes = Passes(store)

    def slow() -> None:
        began.append(1)
        go_on.wait(HELD)

    def clock() -> datetime:
        return NOW + next(ticks) * timedelta(seconds=1)

    with running(store, passes, chores=slow, clock=clock) as engine:
        until(lambda: bool(began))
        due(2)
        until(lambda: sorted(passes.seen) == ["e0", "e1"])
        before = engine.heartbeat()
        until(lambda: engine.heartbeat() > before + timedelta(seconds=5))
        assert began == [1]
        go_on.set()


def test_chores_that_fail_are_logged_and_called_again(
    store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    called: list[int] = []

    def fails() -> None:
        called.append(1)
        raise ValueError("no luck")

    with running(store, Passes(store), chores=fails):
        until(lambda: len(called) > 2)
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert {record.getMessage() for record in errors} == {"the chores failed; they are tried again"}


def test_the_end_waits_for_chores_under_way_and_begins_no_new_ones(store: SqlStore) -> None:
    ended: list[int] = []
    stop, under_way = Event(), Event()

    def slow() -> None:
        under_way.set()
        stop.wait(HELD)
        ended.append(1)

    engine = an_engine(store, Passes(store), stop=stop, poll_seconds=NEVER, chores=slow)
    stopper = Thread(target=lambda: under_way.wait(HELD) and stop.set())
    stopper.start()
    assert engine.run() == ()
    stopper.join(HELD)
    assert ended == [1]
