"""Dates in running text, in the forms and languages that event pages use.

A written-out date is found by reading the text as a row of tokens, one letter per token, and matching the
row:

    D day   Y year   M month   m short month   W weekday   - "to"   & "and"   / slash   G Latvian "gada"
    f word without meaning here   . and , as they are   T what was masked (times)   x anything else
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from hybrid_sync.intake import numeric_dates
from hybrid_sync.intake.calendar_words import (
    AND_WORDS,
    FILLERS,
    TO_WORDS,
    TWO_WORD_MONTHS,
    MonthName,
    fold,
    month_names,
    weekday_names,
)
from hybrid_sync.intake.date_mentions import DateMention, Day, settled

_TOKEN = re.compile(
    r"(?P<number>\d+)(?P<suffix>st|nd|rd|th|er|re|e|de|ste|º|ª|°|οσ|η|ο|-?го|г)?(?!\w)"
    r"|(?P<word>[^\W\d_]+(?:[-‑’'][^\W\d_]+)*[’']?)|(?P<odd>\w+)|(?P<mark>\S)"
)
_D = r"(?:W[.,f]*)?D[.f]*"
_M = "[Mm]"
_Y = r"(?:[.,f]*Y)?"
_FORMS = (
    # 31 May - 1 June 2016; 26 April 2017 to 28 April 2017; 31 May and 1 June 2016
    f"{_D}{_M}{_Y}[.,f]*[-&]f*{_D}{_M}{_Y}",
    # 3, 4 and 5 June; 17. - 18. května; 17/18 June
    rf"{_D}(?:,{_D})*[-&/]+f*{_D}{_M}{_Y}",
    f"{_D}{_M}{_Y}",
    # March 31 - April 2, 2024
    rf"(?:W[.,f]*)?{_M}\.?f*D-{_M}\.?f*D{_Y}",
    # February, 15-16; December 1, 2023
    rf"(?:W[.,f]*)?{_M}(?:\.|,)?f*D(?:[-&/](?:W[,f]*)?D)?{_Y}",
    # 2024. március 13-14., péntek; 2024 m. kovo 13 d.
    rf"Y[.f]*{_M}\.?D\.?(?:-D\.?|-{_M}\.?D\.?)?(?:[.,f]*W)?",
    # piektdiena, 2024. gada 13. marts
    rf"(?:W[.,]*)?Y\.?G{_D}(?:-{_D})?{_M}(?:-{_D}{_M})?",
)
_ANY = re.compile("|".join(_FORMS[-2:] + _FORMS[:-2]))
_DASHES = "-–—‑−"
_CROATIAN = re.compile("[čšžđ]")
_POLISH = re.compile("[łąęśźńż]")


class _Token(NamedTuple):
    kind: str
    start: int
    end: int
    word: str


def find_dates(text: str, *, masked: str | None = None) -> list[DateMention]:
    """Every date in `text`, in order. `masked` is `text` with what is no date (times) replaced by U+0000.

    Years are those written with the date; a day without one has `year` None. Impossible dates are left out.
    """
    numeric = numeric_dates.find(text)
    hidden = list(masked if masked is not None else text)
    for mention in numeric:
        hidden[mention.start : mention.end] = "\x00" * (mention.end - mention.start)
    return sorted([*numeric, *_written_out("".join(hidden), text)], key=lambda mention: mention.start)


def _written_out(hidden: str, text: str) -> Iterator[DateMention]:
    tokens = list(_tokens(hidden))
    row = "".join(token.kind for token in tokens)
    for match in _ANY.finditer(row):
        part = tokens[match.start() : match.end()]
        if _too_vague(part):
            continue
        yield from _mentions(part, text)


def _tokens(text: str) -> Iterator[_Token]:
    folded = TWO_WORD_MONTHS.sub(r"\1-\2", fold(text))
    matches = list(_TOKEN.finditer(folded))
    previous = ""
    for number, match in enumerate(matches):
        word = match[0].replace("’", "'")
        previous = _kind(match, word, text[match.start()], previous)
        if previous == "W" and word in _months() and not _month_follows(matches[number + 1 : number + 4]):
            previous = "m"  # "Mar 7, 2023", unlike Italian "mar 7 marzo 2023"
        yield _Token(previous, match.start(), match.end(), word)


def _month_follows(matches: Sequence[re.Match[str]]) -> bool:
    return any(match[0].replace("’", "'") in _months() for match in matches)


def _kind(match: re.Match[str], word: str, first: str, previous: str) -> str:
    if match["number"]:
        number = match["number"]
        if len(number) <= 2:
            return "D" if 1 <= int(number) <= 31 else "x"
        return "Y" if len(number) == 4 and 1990 <= int(number) <= 2099 else "x"
    if match["word"]:
        return _word_kind(word, first, previous)
    mark = match["mark"] or "x"
    if mark in _DASHES:
        return "-"
    if mark == "\x00":
        return "T"
    return mark if mark in ".,/&" else "x"


def _word_kind(word: str, first: str, previous: str) -> str:
    month = _months().get(word)
    # The small words come first: "to", "on" and "do" are also short for Thursday or Monday somewhere.
    if word in TO_WORDS:
        return "-"
    if word in AND_WORDS:
        return "&"
    if word in FILLERS:
        return "f"
    if word in weekday_names() and not (month and previous in ("D", ".", "f")):
        return "W"
    if month:
        # "may" is a verb, "set" and "mars" are words: such a short or lower-case word needs a year or
        # weekday.
        return "M" if month.in_full and not (word == "may" and first.islower()) else "m"
    return "G" if word == "gada" else "x"


@cache
def _months() -> dict[str, MonthName]:
    return {word.replace(" ", "-"): meaning for word, meaning in month_names().items()}


def _too_vague(part: Sequence[_Token]) -> bool:
    kinds = "".join(token.kind for token in part)
    if "m" in kinds and "Y" not in kinds and "W" not in kinds:
        return True
    # "in May. 5 people", "in May 5 of them": month before day without a year is English only, and said with
    # care.
    month_first = re.match(r"(W[.,f]*)?[Mm]", kinds)
    return bool(month_first and "Y" not in kinds and not _is_english(part)) or bool(re.match("M[.f]", kinds))


def _is_english(part: Sequence[_Token]) -> bool:
    names = [_months()[token.word] for token in part if token.kind in "Mm"]
    return any("en" in codes for name in names for codes in name.months.values())


def _mentions(part: Sequence[_Token], text: str) -> list[DateMention]:
    days = _days(part, text)
    start, end = part[0].start, part[-1].end
    links = {token.kind for token in part if token.kind in "-&/"}
    mention = settled(DateMention(start, end, tuple(days), is_range="-" in links))
    return [mention] if mention else []


@dataclass
class _Draft:
    """A day while its month and year are still to come."""

    day: int
    weekdays: frozenset[int]
    month: _Token | None = None
    year: int | None = None


def _days(part: Sequence[_Token], text: str) -> list[Day]:
    """The days of one match.

    A month after the days belongs to all that have none yet; one before them to those that follow.

    A year is given to the day it stands beside; `settled` lets the others share it, over New Year as well.
    """
    order = [token.kind for token in part if token.kind in "DMmY"]
    month_first = order[order[0] == "Y"] in "Mm"
    drafts: list[_Draft] = []
    month: _Token | None = None
    year: int | None = None
    weekdays: frozenset[int] = frozenset()
    for token in part:
        if token.kind == "W":
            weekdays = weekday_names()[token.word]
        elif token.kind == "D":
            number = int("".join(filter(str.isdigit, token.word)))
            drafts.append(_Draft(number, weekdays, month if month_first else None, year))
            weekdays, year = frozenset(), None
        elif token.kind in "Mm":
            month = token
            for draft in drafts:
                draft.month = draft.month or token
        elif token.kind == "Y" and drafts:
            drafts[-1].year = drafts[-1].year or int(token.word[:4])
        elif token.kind == "Y":
            year = int(token.word[:4])
    if weekdays and not drafts[0].weekdays:
        drafts[0].weekdays = weekdays  # Hungarian and Lithuanian put it last
    dotted = any(a.kind == "D" and b.kind == "." for a, b in itertools.pairwise(part))
    return [_finished(draft, dotted, text) for draft in drafts]


def _finished(draft: _Draft, dotted: bool, text: str) -> Day:
    options = _months()[draft.month.word].months if draft.month else {}
    days = [Day(draft.day, number, draft.year, draft.weekdays) for number in sorted(options)]
    return _best(days, options, dotted, text)


def _best(days: list[Day], options: dict[int, frozenset[str]], dotted: bool, text: str) -> Day:
    """The day of that month name which its weekday confirms; else that of the language that writes so."""
    if len(days) == 1:
        return days[0]
    confirmed = [day for day in days if day.weekdays and day.year and day.weekday_fits]
    if len(confirmed) == 1:
        return confirmed[0]
    # "13. listopada" is Croatian for October, "13 listopada" Polish for November; Czech and Croatian both put
    # the dot.
    polish = not dotted or bool(_POLISH.search(text.lower()) and not _CROATIAN.search(text.lower()))
    wanted = {"pl"} if polish else {"hr"}
    return next((day for day in days if options[day.month] & wanted), days[0])
