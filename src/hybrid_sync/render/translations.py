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
    code = _code(language)
    if code not in known_languages() or code == SOURCE:
        return Words(SOURCE, None)
    with files("hybrid_sync.render").joinpath("locale", f"{code}.po").open("rb") as file:
        return Words(code, read_po(file, locale=code))


def asked_for(accept_language: str | None, default: str) -> Words:
    """The words that a browser likes best, for readers whom we do not know; else those of `default`."""
    wishes: list[tuple[float, str]] = []
    for part in (accept_language or "").split(",")[:20]:
        tag, _, quality = part.partition(";")
        try:
            weight = float(quality.partition("=")[2]) if quality else 1.0
        except ValueError:
            weight = 0.0
        if weight > 0 and _code(tag) in known_languages():
            wishes.append((weight, _code(tag)))
    # max keeps the first of equals, which is the one that the browser named first.
    return words_in(max(wishes, key=lambda wish: wish[0])[1] if wishes else default)


def _code(tag: str) -> str:
    return tag.strip().replace("_", "-").partition("-")[0].lower()
