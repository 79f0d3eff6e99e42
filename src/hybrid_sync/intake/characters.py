"""Characters that have no business in a title, a name or an address."""

from __future__ import annotations

import re
import unicodedata

# Control characters break logs and mail headers; bidi overrides and marks make "gpj.exe" look like "exe.jpg";
# a zero width space or a soft hyphen makes two equal-looking addresses differ. Lone surrogates cannot be
# written as UTF-8.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060"
    "\u2066-\u2069\ufeff\ud800-\udfff]"
)
_BLANKS = re.compile(r"[\s\u00a0]+")
_LINE_END = re.compile("\r\n|[\r\u0085\u2028\u2029]")


def has_unwanted(text: str) -> bool:
    """Whether `clean` would take something out of `text`."""
    return _UNWANTED.search(text) is not None


def clean(text: str) -> str:
    """`text` in NFC without control, bidi and zero-width characters; line ends become newlines, tabs stay."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return _UNWANTED.sub("", _LINE_END.sub("\n", text))


def one_line(text: str) -> str:
    """`clean` text with every run of blanks, line ends and no-break spaces as one space."""
    return _BLANKS.sub(" ", clean(text)).strip()


def shown(text: str, most: int = 40) -> str:
    """`text` short enough and harmless for a message, never more than `most` characters."""
    line = one_line(text)
    return line if len(line) <= most else line[: most - 1] + "…"


# Letters that Unicode does not see as an accent on another letter.
_SINGLE_LETTERS = str.maketrans({"ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ħ": "h"})


def bare(text: str) -> str:
    """What two spellings of a word have in common: no case, no accents, only letters and digits."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_SINGLE_LETTERS))
    return "".join(letter for letter in decomposed if letter.isalnum())
