"""A webinar's invitation sources: one permanent link for each registrant, where registration is off (webex.md 2.3)."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence

from hybrid_sync.adapters.webex.session import WebexApi, segment
from hybrid_sync.adapters.webex.wire import text_of
from hybrid_sync.domain.people import Registrant
from hybrid_sync.errors import ProviderError, Refused
from hybrid_sync.http_client import Json, items_of, json_of
from hybrid_sync.ports import OwnLinks

logger = logging.getLogger(__name__)

_ABOUT_SOMEBODY = (400, 409, 413, 422)
"""Refusals of a whole batch that may be about one item in it, or about its length: the most is not documented."""


class WebexSources:
    """InvitationSources on Webex. Not in the SDK, so everything goes through its session.

    There is no call that ends a source: a link that somebody kept lets them in until the webinar is over or replaced.
    """

    def __init__(self, api: WebexApi, *, host_email: str | None = None, batch_size: int = 50) -> None:
        self.batch_size = batch_size
        self._api = api
        self._host = host_email or None

    def source_id(self, person: Registrant) -> str:
        """Sixteen hexadecimal digits after "hs": the same for ever, and nobody learns anything from it."""
        return f"hs{hashlib.sha256(person.id.encode()).hexdigest()[:16]}"

    def links(self, meeting_id: str, people: Sequence[Registrant]) -> Mapping[str, str]:
        """GET takes the host in a header (webex.md 6.1)."""
        headers = {"hostEmail": self._host} if self._host else None
        body = self._api.get(self._path(meeting_id), headers=headers)
        return self._mine(items_of(body), people)

    def add(self, meeting_id: str, people: Sequence[Registrant]) -> OwnLinks:
        """One call for all; where that is refused, one for each, so that one bad entry refuses one person.

        Whether Webex refuses a source that is there already, or answers it again, is not documented: whoever is
        refused is looked for on the list.
        """
        if len(people) > self.batch_size:
            raise ValueError(f"at most {self.batch_size} people at once, not {len(people)}")
        response = self._post(meeting_id, people, answers=_ABOUT_SOMEBODY)
        if response is not None:
            return OwnLinks(self._mine(response, people))
        logger.info("a batch of %d invitation sources was refused: one by one", len(people))
        links: dict[str, str] = {}
        refused: dict[str, ProviderError] = {}
        for person in people:
            try:
                links |= self._mine(self._post(meeting_id, [person]) or [], [person])
            except ProviderError as error:
                if not isinstance(error, Refused) and error.status != 409:
                    raise
                refused[person.id] = error
        if refused:
            links |= self.links(meeting_id, [person for person in people if person.id in refused])
        return OwnLinks(links, {key: error for key, error in refused.items() if key not in links})

    def _post(
        self, meeting_id: str, people: Sequence[Registrant], answers: Sequence[int] = ()
    ) -> list[Json] | None:
        """The items of the answer; None when the batch was refused with one of `answers`."""
        body: Json = {
            "items": [{"sourceId": self.source_id(one), "sourceEmail": one.key} for one in people],
        }
        if self._host:
            body["hostEmail"] = self._host
        response = self._api.call("POST", self._path(meeting_id), json=body, answers=answers)
        if not response.ok:
            return None
        return items_of(json_of(self._api.system, response, safe=False))

    def _mine(self, items: Sequence[Json], people: Sequence[Registrant]) -> dict[str, str]:
        links = {text_of(item, "sourceId"): text_of(item, "joinLink") for item in items}
        mine = ((person.id, links.get(self.source_id(person))) for person in people)
        return {person_id: link for person_id, link in mine if link}

    def _path(self, meeting_id: str) -> str:
        return f"meetings/{segment(meeting_id)}/invitationSources"
