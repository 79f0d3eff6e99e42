"""How many calls a system gets in a minute."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from hybrid_sync.errors import TryLater

MOST_JITTER = 0.1
"""How much longer than asked for somebody waits at most, so that processes do not come back in step."""


def never() -> float:
    """No jitter."""
    return 0.0


def kept_back(capacity: float) -> float:
    """How much of a bucket is left for whoever may not wait: a fifth, at least one; none where only one fits in."""
    return min(max(1.0, capacity / 5), capacity - 1)


class Budget(Protocol):
    """How many calls there may be."""

    def take(self, *, sparing: bool = False) -> None:
        """Take one, or raise TryLater; never sleeps. `sparing` leaves what `kept_back` says to others."""
        ...


class TokenBucket:
    """At most `per_minute` takings in any 60 seconds, shared by all threads; never sleeps.

    The bucket holds a fifth of the minute's allowance and refills at the remaining four fifths a minute, so that a
    full bucket and a minute of refilling together are never more than the allowance. `chance` gives 0..1.
    """

    def __init__(
        self,
        system: str,
        per_minute: int,
        *,
        monotonic: Callable[[], float],
        chance: Callable[[], float] = never,
    ) -> None:
        """Raises ValueError for an allowance below one a minute."""
        if per_minute < 1:
            raise ValueError(f"{system}: a budget of {per_minute} calls a minute allows nothing")
        self._system = system
        self._per_minute = per_minute
        self._capacity = float(max(1, per_minute // 5))
        self._per_second = max(1.0, per_minute - self._capacity) / 60
        self._monotonic = monotonic
        self._chance = chance
        self._tokens = self._capacity
        self._at = monotonic()
        self._lock = threading.Lock()

    def take(self, *, sparing: bool = False) -> None:
        """Take one, or raise TryLater with the seconds until half of what may be taken is there again.

        Half, and not just one token: a step that starts over for one token at a time would never get through a list
        of many pages.
        """
        kept = kept_back(self._capacity) if sparing else 0.0
        with self._lock:
            now = self._monotonic()
            self._tokens = min(self._capacity, self._tokens + (now - self._at) * self._per_second)
            self._at = now
            if self._tokens >= kept + 1:
                self._tokens -= 1
                return
            wait = (kept + max(1.0, (self._capacity - kept) / 2) - self._tokens) / self._per_second
        wait *= 1 + MOST_JITTER * self._chance()
        raise TryLater(self._system, f"our own budget of {self._per_minute} a minute is used up", after=wait)
