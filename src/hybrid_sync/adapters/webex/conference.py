"""The meeting itself: found again by id or tag, made, changed, cancelled; and the way in for one person."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hybrid_sync.adapters.webex.hosts import Hosts
from hybrid_sync.adapters.webex.session import WebexApi, segment
from hybrid_sync.adapters.webex.wire import meeting_body, meeting_changes, meeting_of, utc_text
from hybrid_sync.domain.meetings import Meeting, MeetingSpec, differences, fitted
from hybrid_sync.domain.people import email_key
from hybrid_sync.errors import Gone, OutcomeUnknown, ProviderError, Refused
from hybrid_sync.http_client import Json, json_of

logger = logging.getLogger(__name__)

# webex.md 1.2
TITLE_MOST, AGENDA_MOST, NAME_MOST = 128, 1300, 128
SHORTEST, LONGEST = timedelta(minutes=10), timedelta(hours=23, minutes=59)
_PADDING = timedelta(days=1)
_MERGE_PATCH = {"Content-Type": "application/json-patch+json"}


class WebexConference:
    """Conference and JoinLinks on Webex meetings.

    `host_email` acts for that user (admin or Service App token) and goes where each call wants it (webex.md 6.1).
    `join_security` is what uninvited people get: allowJoin, allowJoinWithLobby or blockFromJoin.
    `link_minutes` (1 to 60) is the life of a join URL.
    """

    def __init__(
        self,
        api: WebexApi,
        *,
        host_email: str | None = None,
        site_url: str | None = None,
        join_security: str = "allowJoinWithLobby",
        link_minutes: int = 5,
    ) -> None:
        if not 1 <= link_minutes <= 60:
            raise ValueError("Webex join URLs live between 1 and 60 minutes")
        self._api = api
        self._host = host_email or None
        self._site = site_url or None
        self._join_security = join_security
        self._link_minutes = link_minutes
        self._hosts = Hosts(api, self._host)
        self._patch_headers: dict[str, str] | None = None

    def adjust(self, wanted: MeetingSpec) -> MeetingSpec:
        """Cut to Webex's lengths, to whole minutes, and to 10 minutes at least and 23 h 59 min at most."""
        starts, ends = _minute(wanted.starts), _minute(wanted.ends)
        ends = min(max(ends, starts + SHORTEST), starts + LONGEST)
        agenda = "\n".join(line.rstrip() for line in wanted.agenda.strip().splitlines())
        title = " ".join(wanted.title.split())
        return fitted(
            replace(wanted, title=title, agenda=agenda, starts=starts, ends=ends), TITLE_MOST, AGENDA_MOST
        )

    def find(self, tag: str, known_id: str | None, around: tuple[datetime, datetime]) -> Meeting | None:
        """By id, and if that is not there by tag among the host's own within `around`, a day added on both sides.

        A single 404 proves nothing (webex.md 7): the list has the last word.
        """
        if known_id and (known := self._get(known_id)):
            return known
        hits = [
            meeting
            for meeting in self._tagged(tag, (around[0] - _PADDING, around[1] + _PADDING))
            if tag in meeting.tags or not meeting.tags
        ]
        if not hits:
            return None
        if len(hits) > 1:
            logger.warning("%d meetings carry the tag %s: %s", len(hits), tag, [hit.id for hit in hits])
        hit = next((hit for hit in hits if hit.id == known_id), hits[0])
        return self._get(hit.id) or hit

    def create(self, wanted: MeetingSpec) -> Meeting:
        """POST /meetings with registration on; read again where the answer leaves out how to get in."""
        body = meeting_body(
            wanted, join_security=self._join_security, host_email=self._host, site_url=self._site
        )
        response = self._api.call("POST", "meetings", json=body)
        made = meeting_of(json_of(self._api.system, response, safe=False), wanted)
        if made is None:
            raise OutcomeUnknown(self._api.system, "the meeting was made, but the answer does not name it")
        return self._completed(made)

    def update(self, seen: Meeting, wanted: MeetingSpec) -> Meeting:
        """PATCH with what differs. After a reschedule the meeting is read again: its links may be others now."""
        changed = differences(wanted, seen)
        if not changed:
            return seen
        body = meeting_changes(wanted, changed)
        if self._host:
            body["hostEmail"] = self._host
        answer = self._patch(seen.id, body)
        updated = meeting_of(answer, wanted)
        if updated is None:
            # The change is made; only its picture is missing.
            updated = replace(
                seen, title=wanted.title, agenda=wanted.agenda, starts=wanted.starts, ends=wanted.ends
            )
        if "starts" in changed or "ends" in changed:
            return self._again(updated)
        return self._completed(updated)

    def cancel(self, seen: Meeting) -> None:
        """DELETE without mail; gone is as good."""
        try:
            self._api.call(
                "DELETE", f"meetings/{segment(seen.id)}", params=self._acting({"sendEmail": False})
            )
        except Gone:
            logger.info("the meeting to cancel is gone already")

    def join_url(self, meeting_id: str, email: str, name: str, password: str | None) -> str:
        """POST /meetings/join, which changes nothing: a lost answer is simply asked for again."""
        body: Json = {
            "meetingId": meeting_id,
            # True would answer 302 to the meeting's page (webex.md 2.3).
            "joinDirectly": False,
            "email": email_key(email),
            "displayName": " ".join(name.split())[:NAME_MOST],
            "expirationMinutes": self._link_minutes,
        }
        optional = {"password": password, "hostEmail": self._host}
        body |= {key: value for key, value in optional.items() if value}
        response = self._api.call("POST", "meetings/join", json=body, safe=True)
        link = json_of(self._api.system, response, safe=True).get("joinLink")
        if not isinstance(link, str) or not link:
            raise Refused(self._api.system, "the answer to a join holds no joinLink")
        return link

    def _get(self, meeting_id: str) -> Meeting | None:
        try:
            body = self._api.get(f"meetings/{segment(meeting_id)}", self._acting({"current": False}))
        except Gone:
            return None
        meeting = meeting_of(body)
        if meeting is None:
            # Taken for "not there" this would make a second meeting.
            raise Refused(self._api.system, "a meeting was answered without its id or times")
        return meeting

    def _tagged(self, tag: str, window: tuple[datetime, datetime]) -> list[Meeting]:
        """Series with our tag. Without from and to Webex looks a week ahead only (webex.md 1.4)."""
        listed = self._api.items(
            "meetings",
            self._acting(
                {
                    "meetingType": "meetingSeries",
                    "integrationTag": tag,
                    "from": utc_text(window[0]),
                    "to": utc_text(window[1]),
                    "current": False,
                    "max": 100,
                    "siteUrl": self._site,
                }
            ),
        )
        found = [meeting_of(item) for item in listed if self._hosts.is_ours(item)]
        return sorted(
            (meeting for meeting in found if meeting), key=lambda meeting: (meeting.starts, meeting.id)
        )

    def _patch(self, meeting_id: str, body: Json) -> Json:
        """The official description names json-patch for a body that is none (webex.md 1.6): plain JSON is tried first."""
        path = f"meetings/{segment(meeting_id)}"
        may_fall_back: Collection[int] = () if self._patch_headers else (415,)
        response = self._api.call(
            "PATCH", path, json=body, headers=self._patch_headers, answers=may_fall_back
        )
        if response.status_code == 415:
            self._patch_headers = _MERGE_PATCH
            response = self._api.call("PATCH", path, json=body, headers=self._patch_headers)
        return json_of(self._api.system, response, safe=False)

    def _completed(self, meeting: Meeting) -> Meeting:
        whole = meeting.web_link and meeting.password and meeting.number
        return meeting if whole else self._again(meeting)

    def _again(self, meeting: Meeting) -> Meeting:
        """The meeting as it is now. The write is done, so that nothing that fails here may hide its outcome."""
        try:
            return self._get(meeting.id) or meeting
        except ProviderError as error:
            logger.warning("a meeting just written could not be read again: %s", error)
            return meeting

    def _acting(self, params: Json) -> Json:
        return params | {"hostEmail": self._host}


def _minute(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)
