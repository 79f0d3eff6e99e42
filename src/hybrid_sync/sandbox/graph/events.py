"""Events of a mailbox: create, find, change, cancel. Left out: recurrence, attachments, open extensions."""

from __future__ import annotations

import base64
import secrets
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ..exchange import Answer, Refusal, Request
from ..routes import Route
from ..state import Event
from ..world import World
from . import fields, filters, mails, times, views
from .pages import page
from .prefer import preference

_NOT_STORED = {"start", "end", "transactionId", "singleValueExtendedProperties", "attachments", "isDraft"}
_NOT_FOUND = "The specified object was not found in the store."


def create(world: World, request: Request) -> Answer:
    """POST events: all attendees are mailed at once. A known transactionId finds the first event again."""
    owner, data, wish = mailbox(world, request), dict(request.data), preference(world, request)
    for name in ("start", "end"):
        if name not in data:
            raise Refusal(400, f"The property '{name}' is required.", code="ErrorPropertyValidationFailure")
    start, start_zone = times.read(world, data["start"], "start")
    end, end_zone = times.read(world, data["end"], "end")
    _check(data, start <= end)
    held = _same_transaction(world, owner, data.get("transactionId"))
    if held:
        return Answer(201, json=views.view(world, held, wish), headers=_applied(wish.applied))
    now = world.now()
    event = Event(
        id=_new_id("AAMkAD"),
        immutable_id=_new_id("AAkALg"),
        mailbox=owner,
        ical_uid=f"040000008200E00074C5B7101A82E008{secrets.token_hex(40).upper()}",
        created=now,
        modified=now,
        start=start,
        end=end,
        start_zone=start_zone,
        end_zone=end_zone,
        data={**_DEFAULTS, **_stored(world, data)},
        transaction_id=data.get("transactionId"),
        properties=_properties(data),
    )
    world.state.events[event.immutable_id] = event
    mails.created(world, event)
    mails.settle(world)
    return Answer(201, json=views.view(world, event, wish), headers=_applied(wish.applied))


def listing(world: World, request: Request) -> Answer:
    """GET events: without those in Deleted Items."""
    owner = mailbox(world, request)
    return page(world, request, _of(world, owner))


def calendar_view(world: World, request: Request) -> Answer:
    """GET calendarView: what overlaps the window."""
    owner = mailbox(world, request)
    since, until = (times.read_bound(request.query, name) for name in ("startDateTime", "endDateTime"))
    if since > until:
        raise Refusal(400, "The end of the view lies before its start.", code="ErrorInvalidParameter")
    return page(world, request, [one for one in _of(world, owner) if one.start < until and one.end > since])


def get(world: World, request: Request) -> Answer:
    """GET one event."""
    event, wish = _one(world, request), preference(world, request)
    select, expand = (
        filters.selected(request.query.get("$select")),
        filters.expanded(request.query.get("$expand")),
    )
    return Answer(json=views.view(world, event, wish, select, expand), headers=_applied(wish.applied))


def patch(world: World, request: Request) -> Answer:
    """PATCH: a list in it replaces the whole list."""
    event, data, wish = _live(world, request), dict(request.data), preference(world, request)
    _check_match(event, request)
    if "transactionId" in data and data["transactionId"] != event.transaction_id:
        raise Refusal(400, "The transactionId cannot be changed.", code="ErrorPropertyValidationFailure")
    start, start_zone = (
        times.read(world, data["start"], "start") if "start" in data else (event.start, event.start_zone)
    )
    end, end_zone = times.read(world, data["end"], "end") if "end" in data else (event.end, event.end_zone)
    _check(data, start <= end)
    properties = _properties(data)
    before = mails.addresses(event.data.get("attendees", []))
    event.start, event.start_zone, event.end, event.end_zone = start, start_zone, end, end_zone
    event.data.update(_stored(world, data))
    if "location" in data and "locations" not in data:
        event.data["locations"] = [data["location"]]
    event.properties.update(properties)
    event.modified, event.change = world.now(), event.change + 1
    mails.changed(world, event, set(data), before)
    mails.settle(world)
    if world.options.patch_answer_empty:
        return Answer(204)
    return Answer(json=views.view(world, event, wish), headers=_applied(wish.applied))


def cancel(world: World, request: Request) -> Answer:
    """POST cancel: everybody is told; the event goes to Deleted Items and loses its old id."""
    comment = request.data.get("Comment") or request.data.get("comment") or ""
    held = _one(world, request)
    if held.cancelled:
        raise Refusal(world.options.cancel_again_status, _NOT_FOUND, code="ErrorItemNotFound")
    _cancel(world, held, str(comment))
    return Answer(202)


def delete(world: World, request: Request) -> Answer:
    """DELETE: on the organiser's copy it cancels as well, without a comment."""
    event = _live(world, request)
    _check_match(event, request)
    _cancel(world, event, "")
    return Answer(204)


def mailbox(world: World, request: Request) -> str:
    """The mailbox of the path; the rooms have calendars too, but nobody organises from there."""
    name = request.arguments["userId"].lower()
    if name not in {one.lower() for one in (*world.options.mailboxes, *world.options.room_mailboxes)}:
        raise Refusal(404, f"The requested user '{name}' is invalid.", code="ErrorInvalidUser")
    return name


def _cancel(world: World, event: Event, comment: str) -> None:
    mails.cancelled(world, event, comment)
    event.cancelled, event.id = True, _new_id("AAMkAD")
    event.modified, event.change = world.now(), event.change + 1


def _of(world: World, owner: str) -> list[Event]:
    return [one for one in world.state.events.values() if one.mailbox == owner and not one.cancelled]


def _one(world: World, request: Request) -> Event:
    """By either id; ids are case-sensitive."""
    owner, event_id = mailbox(world, request), request.arguments["eventId"]
    for event in world.state.events.values():
        if event.mailbox == owner and event_id in (event.id, event.immutable_id):
            return event
    raise Refusal(404, _NOT_FOUND, code="ErrorItemNotFound")


def _live(world: World, request: Request) -> Event:
    event = _one(world, request)
    if event.cancelled:
        raise Refusal(404, _NOT_FOUND, code="ErrorItemNotFound")
    return event


def _check_match(event: Event, request: Request) -> None:
    wanted = request.headers.get("if-match")
    if wanted not in (None, "*", views.etag(event)):
        raise Refusal(412, "The change key does not match the current one.", code="ErrorIrresolvableConflict")


def _check(data: Mapping[str, Any], in_order: bool) -> None:
    if not in_order:
        raise Refusal(400, "The end lies before the start.", code="ErrorPropertyValidationFailure")
    attendees = data.get("attendees", [])
    if len(attendees) > 500:
        raise Refusal(400, "An event can have 500 attendees at most.", code="ErrorTooManyAttendees")
    for one in attendees:
        if "@" not in one["emailAddress"]["address"]:
            raise Refusal(400, "At least one recipient isn't valid.", code="ErrorInvalidRecipients")


def _same_transaction(world: World, owner: str, transaction_id: str | None) -> Event | None:
    if transaction_id is None or not world.options.transaction_id_works:
        return None
    now, kept = world.now(), world.options.transaction_seconds
    for event in world.state.events.values():
        if event.mailbox != owner or event.transaction_id != transaction_id:
            continue
        if kept is not None and now > event.created + timedelta(seconds=kept):
            continue
        if not event.cancelled:
            return event
        if world.options.transaction_survives_delete:
            raise Refusal(409, "The transactionId is in use.", code="ErrorDuplicateTransactionId")
    return None


def _stored(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in data.items() if name not in _NOT_STORED}
    if "attendees" in kept:
        kept["attendees"] = [
            {"type": one.get("type", "required"), "emailAddress": _resolved(world, one["emailAddress"])}
            for one in kept["attendees"]
        ]
    return kept


def _resolved(world: World, email: Mapping[str, str]) -> dict[str, str]:
    """Exchange keeps an alias under its primary address."""
    aliases = {one.split()[0].lower(): one.split()[1] for one in world.options.attendee_aliases}
    return {**email, "address": aliases.get(email["address"].lower(), email["address"])}


def _properties(data: Mapping[str, Any]) -> dict[str, str]:
    return {
        filters.property_key(one["id"]): one["value"] for one in data.get("singleValueExtendedProperties", [])
    }


def _applied(text: str) -> dict[str, str]:
    return {"Preference-Applied": text} if text else {}


def _new_id(prefix: str) -> str:
    return prefix + base64.urlsafe_b64encode(uuid.uuid4().bytes * 4).decode().rstrip("=") + "="


_DEFAULTS: dict[str, Any] = {
    "subject": "",
    "importance": "normal",
    "sensitivity": "normal",
    "showAs": "busy",
    "isAllDay": False,
    "isReminderOn": True,
    "reminderMinutesBeforeStart": 15,
    "responseRequested": True,
    "allowNewTimeProposals": True,
    "hideAttendees": False,
    "isOnlineMeeting": False,
    "onlineMeetingProvider": "unknown",
    "categories": [],
}
_BASES = ("/users/{userId}/events", "/users/{userId}/calendar/events")
ROUTES = (
    *(Route("POST", base, create, body=fields.EVENT) for base in _BASES),
    *(Route("GET", base, listing, query=fields.LIST_QUERY) for base in _BASES),
    *(Route("GET", base + "/{eventId}", get, query=fields.GET_QUERY) for base in _BASES),
    *(Route("PATCH", base + "/{eventId}", patch, body=fields.EVENT) for base in _BASES),
    *(Route("DELETE", base + "/{eventId}", delete) for base in _BASES),
    *(Route("POST", base + "/{eventId}/cancel", cancel, body=fields.CANCEL, bare=True) for base in _BASES),
    Route(
        "GET",
        "/users/{userId}/calendarView",
        calendar_view,
        query=fields.VIEW_QUERY,
        required=frozenset({"startDateTime", "endDateTime"}),
    ),
)
