"""Dates and times for people: "Wednesday 13 March 2024, 14:00 - 15:30 (CET)"."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date

from hybrid_sync.render.translations import SOURCE, words_in

_WRITTEN_BY_HAND = ("en_GB", "fr")
"""Where a date has no commas: CLDR's own full date differs between its versions for English."""


def told_time(text: str, zone: str) -> datetime:
    """The wall time of an ISO text as told, aware in `zone`.

    The wall time is kept even when the offset in `text` is no longer the zone's (the law changed since):
    that is what people were told. The offset only tells the two showings of a repeated hour apart.
    """
    told = datetime.fromisoformat(text)
    local = told.replace(tzinfo=ZoneInfo(zone), fold=0)
    second = local.replace(fold=1)
    return second if second.utcoffset() == told.utcoffset() != local.utcoffset() else local


def time_range(starts: datetime, ends: datetime, language: str = "en") -> str:
    """Two aware times of one zone, with the clock's name on that day, both names over a change night.

    A language that there are no words in reads English.
    """
    name, end_name = clock_name(starts), clock_name(ends)
    begin = f"{day(starts, language)}, {starts:%H:%M}"
    end = f"{ends:%H:%M}" if starts.date() == ends.date() else f"{day(ends, language)}, {ends:%H:%M}"
    if name == end_name:
        return f"{begin} - {end} ({name})"
    return f"{begin} ({name}) - {end} ({end_name})"


def utc_range(starts: datetime, ends: datetime, language: str = "en") -> str:
    """The same time in UTC, short ("08:00 - 09:30 UTC") when the date is the same as on the local clock."""
    begin, end = starts.astimezone(UTC), ends.astimezone(UTC)
    if begin.date() == end.date() == starts.date() == ends.date():
        return f"{begin:%H:%M} - {end:%H:%M} UTC"
    if begin.date() == end.date():
        return f"{day(begin, language)}, {begin:%H:%M} - {end:%H:%M} UTC"
    return f"{day(begin, language)}, {begin:%H:%M} - {day(end, language)}, {end:%H:%M} UTC"


def moment(at: datetime, language: str = "en") -> str:
    """One aware time: "Wednesday 13 March 2024, 14:00 (CET)"."""
    return f"{day(at, language)}, {at:%H:%M} ({clock_name(at)})"


def day(at: datetime, language: str = "en") -> str:
    """The date in words with its weekday."""
    locale = locale_of(language)
    pattern = "EEEE d MMMM y" if locale in _WRITTEN_BY_HAND else "full"
    words = format_date(at.date(), pattern, locale=locale)
    if locale == "fr" and at.day == 1:
        # French writes the first of a month as an ordinal; CLDR's pattern does not.
        words = words.replace(" 1 ", " 1er ", 1)
    return words


def locale_of(language: str) -> str:
    """The CLDR locale in which dates, amounts and lists go with our words of that language."""
    code = words_in(language).code
    return "en_GB" if code == SOURCE else code


def clock_name(at: datetime) -> str:
    """What the clock is called then: CET, CEST; "UTC+03:00" for zones whose clock has no name."""
    name = at.tzname() or "UTC"
    if name[0] not in "+-":
        return name
    offset = at.utcoffset() or timedelta(0)
    sign = "-" if offset < timedelta(0) else "+"
    minutes = abs(offset) // timedelta(minutes=1)
    return f"UTC{sign}{minutes // 60:02d}:{minutes % 60:02d}"
