"""The words of an attendance report in its reader's language (locale/<code>.po, context "report")."""

from __future__ import annotations

from hybrid_sync.render.translations import words_in

CONTEXT = "report"

_VALUES = {
    "room": "room",
    "online": "online",
    "both": "room and online",
    "present": "present",
    "partly": "partly",
    "no-show": "did not come",
    "unrecorded": "not recorded",
    "walk-in": "walk-in",
    "unmatched": "not identified",
    "code": "code at the door",
    "link": "personal link",
    "address": "e-mail address",
    "alias": "remembered name",
    "choice": "settled by a person",
}


class Say:
    """Texts in one language, filled in: `say("{count} people", count=3)`. English where none is known."""

    def __init__(self, language: str) -> None:
        self._words = words_in(language)
        self.language = self._words.code

    def __call__(self, english: str, **values: object) -> str:
        text = self._words.text(CONTEXT, english)
        return text.format(**values) if values else text

    def count(self, one: str, several: str, number: int) -> str:
        """`one` or `several`; both hold "{count}"."""
        return self._words.count(CONTEXT, one, several, number)

    def value(self, value: str) -> str:
        """A mode, a verdict or what told who somebody is, in words."""
        return self(_VALUES[value]) if value in _VALUES else value

    def share(self, percent: int) -> str:
        """Whole percent, never parted at a line's end."""
        return f"{percent}\u00a0%"
