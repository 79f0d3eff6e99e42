"""POST /meetings/join and the pages behind its links."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from ..exchange import Answer, Refusal, Request
from ..instants import show
from ..routes import Route
from ..state import JoinLink, Meeting
from ..world import World
from . import fields, lookup, schedule, views

_LONGEST = 60


def join(world: World, request: Request) -> Answer:
    """A link for one person that lives an hour at most. By default the answer is a redirect to it."""
    data = request.data
    minutes = data.get("expirationMinutes", _LONGEST)
    if not 1 <= minutes <= _LONGEST:
        raise Refusal(400, "'expirationMinutes' must be between 1 and 60.")
    if "displayName" in data and "email" not in data:
        raise Refusal(400, "'email' must be specified when 'displayName' is.")
    if len(data.get("displayName", "")) > 128:
        raise Refusal(400, "'displayName' cannot be longer than 128 characters.")
    if "email" in data:
        schedule.check_email(data["email"])
    meeting = _meeting(world, request)
    privileged = lookup.may_see(meeting, request.acting)
    if not privileged and data.get("password") != meeting.password:
        raise Refusal(403, "The meeting password is missing or wrong.")
    if world.now() >= meeting.end and not meeting.running(world.now()):
        raise Refusal(400, "The meeting has ended.")
    email = data.get("email", request.acting)
    _check_webinar(world, request, meeting, email)
    _check_registered(world, meeting, email)
    expires = world.now() + timedelta(minutes=minutes)
    answer: dict[str, Any] = {"expiration": show(expires)}
    if data.get("createJoinLinkAsWebLink"):
        answer["joinLink"] = views.web_link(world, meeting)
    else:
        name = data.get("displayName", email)
        answer["joinLink"] = _link(world, JoinLink(secrets.token_hex(24), meeting.id, email, name, expires))
    if lookup.may_manage(meeting, request.acting):
        host = JoinLink(
            secrets.token_hex(24), meeting.id, request.acting, world.options.host_name, expires, True
        )
        as_page = data.get("createStartLinkAsWebLink")
        answer["startLink"] = views.web_link(world, meeting) if as_page else _link(world, host)
    if data.get("createJoinLinkAsWebLink") and data.get("createStartLinkAsWebLink"):
        del answer["expiration"]
    if data.get("joinDirectly", True):
        return Answer(302, text="", content_type="text/html", headers={"Location": answer["joinLink"]})
    return Answer(json=answer)


def _meeting(world: World, request: Request) -> Meeting:
    data = request.data
    given = [name for name in ("meetingId", "meetingNumber", "webLink") if name in data]
    if not given:
        raise Refusal(400, "One of 'meetingId', 'meetingNumber' and 'webLink' is required.")
    wanted = data[given[0]]
    for one in world.state.meetings.values():
        if given[0] == "meetingId" and wanted in (one.id, one.occurrence_id):
            return one
        if given[0] == "meetingId" and any(run.id == wanted for run in one.instances):
            raise Refusal(400, "The ID of a meeting instance is not supported here.")
        if given[0] == "meetingNumber" and wanted == one.number:
            return one
        if given[0] == "webLink" and wanted == views.web_link(world, one):
            return one
    raise Refusal(404, lookup.NOT_FOUND)


def _check_webinar(world: World, request: Request, meeting: Meeting, email: str) -> None:
    if not meeting.webinar:
        return
    if "hostEmail" in request.data:
        raise Refusal(400, "'hostEmail' only applies to meetings, not webinars.")
    early = timedelta(minutes=meeting.fields.get("joinBeforeHostMinutes", 0))
    if world.now() < meeting.start - early and not lookup.may_manage(meeting, email.lower()):
        raise Refusal(400, "The join link of a webinar is not available yet.")
    if world.options.registration_ids and not lookup.may_see(meeting, email.lower()):
        ids = [
            one.registration_id for one in meeting.registrants.values() if one.email.lower() == email.lower()
        ]
        if request.data.get("registrationId") not in ids:
            raise Refusal(400, "'registrationId' is required for this webinar.")


def _check_registered(world: World, meeting: Meeting, email: str) -> None:
    if meeting.registration is None or not world.options.join_requires_registration:
        return
    if lookup.may_manage(meeting, email.lower()):
        return
    if any(one.panelist and one.email.lower() == email.lower() for one in meeting.invitees.values()):
        return
    statuses = [one.status for one in meeting.registrants.values() if one.email.lower() == email.lower()]
    if "approved" not in statuses:
        raise Refusal(403, "Registration is required to join this meeting.")


def _link(world: World, link: JoinLink) -> str:
    world.state.join_links[link.token] = link
    return (
        f"{world.url}/webex-site/wbxmjs/joinservice/sites/hybrid/meeting/download/{link.meeting_id}"
        f"?siteurl=hybrid&integrationJoinToken={link.token}"
    )


ROUTES = (Route("POST", "/meetings/join", join, body=fields.JOIN, reads_only=True),)
