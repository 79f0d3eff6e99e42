"""How alike two names are: to put before a person, never to decide anything."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

Words = tuple[str, ...]

SIMILAR = 0.82
"""From this ratio of common letters on a name is worth a look: one typing error in a usual name."""

# What meeting systems and people put beside a name: "(Guest)", "[DG INTPA]".
_BESIDE = re.compile(r"[(\[{][^)\]}]*[)\]}]")
_WORD = re.compile(r"[^\W_]+")
# Letters that Unicode does not take apart.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})


def words_of(name: str) -> Words:
    """The words of `name` in lower case, without accents, points and what stands in brackets."""
    plain = unicodedata.normalize("NFKD", _BESIDE.sub(" ", name).casefold()).translate(_PLAIN)
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return tuple(_WORD.findall(bare.replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")))


def likeness(mine: Words, theirs: Words) -> tuple[float, str] | None:
    """How alike, in 0..1, and in which way; None when it is not worth saying."""
    if not mine or not theirs:
        return None
    if mine == theirs:
        return 1.0, "the same name"
    one, two = sorted(mine), sorted(theirs)
    if one == two:
        return 0.98, "the same name in another order"
    short, long = (one, two) if len(one) <= len(two) else (two, one)
    common = Counter(short) & Counter(long)
    if common.total() == len(short) > 1:
        return 0.9, "a part of the name"
    if any(len(word) > 2 for word in common) and _initials_fit(short, long, common):
        return 0.85, "the initials fit"
    ratio = SequenceMatcher(None, " ".join(one), " ".join(two)).ratio()
    if ratio >= SIMILAR:
        return 0.9 * ratio, "a similar name"
    if len(short) == 1 and len(short[0]) > 2 and common:
        return 0.6, "one name of two"
    return None


def _initials_fit(short: Sequence[str], long: Sequence[str], common: Counter[str]) -> bool:
    """Whether each word that is not common stands for one of the other side: "A. Lovelace", "Ada L"."""
    one, two = sorted((Counter(short) - common).elements()), sorted((Counter(long) - common).elements())
    return len(one) == len(two) and all(
        a[0] == b[0] and 1 in (len(a), len(b)) for a, b in zip(one, two, strict=True)
    )
