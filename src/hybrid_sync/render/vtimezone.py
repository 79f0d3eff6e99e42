"""VTIMEZONE components of our own making (RFC 5545 3.6.5).

icalendar can make them, but as lists of RDATEs, which Outlook does not read, and with the spring onset an
hour late (calendar.md B7). Ours hold one yearly RRULE in each half, and the onset in the offset that is
being left.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

from hybrid_sync.domain.localtime import BRUSSELS

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_YEARS = 10


@dataclass(frozen=True)
class Change:
    """One change of the clock as zoneinfo knows it: instant (UTC), offsets before and after, new name."""

    instant: datetime
    before: timedelta
    after: timedelta
    name: str

    @property
    def onset(self) -> datetime:
        """The wall time at which it happens, on the clock that is still running."""
        return (self.instant + self.before).replace(tzinfo=None)


@dataclass(frozen=True)
class YearlyChange:
    """A change every year on the `nth` (-1: last) `weekday` (0: Monday) of `month`, `at` on the old clock."""

    first_year: int
    month: int
    nth: int
    weekday: int
    at: time
    before: timedelta
    after: timedelta
    name: str

    def onset(self, year: int) -> datetime:
        """Its wall time in `year`, on the clock that is still running."""
        length = calendar.monthrange(year, self.month)[1]
        days = [day for day in range(1, length + 1) if date(year, self.month, day).weekday() == self.weekday]
        return datetime.combine(date(year, self.month, days[self.nth - 1 if self.nth > 0 else -1]), self.at)

    def in_year(self, year: int) -> Change:
        onset = self.onset(year)
        return Change((onset - self.before).replace(tzinfo=UTC), self.before, self.after, self.name)


@dataclass(frozen=True)
class Rule:
    """How a zone's clock goes: two changes every year, or none and one fixed `offset` with its `name`."""

    zone: str
    changes: tuple[YearlyChange, ...]
    offset: timedelta = timedelta(0)
    name: str = ""


_HOUR = timedelta(hours=1)

# Directive 2000/84/EC: last Sunday of March and of October, both at 01:00 UTC. It starts with 1970 as in most
# calendars, though the rule is younger: `check_rule` is asked about the event's own years only.
_EU = Rule(
    BRUSSELS,
    (
        YearlyChange(1970, 3, -1, 6, time(2), _HOUR, 2 * _HOUR, "CEST"),
        YearlyChange(1970, 10, -1, 6, time(3), 2 * _HOUR, _HOUR, "CET"),
    ),
)


def check_rule(zone: str, from_year: int, years: int = _YEARS) -> bool:
    """Whether our VTIMEZONE for `zone` says what zoneinfo says, in `years` years from `from_year` on.

    False means: write UTC. That is also the alarm for a change of the European rule.
    """
    rule = _EU if zone == BRUSSELS else _derived(zone, from_year)
    return rule is not None and _holds(rule, from_year, years)


def vtimezone(zone: str, year: int) -> Timezone | None:
    """The component for an event in `year`; None when the zone's rule cannot be told by two yearly RRULEs.

    Checked against zoneinfo for ten years. Names that readers take for something else ("CET" is a fixed
    +01:00 to PHP, calendar.md B6) give None too, as UTC is safer than they are.
    """
    rule = rule_for(zone, year)
    return None if rule is None else _component(rule)


@lru_cache(maxsize=256)
def rule_for(zone: str, year: int) -> Rule | None:
    """The checked rule of `zone` around `year`, or None."""
    if "/" not in zone or zone.startswith(("Etc/", "SystemV/")) or not 1970 < year < 9000:
        return None
    if zone == BRUSSELS:
        return _EU if check_rule(zone, year) else None
    return _derived(zone, year - 1)  # from the year before, so that January has a change to look back on


def _derived(zone: str, first_year: int) -> Rule | None:
    by_year = [_changes(zone, year) for year in range(first_year, first_year + _YEARS)]
    if not any(by_year):
        local = datetime(first_year, 1, 1, tzinfo=ZoneInfo(zone))
        return Rule(zone, (), local.utcoffset() or timedelta(0), local.tzname() or "UTC")
    if any(len(changes) != 2 for changes in by_year):
        return None
    found = [_yearly(first_year, [changes[half] for changes in by_year]) for half in (0, 1)]
    rule = Rule(zone, tuple(change for change in found if change))
    return rule if len(rule.changes) == 2 and _holds(rule, first_year, _YEARS) else None


def _yearly(first_year: int, changes: list[Change]) -> YearlyChange | None:
    """What the same change of ten years has in common; None when there is no nth weekday in it."""
    onsets = [change.onset for change in changes]
    nths = {(onset.day - 1) // 7 + 1 for onset in onsets}
    always_last = all(onset.day + 7 > calendar.monthrange(onset.year, onset.month)[1] for onset in onsets)
    nth = nths.pop() if len(nths) == 1 else -1 if always_last else 0
    if nth == 0 or nth == 5:
        return None
    first, onset = changes[0], onsets[0]
    return YearlyChange(
        first_year, onset.month, nth, onset.weekday(), onset.time(), first.before, first.after, first.name
    )


def _holds(rule: Rule, first_year: int, years: int) -> bool:
    return all(
        [change.in_year(year) for change in rule.changes] == list(_changes(rule.zone, year))
        for year in range(first_year, first_year + years)
    )


@lru_cache(maxsize=4096)
def _changes(zone: str, year: int) -> tuple[Change, ...]:
    """All changes of the zone's clock in a year, found by asking zoneinfo for every day and halving."""
    clock = ZoneInfo(zone)

    def shown(instant: datetime) -> tuple[timedelta, str]:
        local = instant.astimezone(clock)
        return (local.utcoffset() or timedelta(0), local.tzname() or "")

    found: list[Change] = []
    start = datetime(year, 1, 1, tzinfo=UTC)
    while start.year == year:
        end = start + timedelta(days=1)
        before, after = shown(start), shown(end)
        if before != after:
            low, high = start, end
            while high - low > timedelta(seconds=1):
                middle = (low + (high - low) / 2).replace(microsecond=0)
                low, high = (middle, high) if shown(middle) == before else (low, middle)
            found.append(Change(high, before[0], after[0], after[1]))
        start = end
    return tuple(found)


def _component(rule: Rule) -> Timezone:
    zone = Timezone()
    zone.add("tzid", rule.zone)
    if not rule.changes:
        fixed = TimezoneStandard()
        fixed.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001 - local time by definition (RFC 5545 3.6.5)
        zone.add_component(_filled(fixed, rule.offset, rule.offset, rule.name))
    for change in rule.changes:
        half = TimezoneDaylight() if change.after > change.before else TimezoneStandard()
        half.add("dtstart", change.onset(change.first_year))
        day = f"{change.nth}{_WEEKDAYS[change.weekday]}"
        half.add("rrule", {"FREQ": "YEARLY", "BYMONTH": change.month, "BYDAY": day})
        zone.add_component(_filled(half, change.before, change.after, change.name))
    return zone


def _filled(
    half: TimezoneStandard | TimezoneDaylight, before: timedelta, after: timedelta, name: str
) -> TimezoneStandard | TimezoneDaylight:
    half.add("tzname", name)
    half.add("tzoffsetfrom", before)
    half.add("tzoffsetto", after)
    return half
