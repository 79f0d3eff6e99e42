"""Webinars: what they are made with (session types), and links of their own for people (invitation sources)."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from ..exchange import Answer, Refusal, Request
from ..routes import Route
from ..state import Meeting, Source
from ..world import World
from . import fields, lookup, schedule

_TYPES = (
    {"id": "3", "name": "Webex Meetings Pro meeting", "type": "meeting", "attendeesCapacity": 1000},
    {"id": "110", "name": "Webex Webinars 500", "type": "webinar", "attendeesCapacity": 500},
    {"id": "129", "name": "Webex Webinars 3000", "type": "webinar", "attendeesCapacity": 3000},
)


def session_types(world: World, request: Request) -> Answer:
    """GET /meetings/sessionTypes: those that the host's licence allows."""
    if request.query.get("siteUrl", world.options.site_url) != world.options.site_url:
        raise Refusal(400, f"The site '{request.query['siteUrl']}' is not available to this user.")
    kinds = ("meeting", "webinar") if world.options.webinar_licence else ("meeting",)
    return Answer(json={"items": [one for one in _TYPES if one["type"] in kinds]})


def create(world: World, request: Request) -> Answer:
    """POST /meetings/{meetingId}/invitationSources. There is no call that takes one away again."""
    meeting, items = _webinar(world, request), request.data.get("items", [])
    if not 1 <= len(items) <= world.options.sources_per_call:
        raise Refusal(400, f"'items' must hold 1 to {world.options.sources_per_call} invitation sources.")
    for item in items:
        schedule.check_email(item["sourceEmail"], "sourceEmail")
        if not item["sourceId"].strip() or len(item["sourceId"]) > 64:
            raise Refusal(400, "'sourceId' must hold 1 to 64 characters.")
    known = [item["sourceId"] for item in items if item["sourceId"] in meeting.sources]
    if known and world.options.source_twice == "refuse":
        raise Refusal(409, "Some of the invitation sources exist already.")
    for item in items:
        if item["sourceId"] not in meeting.sources:
            number, token = len(meeting.sources) + 1, secrets.token_hex(16)
            meeting.sources[item["sourceId"]] = Source(number, item["sourceId"], item["sourceEmail"], token)
    return _answer(world, meeting, [meeting.sources[item["sourceId"]] for item in items])


def listing(world: World, request: Request) -> Answer:
    """GET /meetings/{meetingId}/invitationSources; the host stands in a header."""
    meeting = _webinar(world, request)
    return _answer(world, meeting, list(meeting.sources.values()))


def renew(meeting: Meeting) -> None:
    """New links for everybody: what a moved webinar does, where it changes its links."""
    fresh = {one.source_id: replace(one, token=secrets.token_hex(16)) for one in meeting.sources.values()}
    meeting.sources.update(fresh)


def _webinar(world: World, request: Request) -> Meeting:
    meeting = lookup.series(world, request, request.arguments["meetingId"])
    if not meeting.webinar:
        raise Refusal(400, "Invitation sources are supported for webinars only.")
    return meeting


def _answer(world: World, meeting: Meeting, sources: list[Source]) -> Answer:
    return Answer(json={"items": [_view(world, meeting, one) for one in sources]})


def _view(world: World, meeting: Meeting, one: Source) -> dict[str, Any]:
    """With registration the link leads to the form, without it straight in."""
    view = {"id": str(one.number), "sourceId": one.source_id, "sourceEmail": one.email}
    if meeting.registration is None:
        return {**view, "joinLink": f"{world.url}/webex-site/j.php?MTID=m{one.token}"}
    return {**view, "registerLink": f"{world.url}/webex-site/j.php?RGID=r{one.token}"}


_PATH = "/meetings/{meetingId}/invitationSources"
ROUTES = (
    Route("GET", "/meetings/sessionTypes", session_types, query=fields.SESSION_TYPES),
    Route("POST", _PATH, create, body=fields.SOURCES),
    Route("GET", _PATH, listing),
)
