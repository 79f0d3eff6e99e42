"""An event in words, line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hybrid_sync.cli import output

if TYPE_CHECKING:
    from hybrid_sync.domain.events import Event
    from hybrid_sync.domain.people import Registrant
    from hybrid_sync.ports import EntryRecord

_ROOM_ANSWERS = {"accepted": "accepted", "tentativelyAccepted": "tentative", "declined": "declined"}


def event_lines(event: Event, people: Sequence[Registrant] = ()) -> list[tuple[str, str]]:
    """What is known, as name and words; what is not known is left out."""
    counts = Counter(f"{person.status.value} {person.mode.value}" for person in people)
    parts = [name for name, there in (("room", event.onsite), ("online", event.online)) if there]
    lines = [
        ("title", event.title),
        ("state", event.state.value),
        ("when", output.span(event.starts, event.ends)),
        ("time zone", event.time_zone),
        ("how", " and ".join(parts) or "neither room nor online"),
        ("place", event.place),
        ("languages", ", ".join(event.languages)),
        ("organisers", "; ".join(event.organisers)),
        ("moderators", "; ".join(person.name for person in event.moderators)),
        ("speakers", "; ".join(person.name for person in event.speakers)),
        ("registration", event.registration_url or ""),
        ("recording", event.recording_url or ""),
        ("registrants", ", ".join(f"{number} {words}" for words, number in sorted(counts.items()))),
        ("from", event.source or ""),
        ("description", event.description),
    ]
    return [(name, words) for name, words in lines if words]


def room_answer(entry: EntryRecord | None) -> str:
    """accepted, tentative, declined, or none (no answer yet); "" where there is no entry, or no room on it."""
    if entry is None or entry.state != "made" or entry.room_answer is None:
        return ""
    return _ROOM_ANSWERS.get(entry.room_answer, "none")
