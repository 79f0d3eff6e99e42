"""The event record: what organisers hand over, and the one truth that everything else is compared with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from hybrid_sync.domain.localtime import BRUSSELS, LocalTime


class EventState(StrEnum):
    """Where an event stands. Only a published event is pushed to the outside."""

    DRAFT = "draft"
    """Imported; nothing outside knows of it."""
    PUBLISHED = "published"
    """To be kept in step with Webex, calendars and mails."""
    CANCELLED = "cancelled"
    """To be taken back wherever it was pushed."""


@dataclass(frozen=True)
class Speaker:
    """A speaker or moderator as the page names them. `email` comes from a record only, and is never published."""

    name: str
    role: str | None = None
    organisation: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class EventWarning:
    """Something a careful reader would ask about. `code` is stable (design.md 6); `message` is for people."""

    code: str
    message: str


@dataclass(frozen=True)
class Event:
    """One hybrid event.

    `starts` and `ends` are wall times in `starts.zone`; `ends` is None while the page has not told it, and such
    an event cannot be published. `generation` rises with every change a person makes.
    """

    id: str
    title: str
    starts: LocalTime
    ends: LocalTime | None
    venue: str | None = None
    city: str | None = None
    country: str | None = None
    onsite: bool = True
    online: bool = True
    languages: tuple[str, ...] = ()
    organisers: tuple[str, ...] = ()
    description: str = ""
    speakers: tuple[Speaker, ...] = ()
    moderators: tuple[Speaker, ...] = ()
    registration_url: str | None = None
    recording_url: str | None = None
    state: EventState = EventState.DRAFT
    warnings: tuple[EventWarning, ...] = ()
    source: str | None = None
    generation: int = 1

    @property
    def time_zone(self) -> str:
        return self.starts.zone or BRUSSELS

    @property
    def duration(self) -> timedelta:
        """Real length, counted in UTC, so that it is right over a change night. Zero while the end is unknown."""
        return self.ends.instant - self.starts.instant if self.ends else timedelta(0)

    @property
    def place(self) -> str:
        """Where to go, on one line: venue, city, country as far as known."""
        parts: list[str] = []
        for part in (self.venue, self.city, self.country):
            if part and not any(part.lower() in known.lower() for known in parts):
                parts.append(part)
        return ", ".join(parts)

    def changed(self, **changes: object) -> Event:
        """A copy with `changes` and the next generation."""
        return replace(self, **changes, generation=self.generation + 1)  # type: ignore[arg-type]


def problems_before_publishing(event: Event) -> tuple[str, ...]:
    """Why `event` cannot be published yet; empty when it can.

    Webex takes meetings from 10 minutes to 23 h 59 min (webex.md 1.2, POST /meetings).
    """
    found: list[str] = []
    if not event.title.strip():
        found.append(f"event {event.id} has no title: hybrid-sync event edit {event.id} --title '...'")
    if event.ends is None:
        found.append(
            f"event {event.id} has no end: hybrid-sync event edit {event.id} --ends 'YYYY-MM-DD HH:MM'"
        )
    elif event.duration <= timedelta(0):
        found.append(f"event {event.id} ends before it starts")
    elif event.online and not timedelta(minutes=10) <= event.duration <= timedelta(hours=23, minutes=59):
        found.append(f"event {event.id} lasts {event.duration}; Webex takes 10 minutes to 23 h 59 min")
    if not (event.onsite or event.online):
        found.append(f"event {event.id} has neither a room nor an online part")
    return tuple(found)
