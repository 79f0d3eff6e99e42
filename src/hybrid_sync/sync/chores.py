"""What is to be done now and then and belongs to no event: keeping webhooks alive, watching over the sign-in.

One place for all of it. When a chore is due stands in the store, so that of several processes one does it, and a
restart does not do it again at once. A chore is level-triggered like everything here: it looks and mends, and a run
that was missed or doubled does no harm.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hybrid_sync.errors import TryLater
from hybrid_sync.ports import Clock, Store

log = logging.getLogger(__name__)

LONGEST_RUN = timedelta(minutes=10)
"""How long a chore is left to the process that took it; when that one died, another may take it then."""

SOONEST_AGAIN = timedelta(minutes=15)
"""When a chore that failed is tried again, if its turn would come later."""


@dataclass(frozen=True)
class Chore:
    """Something that `run(now)` does every `every`; `name` is its key in the store. What it raises is logged."""

    name: str
    every: timedelta
    run: Callable[[datetime], None]


class Chores:
    """Called after every tick of the engine: does what is due, one after another. Never raises an Exception."""

    def __init__(self, store: Store, clock: Clock, chores: tuple[Chore, ...]) -> None:
        self._store = store
        self._clock = clock
        self._chores = chores
        self._failed: set[str] = set()

    def __call__(self) -> None:
        for chore in self._chores:
            try:
                self._do(chore)
            except Exception:
                # Told loudly once, until it has worked again.
                level = logging.DEBUG if chore.name in self._failed else logging.ERROR
                self._failed.add(chore.name)
                fields = {"action": "chore", "chore": chore.name}
                log.log(
                    level, "the chore %s failed; it is tried again", chore.name, exc_info=True, extra=fields
                )

    def _do(self, chore: Chore) -> None:
        now = self._clock()
        with self._store.read() as tx:
            due_at = tx.chores.due_at(chore.name)
        if due_at is not None and due_at > now:
            return
        until = now + LONGEST_RUN
        with self._store.begin() as tx:
            if not tx.chores.take(chore.name, now, until):
                return
        # When the process dies in between, the row still says `until`.
        try:
            chore.run(now)
        except Exception as error:
            asked = error.after or 0 if isinstance(error, TryLater) else 0
            self._put_off(chore, until, max(min(chore.every, SOONEST_AGAIN), timedelta(seconds=asked)))
            raise
        self._failed.discard(chore.name)
        self._put_off(chore, until, chore.every)

    def _put_off(self, chore: Chore, taken: datetime, by: timedelta) -> None:
        with self._store.begin() as tx:
            tx.chores.put_off(chore.name, taken, self._clock() + by)
