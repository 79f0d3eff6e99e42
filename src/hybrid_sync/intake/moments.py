"""Every date and time that a page gives, with how likely each is to be the event's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from hybrid_sync.intake import words
from hybrid_sync.intake.date_mentions import DateMention
from hybrid_sync.intake.dates import find_dates
from hybrid_sync.intake.outline import Section
from hybrid_sync.intake.page_lines import Line, sentences
from hybrid_sync.intake.times import TimeMention, find_times, mask

# How sure a reader is that a date is the event's, from what stands around it.
LABELLED = 100  # under "When"
ALONE = 80  # on a line with nothing else
WITH_TIME = 60  # "on 5 May from 10.00 to 18.00"
SAID = 45  # "will be held on 5 May"; in the title
REPORTED = 35  # "took place on 5 May"
STAMPED = 30  # "05.05.2022 00:00": a content system's stamp
OTHER = 0  # any other date: history, law, another event
ENOUGH = SAID
"""Weaker dates are only used beside another one that is near."""

MOST = 400
"""A page with more dates and times than this is a calendar or a timetable, not the page of one event."""

_WORD = re.compile(r"[^\W\d_]{3,}")
_ROW = re.compile(r"\W{0,3}\d{1,2}(?:[:.]\d{2}|\s?h)")


class Role(StrEnum):
    """What a date or time is for."""

    EVENT = "event"
    PUBLISHED = "published"
    DEADLINE = "deadline"
    ROW = "row"
    """A row of an agenda: a time at the beginning of its line."""
    HOURS = "hours"
    """Times under a label such as "Time" or "Opening hours", without a date."""


@dataclass(frozen=True)
class Moment:
    """A date, a time or both, from one sentence. `place` is its order on the page, `text` the sentence."""

    role: Role
    strength: int
    place: int
    text: str
    date: DateMention | None = None
    times: tuple[TimeMention, ...] = ()
    vague_label: bool = False
    """It stands under a bare "Date", which may be the day of publication."""

    @property
    def main_times(self) -> tuple[TimeMention, ...]:
        """Without a content system's stamp, and without the same time told again in another zone."""
        times = [time for time in self.times if not _is_stamp([time])]
        zones = [time.label.text for time in times if time.label]
        return tuple(time for time in times if time.label is None or time.label.text == zones[0])


_FROM_TO = re.compile(
    r"[\s,.)|]*(?:[-–—]|to|until|till|au|bis|al?|tot|do|til|hasta el|up to)[\s,(]*", re.IGNORECASE
)


def is_from_to(first: Moment, second: Moment) -> bool:
    """Whether the two are the ends of one range: "Monday 3 June 2024, 09:00 - Tuesday 4 June 2024, 17:30"."""
    if first.text != second.text or not (first.date and second.date):
        return False
    end = max(first.date.end, *(time.end for time in first.times), first.date.end)
    start = min(second.date.start, *(time.start for time in second.times), second.date.start)
    single = len(first.times) == len(second.times) == 1 and first.times[0].till is None
    return single and second.times[0].till is None and bool(_FROM_TO.fullmatch(first.text[end:start]))


def moments_of(sections: tuple[Section, ...]) -> list[Moment]:
    """All dates and times of the page, in its order; not more than `MOST` and a few."""
    found: list[Moment] = []
    for section in sections:
        if section.kind == "related":
            continue
        for text, line, is_title in _texts(section):
            if len(found) > MOST:
                return found
            for sentence in sentences(text) if section.kind not in ("when", "date") else [text]:
                found.extend(_from_sentence(sentence, section, line, is_title, len(found)))
    return found


def _texts(section: Section) -> Iterator[tuple[str, Line, bool]]:
    """The texts to read: the lines under "When" as one, a lone date joined with a lone time below it."""
    if section.kind in ("when", "date"):
        joined = " | ".join(line.text for line in section.lines)
        yield joined.replace(" | - ", " - "), Line(""), False
        return
    lines = list(section.lines)
    while lines:
        line = lines.pop(0)
        # "Time: 9.00": the label is what makes a time of it.
        text = f"time {line.text}" if section.kind == "time" else line.text
        if lines and _is_bare(text, date=True) and _is_bare(lines[0].text, date=False):
            text = f"{text}, {lines.pop(0).text}"
        yield text, line, section.kind is None and (line.heading or _could_be_title(line))


def _could_be_title(line: Line) -> bool:
    return not line.bullet and len(line.text) <= 200 and not line.text.endswith(".")


def _is_bare(text: str, *, date: bool) -> bool:
    """Whether a line is only a date (or only a time)."""
    if len(text) > 80:
        return False
    times = find_times(text)
    dates = find_dates(text, masked=mask(text, times))
    right = bool(dates) and not times if date else bool(times) and not dates
    return right and _rest(text, dates, times) == 0


def without(text: str, spans: Iterable[DateMention | TimeMention]) -> str:
    """`text` with blanks where dates and times stand."""
    letters = list(text)
    for span in spans:
        letters[span.start : span.end] = " " * (span.end - span.start)
    return "".join(letters)


def _rest(text: str, dates: list[DateMention], times: list[TimeMention]) -> int:
    """How many words of a text are neither date nor time nor zone."""
    return len(_WORD.findall(without(text, [*dates, *times])))


def _from_sentence(text: str, section: Section, line: Line, is_title: bool, place: int) -> list[Moment]:
    times = find_times(text)
    dates = find_dates(text, masked=mask(text, times))
    times, dates = times[: MOST + 1], dates[: MOST + 1]
    if not dates and not times:
        return []
    role = _role(text, section, dates)
    strength = _strength(text, section, dates, times, is_title)
    vague = section.kind == "date"
    if not dates:
        return [Moment(role, strength, place, text, None, tuple(times), vague)]
    shared = _share(dates, times)
    return [
        Moment(role, strength, place + n, text, date, part, vague) for n, (date, part) in enumerate(shared)
    ]


def _role(text: str, section: Section, dates: list[DateMention]) -> Role:
    if section.kind == "published" or (words.speaks_of_publication(text) and section.kind != "when"):
        return Role.PUBLISHED
    if section.kind in ("when", "date"):
        return Role.EVENT
    if section.kind in ("deadline", "registration") or (
        words.speaks_of_registration(text) and (dates or not _ROW.match(text))
    ):
        return Role.DEADLINE
    if section.kind == "time":
        return Role.HOURS
    if not dates and _ROW.match(text):
        return Role.ROW
    return Role.EVENT


def _strength(
    text: str, section: Section, dates: list[DateMention], times: list[TimeMention], is_title: bool
) -> int:
    if section.kind == "when":
        return LABELLED
    if section.kind == "date":
        return LABELLED if times and not _is_stamp(times) else SAID
    if dates and _is_stamp(times):
        return STAMPED
    if dates and _rest(text, dates, times) == 0:
        return ALONE
    if dates and times:
        return WITH_TIME
    if is_title or words.says_it_happens(text):
        return SAID
    return REPORTED if words.says_it_happened(text) else OTHER


def _is_stamp(times: list[TimeMention]) -> bool:
    """A midnight without an end was filled in by a content system, not by a person."""
    return (
        len(times) == 1 and times[0].till is None and (times[0].since.hour, times[0].since.minute) == (0, 0)
    )


def _share(
    dates: list[DateMention], times: list[TimeMention]
) -> list[tuple[DateMention, tuple[TimeMention, ...]]]:
    """Each time with the date it stands nearest to; at equal distance with the earlier one."""
    parts: list[list[TimeMention]] = [[] for _ in dates]
    for time in times:
        gaps = [
            (date.start - time.end) if date.start >= time.end else (time.start - date.end) for date in dates
        ]
        parts[min(range(len(dates)), key=lambda n: (gaps[n], n))].append(time)
    return [(date, tuple(part)) for date, part in zip(dates, parts, strict=True)]
