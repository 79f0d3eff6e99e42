"""Dates written in digits: 26/04/2017 - 28/04/2017, 17.-18.05.2022, 20. 4. 2021, 2024-03-13.

Day first, as the whole EU writes; the American order only where the other one is impossible or the day name
asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from hybrid_sync.intake.calendar_words import fold, weekday_names
from hybrid_sync.intake.date_mentions import DateMention, Day, settled

_SEP = r"(?:\s?[./]\s?|-)"
_TO = r"\s?(?:-|–|—|to|until|au|bis|al|a|do|till|tot)\s?"
_DAY_FIRST = re.compile(
    # the first day of a range may leave out what it shares with the last one
    rf"(?<![\w./:,-])"
    rf"(?:(?P<d0>\d{{1,2}})(?:(?P<s0>{_SEP})(?P<m0>\d{{1,2}})(?:(?P=s0)(?P<y0>\d{{4}}))?)?\.?{_TO})?"
    rf"(?P<d>\d{{1,2}})(?P<s>{_SEP})(?P<m>\d{{1,2}})(?P=s)(?P<y>\d{{4}}|\d{{2}})(?![\w:]|[./-]\d|\s?%)"
)
_YEAR_FIRST = re.compile(
    rf"(?<![\w./:,-])(?P<y>\d{{4}})(?P<s>{_SEP})(?P<m>\d{{1,2}})(?P=s)(?P<d>\d{{1,2}})(?![\d:]|[./-]\d)"
)
_WORD_BEFORE = re.compile(r"([^\W\d_]+)[.,]?\s*$")


def find(text: str) -> list[DateMention]:
    """Every date in digits, with its year, in no particular order."""
    found = [mention for match in _DAY_FIRST.finditer(text) for mention in _day_first(match, text)]
    for match in _YEAR_FIRST.finditer(text):
        day = Day(int(match["d"]), int(match["m"]), int(match["y"]), _weekdays_before(text, match.start()))
        mention = _plausible(DateMention(match.start(), match.end(), (day,)))
        found += [mention] if mention else []
    return found


def _day_first(match: re.Match[str], text: str) -> Iterator[DateMention]:
    year = int(match["y"]) if len(match["y"]) == 4 else 2000 + int(match["y"])
    weekdays = _weekdays_before(text, match.start())
    last = Day(int(match["d"]), int(match["m"]), year)
    days: tuple[Day, ...] = (replace(last, weekdays=weekdays),)
    if match["d0"]:
        month = int(match["m0"] or match["m"])
        first_year = int(match["y0"]) if match["y0"] else None
        days = (Day(int(match["d0"]), month, first_year, weekdays), last)
    mention = DateMention(match.start(), match.end(), days, is_range=len(days) == 2)
    plausible = _plausible(mention) or _plausible(_american(mention))
    if plausible and not plausible.first.weekday_fits:
        swapped = _plausible(_american(mention))
        plausible = swapped if swapped and swapped.first.weekday_fits else plausible
    if plausible:
        yield plausible
    elif match["d0"]:
        # "Articles 4 - 03.05.2021": what stands before the dash is no day, the rest may still be a date.
        yield from (
            single for single in [_plausible(replace(mention, days=(last,), is_range=False))] if single
        )


def _american(mention: DateMention) -> DateMention:
    return replace(mention, days=tuple(replace(day, day=day.month, month=day.day) for day in mention.days))


def _plausible(mention: DateMention) -> DateMention | None:
    # Two-digit years outside 15..39 are more often a version, a law or a paragraph than an event.
    years = [day.year for day in mention.days if day.year is not None]
    written = all(1990 <= year <= 2099 for year in years)
    return settled(mention) if written and all(1 <= day.month <= 12 for day in mention.days) else None


def _weekdays_before(text: str, start: int) -> frozenset[int]:
    before = _WORD_BEFORE.search(fold(text[max(0, start - 20) : start]))
    return weekday_names().get(before[1], frozenset()) if before else frozenset()
