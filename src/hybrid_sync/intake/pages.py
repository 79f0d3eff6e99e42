"""An event page becomes a reading: what a careful reader takes from it, and what they would ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time

from hybrid_sync.domain.events import EventWarning
from hybrid_sync.domain.localtime import BRUSSELS, LocalTime
from hybrid_sync.domain.localtime import zone as checked_zone
from hybrid_sync.intake import page_facts
from hybrid_sync.intake.characters import one_line
from hybrid_sync.intake.html import page_of_html
from hybrid_sync.intake.moments import MOST, moments_of
from hybrid_sync.intake.outline import Section, sections
from hybrid_sync.intake.page_lines import Page, page_of_text, sentences
from hybrid_sync.intake.page_reading import PageReading
from hybrid_sync.intake.people_lines import find_people
from hybrid_sync.intake.places import Place, find_place
from hybrid_sync.intake.titles import find_title
from hybrid_sync.intake.when import When, find_when
from hybrid_sync.intake.zones import ZoneLabel, label_fits, label_for_all, same_clock, zone_meant

MOST_LETTERS = 200_000
"""Event pages hold a few thousand letters of text; a hundred times that is a book or an attack."""
_ANSWERED_BY_STARTS = (
    "year_missing",
    "time_missing",
    "weekday_mismatch",
    "dates_disagree",
    "multi_day",
    "end_missing",
)


def read_page(
    text: str,
    *,
    html: bool,
    source: str | None = None,
    title: str | None = None,
    default_zone: str = BRUSSELS,
    starts: datetime | None = None,
    ends: datetime | None = None,
) -> PageReading:
    """Read an event page. `source` is its address; `title`, `starts` and `ends` are what a person gives.

    `starts` and `ends` are naive wall times in the zone of the page (`default_zone` unless the page names
    another) and go before what the page says. Raises InputError only for an unknown `default_zone`.
    """
    checked_zone(default_zone)
    page = page_of_html(text, source) if html else page_of_text(text, source)
    outline = sections(page)
    named = one_line(title) if title else find_title(page)
    when = _when(page, outline, named)
    if starts or ends:
        when = _as_given(when, starts, ends)
    place = find_place(outline)
    people = find_people(outline)
    zone, label, zone_warnings = _zone(when, place, outline, default_zone)
    off = page_facts.called_off(page, outline)
    address, note = page_facts.registration(page, outline)
    no_title = () if named else (EventWarning("no_title", "the page has no title"),)
    return PageReading(
        title=named,
        date_start=when.date_start,
        date_end=when.date_end,
        time_start=when.time_start,
        time_end=when.time_end,
        zone=zone,
        zone_label=label,
        venue=place.venue,
        city=place.city,
        country=place.country,
        online=place.online,
        onsite=place.onsite,
        languages=page_facts.spoken_languages(outline),
        organisers=page_facts.find_organisers(outline),
        description=page_facts.description(outline),
        speakers=people.speakers,
        moderators=people.moderators,
        registration_url=address,
        registration_note=note,
        cancelled=off == "cancelled",
        sessions=when.sessions,
        warnings=(*when.warnings, *zone_warnings, *no_title),
        refusal=f"the page says that the event is {off}" if off else when.refusal,
        source=page.source,
        called=source,
    )


def _when(page: Page, outline: Sequence[Section], named: str | None) -> When:
    letters = sum(len(line.text) for line in page.lines)
    if letters > MOST_LETTERS:
        return When(refusal=f"the page holds {letters} letters of text, more than the page of one event does")
    moments = moments_of(tuple(outline))
    if len(moments) > MOST:
        return When(refusal=f"the page names more than {MOST} dates and times: a calendar, not one event")
    return find_when(moments, _titles(page, named), page.source)


def _titles(page: Page, named: str | None) -> list[str]:
    """Where a year may be written that the date leaves out."""
    first = [line.text for line in page.lines[:3] if len(line.text) <= 200]
    return [text for text in (named, page.heading, page.page_title, *first) if text]


def _as_given(when: When, starts: datetime | None, ends: datetime | None) -> When:
    """What a person gave instead of what the page says; a difference is still told."""
    warnings = list(when.warnings)
    given = when
    if starts:
        warnings = [warning for warning in warnings if warning.code not in _ANSWERED_BY_STARTS]
        same_day = when.date_end in (None, starts.date())
        till = when.time_end if same_day and when.time_end and when.time_end > starts.time() else None
        given = replace(
            when,
            date_start=starts.date(),
            time_start=starts.time(),
            date_end=starts.date(),
            time_end=till,
            refusal=None,
        )
        told = (when.date_start, when.time_start)
        if when.refusal is None and None not in told and told != (starts.date(), starts.time()):
            warnings.append(
                EventWarning(
                    "dates_disagree",
                    f"the page says {told[0]} {told[1]:%H:%M}; {starts:%Y-%m-%d %H:%M} was given",
                )
            )
    if ends:
        given = replace(given, date_end=ends.date(), time_end=ends.time())
        warnings = [warning for warning in warnings if warning.code != "end_missing"]
    elif starts and given.time_end is None:
        warnings.append(EventWarning("end_missing", "the page gives no time at which the event ends"))
    if given.date_start and given.date_end and given.date_end > given.date_start and starts:
        warnings.append(
            EventWarning("multi_day", f"the event runs from {given.date_start} to {given.date_end}")
        )
    return replace(given, warnings=tuple(warnings))


def _zone(
    when: When, place: Place, outline: Sequence[Section], default: str
) -> tuple[str, str | None, tuple[EventWarning, ...]]:
    """The zone of the wall times, the label as written, and what is wrong with it.

    A label goes before the place, the place before the default; only a place whose clock shows another time
    counts.
    """
    label = when.label or _label_for_the_page(outline)
    wall = datetime.combine(when.date_start, when.time_start or time(12)) if when.date_start else None
    zone = zone_meant(label, default) if label else None
    if zone is None and place.zone and wall and not same_clock(place.zone, default, wall):
        told = (
            f"no zone is written beside the time, and the place is {place.city or place.country}: "
            f"{place.zone} was taken"
        )
        return place.zone, label.text if label else None, (EventWarning("zone_of_place", told),)
    zone = zone or default
    if label and wall and not label_fits(label.text, wall, zone):
        local = LocalTime(wall, zone)
        message = (
            f"the page says {label.text}, but on {wall:%Y-%m-%d} the clock in {zone} is {local.abbreviation} "
            f"(UTC{local.aware:%z}); {wall:%H:%M} on that clock was taken"
        )
        return zone, label.text, (EventWarning("zone_label_wrong_for_date", message),)
    return zone, label.text if label else None, ()


def _label_for_the_page(outline: Sequence[Section]) -> ZoneLabel | None:
    for section in outline:
        for line in section.lines:
            for sentence in sentences(line.text):
                label = label_for_all(sentence)
                if label:
                    return label
    return None
