"""Graph JSON to domain values and back; no I/O. Instants come out aware, in UTC."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from hybrid_sync.adapters.graph.zones import exchange_zone, zone_named
from hybrid_sync.domain.localtime import LocalTime
from hybrid_sync.domain.people import email_key
from hybrid_sync.domain.staff_calendar import Entry, EntryChanges, EntrySpec, body_digest
from hybrid_sync.http_client import Json

KEY_PROPERTY = "String {7d0a3c5e-0f9b-4a53-9d4e-5b8a4c1f2e60} Name HybridSyncKey"
"""Our own named property; its value marks the entry as ours and makes it findable (calendar.md A5)."""

BODY_PROPERTY = KEY_PROPERTY.replace("HybridSyncKey", "HybridSyncBody")
"""Digest of the body that goes with it, so that after a crash nobody is mailed the same text again (P5)."""

LOOK = {
    "$select": "id,subject,start,end,location,attendees,hideAttendees,isCancelled",
    "$expand": f"singleValueExtendedProperties($filter=id eq '{BODY_PROPERTY}')",
}
"""What is asked of an entry."""


def key_filter(key: str) -> str:
    """$filter for the entry with our key. Keys are UUIDs: Graph compares values without regard to case."""
    quoted = key.replace("'", "''")
    return f"singleValueExtendedProperties/Any(ep: ep/id eq '{KEY_PROPERTY}' and ep/value eq '{quoted}')"


def time_body(moment: LocalTime) -> Json:
    """Wall time and zone, never an offset (calendar.md A3). An hour that the clock shows twice goes out in UTC:
    wall time and zone could not say which of the two is meant."""
    if moment.aware.utcoffset() != moment.aware.replace(fold=1 - moment.fold).utcoffset():
        return {"dateTime": f"{moment.instant:%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"}
    return {"dateTime": f"{moment.wall:%Y-%m-%dT%H:%M:%S}", "timeZone": exchange_zone(moment.zone)}


def text_body(body: str) -> Json:
    """HTML when it looks like it."""
    kind = "html" if body.lstrip().startswith("<") else "text"
    return {"contentType": kind, "content": body}


def location_body(spec: EntrySpec) -> Json:
    """The place in words; the room's address makes Outlook show the room (calendar.md A2)."""
    body: Json = {"displayName": spec.location}
    if spec.room:
        body |= {"locationType": "conferenceRoom", "locationEmailAddress": spec.room}
    return body


def attendee_bodies(spec: EntrySpec) -> list[Json]:
    """People as required, the room as a resource, so that it answers by itself."""
    return [_attendee(address, spec) for address in spec.everybody]


def _attendee(address: str, spec: EntrySpec) -> Json:
    return {"emailAddress": {"address": address}, "type": "resource" if address == spec.room else "required"}


def event_body(spec: EntrySpec) -> Json:
    """POST /events. isOnlineMeeting is left alone: it would make a Teams meeting beside the Webex one."""
    return {
        "subject": spec.subject,
        "body": text_body(spec.body),
        "start": time_body(spec.starts),
        "end": time_body(spec.ends),
        "location": location_body(spec),
        "attendees": attendee_bodies(spec),
        "allowNewTimeProposals": False,
        "hideAttendees": spec.private,
        "responseRequested": True,
        "transactionId": spec.key,
        "singleValueExtendedProperties": [{"id": KEY_PROPERTY, "value": spec.key}, _body_mark(spec)],
    }


def event_changes(spec: EntrySpec, fields: Sequence[str]) -> Json:
    """PATCH /events/{id}: the named fields, in one piece, without attendees (those need the list as it is)."""
    changes: Json = {}
    for name in fields:
        if name in ("starts", "ends"):
            # Both, or Exchange moves the other one along or refuses an end before the start.
            changes |= {"start": time_body(spec.starts), "end": time_body(spec.ends)}
        elif name == "subject":
            changes["subject"] = spec.subject
        elif name == "location":
            changes["location"] = location_body(spec)
        elif name == "body":
            changes |= {"body": text_body(spec.body), "singleValueExtendedProperties": [_body_mark(spec)]}
        elif name == "private":
            changes["hideAttendees"] = spec.private
        else:
            raise ValueError(f"an entry has no field {name}")
    return changes


def _body_mark(spec: EntrySpec) -> Json:
    return {"id": BODY_PROPERTY, "value": body_digest(spec.body)}


def in_utc(body: Json) -> Json | None:
    """The same body with its times in UTC; None when it has none, or has them so already."""
    times = {name: body[name] for name in ("start", "end") if name in body}
    if not times or all(one["timeZone"] == "UTC" for one in times.values()):
        return None
    return {**body, **{name: _time_in_utc(one) for name, one in times.items()}}


def _time_in_utc(time: Json) -> Json:
    instant = _instant(time)
    if instant is None:
        raise ValueError(f"no zone called {time.get('timeZone')}")
    return {"dateTime": f"{instant:%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"}


def refuses_zone(content: bytes) -> bool:
    """Whether an error speaks of the zone's name (TimeZoneNotSupportedException, calendar.md A3)."""
    try:
        error = json.loads(content).get("error")
        return "timezone" in str(error.get("code")).lower()
    except (ValueError, AttributeError):
        return False


def with_attendees(present: Sequence[Json], spec: EntrySpec, changes: EntryChanges) -> list[Json]:
    """The whole list to send: a PATCH replaces it, and whoever is missing gets a cancellation (calendar.md A6)."""
    kept = [
        {"emailAddress": one.get("emailAddress"), "type": one.get("type", "required")}
        for one in present
        if _address(one) not in changes.uninvite
    ]
    there = {_address(one) for one in kept}
    new = [_attendee(address, spec) for address in changes.invite if email_key(address) not in there]
    return [*kept, *new]


def entry_of(body: Json) -> Entry | None:
    """The entry, or None for an object without id or times."""
    entry_id = body.get("id")
    starts, ends = _instant(body.get("start")), _instant(body.get("end"))
    if not isinstance(entry_id, str) or not entry_id or starts is None or ends is None:
        return None
    present = attendees_in(body)
    place = body.get("location")
    place = place if isinstance(place, dict) else {}
    return Entry(
        id=entry_id,
        subject=str(body.get("subject") or ""),
        starts=starts,
        ends=ends,
        location=str(place.get("displayName") or ""),
        attendees=tuple(_address(one) for one in present),
        version=str(body["@odata.etag"]) if body.get("@odata.etag") else None,
        room_answer=_room_answer(present, place),
        cancelled=body.get("isCancelled") is True,
        private=body.get("hideAttendees") is True,
        body=_body_of(body),
    )


def attendees_in(body: Json) -> list[Json]:
    present = body.get("attendees")
    return [one for one in present if isinstance(one, dict)] if isinstance(present, list) else []


def _address(attendee: Json) -> str:
    email = attendee.get("emailAddress")
    return email_key(str(email.get("address") or "")) if isinstance(email, dict) else ""


def _body_of(body: Json) -> str | None:
    """Only our own property is ever asked for; names in its id are the only part that comes back as it was sent."""
    listed = body.get("singleValueExtendedProperties")
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and str(one.get("id")).endswith("HybridSyncBody") and one.get("value"):
            return str(one["value"]).lower()
    return None


def _room_answer(present: Sequence[Json], place: Json) -> str | None:
    """What the room says. Somebody may have put a projector on the list, too: the place names the room."""
    rooms = [one for one in present if one.get("type") == "resource"]
    named = email_key(str(place.get("locationEmailAddress") or ""))
    room = next((one for one in rooms if _address(one) == named), rooms[0] if rooms else {})
    status = room.get("status")
    answer = status.get("response") if isinstance(status, dict) else None
    return str(answer) if answer else None


def _instant(value: Any) -> datetime | None:
    """A dateTimeTimeZone as an instant; seven digits of a second are cut by Python (calendar.md A3).

    We ask for UTC and are sometimes told a zone all the same, often by its Windows name. A name that nobody knows is
    None: guessing would shift the entry.
    """
    if not isinstance(value, dict):
        return None
    name = str(value.get("timeZone") or "UTC")
    zone = UTC if name.upper() in ("UTC", "TZONE://MICROSOFT/UTC") else zone_named(name)
    try:
        moment = datetime.fromisoformat(str(value.get("dateTime")))
    except ValueError:
        return None
    if zone is None and moment.tzinfo is None:
        return None
    return (moment.replace(tzinfo=zone) if moment.tzinfo is None else moment).astimezone(UTC)
