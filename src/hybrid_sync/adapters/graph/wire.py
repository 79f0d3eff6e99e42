"""Graph JSON to domain values and back; no I/O. Instants come out aware, in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from hybrid_sync.adapters.graph.zones import exchange_zone
from hybrid_sync.domain.localtime import LocalTime
from hybrid_sync.domain.people import email_key
from hybrid_sync.domain.staff_calendar import Entry, EntrySpec
from hybrid_sync.http_client import Json

KEY_PROPERTY = "String {7d0a3c5e-0f9b-4a53-9d4e-5b8a4c1f2e60} Name HybridSyncKey"
"""Our own named property; its value marks the entry as ours and makes it findable (calendar.md A5)."""

SELECT = "id,subject,start,end,location,attendees,isCancelled"


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
    """Staff as required, the room as a resource, so that it answers by itself."""
    people = [{"emailAddress": {"address": address}, "type": "required"} for address in spec.attendees]
    room = [{"emailAddress": {"address": spec.room}, "type": "resource"}] if spec.room else []
    return people + room


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
        "hideAttendees": False,
        "responseRequested": True,
        "transactionId": spec.key,
        "singleValueExtendedProperties": [{"id": KEY_PROPERTY, "value": spec.key}],
    }


def event_changes(seen: Entry, spec: EntrySpec, *, body_too: bool) -> Json:
    """PATCH /events/{id}: what differs, in one piece, without attendees (those need the list as it is)."""
    changes: Json = {}
    if seen.subject != spec.subject:
        changes["subject"] = spec.subject
    if seen.location != spec.location:
        changes["location"] = location_body(spec)
    if seen.starts != spec.starts.instant or seen.ends != spec.ends.instant:
        # Both, or Exchange moves the other one along or refuses an end before the start.
        changes |= {"start": time_body(spec.starts), "end": time_body(spec.ends)}
    if body_too:
        changes["body"] = text_body(spec.body)
    return changes


def merged_attendees(present: Sequence[Json], spec: EntrySpec) -> list[Json] | None:
    """The whole list to send, or None when it need not change.

    A PATCH replaces the list, and whoever is missing gets a cancellation (calendar.md A6), so people whom somebody
    added by hand stay. Rooms are ours: exactly the wanted one.
    """
    wanted = {_address(one): one for one in attendee_bodies(spec)}
    kept = {_address(one): one for one in present if one.get("type") != "resource" or _address(one) in wanted}
    if len(kept) == len(present) and wanted.keys() <= kept.keys():
        return None
    bare = [
        {"emailAddress": one.get("emailAddress"), "type": one.get("type", "required")}
        for one in kept.values()
    ]
    return bare + [one for key, one in wanted.items() if key not in kept]


def entry_of(body: Json) -> Entry | None:
    """The entry, or None for an object without id or times."""
    entry_id = body.get("id")
    starts, ends = _instant(body.get("start")), _instant(body.get("end"))
    if not isinstance(entry_id, str) or not entry_id or starts is None or ends is None:
        return None
    present = attendees_in(body)
    rooms = [one for one in present if one.get("type") == "resource"]
    place = body.get("location")
    return Entry(
        id=entry_id,
        subject=str(body.get("subject") or ""),
        starts=starts,
        ends=ends,
        location=str(place.get("displayName") or "") if isinstance(place, dict) else "",
        attendees=tuple(_address(one) for one in present),
        version=str(body["@odata.etag"]) if body.get("@odata.etag") else None,
        room_answer=_response(rooms[0]) if rooms else None,
        cancelled=body.get("isCancelled") is True,
    )


def attendees_in(body: Json) -> list[Json]:
    present = body.get("attendees")
    return [one for one in present if isinstance(one, dict)] if isinstance(present, list) else []


def _address(attendee: Json) -> str:
    email = attendee.get("emailAddress")
    return email_key(str(email.get("address") or "")) if isinstance(email, dict) else ""


def _response(attendee: Json) -> str | None:
    status = attendee.get("status")
    answer = status.get("response") if isinstance(status, dict) else None
    return str(answer) if answer else None


def _instant(value: Any) -> datetime | None:
    """A dateTimeTimeZone that was asked for in UTC; seven digits of a second are cut by Python (calendar.md A3).

    One in another zone is None: guessing would shift the entry.
    """
    if not isinstance(value, dict) or str(value.get("timeZone", "UTC")).upper() != "UTC":
        return None
    try:
        moment = datetime.fromisoformat(str(value.get("dateTime")))
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
