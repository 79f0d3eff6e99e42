"""What every calendar object is made of, an invitation or a feed (RFC 5545)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from icalendar import Calendar, Timezone, vCalAddress
from icalendar import Event as CalendarEvent

from hybrid_sync.render.mailbox import Mailbox
from hybrid_sync.render.vtimezone import vtimezone

_PRODID = "-//hybrid-sync//invitations//EN"


def folded(
    method: str | None,
    zones: Sequence[Timezone],
    entries: Sequence[CalendarEvent],
    more: Mapping[str, object] | None = None,
) -> bytes:
    """The whole object, folded, with CRLF. `more` are properties of the calendar itself, as icalendar takes them."""
    calendar = Calendar()
    calendar.add("prodid", _PRODID)
    calendar.add("version", "2.0")
    if method:
        calendar.add("method", method)
    for name, value in (more or {}).items():
        calendar.add(name, value)
    for component in (*zones, *entries):
        calendar.add_component(component)
    text: bytes = calendar.to_ical()
    return text


def add_times(entry: CalendarEvent, starts: datetime, ends: datetime, zone_name: str) -> Timezone | None:
    """DTSTART and DTEND (aware, in that zone); returns the VTIMEZONE that goes with them, None when they are in UTC.

    UTC is the second choice (calendar.md B6): for zones without a rule that all readers understand, and for
    times in a repeated hour, which a wall time cannot tell apart and readers take differently (B8).
    """
    twice = any(at.utcoffset() != at.replace(fold=1 - at.fold).utcoffset() for at in (starts, ends))
    zone = None if twice else vtimezone(zone_name, starts.year)
    for name, at in (("dtstart", starts), ("dtend", ends)):
        if zone is None:
            entry.add(name, at.astimezone(UTC))
        else:
            entry.add(name, at.replace(tzinfo=None), parameters={"TZID": zone_name})
    return zone


def address(mailbox: Mailbox) -> vCalAddress:
    """A bare mailto: (anything more breaks Gmail's matching, calendar.md B2) with the name as CN."""
    address = vCalAddress(f"mailto:{mailbox.address}")
    name = mailbox.name.replace('"', "")  # RFC 6868 codes are not read everywhere (calendar.md B4)
    if name.strip():
        address.params["CN"] = name.strip()
    return address
