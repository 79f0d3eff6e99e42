"""The sandbox's own clock: it can be set and then runs on with real time."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Tells what time it is in the sandbox. Real time until somebody sets it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._base: datetime | None = None
        self._since = 0.0

    def now(self) -> datetime:
        """The present instant, in UTC."""
        with self._lock:
            return self._read()

    def set(self, instant: datetime) -> None:
        """Jump to this instant (it must carry a zone) and run on from there."""
        if instant.tzinfo is None:
            raise ValueError("the sandbox clock needs an instant with a time zone")
        with self._lock:
            self._base, self._since = instant.astimezone(UTC), time.monotonic()

    def advance(self, step: timedelta | float) -> None:
        """Move forward (or back) by a span, or by seconds."""
        span = step if isinstance(step, timedelta) else timedelta(seconds=step)
        with self._lock:
            self._base, self._since = self._read() + span, time.monotonic()

    def reset(self) -> None:
        """Back to real time."""
        with self._lock:
            self._base = None

    def _read(self) -> datetime:
        if self._base is None:
            return datetime.now(UTC)
        return self._base + timedelta(seconds=time.monotonic() - self._since)
