"""Invitees of a meeting: inviting, listing, changing, removing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..exchange import Answer, Refusal, Request
from ..routes import Route
from ..shapes import FLAG, NUMBER, TEXT
from ..state import Invitee, Meeting, Registrant
from ..world import World
from . import fields, lookup, mails
from .meetings import make_invitee
from .paging import page
from .registrants import remove


def create(world: World, request: Request) -> Answer:
    """POST /meetingInvitees."""
    meeting = lookup.series(world, request, request.data["meetingId"])
    if _by_email(meeting, request.data["email"]):
        raise Refusal(409, "User is already a meeting invitee.")
    return Answer(json=_invite(world, meeting, request.data))


def bulk_insert(world: World, request: Request) -> Answer:
    """POST /meetingInvitees/bulkInsert: at most 100, none of them invited yet."""
    meeting, items = lookup.series(world, request, request.data["meetingId"]), request.data.get("items", [])
    if not 1 <= len(items) <= 100:
        raise Refusal(400, "'items' must hold 1 to 100 invitees.")
    if len({item["email"].lower() for item in items}) < len(items):
        raise Refusal(400, "The email addresses of 'items' must be unique.")
    if any(_by_email(meeting, item["email"]) for item in items):
        raise Refusal(409, "Some users in the list have been invited.")
    for item in items:
        make_invitee(meeting, item)
    return Answer(json={"items": [_invite(world, meeting, item) for item in items]})


def listing(world: World, request: Request) -> Answer:
    """GET /meetingInvitees, by e-mail. In a webinar the registrants are in it as well."""
    meeting = lookup.series(world, request, request.query["meetingId"], manage=False)
    people = [_view(meeting, one) for one in meeting.invitees.values()]
    if meeting.webinar:
        people += [
            _registrant_view(meeting, one) for one in meeting.registrants.values() if one.status == "approved"
        ]
    chosen = request.query.get("panelist")
    if chosen is not None and chosen not in ("true", "false"):
        raise Refusal(400, "'panelist' must be true or false.")
    if chosen is not None and meeting.webinar:
        people = [one for one in people if one["panelist"] is (chosen == "true")]
    return page(world, request, sorted(people, key=lambda one: str(one["email"]).lower()), lambda one: one)


def get(world: World, request: Request) -> Answer:
    """GET /meetingInvitees/{meetingInviteeId}."""
    meeting, invitee = _one(world, request, manage=False)
    if isinstance(invitee, Registrant):
        return Answer(json=_registrant_view(meeting, invitee))
    return Answer(json=_view(meeting, invitee))


def put(world: World, request: Request) -> Answer:
    """PUT /meetingInvitees/{meetingInviteeId}."""
    meeting, invitee = _one(world, request)
    if isinstance(invitee, Registrant):
        raise Refusal(400, "A registrant of a webinar is changed by registering again.")
    other = _by_email(meeting, request.data["email"])
    if other and other is not invitee:
        raise Refusal(409, "User is already a meeting invitee.")
    made = make_invitee(meeting, request.data)
    invitee.email, invitee.display_name = made.email, made.display_name
    invitee.co_host, invitee.panelist = made.co_host, made.panelist
    if request.data.get("sendEmail", True):
        mails.record(world, meeting, "invitee_updated", [invitee.email])
    return Answer(json=_view(meeting, invitee))


def delete(world: World, request: Request) -> Answer:
    """DELETE /meetingInvitees/{meetingInviteeId}. In a webinar this can end somebody's registration."""
    meeting, invitee = _one(world, request)
    if isinstance(invitee, Registrant):
        remove(world, meeting, invitee)
    else:
        del meeting.invitees[invitee.id]
    if request.query.get("sendEmail", True):
        mails.record(world, meeting, "invitee_removed", [invitee.email])
    return Answer(204)


def _invite(world: World, meeting: Meeting, data: Mapping[str, Any]) -> dict[str, Any]:
    if data.get("panelist") and not meeting.webinar:
        raise Refusal(400, "Panelists belong to webinars only.")
    invitee = make_invitee(meeting, data)
    meeting.invitees[invitee.id] = invitee
    if data.get("sendEmail", True):
        mails.record(world, meeting, "invitee_invited", [invitee.email])
    return _view(meeting, invitee)


def _by_email(meeting: Meeting, email: str) -> Invitee | None:
    return next((one for one in meeting.invitees.values() if one.email.lower() == email.lower()), None)


def _one(world: World, request: Request, *, manage: bool = True) -> tuple[Meeting, Invitee | Registrant]:
    invitee_id = request.arguments["meetingInviteeId"]
    series_id, _, rest = invitee_id.partition("_")
    meeting = lookup.series(world, request, series_id, manage=manage)
    if invitee_id in meeting.invitees:
        return meeting, meeting.invitees[invitee_id]
    if meeting.webinar and rest in meeting.registrants:
        return meeting, meeting.registrants[rest]
    raise Refusal(404, lookup.NOT_FOUND)


def _view(meeting: Meeting, one: Invitee) -> dict[str, Any]:
    roles = _roles(meeting.id, one.co_host, one.panelist)
    return {"id": one.id, "email": one.email, "displayName": one.display_name, **roles}


def _registrant_view(meeting: Meeting, one: Registrant) -> dict[str, Any]:
    """In a webinar the registrants stand among the invitees, with no role."""
    return {"id": f"{meeting.id}_{one.id}", "email": one.email, "displayName": one.name, **_roles(meeting.id)}


def _roles(meeting_id: str, co_host: bool = False, panelist: bool = False) -> dict[str, Any]:
    return {"coHost": co_host, "panelist": panelist, "meetingId": meeting_id}


_ONE = "/meetingInvitees/{meetingInviteeId}"
_LIST = {"meetingId": TEXT, "max": NUMBER, "hostEmail": TEXT, "panelist": TEXT}
ROUTES = (
    Route("POST", "/meetingInvitees", create, body=fields.NEW_INVITEE),
    Route("GET", "/meetingInvitees", listing, query=_LIST, required=frozenset({"meetingId"}), paged=True),
    Route("POST", "/meetingInvitees/bulkInsert", bulk_insert, body=fields.NEW_INVITEES),
    Route("GET", _ONE, get, query={"hostEmail": TEXT}),
    Route("PUT", _ONE, put, body=fields.INVITEE_CHANGE),
    Route("DELETE", _ONE, delete, query={"hostEmail": TEXT, "sendEmail": FLAG}),
)
