"""How long a failing event waits."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hybrid_sync.engine.backoff import LONGEST, backoff


def test_the_wait_doubles_and_stops_at_an_hour() -> None:
    waits = [backoff(attempts, 1.0) for attempts in range(9)]
    assert [wait.total_seconds() for wait in waits] == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert backoff(100_000, 1.0) == LONGEST


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 60), (0.5, 90), (1.0, 120)])
def test_chance_spreads_the_wait_over_its_second_half(chance: float, seconds: int) -> None:
    assert backoff(2, chance) == timedelta(seconds=seconds)
