"""Webex JSON to domain values and back; no I/O. Instants come out aware, in UTC.

Answers are read with patience (webex.md 13.25): what may be missing is optional, whatever the schema says.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hybrid_sync.domain.attendance import Segment
from hybrid_sync.domain.meetings import Meeting, MeetingSpec, MeetingState
from hybrid_sync.domain.people import Registrant, email_key
from hybrid_sync.domain.registrants import MeetingRegistrant
from hybrid_sync.http_client import Json

REGISTRATION = {
    "autoAcceptRequest": True,
    "requireFirstName": True,
    "requireLastName": True,
    "requireEmail": True,
}
"""Nobody types anything into Webex but the three things that it insists on (webex.md 2.1)."""

FILLER_LAST_NAME = "."
"""Webex wants a last name; people with one name have none (webex.md 2.2)."""

_STATES = {state.value.lower(): state for state in MeetingState}


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


def meeting_of(body: Json, spec: MeetingSpec | None = None) -> Meeting | None:
    """The meeting, or None for an object that is none (no id, or no times and no `spec` to take them from).

    `spec` is what was sent: an answer to a write may leave out what we know already.
    """
    zone = body.get("timezone") if isinstance(body.get("timezone"), str) else None
    starts = instant(body.get("start"), zone) or (spec.starts if spec else None)
    ends = instant(body.get("end"), zone) or (spec.ends if spec else None) or starts
    if not _text(body, "id") or starts is None or ends is None:
        return None
    tags = body.get("integrationTags")
    return Meeting(
        id=str(body["id"]),
        title=_text(body, "title") or (spec.title if spec else ""),
        agenda=_text(body, "agenda") or "",
        starts=starts,
        ends=ends,
        state=_STATES.get(str(body.get("state", "")).lower(), MeetingState.ACTIVE),
        number=_text(body, "meetingNumber"),
        web_link=_text(body, "webLink"),
        password=_text(body, "password"),
        sip_address=_text(body, "sipAddress"),
        host_email=_text(body, "hostEmail"),
        tags=tuple(str(tag) for tag in tags) if isinstance(tags, list) else (),
    )


def meeting_body(
    spec: MeetingSpec, *, join_security: str, host_email: str | None, site_url: str | None
) -> Json:
    """POST /meetings. Nobody is mailed, and nobody gets in before the host: that would switch registration off."""
    body: Json = {
        "title": spec.title,
        "start": zoned_text(spec.starts, spec.zone),
        "end": zoned_text(spec.ends, spec.zone),
        "timezone": spec.zone,
        "scheduledType": "meeting",
        "enabledJoinBeforeHost": False,
        "unlockedMeetingJoinSecurity": join_security,
        "registration": dict(REGISTRATION),
        "integrationTags": [spec.tag],
        "sendEmail": False,
    }
    optional = {"agenda": spec.agenda, "hostEmail": host_email, "siteUrl": site_url}
    return body | {name: value for name, value in optional.items() if value}


def meeting_changes(spec: MeetingSpec, changed: Sequence[str]) -> Json:
    """PATCH /meetings/{id}: the changed fields only, and never one that could touch the registrations (webex.md 1.6)."""
    values: Json = {
        "title": spec.title,
        "agenda": spec.agenda or None,
        "starts": zoned_text(spec.starts, spec.zone),
        "ends": zoned_text(spec.ends, spec.zone),
    }
    names = {"title": "title", "agenda": "agenda", "starts": "start", "ends": "end"}
    body: Json = {names[name]: values[name] for name in changed}
    if "start" in body or "end" in body:
        body["timezone"] = spec.zone
    return body | {"sendEmail": False}


def registrant_body(person: Registrant) -> Json:
    """One registration form, with no more data than Webex insists on. The address goes in lower case: how Webex
    compares addresses is not known (webex.md 2.2), so all that we send are spelt alike."""
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
    """A registration, or None for an object without id or address."""
    registrant_id, email = _text(body, "id"), _text(body, "email")
    if not registrant_id or not email:
        return None
    last = _text(body, "lastName") or ""
    return MeetingRegistrant(
        id=registrant_id,
        email=email,
        first_name=_text(body, "firstName") or "",
        last_name="" if last == FILLER_LAST_NAME else last,
        status=(_text(body, "status") or "approved").lower(),
    )


def segments_of(event_id: str, instance_id: str, body: Json) -> list[Segment]:
    """One participant's stays: a segment per device, or one for the person where Webex names no devices.

    The key is instance|participant|correlation id, which Webex keeps for one join of one device.
    """
    participant = _text(body, "id") or f"{_text(body, 'email')}/{_text(body, 'displayName')}"
    role = "host" if body.get("host") is True else "cohost" if body.get("coHost") is True else "attendee"
    devices = body.get("devices")
    stays = [device for device in devices if isinstance(device, dict)] if isinstance(devices, list) else []
    found: list[Segment] = []
    for stay in stays or [body]:
        kind = _text(stay, "deviceType") or _text(stay, "audioType") or ""
        part = "" if stay is body else _text(stay, "correlationId") or f"{kind}@{_text(stay, 'joinedTime')}"
        found.append(
            Segment(
                key=f"{instance_id}|{participant}|{part}",
                event_id=event_id,
                instance_id=instance_id,
                display_name=_text(body, "displayName") or _text(body, "email") or "(no name)",
                email=email_key(_text(body, "email") or ""),
                joined=instant(stay.get("joinedTime")),
                left=instant(stay.get("leftTime")),
                role=role,
                device=kind,
            )
        )
    return found


def _text(body: Json, name: str) -> str | None:
    """A field as text, numbers too (webex.md 13.25: ids are strings where number is declared); None when empty."""
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value) or None
