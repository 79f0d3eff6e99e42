"""How an event looks in an answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ..state import Event
from ..world import World
from . import zones
from .prefer import Preference

_NEVER = "0001-01-01T00:00:00Z"


def change_key(event: Event) -> str:
    """Different after every change, also when an answer came in."""
    return f"{event.immutable_id[-12:]}{event.change:06d}AA=="


def etag(event: Event) -> str:
    """What If-Match is held against."""
    return f'W/"{change_key(event)}"'


def view(
    world: World, event: Event, wish: Preference, select: set[str] | None = None, expand: str | None = None
) -> dict[str, Any]:
    """The event, with times in the zone that was preferred, or UTC."""
    data = event.data
    body = data.get("body", {"contentType": "html", "content": ""})
    shown: dict[str, Any] = {
        **data,
        "id": event.immutable_id if wish.immutable_ids else event.id,
        "changeKey": change_key(event),
        "createdDateTime": _stamp(event.created),
        "lastModifiedDateTime": _stamp(event.modified),
        "iCalUId": event.ical_uid,
        "bodyPreview": body.get("content", "")[:255],
        "start": _time(world, event.start, event.start_zone, wish),
        "end": _time(world, event.end, event.end_zone, wish),
        "originalStartTimeZone": event.start_zone,
        "originalEndTimeZone": event.end_zone,
        "hasAttachments": False,
        "isCancelled": event.cancelled,
        "isOrganizer": True,
        "isDraft": False,
        "type": "singleInstance",
        "attendees": [_attendee(event, one) for one in data.get("attendees", [])],
        "organizer": {"emailAddress": {"name": event.mailbox.split("@")[0], "address": event.mailbox}},
        "responseStatus": {"response": "organizer", "time": _NEVER},
        "webLink": f"{world.url}/owa/?itemid={event.id}",
    }
    if data.get("isOnlineMeeting"):
        shown["onlineMeetingProvider"] = "teamsForBusiness"
        shown["onlineMeeting"] = {"joinUrl": f"{world.url}/teams/{event.id[:16]}"}
    if event.transaction_id is not None:
        shown["transactionId"] = event.transaction_id
    if expand is not None and expand in event.properties:
        shown["singleValueExtendedProperties"] = [{"id": expand, "value": event.properties[expand]}]
    if select is not None:
        kept = select | {"id", "singleValueExtendedProperties"}
        shown = {name: value for name, value in shown.items() if name in kept}
    return {"@odata.etag": etag(event), **shown}


def _time(world: World, instant: datetime, own: str, wish: Preference) -> dict[str, str]:
    """In the preferred zone, or UTC; or in the event's own zone all the same."""
    where = zones.find(own, "all") if world.options.graph_times == "own" else None
    return (Preference(own, where) if where else wish).show(instant)


def _attendee(event: Event, one: dict[str, Any]) -> dict[str, Any]:
    response, at = event.responses.get(one["emailAddress"]["address"].lower(), ("none", None))
    status = {"response": response, "time": _stamp(at) if at else _NEVER}
    return {"type": one.get("type", "required"), "status": status, "emailAddress": one["emailAddress"]}


def _stamp(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{instant.microsecond:06d}0Z"
