"""A connection that may not be held open by saying nothing, or saying it slowly."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

WHOLE_REQUEST_WITHIN = 20.0
"""Seconds from the first moment of waiting for a request to its last byte; the largest is 64 kB."""
KEPT_ALIVE = 5
"""Seconds that a connection is kept for a next request."""
LONGEST_HEAD = 16 * 1024
"""Bytes of a request's line and headers."""
MOST_CONNECTIONS = 1000
"""Above this newcomers are told 503."""


class Impatient(H11Protocol):
    """uvicorn's own protocol in pure Python, and a limit to how long a request may take to arrive.

    uvicorn waits for ever for a first request and for the rest of a begun one; a few thousand such connections, which
    cost their owner nothing, and nobody else comes in. A proxy in front sees to that too, but need not be there.
    h11 refuses what two servers could read in two ways (RFC 9112 6.3, 11.2).
    """

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._rest()
        elif self._late is None:
            self._late = self.loop.call_later(WHOLE_REQUEST_WITHIN, self._give_up)

    def _rest(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _give_up(self) -> None:
        self._late = None
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self.transport.abort()
