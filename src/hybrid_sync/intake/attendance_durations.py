"""Lengths of time as reports write them: "45 mins", "1 hr 20 min", "1 day 2 hours", "21m 7s", "25", "01:20:00"."""

from __future__ import annotations

import re
from datetime import timedelta

from hybrid_sync.intake.characters import bare

# English, Portuguese, French, German, Dutch, Spanish, Italian, Polish; as `bare` leaves them.
_UNITS = {
    "days": "d day days dia dias jour jours j tag tage t dag dagen giorno giorni g dzien dni",
    "hours": """h hr hrs hour hours hora horas heure heures std stdn stunde stunden uur u uren ora ore godz godzina
        godziny godzin""",
    "minutes": "m min mins minute minutes minuto minutos minuten minuut minuti minut minuta minuty",
    "seconds": """s sec secs second seconds seg segundo segundos seconde secondes sek sekunde sekunden seconden
        secondo secondi sekunda sekundy sekund""",
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words.split()}
_CLOCK = re.compile(r"(\d{1,3}):(\d{2})(?::(\d{2}))?", re.ASCII)
_NUMBER = re.compile(r"(\d{1,6})(?:[.,](\d{1,6}))?", re.ASCII)
# Letters of every alphabet, digits of ours alone.
_PART = re.compile(
    r"([0-9]{1,6})(?:[.,]([0-9]{1,6}))?\s*([^\W\d_]*)\.?[,;]?\s*(?:(?:and|et|und|en|y|e|i)\s+)?"
)
_ORDER = list(_UNITS)


def duration(text: str) -> timedelta:
    """The length that `text` tells. A number alone is minutes, HH:MM[:SS] hours. Raises ValueError."""
    told = text.strip()
    clock = _CLOCK.fullmatch(told)
    if clock:
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        if minutes > 59 or seconds > 59:
            raise ValueError(text)
        return timedelta(hours=hours, minutes=minutes, seconds=seconds)
    alone = _NUMBER.fullmatch(told)
    if alone:
        return timedelta(minutes=_value(alone))
    return _in_words(told)


def _in_words(text: str) -> timedelta:
    """Parts from the longest unit to the shortest, each unit once; "1h20" is 1 h 20 min."""
    total, at, last = timedelta(0), 0, -1
    while at < len(text):
        part = _PART.match(text, at)
        if part is None:
            raise ValueError(text)
        word = bare(part[3])
        unit = _UNIT_OF.get(word) if word else _ORDER[last + 1] if 0 <= last < 2 else None
        if unit is None or _ORDER.index(unit) <= last:
            raise ValueError(text)
        last = _ORDER.index(unit)
        total += timedelta(**{unit: _value(part)})
        at = part.end()
    if last < 0:
        raise ValueError(text)
    return total


def _value(match: re.Match[str]) -> float:
    return float(f"{match[1]}.{match[2] or 0}")
