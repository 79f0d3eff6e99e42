"""The year of a date that is written without one, from what else the page tells. Never from today's date."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from hybrid_sync.intake.date_mentions import DateMention

_IN_ADDRESS = re.compile(r"(?<!\d)(20\d{2})([-_/]?)(\d{2})\2(\d{2})(?!\d)")
_YEAR = re.compile(r"(?<![\d-])(20[0-4]\d)(?![\d-])")
_LONGEST_NOTICE = timedelta(days=330)
"""An event is announced less than a year ahead."""
_LATE = timedelta(days=14)
"""A notice may be published shortly after the first day."""


class YearFound(NamedTuple):
    """`year` is None when the page does not settle it; `why` says in words what was used or missing."""

    year: int | None
    why: str


def dates_in_address(source: str | None) -> list[date]:
    """The days written in a page's address: .../2024/04/02/..., ...20240402IPR..., ...-2024-03-13_en."""
    found = []
    for year, _, month, day in _IN_ADDRESS.findall(source or ""):
        try:
            found.append(date(int(year), int(month), int(day)))
        except ValueError:
            continue  # eight digits that are no day: a number of the content system
    return found


def event_day_in_address(source: str | None) -> date | None:
    """The day at the end of a Europa address ("...-2024-03-13_en"), which is the event's own."""
    found = re.search(
        r"-(20\d{2}-\d{2}-\d{2})(?:_[a-z]{2}|-\d{3,6})?(?:/|$)", (source or "").partition("?")[0]
    )
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def find_year(mention: DateMention, published: Sequence[date], titles: Sequence[str]) -> YearFound:
    """The year for `mention` by the days on which the page was published and the years in its titles.

    All hints must lead to one year, and a written day name must agree with it.
    """
    hints = {year for day in published if (year := _year_after(mention, day)) is not None}
    named = {int(year) for title in titles for year in _YEAR.findall(title)}
    years = hints or named
    if hints and named & hints:
        years = named & hints
    if not years:
        return YearFound(None, "no year is written with the date, and nothing else on the page tells it")
    fitting = [year for year in sorted(years) if _weekday_fits(mention, year)]
    if len(fitting) != 1:
        return YearFound(None, f"the year is not written, and {_listed(years)} does not agree with the rest")
    source = "from the day of publication" if fitting[0] in hints else "from the title"
    return YearFound(fitting[0], f"no year is written with the date; {fitting[0]} was taken {source}")


def _listed(years: set[int]) -> str:
    return " or ".join(str(year) for year in sorted(years))


def _year_after(mention: DateMention, published: date) -> int | None:
    for year in (published.year, published.year + 1):
        try:
            day = mention.first.in_year(year)
        except ValueError:
            continue  # 29 February in a common year
        if published - _LATE <= day <= published + _LONGEST_NOTICE:
            return year
    return None


def _weekday_fits(mention: DateMention, year: int) -> bool:
    days = mention.in_year(year).days
    return all(day.is_possible for day in days) and days[0].weekday_fits
