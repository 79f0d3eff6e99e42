"""The sections of a page: which lines stand under "When", "Where", "Speakers" and the like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from hybrid_sync.intake.page_lines import Line, Page
from hybrid_sync.intake.words import label_kind, speaks_of_registration

_LABELLED = re.compile(r"(?P<label>[^:?]{2,40}?)\s?[:?](?:\s+|$)(?P<value>.*)")
# "LocationPress Room": the copying lost the line end between label and value.
_GLUED = re.compile(r"(?P<label>[A-ZÀ-Ý][^\W\d_A-ZÀ-Ý]{3,})(?=[A-ZÀ-Ý0-9])(?P<value>.*)")
_SENTENCE = re.compile(r"(?:[^\s,\d]+ ){3,}.*[.!]")
# "from 14:00 to 15:30", "and Thursday 4 July": at most three words before the first number
_DATE_LIKE = re.compile(r"\W*(?:[^\W\d_]+[ .,]+){0,3}\d")
_SHORT = {"when": 6, "date": 4, "time": 3, "where": 5, "languages": 30, "organisers": 12, "deadline": 3,
          "published": 2, "status": 2, "online": 3, "other": 4}  # fmt: skip


@dataclass(frozen=True)
class Section:
    """The lines under one label. `kind` is None for what stands under no label that we know."""

    kind: str | None
    lines: tuple[Line, ...]
    label: str = ""


def sections(page: Page) -> tuple[Section, ...]:
    """All lines of the page in order, in sections; a label line itself is in none."""
    found: list[Section] = []
    current = Section(None, ())
    inline = False
    for line in page.lines:
        kind, label, value = labelled(line)
        if kind == "end" and current.kind == "when" and current.lines and value:
            current = replace(current, lines=(*current.lines, replace(line, text=f"- {value}")))
        elif kind:
            found.append(current)
            inline = bool(value)
            # "Register here" is a label that may itself be the link.
            own = (replace(line, text=value),) if value else ((line,) if line.links else ())
            current = Section(kind, own, label)
        elif _ends(current, line, inline):
            found.append(current)
            current, inline = Section(None, (line,)), False
        else:
            current = replace(current, lines=(*current.lines, line))
    found.append(current)
    return tuple(section for section in found if section.lines or section.kind)


def labelled(line: Line) -> tuple[str | None, str, str]:
    """Kind, label and value of a line that is or begins with a label; the kind is None for any other line."""
    text = line.text.rstrip(":?* ").strip()
    kind = label_kind(text)
    if kind:
        return kind, text, ""
    for pattern in (_LABELLED, _GLUED):
        found = pattern.fullmatch(line.text)
        kind = label_kind(found["label"]) if found else None
        if found and kind and (pattern is _LABELLED or kind not in ("related", "other", "date", "time")):
            return kind, found["label"], found["value"].strip()
    return None, "", ""


def _ends(section: Section, line: Line, inline: bool) -> bool:
    """Whether `line` no longer belongs to `section`: facts are short, texts and lists of people are not."""
    if section.kind is None:
        return False
    if line.heading:
        return True
    most = _SHORT.get(section.kind)
    if most is None:
        return section.kind == "moderators" and inline and line.gap
    full = len(section.lines) >= most
    if section.kind in ("when", "date") and section.lines and not _goes_on_with_dates(line.text):
        return True
    is_prose = len(line.text) > 250 or _SENTENCE.fullmatch(line.text) is not None
    return full or (bool(section.lines) and (line.gap or is_prose))


def _goes_on_with_dates(text: str) -> bool:
    return _DATE_LIKE.match(text) is not None and len(text) <= 120 and not speaks_of_registration(text)


def of_kind(found: tuple[Section, ...], *kinds: str) -> Iterator[Section]:
    """The sections of those kinds, in order."""
    return (section for section in found if section.kind in kinds)
