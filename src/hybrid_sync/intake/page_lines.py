"""A page as lines: what the readers of dates, places and people look at, be it text or HTML."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from hybrid_sync.intake.characters import clean, one_line
from hybrid_sync.intake.words import label_kind

_BULLET = re.compile(r"(?:[-–•*·▪◦‣●○])\s+")
_HASHES = re.compile(r"#{1,6}\s+")
_SOURCE = re.compile(r"#\s*source:\s*(\S+)", re.IGNORECASE)
# "... Where? At the market. When? On Sunday." inside a paragraph
_QUESTION = re.compile(r"(?:(?<=[.!?…]\s)|^)(?=([^\W\d_]{2,12})\s?\?\s)")
# A sentence ends at . ! ? before a capital, but not after "1." (a German day), "Dr." or "h."
_SENTENCE = re.compile(
    r"(?<=[^\W\d_]{3}[.!?])\s+(?=[^\W\d_a-zà-ÿα-ωа-я])|(?<=[)\]”’\"][.!?])\s+(?=\w)|\s*•\s+"
    r"|(?<=\w[.!?])\s+(?=(?:Please|Register|Registration|The|This|To|For|We|You|In|It)\b)"
)


@dataclass(frozen=True)
class Link:
    """A link: its words and its absolute address."""

    text: str
    href: str


@dataclass(frozen=True)
class Line:
    """One line of a page, without its bullet. `gap` says that an empty line stands before it."""

    text: str
    bullet: bool = False
    heading: bool = False
    gap: bool = False
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Page:
    """A page as it was given: its lines, and the title and main heading that HTML marks as such."""

    lines: tuple[Line, ...]
    source: str | None = None
    page_title: str | None = None
    heading: str | None = None
    links: tuple[Link, ...] = field(default=())


_ISO_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?:(Z)|([+-]\d\d:?\d\d))?(?!\w)")


def readable(text: str) -> str:
    """`text` on one line, with "2024-03-13T14:00+01:00" written as people do."""

    def as_people_write(found: re.Match[str]) -> str:
        zone = " UTC" if found[3] else (f" UTC{found[4]}" if found[4] else "")
        return f"{found[1]} {found[2]}{zone}"

    return _ISO_TIME.sub(as_people_write, one_line(text))


def page_of_text(text: str, source: str | None = None) -> Page:
    """A page out of plain text. A first line "# source: ADDRESS" tells where it was taken from.

    That goes before the name of the file it stands in, because title and year may have to come from it.
    """
    lines: list[Line] = []
    gap = False
    for raw in clean(text).split("\n"):
        stated = _SOURCE.match(raw.strip())
        if stated and not lines:
            source = source if source and "://" in source else stated[1]
            continue
        text_line = readable(raw)
        if not text_line:
            gap = True
            continue
        lines.extend(_lines(text_line, gap))
        gap = False
    return Page(tuple(lines), source=source)


def _lines(text: str, gap: bool) -> Iterator[Line]:
    hashes, bullet = _HASHES.match(text), _BULLET.match(text)
    start = (hashes or bullet).end() if hashes or bullet else 0  # type: ignore[union-attr]
    for part in split_questions(text[start:].strip()):
        yield Line(part, bullet=bool(bullet), heading=bool(hashes), gap=gap)
        gap = False


def split_questions(text: str) -> list[str]:
    """`text` cut before every "When?" or "Where?" that stands inside it."""
    cuts = [found.start() for found in _QUESTION.finditer(text) if label_kind(found[1])]
    edges = [0, *[cut for cut in cuts if cut], len(text)]
    return [part for a, b in itertools.pairwise(edges) if (part := text[a:b].strip())]


def sentences(text: str) -> Iterable[str]:
    """The sentences of a line; nothing is lost but the blanks between them."""
    return (part for part in _SENTENCE.split(text) if part and part.strip())
