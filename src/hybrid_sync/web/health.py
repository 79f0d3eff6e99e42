"""Whether the service lives and whether it can be used, for machines that watch it (reliability.md 7)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

from hybrid_sync.domain.heartbeat import patience
from hybrid_sync.ports import Clock, Store

log = logging.getLogger(__name__)


class Health:
    """`heartbeat` is the engine's, None when no worker runs in this process."""

    def __init__(
        self, store: Store, clock: Clock, heartbeat: Callable[[], datetime] | None, poll: timedelta
    ) -> None:
        self._store = store
        self._clock = clock
        self._heartbeat = heartbeat
        self._patience = patience(poll)
        self._unready = False
        self._lock = Lock()

    def lives(self) -> bool:
        """The process answers, and the clock of its worker ticks."""
        return self._heartbeat is None or self._clock() - self._heartbeat() < self._patience

    def ready(self) -> bool:
        """The database answers and has our tables. Webex being away is no reason to take no visitors."""
        try:
            with self._store.read() as tx:
                tx.work.get("readyz")  # one look by key; nothing need be there
        except Exception:
            if self._changed(True):
                log.exception("not ready: the database does not answer", extra={"action": "web.readyz"})
            return False
        if self._changed(False):
            log.info("ready again: the database answers", extra={"action": "web.readyz"})
        return True

    def _changed(self, unready: bool) -> bool:
        """Whether this is news: a failure is said once, and its end once."""
        with self._lock:
            before, self._unready = self._unready, unready
        return before is not unready
