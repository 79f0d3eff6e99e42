"""What comes in by webhook is a hint and nothing more: it makes the event due whose meeting it is about.

Nothing that it says is believed or kept. So a delivery that is doubled, late, out of order, replayed or a lie can
cause one look too many, and one that is lost costs only time: the event is looked at on schedule anyway (webex.md 5).
"""

from __future__ import annotations

import logging
from datetime import timedelta

from hybrid_sync.ports import Clock, Hint, HintReader, Store, Transaction

log = logging.getLogger(__name__)

REMEMBERED = timedelta(hours=6)
"""For how long a delivery is known as one that was seen."""


class Hints:
    """Takes deliveries. `genuine` touches nothing but the bytes; `take` is called after the answer has gone out."""

    def __init__(self, store: Store, reader: HintReader, clock: Clock) -> None:
        self._store = store
        self._reader = reader
        self._clock = clock

    def genuine(self, body: bytes, signature: str) -> bool:
        return self._reader.genuine(body, signature)

    def read(self, body: bytes) -> Hint | None:
        """What a genuine delivery points at."""
        return self._reader.read(body)

    def take(self, hint: Hint) -> str | None:
        """Wake the event, once per delivery; its id, or None when nobody was woken."""
        now = self._clock()
        with self._store.read() as tx:
            event_id = _event_of(tx, hint)
        if event_id is None:
            log.debug("a webhook was about a meeting that is not ours", extra={"action": "webhook"})
            return None
        with self._store.begin() as tx:
            tx.deliveries.forget(now - REMEMBERED)
            if not tx.deliveries.first(hint.key, now):
                return None
            # At once, though Webex may show the news only minutes later: what depends on that has a schedule of its
            # own (attendance is pulled several times after the end).
            tx.work.wake(event_id, now)
        log.info("event %s woken: %s", event_id, hint.what, extra={"action": "webhook", "event_id": event_id})
        return event_id


def _event_of(tx: Transaction, hint: Hint) -> str | None:
    found = (tx.meetings.event_of(meeting_id) for meeting_id in hint.meeting_ids)
    return next((event_id for event_id in found if event_id is not None), None)
