"""Webex JSON to domain values and back; no I/O. Instants come out aware, in UTC.

Answers are read with patience (webex.md 13.25): what may be missing is optional, whatever the schema says.
"""

from __future__ import annotations

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


def segments_of(event_id: str, instance_id: str, body: Json) -> list[Segment]:
    """One participant's stays: a segment per device, or one for the person where Webex names no devices.

    The key is instance|participant|correlation id, which Webex keeps for one join of one device.
    """
    participant = text_of(body, "id") or f"{text_of(body, 'email')}/{text_of(body, 'displayName')}"
    role = "host" if body.get("host") is True else "cohost" if body.get("coHost") is True else "attendee"
    devices = body.get("devices")
    stays = [device for device in devices if isinstance(device, dict)] if isinstance(devices, list) else []
    found: list[Segment] = []
    for stay in stays or [body]:
        kind = text_of(stay, "deviceType") or text_of(stay, "audioType") or ""
        part = (
            "" if stay is body else text_of(stay, "correlationId") or f"{kind}@{text_of(stay, 'joinedTime')}"
        )
        found.append(
            Segment(
                key=f"{instance_id}|{participant}|{part}",
                event_id=event_id,
                instance_id=instance_id,
                display_name=text_of(body, "displayName") or text_of(body, "email") or "(no name)",
                email=email_key(text_of(body, "email") or ""),
                joined=instant(stay.get("joinedTime")),
                left=instant(stay.get("leftTime")),
                role=role,
                device=kind,
                source_id=text_of(body, "sourceId"),
            )
        )
    return found


def text_of(body: Json, name: str) -> str | None:
    """A field as text, numbers too (webex.md 13.25: ids are strings where number is declared); None when empty."""
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value) or None
