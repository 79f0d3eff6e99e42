"""Events and registrants as JSON (design.md 6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from hybrid_sync.domain.events import Event, Speaker
from hybrid_sync.domain.people import Registrant


def event_json(event: Event) -> dict[str, Any]:
    """`event` for machines: wall times with the offset of that day, and the same instants in UTC ("Z").

    `ends` and `ends_utc` are None while the end is not known.
    """
    return {
        "id": event.id,
        "title": event.title,
        "starts": event.starts.isoformat(),
        "ends": event.ends.isoformat() if event.ends else None,
        "time_zone": event.time_zone,
        "starts_utc": utc_text(event.starts.instant),
        "ends_utc": utc_text(event.ends.instant) if event.ends else None,
        "venue": event.venue,
        "city": event.city,
        "country": event.country,
        "onsite": event.onsite,
        "online": event.online,
        "languages": list(event.languages),
        "organisers": list(event.organisers),
        "description": event.description,
        "speakers": _speakers(event.speakers),
        "moderators": _speakers(event.moderators),
        "registration_url": event.registration_url,
        "state": event.state.value,
        "warnings": [{"code": warning.code, "message": warning.message} for warning in event.warnings],
    }


def registrant_json(person: Registrant, link: str | None = None) -> dict[str, Any]:
    """`person` for machines. `join_link` is there only when `link` is given (`--with-links`, P4)."""
    fields: dict[str, Any] = {
        "id": person.id,
        "event_id": person.event_id,
        "email": person.email,
        "name": person.name,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "organisation": person.organisation,
        "language": person.language,
        "mode": person.mode.value,
        "status": person.status.value,
        "registered_at": utc_text(person.registered_at) if person.registered_at else None,
    }
    if link is not None:
        fields["join_link"] = link
    return fields


def utc_text(instant: datetime) -> str:
    """`instant` (aware) as ISO 8601 in UTC, e.g. 2024-03-13T13:00:00Z."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _speakers(people: Sequence[Speaker]) -> list[dict[str, str | None]]:
    return [
        {"name": person.name, "role": person.role, "organisation": person.organisation} for person in people
    ]
