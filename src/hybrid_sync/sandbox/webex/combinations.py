"""Which properties of a new meeting go together."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

from ..exchange import Refusal
from ..world import World


def check_webinar(world: World, data: Mapping[str, Any], scheduled_type: str) -> None:
    """What belongs to webinars only, and what a webinar needs."""
    if scheduled_type == "webinar":
        _check_session_type(world, data)
    if data.get("restrictToInvitees") and ("registration" in data or not data.get("requireAttendeeLogin")):
        raise Refusal(400, "'restrictToInvitees' needs 'requireAttendeeLogin', and registration off.")
    panelists = any(one.get("panelist") for one in data.get("invitees", []))
    if scheduled_type != "webinar" and (panelists or "panelistPassword" in data):
        raise Refusal(400, "Panelists belong to webinars only.")


def _check_session_type(world: World, data: Mapping[str, Any]) -> None:
    if not world.options.webinar_licence:
        raise Refusal(403, "The user has no license for webinars.")
    if world.options.webinar_needs_session_type and "sessionTypeId" not in data:
        raise Refusal(400, "'sessionTypeId' is required for a webinar.")
    if data.get("sessionTypeId", 110) not in (110, 129):
        raise Refusal(400, "'sessionTypeId' is no webinar's.")


def number_interpreters(data: dict[str, Any]) -> None:
    """Each channel gets an id; one address serves one channel only."""
    wanted = data.get("simultaneousInterpretation")
    if wanted is None:
        return
    interpreters = wanted.get("interpreters", [])
    if interpreters and not wanted["enabled"]:
        raise Refusal(400, "'interpreters' cannot be specified when simultaneous interpretation is disabled.")
    emails = [one["email"].lower() for one in interpreters if "email" in one]
    if len(set(emails)) < len(emails):
        raise Refusal(400, "The same email is found in more than one interpreter.")
    for one in interpreters:
        if not all(re.fullmatch(r"[a-z]{2}", one[name]) for name in ("languageCode1", "languageCode2")):
            raise Refusal(400, "Language codes must conform with ISO 639-1.")
    data["simultaneousInterpretation"] = {
        "enabled": wanted["enabled"],
        "interpreters": [{"id": secrets.token_hex(16), **one} for one in interpreters],
    }


def refuse_combinations(data: Mapping[str, Any]) -> None:
    """What the sandbox does not hold, and what excludes each other."""
    if data.get("adhoc") or "roomId" in data or "templateId" in data:
        raise Refusal(400, "The sandbox holds no ad-hoc meetings, spaces or templates.")
    rooms, interpreters = data.get("breakoutSessions", []), data.get("simultaneousInterpretation", {})
    if len(rooms) > 100:
        raise Refusal(400, "The maximum size of 'breakoutSessions' is 100.")
    if interpreters.get("enabled") and (rooms or data.get("enabledBreakoutSessions")):
        raise Refusal(400, "Simultaneous interpretation and breakout sessions exclude each other.")
    if data.get("scheduledType") == "personalRoomMeeting":
        raise Refusal(400, "The sandbox holds no personal room meetings.")
