"""How meetings look in answers: as a series, as its occurrence, as one run of it."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import Any

from ..exchange import Refusal, Request
from ..instants import show, zone
from ..runs import Instance
from ..state import Meeting
from ..world import World
from .lookup import tags_of

IGNORED_WHEN_CONVERGED = {
    "": ("publicMeeting",),
    "audioConnectionOptions": ("entryAndExitTone", "audioConnectionType"),
    "meetingOptions": ("enabledPolling", "enabledNote", "noteType", "enabledUCFRichMedia"),
}
"""Attributes that a converged site accepts and then ignores, by the object they stand in."""


def answer_zone(request: Request) -> tuple[str, tzinfo]:
    """The zone of the times in a GET answer: the `timezone` header, or UTC."""
    name = request.headers.get("timezone", "UTC")
    found = UTC if name == "UTC" else zone(name)
    if found is None:
        raise Refusal(400, f"The time zone '{name}' is not supported.")
    return name, found


def written_zone(world: World, meeting: Meeting) -> tuple[str, tzinfo]:
    """The zone of the times in answers to POST, PATCH and PUT."""
    found = zone(meeting.zone)
    if world.options.write_answers_in == "utc" or meeting.zone == "UTC" or found is None:
        return "UTC", UTC
    return meeting.zone, found


def web_link(world: World, meeting: Meeting) -> str:
    """The information page of the meeting."""
    return f"{world.url}/webex-site/j.php?MTID=m{meeting.web_link_id}"


def register_link(world: World, meeting: Meeting) -> str:
    """Webex's own registration form."""
    return f"{world.url}/webex-site/weblink/register/r{meeting.register_link_id}"


def series_state(world: World, meeting: Meeting) -> str:
    """active, inProgress or expired."""
    now = world.now()
    if meeting.running(now):
        return "inProgress"
    return "expired" if now >= meeting.end else "active"


def occurrence_state(world: World, meeting: Meeting) -> str:
    """The only occurrence is ready from the beginning; afterwards it has ended or was missed."""
    now = world.now()
    if now < meeting.end or meeting.running(now):
        return "ready"
    return "ended" if any(one.started <= now for one in meeting.instances) else "missed"


def instance_state(world: World, instance: Instance) -> str:
    """inProgress or ended."""
    return "inProgress" if instance.running_at(world.now()) else "ended"


def series_view(
    world: World, request: Request, meeting: Meeting, where: tuple[str, tzinfo]
) -> dict[str, Any]:
    """The answer to POST and GET by id: the only one that carries registerLink."""
    view = {**_common(world, request, meeting, where), "id": meeting.id, "meetingType": "meetingSeries"}
    view["state"] = series_state(world, meeting)
    if view["state"] == "expired":
        view.pop("registration", None)
    elif meeting.registration is not None:
        view["registerLink"] = register_link(world, meeting)
    return view


def listed_series(
    world: World, request: Request, meeting: Meeting, where: tuple[str, tzinfo]
) -> dict[str, Any]:
    """The answer to PATCH, PUT and lists: with the has* flags, without registerLink."""
    view = series_view(world, request, meeting, where)
    view.pop("registerLink", None)
    _shorten_registration(view)
    return {**view, "meetingSeriesId": meeting.id, **_registration_flags(meeting)}


def occurrence_view(
    world: World, request: Request, meeting: Meeting, where: tuple[str, tzinfo]
) -> dict[str, Any]:
    """The one scheduled meeting of the series."""
    view = _common(world, request, meeting, where)
    _shorten_registration(view)
    return {
        **view,
        "id": meeting.occurrence_id,
        "meetingSeriesId": meeting.id,
        "meetingType": "scheduledMeeting",
        "state": occurrence_state(world, meeting),
        "isModified": False,
        **_registration_flags(meeting),
    }


def instance_view(
    world: World, request: Request, meeting: Meeting, instance: Instance, where: tuple[str, tzinfo]
) -> dict[str, Any]:
    """A run. An ended one lacks number, password, keys, telephony, registration and most options."""
    state = instance_state(world, instance)
    view = {
        "id": instance.id,
        "meetingSeriesId": meeting.id,
        "scheduledMeetingId": meeting.occurrence_id,
        "meetingType": "meeting",
        "state": state,
        "title": meeting.fields["title"],
        "agenda": meeting.fields.get("agenda", ""),
        "timezone": where[0],
        "start": show(instance.started, where[1]),
        **_host(world, meeting),
        "webLink": web_link(world, meeting),
        "scheduledType": meeting.fields["scheduledType"],
        "integrationTags": tags_of(meeting, request),
        "hasChat": False,
        "hasRecording": False,
        "hasTranscription": False,
        "hasClosedCaption": False,
        "hasPolls": False,
        "hasQA": False,
        "hasSlido": False,
        **_registration_flags(meeting),
    }
    if state == "ended" and instance.ended:
        return {**view, "end": show(instance.ended, where[1])}
    return {
        **view,
        "meetingNumber": meeting.number,
        "password": meeting.password,
        **_room_system(world, meeting),
    }


def _common(world: World, request: Request, meeting: Meeting, where: tuple[str, tzinfo]) -> dict[str, Any]:
    now = world.now()
    runs = [one for one in meeting.instances if one.started <= now]
    view: dict[str, Any] = {
        **{name: value for name, value in meeting.fields.items() if name != "integrationTags"},
        "meetingNumber": meeting.number,
        "password": meeting.password,
        "hostDidJoin": any(p.host for one in runs for p in one.participants),
        "attendeeDidJoin": any(not p.host for one in runs for p in one.participants),
        "timezone": where[0],
        "start": show(meeting.start, where[1]),
        "end": show(meeting.end, where[1]),
        **_host(world, meeting),
        "hostKey": meeting.number[-6:],
        "webLink": web_link(world, meeting),
        **_room_system(world, meeting),
        "integrationTags": tags_of(meeting, request),
        "enabledBreakoutSessions": bool(meeting.fields.get("enabledBreakoutSessions", False)),
    }
    if meeting.registration is not None:
        view["registration"] = dict(meeting.registration)
    return view


def _shorten_registration(view: dict[str, Any]) -> None:
    """Lists know the form's switches, not its questions and rules."""
    if "registration" in view:
        dropped = ("customizedQuestions", "rules")
        view["registration"] = {k: value for k, value in view["registration"].items() if k not in dropped}


def registration_view(registration: dict[str, Any]) -> dict[str, Any]:
    """The form as its own calls answer it: maxRegisterNum goes in there but does not come out."""
    return {name: value for name, value in registration.items() if name != "maxRegisterNum"}


def _host(world: World, meeting: Meeting) -> dict[str, Any]:
    own = meeting.host_email == world.options.host_email
    return {
        "hostUserId": person_id(meeting.host_email),
        "hostDisplayName": world.options.host_name if own else meeting.host_email.split("@")[0],
        "hostEmail": meeting.host_email,
        "siteUrl": world.options.site_url,
    }


def person_id(email: str) -> str:
    """A stable id for a person, in the look of the real ones."""
    return "Y2lzY29zcGFyazovL3VzL1BFT1BMRS8" + email.encode().hex()[:24]


def _room_system(world: World, meeting: Meeting) -> dict[str, Any]:
    return {
        "phoneAndVideoSystemPassword": meeting.number[:8],
        "sipAddress": f"{meeting.number}@{world.options.site_url}",
        "dialInIpAddress": "192.0.2.10",
        "telephony": {
            "accessCode": meeting.number,
            "callInNumbers": [
                {"label": "Belgium Toll", "callInNumber": "+32-2-555-0100", "tollType": "toll"}
            ],
            "links": [
                {
                    "rel": "globalCallinNumbers",
                    "href": f"/api/v1/meetings/{meeting.id}/globalCallinNumbers",
                    "method": "GET",
                }
            ],
        },
    }


def _registration_flags(meeting: Meeting) -> dict[str, bool]:
    return {"hasRegistration": meeting.registration is not None, "hasRegistrants": bool(meeting.registrants)}
