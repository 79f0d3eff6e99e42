"""Sealed tokens and locks, and the shared budget, on every store."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.builders import NOW

from hybrid_sync.adapters.sql import SharedBudget, SqlStore, open_store
from hybrid_sync.errors import TryLater
from hybrid_sync.ports import SealedTokens

ONE = SealedTokens("webex", "sealed 1", NOW, NOW + timedelta(days=90), NOW)
TWO = replace(ONE, ciphertext="sealed 2", problem=None)
MINUTE = timedelta(minutes=1)


def kept(store: SqlStore) -> SealedTokens | None:
    with store.read() as tx:
        return tx.tokens.get("webex")


def test_tokens_are_swapped_only_by_whoever_saw_what_stands_there(bare_store: SqlStore) -> None:
    with bare_store.begin() as tx:
        assert tx.tokens.get("webex") is None
        assert tx.tokens.swap(ONE, None)
        assert not tx.tokens.swap(TWO, None)
        assert tx.tokens.swap(TWO, ONE)
        assert not tx.tokens.swap(replace(ONE, ciphertext="sealed 3"), ONE)
    assert kept(bare_store) == TWO


def test_a_person_who_signs_in_overwrites_whatever_stood_there(bare_store: SqlStore) -> None:
    for tokens in (ONE, replace(TWO, refresh_expires=None)):
        with bare_store.begin() as tx:
            tx.tokens.put(tokens)
        assert kept(bare_store) == tokens


def test_a_problem_is_noted_on_the_tokens_that_had_it_and_goes_with_them(bare_store: SqlStore) -> None:
    with bare_store.begin() as tx:
        tx.tokens.put(ONE)
        tx.tokens.note(TWO, "not of these")
        tx.tokens.note(ONE, "refused")
    assert kept(bare_store) == replace(ONE, problem="refused")
    with bare_store.begin() as tx:
        assert tx.tokens.swap(TWO, ONE)
    assert kept(bare_store) == TWO


def test_a_lock_is_held_by_one_until_it_gives_it_back_or_its_time_is_over(bare_store: SqlStore) -> None:
    with bare_store.begin() as tx:
        assert tx.locks.take("refresh", "a", NOW, NOW + MINUTE)
        assert not tx.locks.take("refresh", "b", NOW, NOW + MINUTE)
        assert tx.locks.take("something else", "b", NOW, NOW + MINUTE)
        tx.locks.release("refresh", "b")
        assert not tx.locks.take("refresh", "b", NOW + MINUTE / 2, NOW + 2 * MINUTE)
        assert tx.locks.take("refresh", "b", NOW + MINUTE, NOW + 2 * MINUTE)
        tx.locks.release("refresh", "a")
        assert not tx.locks.take("refresh", "c", NOW + MINUTE, NOW + 2 * MINUTE)
        tx.locks.release("refresh", "b")
        assert tx.locks.take("refresh", "c", NOW + MINUTE, NOW + 2 * MINUTE)


def test_a_lock_taken_in_a_transaction_that_is_rolled_back_is_not_held(bare_store: SqlStore) -> None:
    def take_and_fail() -> None:
        with bare_store.begin() as tx:
            tx.locks.take("refresh", "a", NOW, NOW + MINUTE)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        take_and_fail()
    with bare_store.begin() as tx:
        assert tx.locks.take("refresh", "b", NOW, NOW + MINUTE)


def emptied(store: SqlStore, name: str, per_minute: int, chance: float = 0.0) -> TryLater:
    budget = SharedBudget(store.engine, "webex", name, per_minute, chance=lambda: chance)
    for _ in range(per_minute + 1):
        try:
            budget.take()
        except TryLater as error:
            return error
    raise AssertionError("the budget has no end")


def test_an_empty_shared_budget_says_when_half_of_it_is_there_again(url: str) -> None:
    store = open_store(url)
    # A fifth of 60 lies in the bucket, the rest comes at 0.8 a second: 6 calls take 7.5 seconds.
    error = emptied(store, "webex:a", 60)
    assert error.after is not None
    assert 5 < error.after <= 7.5
    assert "shared by all processes" in str(error)
    late = emptied(store, "webex:a", 60, chance=1.0)
    assert late.after is not None
    assert 5 < late.after <= 7.5 * 1.1
    emptied(store, "webex:of another token", 60)
    store.close()


def test_what_is_left_comes_back_with_the_databases_own_time(url: str) -> None:
    store = open_store(url)
    emptied(store, "webex:a", 60)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE budgets SET at = at - 60000")
    budget = SharedBudget(store.engine, "webex", "webex:a", 60, chance=lambda: 0.0)
    # A minute fills the bucket, 12 calls, and no more.
    for _ in range(12):
        budget.take()
    assert emptied(store, "webex:a", 60).after is not None
    store.close()


def test_a_sparing_taker_leaves_a_fifth_of_the_shared_budget_to_whoever_may_not_wait(url: str) -> None:
    store = open_store(url)
    budget = SharedBudget(store.engine, "mail", "mail:a", 25, chance=lambda: 0.0)
    for _ in range(4):
        budget.take(sparing=True)
    with pytest.raises(TryLater) as caught:
        budget.take(sparing=True)
    # One is left and one more is kept; the next comes within three seconds, half of the rest within six.
    assert caught.value.after is not None
    assert 3 < caught.value.after <= 6.1
    budget.take()
    with pytest.raises(TryLater):
        budget.take()
    store.close()


def test_several_processes_together_take_no_more_than_one_alone(pg_url: str) -> None:
    program = str(Path(__file__).with_name("taker.py"))
    command = [sys.executable, program, pg_url, "300", "200"]
    takers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = [taker.communicate(timeout=60)[0].split() for taker in takers]
    assert [taker.returncode for taker in takers] == [0, 0, 0]
    taken = sum(int(one[0]) for one in said)
    store = open_store(pg_url)
    with store.engine.begin() as connection:
        ended = connection.exec_driver_sql(
            "SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint"
        ).scalar_one()
    began = min(int(one[1]) for one in said)
    # 60 in the bucket, and 4 a second for as long as it took, whatever the machine's speed.
    assert 60 <= taken <= 60 + 4 * (ended - began) / 1000 + 1
    store.close()


def test_a_budget_of_nothing_is_a_mistake_in_the_settings(url: str) -> None:
    store = open_store(url)
    with pytest.raises(ValueError, match="allows nothing"):
        SharedBudget(store.engine, "webex", "webex:a", 0, chance=lambda: 0.0)
    store.close()
