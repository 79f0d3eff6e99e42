"""The meeting's own list of registered people, kept without mailing anybody."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from hybrid_sync.adapters.webex.paging import Unreadable, complete_list
from hybrid_sync.adapters.webex.session import WebexApi, segment
from hybrid_sync.adapters.webex.wire import registrant_body, registrant_of
from hybrid_sync.domain.people import Registrant, email_key
from hybrid_sync.domain.registrants import MeetingRegistrant
from hybrid_sync.errors import AlreadyThere, Gone, ProviderError, Refused
from hybrid_sync.http_client import Json, items_of, json_of
from hybrid_sync.http_client.verdicts import descriptions
from hybrid_sync.ports import Added

logger = logging.getLogger(__name__)

_ABOUT_SOMEBODY = (400, 409, 413, 422)
"""Refusals of a whole batch that may be about one person in it. 403 and 404 are about the meeting or the token."""

# Registrations go back no further than a meeting's life: made at most 10 years ahead in theory, a year in practice.
_OLDEST = timedelta(days=450)


class WebexRegistrants:
    """MeetingRegistrants on Webex. `batch_size` at most 50: an older interface refused more (webex.md 2.2)."""

    def __init__(self, api: WebexApi, *, host_email: str | None = None, batch_size: int = 40) -> None:
        if not 1 <= batch_size <= 50:
            raise ValueError("Webex takes between 1 and 50 registrants at once")
        self.batch_size = batch_size
        self._api = api
        self._host = host_email or None

    def listed(self, meeting_id: str, known: Sequence[str] = ()) -> Sequence[MeetingRegistrant]:
        """Everybody, all pages, each once.

        Where Webex announces no pages and more people registered in one second than a page holds, the `known`
        addresses are asked for by name instead: that is everybody whom we could add or remove.
        """
        now = self._api.clock()
        try:
            items = complete_list(
                self._api,
                f"meetings/{segment(meeting_id)}/registrants",
                {"hostEmail": self._host},
                ("registrationTimeFrom", "registrationTimeTo"),
                (now - _OLDEST, now + timedelta(days=1)),
            )
        except Unreadable:
            if not known:
                raise
            items = self._queried(meeting_id, known)
        found = (registrant_of(item) for item in items)
        return list({one.id: one for one in found if one}.values())

    def _queried(self, meeting_id: str, keys: Sequence[str]) -> list[Json]:
        """The registrants among `keys`; the query is a POST that changes nothing."""
        items: list[Json] = []
        for start in range(0, len(keys), self.batch_size):
            response = self._api.call(
                "POST",
                f"meetings/{segment(meeting_id)}/registrants/query",
                params={"max": 100, "hostEmail": self._host},
                json={"emails": list(keys[start : start + self.batch_size])},
                safe=True,
            )
            items += items_of(json_of(self._api.system, response, safe=True))
        return items

    def add(self, meeting_id: str, people: Sequence[Registrant]) -> Added:
        """Ask who is there, insert the others in one call, ask again about anybody not accounted for.

        Where Webex refuses the batch it is tried one by one, so that one bad entry refuses one person. Whether the
        others of a refused batch were taken is not documented (webex.md 2.2): a 409 on a single one is read back.
        """
        if len(people) > self.batch_size:
            raise ValueError(f"at most {self.batch_size} people at once, not {len(people)}")
        wanted = {person.key: person for person in people}
        if not wanted:
            return Added({})
        ids = self._ids_of(meeting_id, list(wanted))
        missing = {key: person for key, person in wanted.items() if key not in ids}
        if not missing:
            return Added(ids)
        made, refused = self._insert(meeting_id, missing)
        ids |= made
        unsettled = [key for key in missing if key not in ids]
        if unsettled:
            # A refusal may just mean "is there already": whoever is found is fine.
            ids |= self._ids_of(meeting_id, unsettled)
        if any(key not in ids and key not in refused for key in unsettled):
            # Said to be there, and not found by query: perhaps under another spelling.
            ids = {one.key: one.id for one in self.listed(meeting_id) if one.key in wanted} | ids
        return Added(ids, {key: error for key, error in refused.items() if key not in ids})

    def remove(self, meeting_id: str, registrants: Sequence[MeetingRegistrant]) -> None:
        """bulkDelete and not DELETE: only it can be told not to mail (webex.md 2.2)."""
        ids = [registrant.id for registrant in registrants]
        for start in range(0, len(ids), self.batch_size):
            chunk = ids[start : start + self.batch_size]
            if not self._deleted(meeting_id, chunk) and len(chunk) > 1:
                for one in chunk:
                    self._deleted(meeting_id, [one])

    def _insert(
        self, meeting_id: str, missing: dict[str, Registrant]
    ) -> tuple[dict[str, str], dict[str, ProviderError]]:
        response = self._api.call(
            "POST",
            f"meetings/{segment(meeting_id)}/registrants/bulkInsert",
            params={"hostEmail": self._host},
            json={"items": [registrant_body(person) for person in missing.values()]},
            answers=_ABOUT_SOMEBODY,
        )
        if response.status_code in _ABOUT_SOMEBODY:
            logger.info("a batch of %d registrants was refused: one by one", len(missing))
            return self._one_by_one(meeting_id, missing)
        body = json_of(self._api.system, response, safe=False)
        ids: dict[str, str] = {}
        refused: dict[str, ProviderError] = {}
        for item in items_of(body):
            registrant = registrant_of(item)
            if registrant:
                ids[registrant.key] = registrant.id
            elif key := email_key(str(item.get("email") or "")):
                # webex.md 7: a list answer can be 200 and hold errors of single items.
                refused[key] = Refused(self._api.system, "; ".join(descriptions(item)) or "not registered")
        return ids, refused

    def _one_by_one(
        self, meeting_id: str, missing: dict[str, Registrant]
    ) -> tuple[dict[str, str], dict[str, ProviderError]]:
        ids: dict[str, str] = {}
        refused: dict[str, ProviderError] = {}
        for key, person in missing.items():
            try:
                response = self._api.call(
                    "POST",
                    f"meetings/{segment(meeting_id)}/registrants",
                    params={"hostEmail": self._host},
                    json=registrant_body(person),
                )
            except AlreadyThere:
                continue
            except Refused as refusal:
                refused[key] = refusal
                continue
            made = registrant_of(json_of(self._api.system, response, safe=False) | {"email": key})
            if made:
                ids[key] = made.id
        return ids, refused

    def _ids_of(self, meeting_id: str, keys: Sequence[str]) -> dict[str, str]:
        """Registration ids by e-mail key."""
        found = (registrant_of(item) for item in self._queried(meeting_id, keys))
        return {one.key: one.id for one in found if one and one.key in keys}

    def _deleted(self, meeting_id: str, ids: Sequence[str]) -> bool:
        """Whether all are off the list; False for a batch that was refused because of one of them."""
        alone = len(ids) == 1
        try:
            response = self._api.call(
                "POST",
                f"meetings/{segment(meeting_id)}/registrants/bulkDelete",
                params={"hostEmail": self._host},
                json={"sendEmail": False, "registrants": [{"id": one} for one in ids]},
                answers=() if alone else _ABOUT_SOMEBODY,
            )
        except Gone:
            return alone
        return response.ok
