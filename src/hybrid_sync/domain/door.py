"""The door of the room: short codes to call out, who somebody at the desk is, and one stay however often it is told."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.localtime import local_time
from hybrid_sync.domain.names import words_of
from hybrid_sync.domain.people import Registrant, email_key
from hybrid_sync.domain.presence import Segment

ALPHABET = "3469CDFGHJKMNPQRTVWXY"
"""No two of these look alike in a hurry, and no vowel makes a word of them."""
CODE_LENGTH = 6
# The one letter that is misread for one of these.
_FOLDED = str.maketrans({"U": "V"})


def door_code(registrant_id: str) -> str:
    """A short code for one registrant, always the same: six signs out of 21, 85 million of them.

    Two registrants of one event may share one (at 1,000 people once in 170 events): `found` then gives both.
    """
    number = int.from_bytes(hashlib.sha256(f"door:{registrant_id}".encode()).digest()[:8], "big")
    signs = []
    for _ in range(CODE_LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[rest])
    return "".join(signs)


def as_code(text: str) -> str | None:
    """`text` as a door code, however it was typed (case, blanks, dashes); None when it is none."""
    typed = "".join(sign for sign in text.upper() if sign not in " -\t").translate(_FOLDED)
    fits = len(typed) == CODE_LENGTH and all(sign in ALPHABET for sign in typed)
    return typed if fits else None


def name_key(name: str) -> str:
    """What two spellings of one full name have in common: its words in any order, without case and accents."""
    return " ".join(sorted(words_of(name)))


def found(people: Iterable[Registrant], who: str) -> tuple[Registrant, ...]:
    """Everybody whom `who` fits: by e-mail address, by door code, else by full name.

    Part of a name fits nobody. People with a place go before those without one.
    """
    everybody = list(people)
    if "@" in who:
        fitting = [person for person in everybody if person.key == email_key(who)]
    else:
        code, name = as_code(who), name_key(who)
        fitting = [person for person in everybody if code and door_code(person.id) == code]
        fitting = fitting or [person for person in everybody if name and name_key(person.name) == name]
    return tuple([person for person in fitting if person.is_coming] or fitting)


def similar(people: Iterable[Registrant], who: str, most: int = 5) -> tuple[Registrant, ...]:
    """People of whose name `who` is a part: to be shown, never to be taken."""
    words = set(name_key(who).split())
    return tuple(person for person in people if words and words <= set(name_key(person.name).split()))[:most]


def door_days(event: Event) -> tuple[datetime, datetime]:
    """From the first to the last moment of the event's own day or days in its zone, as instants."""
    zone_name = event.starts.zone
    last = (event.ends or event.starts).wall
    begin = event.starts.wall.replace(hour=0, minute=0)
    # A clock change at midnight skips the first hour of the day in some zones; noon is never skipped.
    noon = timedelta(hours=12)
    return (
        local_time(begin + noon, zone_name, 0).instant - noon,
        local_time(last.replace(hour=12, minute=0), zone_name, 0).instant + noon,
    )


@dataclass(frozen=True)
class AtDoor:
    """Somebody in front of the desk: a registrant, or a walk-in who is known by name or address only."""

    name: str
    email: str = ""
    person: Registrant | None = None

    @property
    def key(self) -> str:
        """Stable, so that the same person told twice is one. Without an address, equal names are one walk-in."""
        if self.person:
            return f"room|{self.person.id}"
        told = email_key(self.email) or name_key(self.name) or self.name.strip()
        return f"room|walk-in|{hashlib.sha256(told.encode('utf-8', 'replace')).hexdigest()[:16]}"


def stays_of(who: AtDoor, stays: Iterable[Segment]) -> list[Segment]:
    """The check-ins of `who` so far, in order of arrival."""
    mine = [stay for stay in stays if stay.source == "room" and stay.key.startswith(who.key + "|")]
    return sorted(mine, key=lambda stay: (stay.joined is None, stay.joined, stay.key))


def checked_in(
    event_id: str,
    who: AtDoor,
    before: Sequence[Segment],
    at: datetime,
    left: datetime | None = None,
    *,
    assumed: bool = False,
) -> Segment | None:
    """The check-in to write for `who`, changed or new; None when all of it is known.

    Told times that touch a known stay widen it; others begin another stay. A stay without an end ends when a leaving
    time is told. `assumed` times (a list without times) only count for somebody of whom nothing is known.
    Raises ValueError when `left` is before `at`.
    """
    if left is not None and left < at:
        raise ValueError("leaves before coming in")
    for stay in before:
        joined = stay.joined or at
        ends_before = stay.left is not None and stay.left < at
        begins_after = left is not None and left < joined
        if assumed or not (ends_before or begins_after):
            if assumed:
                return None
            return _widened(stay, min(joined, at), left)
    return Segment(
        key=f"{who.key}|{at:%Y%m%dT%H%M%S}",
        event_id=event_id,
        instance_id="room",
        display_name=who.person.name if who.person else who.name,
        email=who.person.email if who.person else who.email,
        joined=at,
        left=left,
        source="room",
        registrant_id=who.person.id if who.person else None,
    )


def _widened(stay: Segment, joined: datetime, left: datetime | None) -> Segment | None:
    """`stay` from `joined` on; a told end sets an open one, and never shortens a known one."""
    if left is not None and stay.left is not None:
        left = max(left, stay.left)
    after = replace(stay, joined=joined, left=left or stay.left)
    return None if after == stay else after
