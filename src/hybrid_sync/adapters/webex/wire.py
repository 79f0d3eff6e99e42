"""Webex JSON to domain values and back; no I/O. Instants come out aware, in UTC.

Answers are read with patience (webex.md 13.25): what may be missing is optional, whatever the schema says.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hybrid_sync.domain.attendance import Segment
from hybrid_sync.domain.people import Registrant, email_key
from hybrid_sync.domain.registrants import MeetingRegistrant
from hybrid_sync.http_client import Json
from hybrid_sync.intake.characters import one_line

NAME_MOST = 128
"""Characters of a name that are taken over from Webex, which itself shows no more (webex.md 1.2)."""

FILLER_LAST_NAME = "."
"""Webex wants a last name; people with one name have none (webex.md 2.2)."""


def instant(value: object, zone: str | None = None) -> datetime | None:
    """An instant from Webex, or None when it is missing, unreadable or 1970, which means "not known" (webex.md 3.1).

    A time without offset is read in `zone`, UTC when that is unknown too.
    """
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=_zone(zone))
    moment = moment.astimezone(UTC)
    return moment if moment.year > 1970 else None


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def utc_text(moment: datetime) -> str:
    """For query parameters: always with Z, a plus sign in a query becomes a blank (webex.md 10.3)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def zoned_text(moment: datetime, zone: str) -> str:
    """For bodies: with the zone's own offset of that day (webex.md 9)."""
    return moment.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")


def registrant_body(person: Registrant) -> Json:
    """One registration form, with no more data than Webex insists on (no zip code: it must be a number, webex.md 2.2).

    The address goes in lower case: how Webex compares addresses is not known, so all that we send are spelt alike.
    """
    first, last = person.first_name.strip(), person.last_name.strip()
    if not first:
        first, last = last or person.key.partition("@")[0], ""
    return {
        "firstName": first,
        "lastName": last or FILLER_LAST_NAME,
        "email": person.key,
        "sendEmail": False,
    }


def registrant_of(body: Json) -> MeetingRegistrant | None:
    """A registration, or None for an object without id or address. Names are what anybody typed into a form."""
    registrant_id, email = text_of(body, "id"), text_of(body, "email")
    if not registrant_id or not email:
        return None
    last = one_line(text_of(body, "lastName") or "")
    return MeetingRegistrant(
        id=registrant_id,
        email=email,
        first_name=one_line(text_of(body, "firstName") or "")[:NAME_MOST],
        last_name="" if last == FILLER_LAST_NAME else last[:NAME_MOST],
        status=(text_of(body, "status") or "approved").lower(),
        registered_at=instant(body.get("registrationTime")),
    )


def segments_of(
    event_id: str, instance_id: str, body: Json, panelists: Collection[str] = ()
) -> list[Segment]:
    """One participant's stays: a segment per device, or one for the person where Webex names no devices; breakouts too.

    The key is instance|participant|correlation id, which Webex keeps for one join of one device. `panelists` are the
    e-mail keys of a webinar's panelists, whom the participants do not tell apart.
    """
    name, email = one_line(text_of(body, "displayName") or ""), one_line(text_of(body, "email") or "")
    participant = text_of(body, "id") or f"{email}/{name}"
    person = Segment(
        key=f"{instance_id}|{participant}|",
        event_id=event_id,
        instance_id=instance_id,
        display_name=name or email or "(no name)",
        email=email_key(email),
        joined=instant(body.get("joinedTime")),
        left=instant(body.get("leftTime")),
        role=_role(body, email_key(email) in panelists),
        device="",
        source_id=text_of(body, "sourceId"),
    )
    devices = [_of_device(person, device) for device in _objects(body, "devices")]
    if devices:
        # Without devices the whole stay is one, and what is told of breakout sessions lies inside it.
        rooms = (_of_breakout(person, room) for room in _objects(body, "breakoutSessionsAttended"))
        return [*devices, *(room for room in rooms if room)]
    kind = one_line(text_of(body, "deviceType") or text_of(body, "audioType") or "")
    return [replace(person, device=kind)]


def _role(body: Json, panelist: bool) -> str:
    if body.get("host") is True:
        return "host"
    return "cohost" if body.get("coHost") is True else "panelist" if panelist else "attendee"


def _of_device(person: Segment, device: Json) -> Segment:
    kind = one_line(text_of(device, "deviceType") or text_of(device, "audioType") or "")
    return replace(
        person,
        key=person.key + (text_of(device, "correlationId") or f"{kind}@{text_of(device, 'joinedTime')}"),
        joined=instant(device.get("joinedTime")),
        left=instant(device.get("leftTime")),
        device=kind,
    )


def _of_breakout(person: Segment, room: Json) -> Segment | None:
    """A stay in a breakout session, inside the person's other stays or beside them: that is not documented.

    One without both times is left out: it would say nothing, or reach to the end of the event where the person's own
    stay may not.
    """
    joined, left = instant(room.get("joinedTime")), instant(room.get("leftTime"))
    if joined is None or left is None:
        return None
    session = one_line(text_of(room, "name") or text_of(room, "id") or "breakout session")
    key = f"{person.key}breakout {text_of(room, 'id') or session}@{utc_text(joined)}"
    return replace(person, key=key, joined=joined, left=left, session=session)


def _objects(body: Json, name: str) -> list[Json]:
    found = body.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def text_of(body: Json, name: str) -> str | None:
    """A field as text, numbers too (webex.md 13.25: ids are strings where number is declared); None when empty."""
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value) or None
