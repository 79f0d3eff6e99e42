"""The languages that registrants are written to in: one file each."""

from hybrid_sync.render.languages import en, fr
from hybrid_sync.render.languages.catalogue import Words

__all__ = ["Words", "words_for"]

_ALL = {words.code: words for words in (en.WORDS, fr.WORDS)}


def words_for(language: str) -> Words:
    """The words of a language tag ("fr", "fr-BE", "FR"); English for a language that is not here."""
    code = language.strip().replace("_", "-").partition("-")[0].lower()
    return _ALL.get(code, en.WORDS)
