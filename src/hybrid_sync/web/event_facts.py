"""The event as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC

from hybrid_sync.domain.events import Event
from hybrid_sync.render.text import one_line
from hybrid_sync.render.times import moment, time_range, utc_range
from hybrid_sync.render.translations import Words


@dataclass(frozen=True)
class EventFacts:
    """Times as date and hours, so that hours are never broken over two lines. `instant` is for machines that read <time>."""

    title: str
    when: tuple[str, str]
    when_utc: tuple[str, str]
    instant: str
    where: str | None


def event_facts(event: Event, words: Words, *, with_place: bool) -> EventFacts:
    """What a page shows of `event`; the place only where the reader is to go there."""
    starts = event.starts.aware
    if event.ends is None:
        when, when_utc = moment(starts, words.code), moment(starts.astimezone(UTC), words.code)
    else:
        ends = event.ends.aware
        when, when_utc = time_range(starts, ends, words.code), utc_range(starts, ends, words.code)
    place = one_line(event.place, 300) or words.text("page", "The address will follow")
    return EventFacts(
        one_line(event.title, 300),
        _split(when),
        _split(when_utc),
        event.starts.isoformat(),
        place if with_place else None,
    )


def _split(when: str) -> tuple[str, str]:
    date, comma, hours = when.rpartition(", ")
    return date + comma, hours
