"""What can be seen of registrants: who, in which window of time, and how one looks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ..exchange import Refusal, Request
from ..instants import parse, show
from ..state import Meeting, Registrant


def visible(meeting: Meeting) -> list[Registrant]:
    """Who can be seen by this read; every look counts as one."""
    meeting.registrant_reads += 1
    reads = meeting.registrant_reads
    return [one for one in meeting.registrants.values() if reads > one.hidden_until_read]


def view(person: Registrant, created: bool = False) -> dict[str, Any]:
    shown = {"id": person.id, "status": person.status, **person.data}
    shown["registrationTime"] = show(person.registered_at)
    if person.registration_id and not created:
        shown["registrationId"] = person.registration_id
    return shown


def registration_window(request: Request) -> tuple[datetime | None, datetime | None]:
    bounds: list[datetime | None] = []
    for name in ("registrationTimeFrom", "registrationTimeTo"):
        text = request.query.get(name)
        bounds.append(None if text is None else parse(text))
        if text is not None and bounds[-1] is None:
            raise Refusal(400, f"'{name}' is not a valid date and time: '{text}'.")
    since, until = bounds
    if since and until is None:
        until = since + timedelta(days=7)
    if until and since is None:
        since = until - timedelta(days=7)
    if since and until and not timedelta() <= until - since <= timedelta(days=90):
        raise Refusal(
            400, "The interval between registrationTimeFrom and registrationTimeTo must be within 90 days."
        )
    return since, until
