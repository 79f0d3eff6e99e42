"""Names of months and weekdays in the languages of the EU, from CLDR, and the small words around dates."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from functools import cache
from typing import NamedTuple

from hybrid_sync.intake.languages import locales


def fold(text: str) -> str:
    """Lower case without accents, letter for letter: positions in the result are positions in `text`."""
    return "".join(unicodedata.normalize("NFD", letter.lower())[0] for letter in text).replace("ς", "σ")


class MonthName(NamedTuple):
    """What a word means as a month: number -> languages, and whether it is written out in one of them."""

    months: dict[int, frozenset[str]]
    in_full: bool


@cache
def month_names() -> dict[str, MonthName]:
    """Folded name -> month. Some words are another month in another language (Polish, Croatian listopad)."""
    found: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    written_out = set()
    for locale in locales():
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in locale.months[context][width].items():
                    word = _key(name)
                    found[word][number].add(locale.language)
                    if width == "wide":
                        written_out.add(word)
    for word, number in {"sept": 9, "juni": 6, "juli": 7}.items():
        found[word][number].add("en")
    return {
        word: MonthName({n: frozenset(codes) for n, codes in months.items()}, word in written_out)
        for word, months in found.items()
        if len(word) > 2
    }


@cache
def weekday_names() -> dict[str, frozenset[int]]:
    """Folded name -> weekdays it can mean (Monday is 0). Irish names are known by their second word."""
    found: dict[str, set[int]] = defaultdict(set)
    for locale in locales():
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in locale.days[context][width].items():
                    word = _key(name)
                    found[word.rpartition(" ")[2]].add(number)
                    if word.startswith(("il-", "it-", "is-", "l-")):  # the Maltese article may be left out
                        found[word.partition("-")[2]].add(number)
                    if word.endswith("-feira"):
                        found[word.removesuffix("-feira")].add(number)
    return {word: frozenset(days) for word, days in found.items() if len(word) > 1}


def _key(name: str) -> str:
    return fold(unicodedata.normalize("NFC", name)).replace("’", "'").rstrip(".")


TWO_WORD_MONTHS = re.compile(r"\b(mean|deireadh)[ \u00a0](fomhair)\b")
"""The Irish months of two words, as they look after `fold`."""

# "to", "until", "through"
TO_WORDS = frozenset([
    "to", "until", "till", "through", "thru", "bis", "au", "jusqu'au", "jusque", "al", "a", "à",
    "ao", "ate", "tot", "til", "till", "do", "až", "az", "la", "pana", "până", "до", "по", "έως",
    "εως", "ως", "μεχρι", "iki", "lidz", "kuni", "asti", "sa", "go", "chuig", "hasta", "fino", "hd",
])  # fmt: skip
# "and"
AND_WORDS = frozenset([
    "and", "et", "und", "en", "y", "e", "i", "a", "og", "och", "ja", "es", "si", "in", "un", "ir",
    "u", "agus", "και", "и", "és", "&", "sowie",
])  # fmt: skip
# Words between the parts of a date, without a meaning of their own.
FILLERS = frozenset([
    "of", "the", "de", "del", "den", "d", "der", "le", "el", "la", "di", "ta", "ta'", "tal", "on",
    "am", "dnia", "dne", "dia", "г", "m", "om", "op", "pa", "il", "lo", "o", "in", "på", "r", "v",
    "god", "de'", "dem", "od", "von", "van", "from", "du", "dal", "nuo", "no", "alates", "next",
    "this",
])  # fmt: skip
