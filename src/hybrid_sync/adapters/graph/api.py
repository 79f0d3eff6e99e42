"""Graph as one application: the headers that every call here needs, few calls at a time, pages."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from hybrid_sync.errors import Refused, TryLater
from hybrid_sync.http_client import Api, Json, TokenSource, Transport, items_of

BASE_URL = "https://graph.microsoft.com/v1.0/"

PREFER = {"Prefer": 'IdType="ImmutableId", outlook.timezone="UTC"'}
"""On every request, also inside a batch: ids that survive a move between folders, and times in UTC (calendar.md A3, A5)."""

AT_ONCE = 3
"""Outlook serves four calls at a time for an application (calendar.md A11). One more is left for another process."""

_MOST_PAGES = 100
_places = threading.BoundedSemaphore(AT_ONCE)


class GraphApi(Api):
    """Calls from any thread. At most `AT_ONCE` of the whole process are out at the same time, whatever the mailbox:
    the stricter reading of the limit. Who finds no place within `patience` seconds is told to come back later.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        token: TokenSource,
        clock: Callable[[], datetime],
        base_url: str = BASE_URL,
        places: threading.BoundedSemaphore = _places,
        patience: float = 20,
    ) -> None:
        super().__init__(transport, base_url=base_url, token=token, clock=clock, headers=PREFER)
        self._places = places
        self._patience = patience

    def request(self, method: str, url: str, **kwargs: Any) -> Any:
        """One request; raises TryLater when the other calls take too long."""
        if not self._places.acquire(timeout=self._patience):
            raise TryLater(self.system, f"{AT_ONCE} calls are under way already, and none of them ends")
        try:
            return super().request(method, url, **kwargs)
        finally:
            self._places.release()

    def values(self, path: str, params: Mapping[str, Any]) -> list[Json]:
        """The items of all pages. A page may be empty and still have a next one; its address is used as it stands."""
        found: list[Json] = []
        seen: set[str] = set()
        address: str | None = path
        query: Mapping[str, Any] | None = params
        while address:
            if address in seen or len(seen) >= _MOST_PAGES:
                raise Refused(self.system, "the pages of a list do not come to an end")
            seen.add(address)
            body = self.get(address, query)
            found += items_of(body)
            following = body.get("@odata.nextLink")
            address, query = (following if isinstance(following, str) else None), None
        return found

    def token(self) -> str:
        """The token that calls go out with. Never log it."""
        return self._token()
