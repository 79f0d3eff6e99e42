"""How often somebody may ask."""

from __future__ import annotations

import ipaddress
from collections import deque
from datetime import datetime, timedelta
from threading import Lock

from starlette.requests import HTTPConnection

from hybrid_sync.ports import Clock

MOST_KEYS = 10_000
LONGEST_NAME = 64


class RateLimit:
    """At most `most` in `span` for each key, in this process's memory; safe to use from several threads.

    The keys that were used last are kept, `most_keys` of them, so that a flood from ever new addresses takes no memory.
    """

    def __init__(
        self, clock: Clock, most: int = 10, span: timedelta = timedelta(minutes=1), most_keys: int = MOST_KEYS
    ) -> None:
        self._clock = clock
        self._most = most
        self._span = span
        self._most_keys = most_keys
        self._seen: dict[str, deque[datetime]] = {}
        self._lock = Lock()

    def takes(self, key: str) -> bool:
        """Whether one more is allowed now; it is counted if so."""
        now = self._clock()
        with self._lock:
            seen = self._used(key, now)
            if len(seen) >= self._most:
                return False
            seen.append(now)
            return True

    def is_spent(self, key: str) -> bool:
        """Whether no more is allowed now; nothing is counted."""
        now = self._clock()
        with self._lock:
            return key in self._seen and len(self._used(key, now)) >= self._most

    def __len__(self) -> int:
        return len(self._seen)

    def _used(self, key: str, now: datetime) -> deque[datetime]:
        """The key's instants within the span; the key moves to the end of the dictionary, where the newest are."""
        seen = self._seen.pop(key, None)
        if seen is None:
            seen = deque()
            if len(self._seen) >= self._most_keys:
                del self._seen[next(iter(self._seen))]
        self._seen[key] = seen
        while seen and seen[0] <= now - self._span:
            seen.popleft()
        return seen


def address_of(connection: HTTPConnection) -> str:
    """Whose request it is, for counting: an IPv4 address, or the /64 of an IPv6 one, which one house has to itself.

    What a proxy says of it is believed in web.serve, of trusted proxies only. Never logged.
    """
    told = connection.client.host if connection.client else ""
    try:
        ip = ipaddress.ip_address(told.partition("%")[0])
    except ValueError:
        return told[:LONGEST_NAME]
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)
