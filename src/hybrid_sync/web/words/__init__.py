"""The languages of the pages: one file each."""

from __future__ import annotations

from hybrid_sync.web.words import en, fr
from hybrid_sync.web.words.catalogue import Notice, PageWords

__all__ = ["Notice", "PageWords", "asked_for", "words_for"]

_ALL = {words.code: words for words in (en.WORDS, fr.WORDS)}


def words_for(language: str) -> PageWords:
    """The words of a language tag ("fr", "fr-BE", "FR"); English for a language that is not here."""
    return _ALL.get(_code(language), en.WORDS)


def asked_for(accept_language: str | None, default: str) -> PageWords:
    """The words that a browser likes best, for pages of which we do not know the reader; else those of `default`."""
    wishes: list[tuple[float, str]] = []
    for part in (accept_language or "").split(",")[:20]:
        tag, _, quality = part.partition(";")
        try:
            weight = float(quality.partition("=")[2]) if quality else 1.0
        except ValueError:
            weight = 0.0
        if weight > 0 and _code(tag) in _ALL:
            wishes.append((weight, _code(tag)))
    # max keeps the first of equals, which is the one that the browser named first.
    return _ALL[max(wishes, key=lambda wish: wish[0])[1]] if wishes else words_for(default)


def _code(tag: str) -> str:
    return tag.strip().replace("_", "-").partition("-")[0].lower()
