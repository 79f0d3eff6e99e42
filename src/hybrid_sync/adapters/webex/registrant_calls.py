"""The calls that a meeting's list of registrants is asked and changed by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hybrid_sync.adapters.webex.paging import Unreadable, complete_list
from hybrid_sync.adapters.webex.session import WebexApi, segment
from hybrid_sync.adapters.webex.wire import registrant_of
from hybrid_sync.domain.registrants import MeetingRegistrant
from hybrid_sync.http_client import Json, items_of, json_of

_OLDEST = timedelta(days=450)
"""Registrations go back no further than a meeting's life: a year in practice."""

Listed = dict[str, MeetingRegistrant]
"""Registrants by e-mail key."""


class RegistrantCalls:
    """`batch_size` is how many people one call names."""

    def __init__(self, api: WebexApi, host_email: str | None, batch_size: int) -> None:
        self.api = api
        self._host = host_email or None
        self.batch_size = batch_size

    def listed(self, meeting_id: str, known: Sequence[str] = ()) -> Sequence[MeetingRegistrant]:
        """Everybody, all pages, each once.

        Where Webex announces no pages and more people registered in one second than a page holds, the `known`
        addresses are asked for by name instead: that is everybody whom we could add or remove.
        """
        now = self.api.clock()
        try:
            items = complete_list(
                self.api,
                f"meetings/{segment(meeting_id)}/registrants",
                {"hostEmail": self._host},
                ("registrationTimeFrom", "registrationTimeTo"),
                (now - _OLDEST, now + timedelta(days=1)),
            )
        except Unreadable:
            if not known:
                raise
            items = self.queried(meeting_id, known)
        found = (registrant_of(item) for item in items)
        return list({one.id: one for one in found if one}.values())

    def found(self, meeting_id: str, keys: Sequence[str]) -> Listed:
        """Those of `keys` who are on the list, by e-mail key."""
        found = (registrant_of(item) for item in self.queried(meeting_id, keys))
        return {one.key: one for one in found if one and one.key in keys}

    def queried(self, meeting_id: str, keys: Sequence[str]) -> list[Json]:
        """The registrants among `keys`; the query is a POST that changes nothing."""
        items: list[Json] = []
        for start in range(0, len(keys), self.batch_size):
            response = self.post(
                meeting_id, "/query", {"emails": list(keys[start : start + self.batch_size])}, safe=True
            )
            items += items_of(json_of(self.api.system, response, safe=True))
        return items

    def post(
        self, meeting_id: str, what: str, body: Json, answers: Sequence[int] = (), *, safe: bool = False
    ) -> Any:
        """The answer to POST registrants`what`; `answers` are statuses that the caller judges."""
        params: Json = {"hostEmail": self._host} | ({"max": 100} if safe else {})
        path = f"meetings/{segment(meeting_id)}/registrants{what}"
        return self.api.call("POST", path, params=params, json=body, answers=answers, safe=safe)
