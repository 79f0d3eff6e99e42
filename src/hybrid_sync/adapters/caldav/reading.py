"""Calendar objects as a server gives them back: it may have rewritten them, so they are compared as read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from icalendar import Calendar


@dataclass(frozen=True)
class Reading:
    """What people are told; no stamps, no property order, no folding."""

    uid: str
    sequence: int
    start: datetime
    end: datetime
    texts: tuple[str, ...]


_TEXTS = ("summary", "location", "description", "status", "url", "organizer")


def reading_of(data: bytes) -> Reading | None:
    """The one event in `data`; None when it is none of ours (no event, no times, floating or all-day)."""
    try:
        calendar: Any = Calendar.from_ical(data)
        [event] = calendar.walk("VEVENT")
        start, end = _instant(event["dtstart"].dt), _instant(event["dtend"].dt)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if start is None or end is None:
        return None
    texts = tuple(_text(event.get(name)) for name in _TEXTS)
    return Reading(_text(event.get("uid")), int(event.get("sequence", 0)), start, end, texts)


def _instant(moment: date) -> datetime | None:
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        return None
    return moment.astimezone(UTC)


def _text(value: Any) -> str:
    return "" if value is None else " ".join(str(value).split())
