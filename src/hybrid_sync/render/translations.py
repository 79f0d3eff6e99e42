"""Words in the reader's language: one file for each language, locale/<code>.po, beside English in the code.

The files are read as they are (no compiled copy that could be stale). Every text has a context (msgctxt), so that the
same English words can be said differently in a mail and in a report.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

SOURCE = "en"
"""The language of the code itself; it needs no file."""


class Words:
    """The texts of one language. A text that its file has not yet comes in English."""

    def __init__(self, code: str, catalogue: Catalog | None) -> None:
        self.code = code
        self._catalogue = catalogue

    def text(self, context: str, english: str) -> str:
        """`english` in this language, as it is said in `context` ("mail", "report", "page" ...)."""
        found = self._catalogue.get(english, context) if self._catalogue is not None else None
        words = found.string if found is not None else ""
        return str(words) if isinstance(words, str) and words else english

    def count(self, context: str, one: str, several: str, number: int) -> str:
        """`one` or `several` by the language's own plural rule; both hold "{count}", which is filled in."""
        found = self._catalogue.get((one, several), context) if self._catalogue is not None else None
        forms = found.string if found is not None and isinstance(found.string, (tuple, list)) else ()
        if self._catalogue is None or not forms or not all(forms):
            words = one if number == 1 else several
        else:
            words = str(forms[self._plural(number)])
        return words.format(count=number)

    def _plural(self, number: int) -> int:
        assert self._catalogue is not None
        from gettext import c2py

        return int(c2py(self._catalogue.plural_expr)(number))


@cache
def known_languages() -> tuple[str, ...]:
    """Codes of every language there are words in, English first."""
    folder = files("hybrid_sync.render").joinpath("locale")
    found = sorted(entry.name.removesuffix(".po") for entry in folder.iterdir() if entry.name.endswith(".po"))
    return (SOURCE, *found)


@cache
def words_in(language: str) -> Words:
    """The words of `language` ("fr", "fr-BE"); English where there is no file for it."""
    code = language.replace("_", "-").partition("-")[0].lower()
    if code not in known_languages() or code == SOURCE:
        return Words(SOURCE, None)
    with files("hybrid_sync.render").joinpath("locale", f"{code}.po").open("rb") as file:
        return Words(code, read_po(file, locale=code))
