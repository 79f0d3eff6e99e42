"""The many switches of a meeting: their defaults, and how a change of them is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..state import Meeting
from ..world import World
from . import schedule, views

_NOT_STORED = {
    "start",
    "end",
    "timezone",
    "password",
    "sendEmail",
    "hostEmail",
    "siteUrl",
    "invitees",
    "registration",
}
_SWITCHES_OFF = {
    "enabledAutoRecordMeeting": False,
    "allowAnyUserToBeCoHost": False,
    "enabledJoinBeforeHost": False,
    "enableConnectAudioBeforeHost": False,
    "joinBeforeHostMinutes": 0,
    "excludePassword": False,
    "publicMeeting": False,
    "unlockedMeetingJoinSecurity": "allowJoin",
    "allowFirstUserToBeCoHost": False,
    "allowAuthenticatedDevices": False,
    "enabledBreakoutSessions": False,
    "enabledAudioWatermark": False,
}


def defaults(scheduled_type: str) -> dict[str, Any]:
    """The settings of a meeting for which nothing was asked."""
    webinar = scheduled_type == "webinar"
    return {
        **_SWITCHES_OFF,
        "sessionTypeId": 110 if webinar else 3,
        **({"panelistPassword": schedule.make_password()} if webinar else {}),
        "meetingOptions": {"enabledChat": True, "enabledVideo": True},
        "audioConnectionOptions": {"audioConnectionType": "webexAudio"},
    }


def store(world: World, meeting: Meeting, data: Mapping[str, Any]) -> dict[str, str]:
    """Keep what was sent; the headers that warn of what a converged site ignores."""
    ignored: list[str] = []
    for name, value in data.items():
        if name in _NOT_STORED:
            continue
        if isinstance(value, dict):
            dead = (*views.IGNORED_WHEN_CONVERGED.get(name, ()), *world.options.converged_also_ignores)
            dead = dead if world.options.converged_site else ()
            ignored += [key for key in value if key in dead]
            kept = {key: inner for key, inner in value.items() if key not in dead}
            meeting.fields[name] = {**meeting.fields.get(name, {}), **kept}
        elif world.options.converged_site and name in (
            *views.IGNORED_WHEN_CONVERGED[""],
            *world.options.converged_also_ignores,
        ):
            ignored.append(name)
        elif value is None or (name == "integrationTags" and not value):
            meeting.fields.pop(name, None)
        else:
            meeting.fields[name] = value
    if not ignored:
        return {}
    return {
        "Warning": f'1001 - "The attributes {", ".join(sorted(ignored))} are ignored on a converged site."'
    }
