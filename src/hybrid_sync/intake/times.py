"""Times of day in running text: 14:00 - 15:30, 9.00 - 11.30, 10h00-18h00, 2 – 2.30 p.m., ab 20:15 Uhr."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time

from hybrid_sync.intake.calendar_words import TO_WORDS, fold, month_names
from hybrid_sync.intake.zones import ZoneLabel, label_after

_ATOM = re.compile(
    r"(?<![\w.,:/€$£+°])(?P<hour>\d{1,2})"
    r"(?:(?P<mark>[:.])(?P<minute>[0-5]\d)(?::[0-5]\d)?|\s?(?P<h>h|u)\s?(?P<hminute>[0-5]\d)?(?!\w))?"
    r"\s?(?:(?P<half>[ap]\.?\s?m\b\.?|[πμ]\.?\s?μ\b\.?)"
    r"|(?P<clock>uhr|uur|hrs?|hours|часа?|ч|hod|val|ora(?:kor)?|uri|noon|h|u)\b\.?)?(?![\w%€]|[.:/]\d)"
)
_LEAD = re.compile(
    r"(?:\b(?:at|from|starts?|starting|begin(?:s|ning|t)?|um|ab|dès|des|de|a|dalle|ore|alle|kl|klo|godz|ob|"
    r"ora|orele|"
    r"plkst|les|στις|απο|las|van|om|between|entre|zwischen|von|fra|fran|od|do|nuo|alates|kell|time|zeit|"
    r"heure|hora|"
    r"ca|circa|approx|around|o|u|v|ve|в|от|til|till|until|to|bis)|(?:19|20)\d\d)[.:,]?\s*$"
)
_JOIN_DASH = re.compile(r"\s*(?:h\.?)?\s*(?:-{1,2}>?|–|—|−|>|→|/)\s*")
# What may stand between "to" and the second time: "a las", "bis etwa", "hasta las", "do godz."
_SMALL = frozenset([
    "las", "le", "ore", "as", "kl", "klo", "godz", "ora", "orele", "about", "etwa", "circa", "the",
    "the", "uhr", "hod", "h",
])  # fmt: skip
_BETWEEN = re.compile(
    r"\b(?:between|entre|zwischen|tussen|mellan|mellem|tra|fra|miedzy|mezi|medzi|izmedu|med)\s*$"
)
_AND = frozenset([
    "and", "et", "und", "en", "y", "e", "i", "og", "och", "ja", "si", "a", "és", "es",
])  # fmt: skip
_OPEN = re.compile(r"\s*(?:[-–—](?!\s*\w)|onwards?\b|and onwards?\b)")


@dataclass(frozen=True)
class TimeMention:
    """A time at `start`..`end` of its text. `till` is None for a start alone; `label`: the zone after it."""

    start: int
    end: int
    since: time
    till: time | None = None
    label: ZoneLabel | None = None


@dataclass(frozen=True)
class _Atom:
    """One clock time while its meaning may still depend on its neighbour."""

    start: int
    end: int
    hour: int
    minute: int
    half: str | None
    strong: bool  # a time even when it stands alone
    bare: bool  # only digits: a time only as "2 - 2.30 p.m."
    marked: bool = False  # a word or "h" after it says that it is a time

    def at(self, half: str | None) -> time | None:
        hour = self.hour
        if half:
            if not 1 <= hour <= 12:
                return None
            hour = hour % 12 + (12 if half == "p" else 0)
        if hour == 24 and self.minute == 0:
            hour = 0
        return time(hour, self.minute) if hour < 24 else None


def find_times(text: str) -> list[TimeMention]:
    """Every time and range of times in `text`, in order, each with the zone label after it.

    A lone "14.30", "14 h" or "9" is a time only after a word such as "at", or beside another time.
    """
    folded = fold(text)
    atoms = [
        atom for match in _ATOM.finditer(folded) if (atom := _atom(match)) and not _is_price(folded, atom)
    ]
    found: list[TimeMention] = []
    number = 0
    while number < len(atoms):
        pair = _pair(folded, text, atoms[number], atoms[number + 1]) if number + 1 < len(atoms) else None
        single = None if pair else _single(folded, text, atoms[number])
        if pair or single:
            found.append(pair or single)  # type: ignore[arg-type]
        number += 2 if pair else 1
    return found


def _atom(match: re.Match[str]) -> _Atom | None:
    hour, minute = int(match["hour"]), int(match["minute"] or match["hminute"] or 0)
    if hour > 24:
        return None
    half = None
    if match["half"]:
        half = "a" if match["half"][0] in "aπ" else "p"
    elif match["clock"] == "noon":
        half = "p"
    end = match.start() + len(match[0].rstrip())
    certain = ("uhr", "uur", "noon", "hod", "hrs", "hours", "orakor", "uri")
    strong = match["mark"] == ":" or half is not None or match["clock"] in certain or bool(match["hminute"])
    marked = bool(match["clock"] or match["h"])
    bare = not (match["mark"] or marked or half)
    return _Atom(match.start(), end, hour, minute, half, strong, bare, marked)


def _pair(folded: str, text: str, first: _Atom, second: _Atom) -> TimeMention | None:
    label = label_after(text, first.end)
    between_start = label.end if label and label.end <= second.start else first.end
    between = (
        folded[between_start : second.start].replace(")", " ", 1)
        if label
        else folded[first.end : second.start]
    )
    if not _joins(folded, between, first, second) or not _plausible_bare(folded, first, second):
        return None
    if second.bare or not _both_are_times(first, second):
        return None
    times = _read_both(first, second)
    if times is None:
        return None
    after = label_after(text, second.end)
    end = after.end if after else second.end
    return TimeMention(first.start, end, times[0], times[1], after or label)


def _joins(folded: str, between: str, first: _Atom, second: _Atom) -> bool:
    if _JOIN_DASH.fullmatch(between):
        return True
    words = between.replace(".", " ").replace(",", " ").split()
    if not words:
        return bool(between) and first.strong and second.strong
    if not all(word in _SMALL for word in words[1:]):
        return False
    if words[0] in _AND and _BETWEEN.search(folded[max(0, first.start - 14) : first.start]):
        return True
    return words[0] in TO_WORDS or words[0] in ("alle", "ate")


def _plausible_bare(folded: str, first: _Atom, second: _Atom) -> bool:
    if not first.bare:
        return True
    if _after_month(folded, first):
        return False  # "5 March 10 - 12 am" is rare, "March 5 - 10 am" is not
    return second.half is not None or second.marked


def _is_price(folded: str, atom: _Atom) -> bool:
    return re.search(r"(?:[€$£]|\beur)\s?$", folded[max(0, atom.start - 5) : atom.start]) is not None


def _after_month(folded: str, atom: _Atom) -> bool:
    before = re.search(r"([^\W\d_]+)[.,]?\s*$", folded[max(0, atom.start - 16) : atom.start])
    return bool(before and before[1] in month_names())


def _both_are_times(first: _Atom, second: _Atom) -> bool:
    # "10 - 12" alone is anything; one of the two must look like a time, and "9.00 - 11.30" has minutes twice.
    return first.strong or second.strong or second.marked or not (first.bare or second.bare)


def _read_both(first: _Atom, second: _Atom) -> tuple[time, time] | None:
    till = second.at(second.half)
    since = first.at(first.half)
    if first.half is None and second.half and 1 <= first.hour <= 12:
        # The half of the day is written once, after the second: the first shares it unless it would come
        # later.
        since = first.at(second.half)
        if since and till and since >= till:
            since = first.at("a" if second.half == "p" else "p")
    return (since, till) if since is not None and till is not None else None


def _single(folded: str, text: str, atom: _Atom) -> TimeMention | None:
    led = _LEAD.search(folded[max(0, atom.start - 14) : atom.start]) is not None or _after_month(folded, atom)
    label = label_after(text, atom.end)
    open_end = _OPEN.match(folded, label.end if label else atom.end)
    onwards = bool(open_end and open_end[0].strip().endswith(("ward", "wards")))
    if atom.bare or not (atom.strong or led or onwards or (label and not label.text.startswith("UTC"))):
        return None
    since = atom.at(atom.half)
    if since is None:
        return None
    end = open_end.end() if open_end else (label.end if label else atom.end)
    return TimeMention(atom.start, end, since, None, label)


def mask(text: str, mentions: list[TimeMention]) -> str:
    """`text` of the same length with U+0000 where times stand, so that dates are found beside them."""
    letters = list(text)
    for mention in mentions:
        letters[mention.start : mention.end] = "\x00" * (mention.end - mention.start)
    return "".join(letters)
