"""Short names for participants, so that a person can say in a command whom they mean."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from hybrid_sync.domain.matching import Participant
from hybrid_sync.domain.names import words_of
from hybrid_sync.domain.people import email_key

SHORTEST = 6


def codes(participants: Iterable[Participant]) -> Mapping[str, str]:
    """By participant's key: the first `SHORTEST` hex digits of its SHA-256, more where two begin alike.

    A code stays what it is while nobody comes in whose code begins like it; the longer one then names the same.
    """
    whole = sorted((_digest(key), key) for key in {one.key for one in participants})
    shown: dict[str, str] = {}
    for place, (digest, key) in enumerate(whole):
        beside = (*whole[max(place - 1, 0) : place], *whole[place + 1 : place + 2])
        shared = max((_common(digest, other) for other, _ in beside), default=0)
        shown[key] = digest[: max(SHORTEST, shared + 1)]
    return shown


def named(participants: Iterable[Participant], who: str) -> Sequence[Participant]:
    """Everybody whom `who` fits: an address, else a code (or more of it), else the whole name as it was shown."""
    everybody = list(participants)
    text = who.strip()
    if "@" in text:
        return [one for one in everybody if one.email == email_key(text)]
    typed = text.lower()
    is_code = len(typed) >= SHORTEST and set(typed) <= set("0123456789abcdef")
    by_code = [one for one in everybody if is_code and _digest(one.key).startswith(typed)]
    words = words_of(text)
    return by_code or [one for one in everybody if words and words_of(one.name) == words]


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _common(one: str, two: str) -> int:
    """How many signs two texts begin with alike."""
    return next((place for place, (a, b) in enumerate(zip(one, two, strict=True)) if a != b), len(one))
