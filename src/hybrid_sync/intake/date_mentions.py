"""A date as a page mentions it: with or without its year, one day, a range, or several single days."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import date, timedelta


@dataclass(frozen=True)
class Day:
    """One day as written. `weekdays`: those that its day name can mean (Monday is 0); empty without one."""

    day: int
    month: int
    year: int | None = None
    weekdays: frozenset[int] = frozenset()

    @property
    def is_possible(self) -> bool:
        try:
            date(self.year or 2000, self.month, self.day)
        except ValueError:
            return False
        return True

    def in_year(self, year: int) -> date:
        """The calendar day in `year`. Raises ValueError for 29 February in another year."""
        return date(year, self.month, self.day)

    @property
    def weekday_fits(self) -> bool:
        """False only when year and day name are written and contradict each other."""
        if self.year is None or not self.weekdays:
            return True
        return self.in_year(self.year).weekday() in self.weekdays


@dataclass(frozen=True)
class DateMention:
    """A date at `start`..`end` of a text. `days`: one, the two ends of a range, or several single days."""

    start: int
    end: int
    days: tuple[Day, ...]
    is_range: bool = False

    @property
    def first(self) -> Day:
        return self.days[0]

    @property
    def last(self) -> Day:
        return self.days[-1]

    @property
    def has_year(self) -> bool:
        return self.first.year is not None

    def in_year(self, year: int) -> DateMention:
        """The same mention with `year` where none is written; a range over New Year ends in the next one."""
        days = []
        for day in self.days:
            later = day.month < self.first.month
            days.append(replace(day, year=year + later) if day.year is None else day)
        return replace(self, days=tuple(days))

    def shares_days_with(self, other: DateMention) -> bool:
        """Whether the two can mean one event: one lies within the other; a missing year fits every year."""
        year = self.first.year or other.first.year or 2000
        mine, theirs = set(self.in_year(year).dates()), set(other.in_year(year).dates())
        return bool(mine and theirs) and (mine <= theirs or theirs <= mine)

    def dates(self) -> tuple[date, ...]:
        """Every calendar day meant; none without a year, and none for 29 February in a common year."""
        if not all(day.is_possible for day in self.days):
            return ()
        found = [day.in_year(day.year) for day in self.days if day.year is not None]
        if self.is_range and len(found) == 2 and found[0] < found[1]:
            return tuple(found[0] + timedelta(days=n) for n in range((found[1] - found[0]).days + 1))
        return tuple(found)


def settled(mention: DateMention) -> DateMention | None:
    """`mention` with years shared among its days, days in a row made a range; None when impossible."""
    years = [day.year for day in mention.days if day.year is not None]
    days = mention.days
    if years:
        last = years[-1]
        days = tuple(
            day if day.year is not None else replace(day, year=last - (day.month > mention.last.month))
            for day in days
        )
    if not all(day.is_possible for day in days):
        return None
    whole = replace(mention, days=days)
    listed = [day.in_year(day.year or 2000) for day in days]
    if listed != sorted(set(listed)):
        return None  # backwards or twice: no range that anybody means
    in_a_row = all(b - a == timedelta(days=1) for a, b in itertools.pairwise(listed))
    if len(days) > 2 and in_a_row:
        return replace(whole, days=(days[0], days[-1]), is_range=True)
    return replace(whole, is_range=len(days) == 2 and (whole.is_range or in_a_row))
