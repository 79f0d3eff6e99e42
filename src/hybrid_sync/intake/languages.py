"""The languages the EU works in, and how each of them is called in each of the others (from CLDR)."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale

from hybrid_sync.intake.characters import bare

EU_LANGUAGES = (
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr",
    "hu", "it", "lt", "lv", "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv",
)  # fmt: skip

# Spoken at events without being a working language of the EU.
_NEIGHBOURS = ("uk", "ru", "ar", "tr", "zh", "ja", "ca", "eu", "gl", "sq", "sr", "mk", "no", "is", "lb")

_CODE = re.compile(r"([a-z]{2})([-_][a-z]{2,4})?")


@cache
def locales() -> tuple[Locale, ...]:
    """The CLDR data of all EU languages."""
    return tuple(Locale.parse(code) for code in EU_LANGUAGES)


@cache
def names() -> dict[str, str]:
    """Bare language name in any EU language -> ISO 639-1 code."""
    found: dict[str, str] = {}
    for code in EU_LANGUAGES + _NEIGHBOURS:
        for locale in locales():
            name = locale.languages.get(code)
            if name:
                found.setdefault(bare(name), code)
        own = Locale.parse(code).get_language_name(code)
        if own:
            found.setdefault(bare(own), code)
    return found


def language_code(text: str) -> str | None:
    """The ISO 639-1 code that "EN", "en-GB", "English" or "anglais" means; None for no known language."""
    word = text.strip()
    named = names().get(bare(word))
    if named:
        return named
    code = _CODE.fullmatch(word.casefold())
    known = set(EU_LANGUAGES + _NEIGHBOURS)
    return code[1] if code and code[1] in known else None
