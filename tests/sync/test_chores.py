"""What is done now and then: once per turn, by one process, and never in the way of anything else."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hybrid_sync.adapters.sql import SqlStore, backup, open_store
from hybrid_sync.errors import Refused, TryLater
from hybrid_sync.ports import NO_EVENT
from hybrid_sync.sync.chores import LONGEST_RUN, SOONEST_AGAIN, Chore, Chores
from tests.builders import NOW

HOUR = timedelta(hours=1)


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Crash(BaseException):
    """The process dies here."""


@pytest.fixture
def store(tmp_path: Path) -> SqlStore:
    return open_store(f"sqlite:///{tmp_path}/hs.db", create=True)


def chores(
    store: SqlStore, clock: Hands, *runs: Callable[[datetime], None], every: timedelta = HOUR
) -> Chores:
    return Chores(store, clock, tuple(Chore(f"chore{number}", every, run) for number, run in enumerate(runs)))


def test_a_chore_is_done_at_once_and_then_at_every_turn(store: SqlStore) -> None:
    clock, done = Hands(), list[datetime]()
    do = chores(store, clock, done.append)
    for minutes in (0, 5, 59, 60, 61, 119, 121):
        clock.now = NOW + timedelta(minutes=minutes)
        do()
    assert [at - NOW for at in done] == [timedelta(0), HOUR, timedelta(minutes=121)]


def test_a_copy_does_no_chore_before_somebody_has_said_that_it_was_put_back(
    store: SqlStore, tmp_path: Path
) -> None:
    """They go outside: webhooks, mailboxes, what is due to be forgotten in Webex."""
    clock, done = Hands(), list[datetime]()
    backup(store.engine, tmp_path / "copy.db")
    copy = open_store(f"sqlite:///{tmp_path}/copy.db")
    do = chores(copy, clock, done.append)
    do()
    assert done == []
    with copy.begin() as tx:
        tx.home.settle()
    do()
    assert done == [NOW]
    chores(store, clock, done.append)()
    assert done == [NOW, NOW]


def test_a_restart_and_a_second_process_do_not_do_it_again(store: SqlStore) -> None:
    clock, done = Hands(), list[datetime]()
    other = open_store(str(store.engine.url))
    for each in (store, other, store):
        chores(each, clock, done.append)()
    assert done == [NOW]
    other.close()


def test_whoever_is_at_it_is_left_alone(store: SqlStore) -> None:
    clock, done = Hands(), list[str]()

    def slow(now: datetime) -> None:
        done.append("slow")
        chores(store, clock, lambda now: done.append("a second process"))()

    chores(store, clock, slow)()
    assert done == ["slow"]


def test_one_that_fails_is_told_once_tried_again_soon_and_hinders_nobody(
    store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    clock, tried, done = Hands(), list[datetime](), list[datetime]()

    def fails(now: datetime) -> None:
        tried.append(now)
        if len(tried) != 3:
            raise ValueError("no luck")

    do = chores(store, clock, fails, done.append)
    for minutes in (0, 5, 15, 30, 45, 90):
        clock.now = NOW + timedelta(minutes=minutes)
        do()
    assert [at - NOW for at in tried] == [timedelta(minutes=minutes) for minutes in (0, 15, 30, 90)]
    assert [at - NOW for at in done] == [timedelta(0), timedelta(minutes=90)]
    told = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.getMessage() for record in told] == ["the chore chore0 failed; it is tried again"] * 2


def asked(store: SqlStore) -> list[str]:
    with store.read() as tx:
        return [item.message for item in tx.attentions.unsettled(NO_EVENT)]


def test_one_that_is_refused_is_put_before_a_person_until_it_works_again(store: SqlStore) -> None:
    clock, trouble = Hands(), [Refused("graph", "403 Access is denied")]

    def refused(now: datetime) -> None:
        for error in trouble:
            raise error

    do = chores(store, clock, refused)
    do()
    assert asked(store) == ["the chore chore0 fails and is tried again: graph: 403 Access is denied"]
    trouble.clear()
    clock.now += SOONEST_AGAIN
    do()
    assert asked(store) == []


def test_what_may_pass_by_itself_is_put_before_a_person_when_it_does_not(store: SqlStore) -> None:
    clock = Hands()

    def later(now: datetime) -> None:
        raise TryLater("graph", "503")

    do = chores(store, clock, later)
    found = []
    for _ in range(4):
        do()
        found.append(len(asked(store)))
        clock.now += SOONEST_AGAIN
    assert found == [0, 0, 1, 1]


def test_words_that_were_not_made_for_people_stay_in_the_log(store: SqlStore) -> None:
    def broken(now: datetime) -> None:
        raise KeyError("ada@example.org")

    chores(store, Hands(), broken)()
    assert asked(store) == ["the chore chore0 fails and is tried again: KeyError, see the worker's log"]


@pytest.mark.parametrize(
    ("seconds", "wait"), [(None, SOONEST_AGAIN), (5, SOONEST_AGAIN), (7200, timedelta(hours=2))]
)
def test_one_that_is_asked_to_wait_waits_at_least_so_long(
    store: SqlStore, seconds: float | None, wait: timedelta
) -> None:
    def later(now: datetime) -> None:
        raise TryLater("webex", "429", after=seconds)

    chores(store, Hands(), later)()
    with store.read() as tx:
        assert tx.chores.due_at("chore0") == NOW + wait


def test_when_the_process_dies_at_it_another_may_take_it_after_a_while(store: SqlStore) -> None:
    clock, done = Hands(), list[datetime]()

    def dies(now: datetime) -> None:
        raise Crash

    with pytest.raises(Crash):
        chores(store, clock, dies)()
    again = chores(store, clock, done.append)
    again()
    clock.now += LONGEST_RUN
    again()
    assert done == [NOW + LONGEST_RUN]


def test_a_store_that_does_not_answer_is_no_end_of_the_world(
    store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[datetime] = []
    do = chores(store, Hands(), done.append)
    with store.begin() as tx:
        tx.chores._connection.exec_driver_sql("ALTER TABLE chores RENAME TO hidden")
    do()
    assert done == []
    assert "the chore chore0 failed" in caplog.text
    with store.begin() as tx:
        tx.chores._connection.exec_driver_sql("ALTER TABLE hidden RENAME TO chores")
    do()
    assert done == [NOW]
