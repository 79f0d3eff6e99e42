"""Zone labels beside a time, and zones of places.

The wall time is the truth (P3). A label of the family that the default zone belongs to (CET and CEST for
Brussels) only says something about itself: right or wrong for that day. Another family, another offset or
another place moves the reading to that zone.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from babel.core import get_global

from hybrid_sync.domain.localtime import zone as zone_info
from hybrid_sync.intake.calendar_words import fold
from hybrid_sync.intake.languages import locales

# Abbreviation -> offset in minutes and the zone it stands for where the default zone does not know it.
_ABBREVIATIONS: dict[str, tuple[int, str]] = {
    "CET": (60, "Europe/Brussels"), "CEST": (120, "Europe/Brussels"), "CEDT": (120, "Europe/Brussels"),
    "MEZ": (60, "Europe/Brussels"), "MESZ": (120, "Europe/Brussels"),
    "HNEC": (60, "Europe/Brussels"), "HAEC": (120, "Europe/Brussels"),
    "WET": (0, "Europe/Lisbon"), "WEST": (60, "Europe/Lisbon"),
    "EET": (120, "Europe/Helsinki"), "EEST": (180, "Europe/Helsinki"),
    "GMT": (0, "Europe/London"), "BST": (60, "Europe/London"), "UTC": (0, "UTC"),
    "EST": (-300, "America/New_York"), "EDT": (-240, "America/New_York"), "MSK": (180, "Europe/Moscow"),
}  # fmt: skip
_ABBREVIATION = "|".join(sorted(_ABBREVIATIONS, key=len, reverse=True))
_SHIFT = r"(?:[+±−-](?:1[0-4]|0?\d)(?::?[03]0)?|\s?\+\s?(?:1[0-4]|0?\d))(?![\d:.])"
_ONE = rf"(?:(?:{_ABBREVIATION})(?:{_SHIFT})?(?!\w)|[Cc]entral [Ee]uropean (?:[Ss]ummer )?[Tt]ime)"
_NAME = r"[A-ZÀ-ÝΑ-ΩА-ЯŠŽČŁ][^\W\d_]+(?:[- ][A-ZÀ-Ý][^\W\d_]+)?"
_PLACE = (
    rf"(?:(?P<p1>{_NAME})(?: local)? [Tt]ime|[Ll]ocal time in (?P<p2>{_NAME})"
    rf"|[Hh]eure(?: locale)? (?:de |d['’])(?:la )?(?P<p3>{_NAME})|[Hh]ora(?: local)? de (?P<p4>{_NAME})"
    rf"|[Oo]ra(?: locale)? di (?P<p5>{_NAME})|(?P<p6>{_NAME})(?:er)? (?:Zeit|Ortszeit)|"
    rf"(?P<p7>{_NAME})(?:se)? tijd"
    rf"|(?P<local>local time|heure locale|hora local|ora locale|Ortszeit))(?!\w)"
)
_LABEL = re.compile(rf"(?:{_ONE}(?:\s?[/(,]\s?{_ONE})*\)?|{_PLACE})")
_LEAD = re.compile(r"\s*(?:hrs?\b|hours\b|h\b\.?)?\s*[(\[,–-]?\s*")
_OFFSET = re.compile(rf"({_ABBREVIATION})(?:\s?([+±−-])\s?(\d{{1,2}})(?::?([03]0))?)?")
_ALL_TIMES = re.compile(
    r"\b(all times|times (?:are|shown|given|indicated)|time ?zone|alle zeiten|toutes les heures)\b",
    re.IGNORECASE,
)

_PEOPLES = {
    "swiss": "CH", "british": "GB", "uk": "GB", "irish": "IE", "portuguese": "PT", "greek": "GR",
    "finnish": "FI", "belgian": "BE", "dutch": "NL", "french": "FR", "german": "DE", "spanish": "ES",
    "italian": "IT", "polish": "PL", "romanian": "RO", "bulgarian": "BG", "cypriot": "CY",
    "estonian": "EE", "latvian": "LV", "lithuanian": "LT", "bruxelles": "BE", "brussel": "BE",
    "brussele": "BE", "brusseler": "BE", "bruselas": "BE", "bruxelas": "BE", "geneva": "CH",
    "lisboa": "PT", "lisbonne": "PT", "lissabon": "PT", "strasbourg": "FR", "the hague": "NL",
    "milan": "IT", "barcelona": "ES", "porto": "PT", "frankfurt": "DE", "bonn": "DE", "cyprus": "CY",
    "edinburgh": "GB", "thessaloniki": "GR", "cork": "IE", "valletta": "MT", "ljubljana": "SI",
    "zagreb": "HR",
}  # fmt: skip
_CAPITAL_ZONES = {"PT": "Europe/Lisbon", "ES": "Europe/Madrid", "DE": "Europe/Berlin", "CY": "Asia/Nicosia",
                  "UA": "Europe/Kyiv", "CD": "Africa/Kinshasa"}  # fmt: skip


class ZoneLabel(NamedTuple):
    """A label as written, where it ends, and the place it names ("" for an abbreviation)."""

    text: str
    end: int
    place: str


def label_after(text: str, position: int) -> ZoneLabel | None:
    """The zone label that follows a time ending at `position`; None when something else follows."""
    lead = _LEAD.match(text, position)
    found = _LABEL.match(text, lead.end()) if lead else None
    if found is None:
        return None
    place = next((name for key, name in found.groupdict().items() if name and key != "local"), "")
    if place and zone_of_place(place) is None:
        return None  # "14:00 Coffee time"
    label = found[0]
    if label.count("(") < label.count(")"):
        label = label.rstrip(")")
    return ZoneLabel(label.strip(), found.end(), place)


def label_for_all(text: str) -> ZoneLabel | None:
    """The label in a sentence that speaks of all times of the page ("all times are Lisbon time")."""
    if not _ALL_TIMES.search(text):
        return None
    labels = (label_after(text, found.start()) for found in _LABEL.finditer(text))
    return next((label for label in labels if label), None)


def zone_meant(label: ZoneLabel, default: str) -> str | None:
    """The zone that `label` puts a time in; None for "local time" and for places nobody knows."""
    if label.place:
        return zone_of_place(label.place)
    offsets = _offsets(label.text)
    if not offsets:
        return default if "entral" in label.text else None
    name, offset = offsets[0]
    shifted = re.search(r"[+±−-]\s?\d", label.text) is not None
    own = (
        offset in _offsets_of(default)
        if shifted
        else _offsets_of(default) == _offsets_of(_ABBREVIATIONS[name][1])
    )
    if own:
        return default
    if shifted:
        hours = offset // 60
        return "UTC" if offset == 0 else (f"Etc/GMT{-hours:+d}" if offset % 60 == 0 else None)
    return _ABBREVIATIONS[name][1]


def label_fits(label: str, wall: datetime, zone: str) -> bool:
    """Whether `label` is what a clock in `zone` shows at that wall time; True for labels without an offset.

    A label for both seasons ("CET/CEST") fits when one of them does.
    """
    meant = _offsets(label)
    if not meant and "entral" in label:
        meant = [("CET", 120 if "ummer" in label else 60)]
    actual = wall.replace(tzinfo=zone_info(zone)).utcoffset() or timedelta(0)
    minutes = int(actual.total_seconds() // 60)
    fits = [offset == minutes for _, offset in meant]
    return not fits or (any(fits) if "/" in label else all(fits))


def _offsets(label: str) -> list[tuple[str, int]]:
    found = []
    for name, sign, hours, minutes in _OFFSET.findall(label):
        offset = _ABBREVIATIONS[name][0]
        if hours:
            shift = int(hours) * 60 + int(minutes or 0)
            # "UTC+1" counts from UTC; "CET (+1)" and "CET+1" repeat the offset that CET has.
            offset = (-shift if sign in "-−" else shift) if name in ("UTC", "GMT") else offset
        found.append((name, offset))
    return found


@cache
def _offsets_of(zone: str) -> frozenset[int]:
    """The offsets of `zone` in January and July, in minutes."""
    info = zone_info(zone)
    moments = (datetime(2024, 1, 15, tzinfo=info), datetime(2024, 7, 15, tzinfo=info))
    return frozenset(int((moment.utcoffset() or timedelta(0)).total_seconds() // 60) for moment in moments)


def zone_of_place(place: str) -> str | None:
    """The zone of a city, country or people, in any EU language; None when unknown or not the only one."""
    name = fold(place).strip(" .")
    territory = _PEOPLES.get(name) or _countries().get(name)
    if territory:
        return zone_of_country(territory)
    return _cities().get(name)


def zone_of_country(territory: str) -> str | None:
    """The one zone of a country (ISO 3166 code); None where it has several and no clear capital."""
    zones = get_global("territory_zones").get(territory, [])
    return _CAPITAL_ZONES.get(territory) or (zones[0] if len(zones) == 1 else None)


def country_code(name: str) -> str | None:
    """The ISO 3166 code of a country name in any EU language."""
    return _countries().get(fold(name).strip(" ."))


def same_clock(one: str, other: str, wall: datetime) -> bool:
    """Whether clocks in two zones show the same at that wall time."""
    return (
        wall.replace(tzinfo=zone_info(one)).utcoffset() == wall.replace(tzinfo=zone_info(other)).utcoffset()
    )


@cache
def _countries() -> dict[str, str]:
    found: dict[str, str] = {}
    for locale in locales():
        for code, name in locale.territories.items():
            if len(code) == 2 and code.isalpha():
                found.setdefault(fold(name), code)
    return found


@cache
def _cities() -> dict[str, str]:
    zones = [name for name in get_global("zone_territories") if name.count("/") == 1 and name[0] in "EA"]
    found = {fold(name.partition("/")[2].replace("_", " ")): name for name in zones}
    for locale in locales():
        for name, told in locale.time_zones.items():
            if "city" in told and name in zones:
                found.setdefault(fold(told["city"]), name)
    return found
