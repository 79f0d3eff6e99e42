"""Where the event is: venue, city, country, and whether there is a room and an online part."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hybrid_sync.intake.outline import Section, of_kind
from hybrid_sync.intake.page_lines import Line
from hybrid_sync.intake.zones import country_code, zone_of_country, zone_of_place

# "Webex MeetingsBrussels, Belgium": two fields of the site, glued where a small letter meets a capital.
_GLUED = re.compile(
    r"(?P<venue>.*[^\W\d_A-ZÀ-ÝŠŽČ)\]])"
    r"(?P<city>[A-ZÀ-ÝŠŽČŁ][^\W\d_]*(?:[ '’-][^\W\d_]+){0,3}), (?P<country>[^,]+)"
)
_CITY_COUNTRY = re.compile(r"(?P<city>[^\W\d_][^,\d]{1,40}), (?P<country>[^,]{2,40})")
_GATHERING = (
    r"(?:event|meeting|conference|session|seminar|workshop|format|mode|participation|attendance|presence)"
)
_ONLINE = re.compile(
    rf"\b(on-?line|en ligne|en línea|webex|zoom(?! (?:in|out|on)\b)|(?:ms|microsoft) teams|"
    rf"live[- ]?stream\w*|"
    rf"web-?stream\w*|webinar\w*|webinář\w*|web-?cast\w*|video-?conferenc\w*|visioconférence|"
    rf"videoconferencia|"
    rf"virtual {_GATHERING}|virtually|interactio|remote participation|follow the event live|"
    rf"watch (?:the \w+ )?live|"
    rf"hybrid {_GATHERING}|format hybride|hybride Veranstaltung)\b",
    re.IGNORECASE,
)
# What is online here is a form or a document, not the event.
_ONLINE_THINGS = re.compile(
    r"\bon-?line (?:registration|application|form|consultation|survey|platform|tool|resource|service|"
    r"course|content|"
    r"market|harm|safety|shop|sale|hate|media|public)\w*|\b(?:regist\w+|apply|available|published|form|"
    r"found|sign up) on-?line",
    re.IGNORECASE,
)
_ONLY_ONLINE = re.compile(
    rf"\b(on-?line[- ]only|only on-?line|exclusively on-?line|fully (?:on-?line|virtual)|"
    rf"virtual {_GATHERING}|"
    rf"(?:took|take|takes|taking) place on-?line|(?:be|is|was) held on-?line|uniquement en ligne|nur online|"
    rf"ausschließlich online|enkel online|alleen online|sólo en línea|solo online|"
    rf"{_GATHERING} (?:is|will be) on-?line|webinars?)\b",
    re.IGNORECASE,
)
# A place that is only a tool or a word for "not in a room".
_NO_ROOM = re.compile(
    r"(?:(?:on-?line|en ligne|en línea|web-?ex|cisco|zoom|(?:ms|microsoft)? ?teams|meetings?|events?|"
    r"webinars?|virtual(?:ly)?"
    r"|livestream(?:ing)?|web-?stream(?:ing)?|youtube|video-?conference|only|event|platform|via|on|via the|"
    r"and|or|link|"
    r"remote|internet|by|-|–|/|,|\||\(|\))\s*)+",
    re.IGNORECASE,
)
_ROOM_TOO = re.compile(
    rf"\b(in[- ]person|on[- ]?site {_GATHERING}|physical {_GATHERING}|physically|en présentiel|vor ort|"
    rf"hybrid {_GATHERING}|"
    rf"format hybride)\b",
    re.IGNORECASE,
)
_STREET = re.compile(
    r"\b(rue|avenue|boulevard|place|square|street|road|str\.|chaussée|plein|calle|via|piazza|ulica|ul\.)\b|"
    r"straße|strasse|"
    r"straat\b|laan\b|weg\b",
    re.IGNORECASE,
)
_BRUSSELS = re.compile(
    r"\b(Brussels|Bruxelles|Brussel|Brüssel|Bruselas|Bruxelas|Bruksela|Brukseli|Brusel|Βρυξέλλες|Брюксел)\b"
)
LONGEST_VENUE = 250


@dataclass(frozen=True)
class Place:
    """What the page says about the place. `onsite` and `online` are None where it says nothing."""

    venue: str | None = None
    city: str | None = None
    country: str | None = None
    onsite: bool | None = None
    online: bool | None = None

    @property
    def zone(self) -> str | None:
        """The zone of the city or country; None when unknown."""
        by_city = zone_of_place(self.city) if self.city else None
        code = country_code(self.country) if self.country else None
        return by_city or (zone_of_country(code) if code else None)


def find_place(sections: Sequence[Section]) -> Place:
    """Venue and city from what stands under "Where", else from a street address near the end of the page."""
    where = [line for section in of_kind(tuple(sections), "where") for line in section.lines]
    texts = [line.text.strip() for line in where[:4] if line.text.strip()]
    all_lines = [line for section in sections if section.kind != "related" for line in section.lines]
    venue, city, country = _venue(texts) if texts else _address(all_lines)
    if city is None and not texts:
        city, country = _city_line(all_lines)
    online_here = bool(_ONLINE.search(" ".join(texts)))
    venue_is_room = venue is not None and not _NO_ROOM.fullmatch(venue)
    online = True if online_here or _mentions_online(sections, all_lines) else None
    # "Where: Brussels" is a room somewhere in Brussels.
    onsite = _onsite(
        venue_is_room or bool(texts and venue is None and city), bool(texts), online_here, all_lines
    )
    return Place(venue if venue_is_room else None, city, country, onsite, online)


def _venue(texts: list[str]) -> tuple[str | None, str | None, str | None]:
    if len(texts) > 1:
        parted = _as_city(texts[-1])
        if parted:
            return ", ".join(texts[:-1])[:LONGEST_VENUE], *parted
    whole = " ".join(texts) if len(texts) > 1 and _STREET.search(texts[-1]) else ", ".join(texts)
    glued = _GLUED.fullmatch(whole)
    if glued and country_code(glued["country"]):
        return glued["venue"].strip(" ,"), glued["city"], glued["country"].strip(" .")
    city, country = _as_city(whole) or _ending(whole)
    alone = _as_city(whole) is not None or whole == city
    return (None if alone else whole.rstrip(" .")[:LONGEST_VENUE]), city, country


def _as_city(text: str) -> tuple[str, str] | None:
    """City and country when the text is nothing else."""
    found = _CITY_COUNTRY.fullmatch(text.strip(" ."))
    return (found["city"], found["country"]) if found and country_code(found["country"]) else None


def _ending(text: str) -> tuple[str | None, str | None]:
    """City and country at the end of a longer address, each as far as it is written."""
    parts = [part.strip(" .)") for part in re.split(r"[,(|–]| - ", text) if part.strip(" .)")]
    country = parts.pop() if parts and country_code(parts[-1]) else None
    brussels = _BRUSSELS.search(text)
    if brussels:
        return brussels[1], country
    for part in reversed(parts):
        city = re.sub(r"^(?:[A-Z]{1,2}-)?\d{3,6}(?: [A-Z]{2})?\s+", "", part)
        if zone_of_place(city) and not country_code(city):
            return city, country
    return None, country


def _address(lines: Sequence[Line]) -> tuple[str | None, str | None, str | None]:
    """A street address that stands without a label: short lines, the house's name above it."""
    for number, line in enumerate(lines):
        if (
            len(line.text) <= 100
            and _STREET.search(line.text)
            and re.search(r"\d", line.text)
            and not line.links
        ):
            if not re.match(r"[\d\w][^.!?]*$", line.text) or not (
                number and _is_name(lines[number - 1], line)
            ):
                continue
            return _venue([lines[number - 1].text, line.text])
    return None, None, None


def _is_name(above: Line, line: Line) -> bool:
    return len(above.text) <= 100 and not above.text.endswith((".", ":", "?")) and not line.gap


def _city_line(lines: Sequence[Line]) -> tuple[str | None, str | None]:
    for line in lines[:30]:
        found = _as_city(line.text)
        if found and zone_of_place(found[0]):
            return found
    return None, None


def _mentions_online(sections: Sequence[Section], lines: Sequence[Line]) -> bool:
    if any(True for _ in of_kind(tuple(sections), "online")):
        return True
    # The word in a speaker's title ("online content expert") says nothing about the event.
    return any(_ONLINE.search(_ONLINE_THINGS.sub("", line.text)) for line in lines if not line.bullet)


def _onsite(has_room: bool, has_where: bool, online_here: bool, lines: Sequence[Line]) -> bool | None:
    if has_room or any(_ROOM_TOO.search(line.text) for line in lines if not line.bullet):
        return True
    if (has_where and online_here) or any(_ONLY_ONLINE.search(line.text) for line in lines):
        return False
    return None
