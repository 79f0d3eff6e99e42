"""Registrants: registering, listing, querying, deciding, removing. No answer here ever carries a join link."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from typing import Any

from ..exchange import Answer, Refusal, Request
from ..routes import Route
from ..shapes import NUMBER, TEXT
from ..state import Meeting, Registrant
from ..world import World
from . import fields, lookup, mails
from .answers import check, check_places
from .paging import page
from .registrant_views import registration_window, view, visible
from .registration import form_of
from .rules import verdict

_STATUS_MAILS = {
    "approved": "registration_approved",
    "pending": "registration_pending",
    "rejected": "registration_rejected",
}


def create(world: World, request: Request) -> Answer:
    """POST /registrants: one person; 409 when she is there already."""
    meeting = _meeting(world, request)
    check(world, meeting, request.data, _key(world, request.data["email"]))
    if _taken(world, meeting, request.data["email"]):
        raise Refusal(409, f"User is already registered: {request.data['email']}")
    return Answer(json=view(_add(world, meeting, request.data), created=True))


def bulk_insert(world: World, request: Request) -> Answer:
    """POST /registrants/bulkInsert: a single duplicate makes the whole call a 409, unless refusals come by item."""
    meeting, items, limit = _meeting(world, request), request.data["items"], world.options.bulk_insert_limit
    if not items:
        raise Refusal(400, "'items' must not be empty.")
    if len(items) > limit:
        raise Refusal(400, f"'items' cannot hold more than {limit} registrants.")
    if world.options.bulk_refuses == "items":
        views = [_one_of_many(world, meeting, item) for item in items]
        return Answer(json={"items": views[::-1] if world.options.bulk_answer_reversed else views})
    for item in items:
        check(world, meeting, item, _key(world, item["email"]))
    seen: set[str] = set()
    fresh: list[Mapping[str, Any]] = []
    for item in items:
        key = _key(world, item["email"])
        if key not in seen and not _taken(world, meeting, item["email"]):
            fresh.append(item)
        seen.add(key)
    if len(fresh) < len(items):
        if world.options.bulk_duplicate_inserts_others:
            for item in fresh:
                _add(world, meeting, item)
        raise Refusal(409, "Some users in the list have been registered.")
    check_places(world, meeting, len(items))
    views = [view(_add(world, meeting, item), created=True) for item in items]
    return Answer(json={"items": views[::-1] if world.options.bulk_answer_reversed else views})


def _one_of_many(world: World, meeting: Meeting, item: Mapping[str, Any]) -> dict[str, Any]:
    """One item of a batch that is answered with 200 whatever becomes of it (webex.md 7)."""
    try:
        check(world, meeting, item, _key(world, item["email"]))
        if _taken(world, meeting, item["email"]):
            raise Refusal(409, f"User is already registered: {item['email']}")
    except Refusal as refusal:
        told = [{"description": one} for one in refusal.descriptions]
        return {"email": item["email"], "errors": told}
    return view(_add(world, meeting, item), created=True)


def listing(world: World, request: Request) -> Answer:
    """GET /registrants, oldest first. There is no filter by status."""
    meeting = _meeting(world, request)
    found = visible(meeting)
    if "email" in request.query:
        wanted = _key(world, request.query["email"])
        found = [one for one in found if _key(world, one.email) == wanted]
    since, until = registration_window(request)
    if since and until:
        found = [one for one in found if since <= one.registered_at < until]
    return page(world, request, found, view, link=world.options.registrants_link)


def query(world: World, request: Request) -> Answer:
    """POST /registrants/query: those of the given addresses."""
    meeting = _meeting(world, request)
    wanted = {_key(world, email) for email in request.data["emails"]}
    if not wanted:
        raise Refusal(400, "'emails' must not be empty.")
    found = [one for one in visible(meeting) if _key(world, one.email) in wanted]
    if "status" in request.data:
        found = [one for one in found if one.status == request.data["status"]]
    order = request.data.get("orderBy")
    if order:
        found.sort(key=lambda one: str(one.status if order == "status" else one.data[order]).lower())
    if request.data.get("orderType") == "DESC":
        found.reverse()
    return page(world, request, found, view, link=world.options.registrants_link)


def get(world: World, request: Request) -> Answer:
    """GET /registrants/{registrantId}."""
    return Answer(json=view(_one(_meeting(world, request), request.arguments["registrantId"])))


def delete(world: World, request: Request) -> Answer:
    """DELETE /registrants/{registrantId}: it has no switch for the mail."""
    meeting = _meeting(world, request)
    person = _one(meeting, request.arguments["registrantId"])
    remove(world, meeting, person)
    if world.options.delete_registrant_mails:
        mails.record(world, meeting, "registration_cancelled", [person.email])
    return Answer(204)


def approve(world: World, request: Request) -> Answer:
    """POST /registrants/approve."""
    return _decide(world, request, "approved")


def reject(world: World, request: Request) -> Answer:
    """POST /registrants/reject."""
    return _decide(world, request, "rejected")


def cancel(world: World, request: Request) -> Answer:
    """POST /registrants/cancel: pending again, or gone; the documents do not say."""
    return _decide(world, request, world.options.cancel_means)


def bulk_delete(world: World, request: Request) -> Answer:
    """POST /registrants/bulkDelete."""
    return _decide(world, request, "removed")


def _decide(world: World, request: Request, outcome: str) -> Answer:
    meeting, items = _meeting(world, request), request.data["registrants"]
    if not items or len(items) > world.options.status_batch_limit:
        raise Refusal(400, f"'registrants' must hold 1 to {world.options.status_batch_limit} items.")
    people = [_one(meeting, item["id"]) for item in items]
    if outcome == "approved" and not world.options.approve_rejected:
        rejected = [one.email for one in people if one.status == "rejected"]
        if rejected:
            raise Refusal(400, f"A rejected registration cannot be approved: {rejected[0]}")
    for person in people:
        if outcome == "removed":
            remove(world, meeting, person)
        else:
            person.status = outcome
    if request.data.get("sendEmail", True):
        cancelled = outcome == "removed" or request.path.endswith("/cancel")
        kind = "registration_cancelled" if cancelled else _STATUS_MAILS[outcome]
        mails.record(world, meeting, kind, [one.email for one in people])
    return Answer(204)


def _meeting(world: World, request: Request) -> Meeting:
    meeting = lookup.series(world, request, request.arguments["meetingId"])
    form_of(world, meeting)
    return meeting


def _key(world: World, email: str) -> str:
    return email if world.options.email_case_sensitive else email.lower()


def _taken(world: World, meeting: Meeting, email: str) -> bool:
    held = meeting.by_email.get(_key(world, email))
    if held is None:
        return False
    person = meeting.registrants[held]
    if person.status == "rejected" and world.options.reregister_rejected:
        remove(world, meeting, person)
        return False
    return True


def _add(world: World, meeting: Meeting, data: Mapping[str, Any]) -> Registrant:
    assert meeting.registration is not None
    kept = {name: value for name, value in data.items() if name != "sendEmail"}
    person = Registrant(str(uuid.uuid4()), verdict(meeting.registration, kept), world.now(), kept)
    person.hidden_until_read = meeting.registrant_reads + world.options.registrant_lag_reads
    if meeting.webinar and world.options.registration_ids:
        person.registration_id = f"{secrets.randbelow(10**6):06d}"
    meeting.registrants[person.id] = person
    meeting.by_email[_key(world, person.email)] = person.id
    if data.get("sendEmail", True):
        mails.record(world, meeting, _STATUS_MAILS[person.status], [person.email])
    return person


def remove(world: World, meeting: Meeting, person: Registrant) -> None:
    """Off the list for good."""
    key = _key(world, person.email)
    del meeting.registrants[person.id]
    del meeting.by_email[key]
    meeting.deleted_emails.add(key)


def _one(meeting: Meeting, registrant_id: str) -> Registrant:
    person = meeting.registrants.get(registrant_id)
    if person is None:
        raise Refusal(404, lookup.NOT_FOUND)
    return person


_ALL = "/meetings/{meetingId}/registrants"
_WHO = fields.CURRENT_AND_HOST
_LIST = {**_WHO, "max": NUMBER, "email": TEXT, "registrationTimeFrom": TEXT, "registrationTimeTo": TEXT}
ROUTES = (
    Route("POST", _ALL, create, query=_WHO, body=fields.REGISTRANT),
    Route("GET", _ALL, listing, query=_LIST, paged=True),
    Route("POST", _ALL + "/bulkInsert", bulk_insert, query=_WHO, body=fields.REGISTRANTS),
    Route(
        "POST",
        _ALL + "/query",
        query,
        query={**_WHO, "max": NUMBER},
        body=fields.REGISTRANT_QUERY,
        reads_only=True,
        paged=True,
    ),
    Route("GET", _ALL + "/{registrantId}", get, query=_WHO),
    Route("DELETE", _ALL + "/{registrantId}", delete, query=_WHO),
    Route("POST", _ALL + "/approve", approve, query=_WHO, body=fields.REGISTRANT_BATCH),
    Route("POST", _ALL + "/reject", reject, query=_WHO, body=fields.REGISTRANT_BATCH),
    Route("POST", _ALL + "/cancel", cancel, query=_WHO, body=fields.REGISTRANT_BATCH),
    Route("POST", _ALL + "/bulkDelete", bulk_delete, query=_WHO, body=fields.REGISTRANT_BATCH),
)
