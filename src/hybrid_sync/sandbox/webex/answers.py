"""What somebody answered on the registration form, held against the form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..exchange import Refusal
from ..state import Meeting
from ..world import World
from . import schedule
from .registration import NOT_SUPPORTED, form_of

_OPTIONAL = {
    "requireJobTitle": "jobTitle",
    "requireCompanyName": "companyName",
    "requireAddress1": "address1",
    "requireAddress2": "address2",
    "requireCity": "city",
    "requireState": "state",
    "requireZipCode": "zipCode",
    "requireCountryRegion": "countryRegion",
    "requireWorkPhone": "workPhone",
    "requireFax": "fax",
}


def check(world: World, meeting: Meeting, data: Mapping[str, Any], key: str) -> None:
    """Everything that makes a registration impossible, except that the person is there already."""
    form = form_of(world, meeting)
    if world.now() >= meeting.end:
        raise Refusal(400, NOT_SUPPORTED)
    if world.now() >= meeting.start and not world.options.register_after_start:
        raise Refusal(400, "Registration is closed: the meeting has started.")
    for name in ("firstName", "lastName"):
        if not data[name].strip():
            raise Refusal(400, f"'{name}' must not be empty.")
    schedule.check_email(data["email"])
    missing = [
        name for switch, name in _OPTIONAL.items() if form.get(switch) and data.get(name) in (None, "")
    ]
    if missing:
        raise Refusal(400, *(f"'{name}' is required." for name in missing))
    _check_answers(form, data)
    check_places(world, meeting, 1)
    if key in meeting.deleted_emails and not world.options.reregister_deleted:
        raise Refusal(409, f"User is already registered: {data['email']}")


def _check_answers(form: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    questions = {one["id"]: one for one in form.get("customizedQuestions", [])}
    given = {one["questionId"]: one["answers"] for one in data.get("customizedQuestions", [])}
    for question_id, answers in given.items():
        if question_id not in questions:
            raise Refusal(400, f"The question {question_id} does not belong to this form.")
        options = {one["id"] for one in questions[question_id].get("options", [])}
        if options and any(answer.get("optionId") not in options for answer in answers):
            raise Refusal(400, f"An answer to question {question_id} is none of its options.")
        longest = questions[question_id].get("maxLength")
        if longest and any(len(answer["answer"]) > longest for answer in answers):
            raise Refusal(400, f"An answer to question {question_id} is too long.")
    for question_id, question in questions.items():
        if question.get("required") and not given.get(question_id):
            raise Refusal(400, f"The question {question_id} must be answered.")


def check_places(world: World, meeting: Meeting, wanted: int) -> None:
    """Whether so many more people fit in; rejected ones take no place."""
    places = (meeting.registration or {}).get("maxRegisterNum")
    held = sum(1 for one in meeting.registrants.values() if one.status != "rejected")
    if places is not None and held + wanted > places:
        raise Refusal(world.options.full_status, "The number of registrants has reached its maximum.")
