"""How long a failing event waits."""

from __future__ import annotations

from datetime import timedelta

FIRST = timedelta(seconds=30)
LONGEST = timedelta(hours=1)


def backoff(attempts: int, chance: float) -> timedelta:
    """The wait after `attempts` failures before this one: doubling from 30 s to 1 h.

    `chance` in 0..1 spreads it over its second half, so that what failed together does not come back together.
    """
    whole = min(FIRST * (1 << min(attempts, 20)), LONGEST)
    return whole * (0.5 + chance / 2)
