"""Meetings found again, by id or by our tag (webex.md 1.5)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hybrid_sync.adapters.webex.hosts import Hosts
from hybrid_sync.adapters.webex.meeting_wire import meeting_of
from hybrid_sync.adapters.webex.session import WebexApi, segment
from hybrid_sync.adapters.webex.wire import utc_text
from hybrid_sync.domain.meetings import Meeting, MeetingState
from hybrid_sync.errors import Gone, Refused

logger = logging.getLogger(__name__)

_PADDING = timedelta(days=1)


class Finding:
    """Looks for meetings of one host.

    The SDK's wrapper takes neither `current` nor `hostEmail` for one meeting, and its list loses every filter that it
    does not know (webex.md 10.2, 10.3): both go through its session.
    """

    def __init__(self, api: WebexApi, host_email: str | None, site_url: str | None) -> None:
        self._api = api
        self._host = host_email
        self._site = site_url
        self._hosts = Hosts(api, host_email)

    def find(self, tag: str, known_id: str | None, around: tuple[datetime, datetime]) -> Meeting | None:
        """By id, and if that is not there by tag among the host's own within `around`, a day added on both sides.

        A single 404 proves nothing (webex.md 7): the list has the last word.
        """
        if known_id and (known := self.by_id(known_id)):
            return known
        hits = self._ours(tag, around)
        if not hits:
            return None
        if len(hits) > 1:
            logger.warning("%d meetings carry the tag %s: %s", len(hits), tag, [hit.id for hit in hits])
        hit = next((hit for hit in hits if hit.id == known_id), hits[0])
        return self.by_id(hit.id) or hit

    def twins(
        self, tags: Sequence[str], known_id: str, around: tuple[datetime, datetime]
    ) -> Sequence[Meeting]:
        """Other meetings than the known one with one of our tags: a reading call for each tag."""
        found = {hit.id: hit for tag in tags for hit in self._ours(tag, around) if hit.id != known_id}
        return tuple(found.values())

    def _ours(self, tag: str, around: tuple[datetime, datetime]) -> list[Meeting]:
        listed = self._tagged(tag, (around[0] - _PADDING, around[1] + _PADDING))
        return [meeting for meeting in listed if tag in meeting.tags or not meeting.tags]

    def by_id(self, meeting_id: str) -> Meeting | None:
        """The meeting of that id; None for a 404, which alone proves nothing (webex.md 7)."""
        try:
            body = self._api.get(
                f"meetings/{segment(meeting_id)}", {"current": False, "hostEmail": self._host}
            )
        except Gone:
            return None
        meeting = meeting_of(body)
        if meeting is None:
            # Taken for "not there" this would make a second meeting.
            raise Refused(self._api.system, "a meeting was answered without its id or times")
        if meeting.registration is None and meeting.state is not MeetingState.EXPIRED:
            # Asked for by its id, a meeting shows the form while registration is on (webex.md 1.3).
            meeting = replace(meeting, registration=False)
        return meeting

    def _tagged(self, tag: str, window: tuple[datetime, datetime]) -> list[Meeting]:
        """Series with our tag. Without from and to Webex looks a week ahead only (webex.md 1.4)."""
        listed = self._api.items(
            "meetings",
            {
                "meetingType": "meetingSeries",
                "integrationTag": tag,
                "from": utc_text(window[0]),
                "to": utc_text(window[1]),
                "current": False,
                "max": 100,
                "siteUrl": self._site,
                "hostEmail": self._host,
            },
        )
        found = [meeting_of(item) for item in listed if self._hosts.is_ours(item)]
        return sorted(
            (meeting for meeting in found if meeting), key=lambda meeting: (meeting.starts, meeting.id)
        )
