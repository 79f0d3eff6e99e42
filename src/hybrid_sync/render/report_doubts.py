"""What is not certain about an event's attendance, in the reader's language and, where asked, without names.

Doubts come as English sentences (domain.presence, domain.attendance, domain.attendance_told). Those known here are
taken apart, so that they can be said in another language and without whom they are about.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from hybrid_sync.render.report_words import Say

NAMELESS = "…"

KNOWN = (
    "{who}: a stay without a join time was not counted",
    "{who}: a stay that ends before it begins was not counted",
    "{who}: no leave time, counted to the end",
    "{who}: no leave time, counted to the last leave of that run",
    "{who}: checked in at the door, but not within the time of the event, and not counted",
    "a run from {starts} to {ends} was a rehearsal and is not counted",
    "a run from {starts} to {ends} began after the event and is not counted",
    "an earlier pull named {people} whom this one does not; their stays are kept: {names}",
    "the attendee report names {people} whom the list of participants does not have: {names}",
    "the list of participants names {people} whom the attendee report does not have: {names}",
    "{who} was there from {starts} to {ends} by the list of participants, from {begins} to {stops} by the attendee report",
    "the times of {people} more people differ in the same way",
)
"""The sentences. Only `who` and `names` may hold anything that somebody typed."""

REASONS = (
    "the same name",
    "the same name in another order",
    "a part of the name",
    "the initials fit",
    "a similar name",
    "one name of two",
    "the address reads like the name",
    "the beginning of the address is the same",
    "pressed their join link in the same minute",
    "pressed their join link {minutes} min before",
    "not seen otherwise",
    "was online under their own address",
)
"""Why somebody unmatched may be a registrant (domain.suggestions)."""

_TIME = r"an unknown time|(?:\d{4}-\d\d-\d\d )?\d\d:\d\d(?: [A-Z]{2,5}| [+-]\d{2,4})?"
_PARTS = {
    "who": r".*", "names": r".*", "starts": _TIME, "ends": _TIME, "begins": _TIME, "stops": _TIME,
    "people": r"\d+(?: person| people)?", "minutes": r"\d+",
}  # fmt: skip


def _pattern(sentence: str) -> re.Pattern[str]:
    pieces = re.split(r"\{(\w+)\}", sentence)
    return re.compile(
        "".join(
            f"(?P<{piece}>{_PARTS[piece]})" if number % 2 else re.escape(piece)
            for number, piece in enumerate(pieces)
        ),
        re.DOTALL,
    )


_PATTERNS = {sentence: _pattern(sentence) for sentence in KNOWN}
_REASONS = {sentence: _pattern(sentence) for sentence in REASONS}


def told(doubt: str, say: Say) -> str:
    """`doubt` in the reader's language; one that is not known here stays as it is."""
    times, found = "", re.fullmatch(r"(\d+ × )(.*)", doubt, re.DOTALL)
    if found:
        times, doubt = found[1], found[2]
    for sentence, pattern in _PATTERNS.items():
        if match := pattern.fullmatch(doubt):
            parts = match.groupdict()
            if count := re.fullmatch(r"(\d+) (?:person|people)", parts.get("people", "")):
                parts["people"] = say.count("{count} person", "{count} people", int(count[1]))
            if "an unknown time" in parts.values():
                parts = {
                    name: say(part) if part == "an unknown time" else part for name, part in parts.items()
                }
            return times + say(sentence, **parts)
    return times + say(doubt)


def nameless(doubts: Iterable[str]) -> tuple[tuple[str, ...], int]:
    """The doubts with "…" for whom they are about, equal ones once with their number; and how many are not known
    here, which are left out because they may name somebody."""
    found: Counter[str] = Counter()
    left_out = 0
    for doubt in doubts:
        for sentence, pattern in _PATTERNS.items():
            if match := pattern.fullmatch(doubt):
                parts = match.groupdict()
                found[
                    sentence.format(**parts | {name: NAMELESS for name in ("who", "names") if name in parts})
                ] += 1
                break
        else:
            left_out += 1
    return tuple(f"{count} × {text}" if count > 1 else text for text, count in found.items()), left_out


def reason(why: str, say: Say) -> str:
    """Why somebody may be whom, in the reader's language."""
    said: list[str] = []
    for part in why.split("; "):
        matches = ((sentence, pattern.fullmatch(part)) for sentence, pattern in _REASONS.items())
        known = next(((sentence, match) for sentence, match in matches if match), None)
        said.append(say(known[0], **known[1].groupdict()) if known else part)
    return "; ".join(said)
