"""What is to be done now and then and belongs to no event: keeping webhooks alive, watching over the sign-in.

One place for all of it. When a chore is due stands in the store, so that of several processes one does it, and a
restart does not do it again at once. A chore is level-triggered like everything here: it looks and mends, and a run
that was missed or doubled does no harm.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hybrid_sync.errors import HybridSyncError, OutcomeUnknown, TryLater
from hybrid_sync.ports import NO_EVENT, Clock, Store

log = logging.getLogger(__name__)

LONGEST_RUN = timedelta(minutes=10)
"""How long a chore is left to the process that took it; when that one died, another may take it then."""

SOONEST_AGAIN = timedelta(minutes=15)
"""When a chore that failed is tried again, if its turn would come later."""

PASSING = 3
"""What may pass by itself (a system that is away for a while) is put before a person after so many failures in a row."""


@dataclass(frozen=True)
class Chore:
    """Something that `run(now)` does every `every`; `name` is its key in the store.

    What it raises is logged, and put before a person until it has worked again (`hybrid-sync status`).
    """

    name: str
    every: timedelta
    run: Callable[[datetime], None]


class Chores:
    """Called after every tick of the engine: does what is due, one after another. Never raises an Exception."""

    def __init__(self, store: Store, clock: Clock, chores: tuple[Chore, ...]) -> None:
        self._store = store
        self._clock = clock
        self._chores = chores
        self._failed = Counter[str]()
        self._told: set[str] = set()

    def __call__(self) -> None:
        for chore in self._chores:
            try:
                self._do(chore)
            except Exception:
                # Told loudly once, until it has worked again.
                level = logging.DEBUG if chore.name in self._told else logging.ERROR
                self._told.add(chore.name)
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
            # A copy that was put back, or put elsewhere, does nothing outside before somebody has said so.
            if tx.home.is_copy() or not tx.chores.take(chore.name, now, until):
                return
        # When the process dies in between, the row still says `until`.
        try:
            chore.run(now)
        except Exception as error:
            self._failed[chore.name] += 1
            asked = error.after or 0 if isinstance(error, TryLater) else 0
            wait = max(min(chore.every, SOONEST_AGAIN), timedelta(seconds=asked))
            passing = isinstance(error, (TryLater, OutcomeUnknown)) and self._failed[chore.name] < PASSING
            self._put_off(chore, until, wait, None if passing else _words(chore, error))
            raise
        del self._failed[chore.name]
        self._told.discard(chore.name)
        self._put_off(chore, until, chore.every, "")

    def _put_off(self, chore: Chore, taken: datetime, by: timedelta, trouble: str | None) -> None:
        """`trouble` is asked about; "" settles what was asked, None leaves it as it is."""
        now = self._clock()
        with self._store.begin() as tx:
            tx.chores.put_off(chore.name, taken, now + by)
            if trouble:
                tx.attentions.open(NO_EVENT, question(chore.name), trouble, now)
            elif trouble is not None:
                tx.attentions.settle(NO_EVENT, question(chore.name), now)


def question(name: str) -> str:
    """What a person's question about a chore is filed under."""
    return f"chore:{name}"


def _words(chore: Chore, error: Exception) -> str:
    # Words of our own errors are made for people; others may tell anything, and stand in the log.
    cause = (
        str(error) if isinstance(error, HybridSyncError) else f"{type(error).__name__}, see the worker's log"
    )
    return f"the chore {chore.name} fails and is tried again: {cause}"
