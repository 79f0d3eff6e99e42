"""Public calendars: events as everybody may see them, without personal data (METHOD PUBLISH, RFC 5546 3.2.1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, timedelta

from icalendar import Event as CalendarEvent
from icalendar import Timezone, vDuration, vText, vUri

from hybrid_sync.domain.public_calendar import PublicEvent
from hybrid_sync.render.calendar_parts import add_times, address, folded
from hybrid_sync.render.mailbox import Mailbox
from hybrid_sync.render.text import one_line, paragraphs, web_address
from hybrid_sync.render.translations import Words, words_in

LOOK_AGAIN = timedelta(hours=1)
"""How often programs are asked to look; they look when they like, Google about once a day."""


def feed_bytes(events: Sequence[PublicEvent], *, name: str, organiser: Mailbox, language: str) -> bytes:
    """A calendar to subscribe to. The same events give the same bytes: nothing is taken from the clock (calendar.md G17)."""
    zones: dict[str, Timezone] = {}
    entries = [_entry(event, zones, organiser, words_in(language)) for event in events]
    every = vDuration(LOOK_AGAIN)
    interval = vDuration(LOOK_AGAIN)
    interval.params["VALUE"] = "DURATION"  # obligatory here (RFC 7986 5.7)
    about = {
        "calscale": "GREGORIAN",
        "name": vText(one_line(name)),
        "x-wr-calname": vText(one_line(name)),
        "refresh-interval": interval,
        "x-published-ttl": every,
    }
    return folded("PUBLISH", list(zones.values()), entries, about)


def stored_object(event: PublicEvent, *, organiser: Mailbox, language: str) -> bytes:
    """One event for a calendar collection: as in the feed, but without METHOD, which RFC 4791 4.1 forbids there."""
    zones: dict[str, Timezone] = {}
    entry = _entry(event, zones, organiser, words_in(language))
    return folded(None, list(zones.values()), [entry])


def _entry(
    public: PublicEvent, zones: dict[str, Timezone], organiser: Mailbox, words: Words
) -> CalendarEvent:
    event = public.event
    assert event.ends is not None  # domain.public_calendar shows none without an end
    entry = CalendarEvent()
    entry.add("uid", public.uid)
    entry.add("sequence", public.sequence)
    stamp = public.changed.astimezone(UTC).replace(microsecond=0)
    entry.add("dtstamp", stamp)
    entry.add("last-modified", stamp)
    _add_times(entry, public, zones)
    entry.add("summary", one_line(event.title, 1000) or event.id)
    # No ATTENDEE: servers that schedule would mail them (calendar.md D1), and PUBLISH forbids it.
    entry.add("organizer", address(organiser))
    places = (one_line(event.place) if event.onsite else "", _online(words) if event.online else "")
    where = " / ".join(place for place in places if place)
    if where:
        entry.add("location", where)
    text = paragraphs(event.description)
    if text:
        entry.add("description", text)
    link = web_address(event.registration_url) or web_address(event.source)
    if link:
        entry.add("url", vUri(link))
    entry.add("status", "CANCELLED" if public.cancelled else "CONFIRMED")
    entry.add("class", "PUBLIC")
    # To read of an event is not to be busy.
    entry.add("transp", "TRANSPARENT")
    return entry


def _add_times(entry: CalendarEvent, public: PublicEvent, zones: dict[str, Timezone]) -> None:
    """Wall times with the zone's rule; UTC where another event's rule for that zone already says otherwise."""
    event = public.event
    assert event.ends is not None
    trial = CalendarEvent()
    zone = add_times(trial, event.starts.aware, event.ends.aware, event.time_zone)
    known = zones.setdefault(event.time_zone, zone) if zone is not None else None
    if zone is not None and known is not None and zone.to_ical() != known.to_ical():
        entry.add("dtstart", event.starts.instant.astimezone(UTC))
        entry.add("dtend", event.ends.instant.astimezone(UTC))
        return
    for name in ("dtstart", "dtend"):
        entry[name] = trial[name]


def _online(words: Words) -> str:
    return words.text("mail", "Online (Webex)")
