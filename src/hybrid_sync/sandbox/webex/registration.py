"""The registration form of a meeting: turning it on, changing it, turning it off."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from ..exchange import Answer, Refusal, Request
from ..routes import Route
from ..state import Meeting
from ..world import World
from . import fields, lookup, views

ALWAYS_REQUIRED = ("requireFirstName", "requireLastName", "requireEmail")
NOT_SUPPORTED = "Registration is not supported for this meeting series."


def accept_registration(world: World, meeting: Meeting, wanted: Mapping[str, Any] | None) -> None:
    """Turn registration on as far as the meeting allows it.

    On a recurring meeting, or beside join-before-host, it silently does not apply: Webex answers 200 and leaves
    it out.
    """
    if wanted is None:
        return
    form = make_form(wanted)
    if not excluded(world, meeting):
        meeting.registration = form


def excluded(world: World, meeting: Meeting) -> bool:
    """Whether something about the meeting rules registration out."""
    before_host = bool(meeting.fields.get("enabledJoinBeforeHost"))
    return bool(meeting.fields.get("recurrence")) or (
        before_host and not world.options.decouple_join_before_host
    )


def end_registration(meeting: Meeting, *, wipe: bool) -> None:
    """Turn it off; with `wipe` the registrants are lost for good."""
    meeting.registration = None
    if wipe:
        meeting.registrants.clear()
        meeting.by_email.clear()


def make_form(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The form with its defaults, and ids for the questions it asks."""
    for name in ALWAYS_REQUIRED:
        if wanted.get(name) is False:
            raise Refusal(400, f"'{name}' must be true.")
    switches = dict.fromkeys(fields.REQUIRED_SWITCHES.split(), False)
    form: dict[str, Any] = {"autoAcceptRequest": False, **switches}
    form.update({name: value for name, value in wanted.items() if name != "hostEmail"})
    form.update(dict.fromkeys(ALWAYS_REQUIRED, True))
    if "maxRegisterNum" in form and form["maxRegisterNum"] < 1:
        raise Refusal(400, "'maxRegisterNum' must be greater than 0.")
    if "customizedQuestions" in form:
        form["customizedQuestions"] = [_question(one) for one in form["customizedQuestions"]]
    return form


def _question(wanted: Mapping[str, Any]) -> dict[str, Any]:
    question = {**wanted, "id": 330000 + secrets.randbelow(9999)}
    if not 0 <= question.get("maxLength", 0) <= 999:
        raise Refusal(400, "'maxLength' must be between 0 and 999.")
    if question["type"] in ("checkbox", "dropdownList", "radioButtons") and not question.get("options"):
        raise Refusal(400, "'options' is required for this type of question.")
    if "options" in question:
        question["options"] = [{**one, "id": number} for number, one in enumerate(question["options"], 1)]
    if "rules" in question:
        question["rules"] = [{**one, "order": number} for number, one in enumerate(question["rules"], 1)]
    return question


def form_of(world: World, meeting: Meeting) -> dict[str, Any]:
    """The form that is in force, or the refusal that Webex gives without one."""
    over = world.now() >= meeting.end and not world.options.registrants_after_end
    if meeting.registration is None or over:
        raise Refusal(400, NOT_SUPPORTED)
    return meeting.registration


def get(world: World, request: Request) -> Answer:
    """GET /meetings/{meetingId}/registration."""
    meeting = lookup.series(world, request, request.arguments["meetingId"])
    return Answer(json=views.registration_view(form_of(world, meeting)))


def put(world: World, request: Request) -> Answer:
    """PUT /meetings/{meetingId}/registration: both turns on and changes."""
    meeting = lookup.series(world, request, request.arguments["meetingId"])
    if excluded(world, meeting) or world.now() >= meeting.end:
        raise Refusal(400, NOT_SUPPORTED)
    meeting.registration = make_form(request.data)
    return Answer(json=views.registration_view(meeting.registration))


def delete(world: World, request: Request) -> Answer:
    """DELETE /meetings/{meetingId}/registration."""
    meeting = lookup.series(world, request, request.arguments["meetingId"])
    form_of(world, meeting)
    end_registration(meeting, wipe=world.options.delete_registration_wipes)
    return Answer(204)


_PATH = "/meetings/{meetingId}/registration"
ROUTES = (
    Route("GET", _PATH, get, query=fields.CURRENT_AND_HOST),
    Route("PUT", _PATH, put, body=fields.REGISTRATION_UPDATE),
    Route("DELETE", _PATH, delete),
)
