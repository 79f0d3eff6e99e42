"""A worker that does not die but sleeps: its lease ends, another works to the end, and then it goes on."""

from __future__ import annotations

from contextlib import suppress

from hybrid_sync.errors import LostLease
from hybrid_sync.wiring import App
from tests.reliability.life import LEASE, Death, Life, Told
from tests.sync.crash_kit import Points, with_points
from tests.world import sync


class Zombie(Points):
    """Does not die: at its point another process works to the end while this one sleeps past its lease.

    Inside a transaction nobody sleeps here: the database itself keeps the others waiting for it.
    """

    def __init__(self, life: Life, sleep_at: int | None) -> None:
        super().__init__()
        self.life, self.sleep_at = life, sleep_at

    def __call__(self, name: str) -> None:
        if name == "before COMMIT":
            return
        super().__call__(name)
        if self.sleep_at == len(self.trace) - 1:
            self.life.world.sandbox.clock.advance(LEASE)
            other = self.life.world.app()
            self._to_the_end(other)
            other.close()

    def _to_the_end(self, other: App) -> None:
        self.life.work(other)
        for _ in range(4):
            if sync(other).converged:
                return
            self.life.world.sandbox.clock.advance(LEASE)


class SleepingLife(Life):
    """The first worker of a chapter sleeps at its point; `Told.deaths` counts those that were told to stop."""

    def _work(self, chapter: str, death: Death, told: Told) -> None:
        points = Zombie(self, death.first)
        app = with_points(self.world.app(observe=points.call), points)
        try:
            with suppress(LostLease):
                self.work(app)
                return
            told.deaths += 1
        finally:
            told.traces[chapter] = points.trace
            app.close()
