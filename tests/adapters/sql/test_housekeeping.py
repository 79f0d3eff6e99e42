"""The rooms of what belongs to no event, on both databases: chores, webhook deliveries, and whose meeting it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.builders import NOW, an_event

from hybrid_sync.adapters.sql import SqlStore, open_store
from hybrid_sync.ports import MeetingRecord

LATER = NOW + timedelta(minutes=10)


def test_a_chore_that_was_never_done_is_due_and_is_taken_once(store: SqlStore) -> None:
    with store.begin() as tx:
        assert tx.chores.due_at("hooks") is None
        assert tx.chores.take("hooks", NOW, LATER)
        assert not tx.chores.take("hooks", NOW, LATER)
        assert tx.chores.take("tokens", NOW, LATER)
        assert tx.chores.due_at("hooks") == LATER


def test_a_chore_can_be_taken_again_when_whoever_took_it_has_had_its_time(store: SqlStore) -> None:
    with store.begin() as tx:
        tx.chores.take("hooks", NOW, LATER)
    with store.begin() as tx:
        assert not tx.chores.take("hooks", LATER - timedelta(seconds=1), LATER)
        assert tx.chores.take("hooks", LATER, LATER + timedelta(minutes=10))


def test_only_the_one_who_holds_a_chore_puts_it_off(store: SqlStore) -> None:
    again = LATER + timedelta(hours=1)
    with store.begin() as tx:
        tx.chores.take("hooks", NOW, LATER)
        tx.chores.take(
            "hooks", LATER, LATER + timedelta(minutes=10)
        )  # somebody else, after the first one hung
        tx.chores.put_off("hooks", LATER, again)
        assert tx.chores.due_at("hooks") == LATER + timedelta(minutes=10)
        tx.chores.put_off("hooks", LATER + timedelta(minutes=10), again)
        assert tx.chores.due_at("hooks") == again


@pytest.mark.parametrize("rounds", [20])
def test_of_two_processes_one_takes_it(url: str, rounds: int) -> None:
    one, two = open_store(url), open_store(url)
    taken = []
    for number in range(rounds):
        for store in (one, two) if number % 2 else (two, one):
            with store.begin() as tx:
                taken.append(tx.chores.take(f"chore{number}", NOW, LATER))
    assert taken == [True, False] * rounds
    one.close()
    two.close()


def test_a_delivery_is_the_first_of_its_kind_once_until_it_is_forgotten(store: SqlStore) -> None:
    with store.begin() as tx:
        assert tx.deliveries.first("a", NOW)
        assert not tx.deliveries.first("a", LATER)
        assert tx.deliveries.first("b", LATER)
        assert tx.deliveries.forget(NOW + timedelta(seconds=1)) == 1
        assert tx.deliveries.first("a", LATER)
        assert not tx.deliveries.first("b", LATER)


def test_a_meeting_is_known_by_its_id(store: SqlStore) -> None:
    with store.begin() as tx:
        tx.events.save(an_event())
        tx.meetings.save(MeetingRecord("water", "m1", "hs.water", 1, None, None, None, "made"))
        assert tx.meetings.event_of("m1") == "water"
        assert tx.meetings.event_of("m2") is None
