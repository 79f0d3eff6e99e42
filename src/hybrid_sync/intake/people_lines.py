"""Speakers and moderators as pages list them: one line each, name first, the rest after commas."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hybrid_sync.domain.events import Speaker
from hybrid_sync.intake.outline import Section
from hybrid_sync.intake.page_lines import Line
from hybrid_sync.intake.zones import country_code

_LOWER = r"(?:de|da|di|del|della|du|des|la|le|van|von|der|den|ter|ten|zu|af|av|y|e|bin|al|el|dos|das|Ma|o)"
_WORD = r"(?:[A-ZÀ-ÝŠŽČĆŁĐŻŹŚΑ-ΩА-ЯІЇ](?:[^\W\d_]|['’.-])*)"
_TITLE = r"(?:(?:Dr|Prof|Mr|Ms|Mrs|Mme|M|H\.?E|Ing|Mag|Sir|Dame|Professor|Commissioner|Minister)\.?\s+)*"
_NAME = re.compile(rf"{_TITLE}{_WORD}(?:\s+(?:{_LOWER}\s+)*(?:{_WORD}|{_LOWER}’{_WORD})){{1,5}}")
_LEAD = re.compile(
    r"(?P<lead>moderat(?:ed|ion|or)s?(?: by)?|chair(?:ed|person)?(?: and moderated)?(?: by)?|animée? par|"
    r"modérée? par|"
    r"modérateur|modératrice|moderador[ae]?|moderatore|moderatrice|moderiert von|gemodereerd door|moderuje|"
    r"prowadzący|"
    r"συντονιστής|модератор)\s*:?\s+",
    re.IGNORECASE,
)
_ROLE_LEAD = re.compile(
    r"(?P<role>(?:opening|closing|welcome|welcoming|keynote|introductory|concluding)\s(?:address|speech|"
    r"remarks|speaker|words|"
    r"statement)|keynote|speaker|panellist|panelist|intervenant|ponente|referent(?:in)?|"
    r"redner(?:in)?)\s?:\s*",
    re.IGNORECASE,
)
_TAIL_MODERATOR = re.compile(
    r"[,(–-]\s*(?:moderator|chair|moderadora?|modératrice|modérateur|moderatorin)\)?\s*\.?$", re.IGNORECASE
)
_HANDLE = re.compile(
    r"\s*(?:[|–-]\s*)?@\w+|\s+-\s+(?:Presentation|Slides)\b.*$|\s*\((?:video[- ]message|tbc|online|remote)\)",
    re.IGNORECASE,
)
_TO_COME = re.compile(r"\b(tbc|tba|t\.b\.c\.|n\.\s?n\.|to be (?:confirmed|announced))", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s*[,;|]\s*|\s+[–—-]\s+|\s*\(")
_BODY = re.compile(
    r"\b(universit|institut|commission|ministry|ministère|ministerio|parliament|council|agency|committee|"
    r"foundation|"
    r"association|federation|centre|center|college|school|bank|office of|organi[sz]ation|network|alliance|"
    r"group|DG|"
    r"company|ltd|gmbh|s\.a\.|ngo|union|academy|department|directorate|secretariat|embassy|delegation)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class People:
    """Who speaks and who moderates, in the page's order, each once."""

    speakers: tuple[Speaker, ...] = ()
    moderators: tuple[Speaker, ...] = ()


def find_people(sections: Sequence[Section]) -> People:
    """The people under "Speakers" and "Moderator"; without such a list, the bullets that begin with a name."""
    speakers: dict[str, Speaker] = {}
    moderators: dict[str, Speaker] = {}
    listed = [section for section in sections if section.kind in ("speakers", "moderators")]
    for section in listed or [s for s in sections if s.kind in (None, "programme", "description")]:
        for text in _texts(section, strict=not listed):
            person, moderates = person_of(text, strict=not listed)
            if person:
                target = moderators if moderates or section.kind == "moderators" else speakers
                target.setdefault(person.name.casefold(), person)
    return People(tuple(speakers.values()), tuple(moderators.values()))


def _texts(section: Section, *, strict: bool) -> Iterator[str]:
    """The lines to read. A role on the line below a bare name belongs to it."""
    lines = [line for line in section.lines if line.bullet or not strict]
    number = 0
    while number < len(lines):
        text = lines[number].text
        following = lines[number + 1] if number + 1 < len(lines) else None
        if following and not strict and _is_bare_name(text) and not _begins_with_name(following):
            text, number = f"{text}, {following.text}", number + 1
        yield text
        number += 1


def _is_bare_name(text: str) -> bool:
    return _NAME.fullmatch(text.strip()) is not None


def _begins_with_name(line: Line) -> bool:
    found = _NAME.match(line.text)
    return bool(
        line.gap or (found and (found.end() == len(line.text) or _SEPARATOR.match(line.text, found.end())))
    )


def person_of(text: str, *, strict: bool = False) -> tuple[Speaker | None, bool]:
    """The person that a line names, and whether as moderator; None when the line names nobody.

    `strict` takes only lines with something after the name, for lists that are not said to be of people.
    """
    text = _HANDLE.sub("", text).strip(" .;")
    moderates = False
    lead = _LEAD.match(text)
    if lead:
        text, moderates = text[lead.end() :], True
    elif _TAIL_MODERATOR.search(text):
        text, moderates = _TAIL_MODERATOR.sub("", text), True
    role_lead = _ROLE_LEAD.match(text)
    if role_lead:
        text = text[role_lead.end() :]
    found = _NAME.match(text)
    if not found or _TO_COME.search(text) or len(text) > 400:
        return None, moderates
    rest = text[found.end() :]
    if rest and not _SEPARATOR.match(rest):
        return None, moderates
    if strict and not (rest.lstrip().startswith(",") and not lead) and not moderates:
        return None, moderates
    role, organisation = _role_and_organisation(rest)
    if role is None and role_lead:
        role = role_lead["role"]
    return Speaker(found[0].strip(), role, organisation), moderates


def _role_and_organisation(rest: str) -> tuple[str | None, str | None]:
    """What stands after the name: function, then organisation; either may be missing.

    | Head of Unit, INTPA G6             | Head of Unit     | INTPA G6              | the last part
    | Manager, SEED Foundation, Iraq     | Manager          | SEED Foundation, Iraq | a country: see before it
    | Manager, SEED Foundation, Iraq     | Manager          | SEED Foundation, Iraq | a country: see before it
    | Head of Office (IOM, Brussels)     | Head of Office   | IOM, Brussels         | brackets at the end
    | University of Mannheim             | -                | University of ...     | a word for a body
    | former CEO at Heureka              | former CEO       | Heureka               | "at"
    """
    rest = re.sub(r"^\s*[,;|–—-]\s*", "", rest).strip(" .,;")
    bracket = re.fullmatch(r"(?P<role>.*?)\s*\((?P<body>[^()]+)\)?", rest)
    if bracket and (bracket["body"] or "").strip():
        return bracket["role"].strip(" ,") or None, bracket["body"].strip()
    parts = [part for part in re.split(r",\s+|\s+\|\s+|\s+[–—]\s+", rest) if part]
    if len(parts) > 2 and country_code(parts[-1]):
        parts[-2:] = [", ".join(parts[-2:])]
    if len(parts) > 1:
        return ", ".join(parts[:-1]), parts[-1]
    if not parts:
        return None, None
    at = re.fullmatch(r"(.+?) (?:at|@|chez|bei|bij) ([A-ZÀ-Ý].+)", parts[0])
    if at:
        return at[1], at[2]
    is_body = _BODY.search(parts[0]) or re.fullmatch(r"[A-Z][A-Z0-9 /&-]{1,20}", parts[0])
    return (None, parts[0]) if is_body else (parts[0], None)
