"""Values with defaults for everything, so that a test shows only what matters to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hybrid_sync.domain.attendance import Segment
from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.localtime import local_time
from hybrid_sync.domain.meetings import Meeting
from hybrid_sync.domain.people import Registrant

NOW = datetime(2027, 5, 3, 9, 0, tzinfo=UTC)
"""A Monday in summer time, five weeks before the usual event."""


def wall(text: str) -> datetime:
    """A naive wall time, written like "2027-06-09 10:00"."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - a wall time has no zone by nature


def utc(text: str) -> datetime:
    """An instant, written like "2027-06-09 08:00"."""
    return wall(text).replace(tzinfo=UTC)


def an_event(
    starts: str = "2027-06-09 10:00", ends: str | None = "2027-06-09 11:30", **changes: Any
) -> Event:
    """A published hybrid event on a summer Wednesday."""
    zone = changes.pop("zone", "Europe/Brussels")
    event = Event(
        id="water",
        title="Clean water for all",
        starts=local_time(wall(starts), zone),
        ends=local_time(wall(ends), zone) if ends else None,
        venue="InfoPoint",
        city="Brussels",
        country="Belgium",
        description="How water partnerships work.",
        state=EventState.PUBLISHED,
    )
    return replace(event, **changes)


def a_person(name: str = "ada", **changes: Any) -> Registrant:
    """An approved online registrant, named after their address."""
    person = Registrant(
        id=f"id-{name}",
        event_id="water",
        email=f"{name}@example.org",
        first_name=name.capitalize(),
        last_name="Example",
        registered_at=NOW - timedelta(days=1),
    )
    return replace(person, **changes)


def a_meeting(**changes: Any) -> Meeting:
    """The meeting that `an_event` gets."""
    meeting = Meeting(
        id="m1",
        title="Clean water for all",
        agenda="How water partnerships work.",
        starts=utc("2027-06-09 08:00"),
        ends=utc("2027-06-09 09:30"),
        web_link="https://example.webex.com/m1",
        password="pass",
        tags=("hs.water",),
    )
    return replace(meeting, **changes)


def a_stay(who: str, joined: str | None, left: str | None, **changes: Any) -> Segment:
    """One device's stay on the day of `an_event`; times are UTC, written like "08:00"."""
    stay = Segment(
        key=f"{who}-{joined}-{left}",
        event_id="water",
        instance_id="i1",
        display_name=who.capitalize(),
        email=f"{who}@example.org",
        joined=utc(f"2027-06-09 {joined}") if joined else None,
        left=utc(f"2027-06-09 {left}") if left else None,
    )
    return replace(stay, **changes)
