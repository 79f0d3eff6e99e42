"""Co-hosts and panelists: invited without a mail, and never confused with a webinar's registrants."""

from __future__ import annotations

from collections.abc import Sequence

from hybrid_sync.adapters.webex.session import WebexApi, segment
from hybrid_sync.adapters.webex.wire import text_of
from hybrid_sync.domain.staff import Helper, Invitee
from hybrid_sync.errors import AlreadyThere, Gone, Refused, StillThere
from hybrid_sync.http_client import Json, json_of

NAME_MOST = 128


class WebexStaff:
    """MeetingStaff on Webex's invitees.

    The SDK's wrapper has no hostEmail for reading and deleting, and its bulk call goes to the wrong place (webex.md
    10.2): all goes through its session.
    """

    def __init__(self, api: WebexApi, *, host_email: str | None = None) -> None:
        self._api = api
        self._host = host_email or None

    def listed(self, meeting_id: str) -> Sequence[Invitee]:
        """Invitees, all pages. In a webinar registrants are among them, with no role (webex.md 2.4): left out."""
        params = {"meetingId": meeting_id, "max": 100, "hostEmail": self._host}
        found = (_invitee(item) for item in self._api.items("meetingInvitees", params))
        return [one for one in found if one]

    def add(self, meeting_id: str, helper: Helper, known: Invitee | None) -> Invitee:
        """POST, or PUT for somebody who is invited with another role. Somebody who is there already is read back."""
        body: Json = {
            "email": helper.key,
            "displayName": (helper.name or helper.key)[:NAME_MOST],
            "coHost": helper.cohost,
            "panelist": helper.panelist,
            "sendEmail": False,
        }
        if self._host:
            body["hostEmail"] = self._host
        try:
            if known is not None:
                response = self._api.call("PUT", f"meetingInvitees/{segment(known.id)}", json=body)
            else:
                response = self._api.call("POST", "meetingInvitees", json=body | {"meetingId": meeting_id})
        except AlreadyThere as answer:
            there = next((one for one in self.listed(meeting_id) if one.key == helper.key), None)
            if there is None:
                raise Refused(self._api.system, answer.words, tracking_id=answer.tracking_id) from answer
            return there
        made = _invitee(json_of(self._api.system, response, safe=False) | {"email": helper.key})
        if made is None:
            raise Refused(self._api.system, "an invitee was answered without an id")
        return made

    def remove(self, meeting_id: str, invitee_id: str) -> None:
        """DELETE without mail; gone is as good once the list agrees."""
        params = {"sendEmail": False, "hostEmail": self._host}
        try:
            self._api.call("DELETE", f"meetingInvitees/{segment(invitee_id)}", params=params)
        except Gone as answer:
            if any(one.id == invitee_id for one in self.listed(meeting_id)):
                raise StillThere.contrary_to(answer, "the invitee on the list") from answer


def _invitee(body: Json) -> Invitee | None:
    invitee_id, email = text_of(body, "id"), text_of(body, "email")
    if not invitee_id or not email:
        return None
    return Invitee(invitee_id, email, body.get("coHost") is True, body.get("panelist") is True)
