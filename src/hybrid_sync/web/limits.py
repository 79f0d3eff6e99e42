"""How often somebody may press the button."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from threading import Lock

from hybrid_sync.ports import Clock


class RateLimit:
    """At most `most` in `span` for each key, in this process's memory; safe to use from several threads.

    Keys are taken from links that carried our signature, so a flood of made-up ones takes no memory.
    """

    def __init__(self, clock: Clock, most: int = 10, span: timedelta = timedelta(minutes=1)) -> None:
        self._clock = clock
        self._most = most
        self._span = span
        self._seen: dict[str, deque[datetime]] = {}
        self._lock = Lock()

    def takes(self, key: str) -> bool:
        """Whether one more is allowed now; it is counted if so."""
        now = self._clock()
        with self._lock:
            if len(self._seen) > 10_000:
                self._forget(now)
            seen = self._seen.setdefault(key, deque())
            while seen and seen[0] <= now - self._span:
                seen.popleft()
            if len(seen) >= self._most:
                return False
            seen.append(now)
            return True

    def _forget(self, now: datetime) -> None:
        self._seen = {key: seen for key, seen in self._seen.items() if seen and seen[-1] > now - self._span}
