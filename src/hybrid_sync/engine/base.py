"""What both engines are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from datetime import datetime, timedelta
from threading import Event, Lock

from hybrid_sync.engine.passes import Aside, Passes, Reconcile, Trouble
from hybrid_sync.ports import Clock, Store


@dataclass(eq=False, repr=False)
class BaseEngine:
    """What an engine is told, what it keeps, and when its heart beat.

    Up to `concurrency` events are worked on at once, each under a lease of length `lease`; `owner` names this process
    in them and must be its own. `stop` ends the engine, from any other thread; running passes then have `grace` to
    end. `chance` gives numbers in 0..1 for spreading repeats. `chores` is called after each tick, in a
    thread of its own and never twice at once, for what belongs to no event.
    """

    store: Store
    reconcile: Reconcile
    clock: Clock
    _: KW_ONLY
    owner: str
    poll_seconds: float
    concurrency: int
    lease: timedelta
    stop: Event
    chance: Callable[[], float]
    grace: timedelta = timedelta(seconds=20)
    chores: Callable[[], None] | None = None

    def __post_init__(self) -> None:
        self._passes = Passes(self.store, self.reconcile, self.clock, self.chance)
        self._chores = Aside("chores", self.chores)
        self._trouble = Trouble()
        self._beat = self.clock()
        self._lock = Lock()
        self._ending = False

    def heartbeat(self) -> datetime:
        """When this process last looked for due events (UTC), whether the store answered or not."""
        return self._beat

    def _stopping(self) -> bool:
        return self._ending or self.stop.is_set()
