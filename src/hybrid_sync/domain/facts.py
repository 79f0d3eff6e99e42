"""All that one person must be told of an event, and what differs between two tellings."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from enum import StrEnum

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.people import Mode, Registrant


class LinkKind(StrEnum):
    """Which way in a mail names (design.md 7)."""

    PERSONAL = "personal"
    """Ours, for one person alone."""
    SHARED = "shared"
    """The meeting's own, the same for everybody."""
    MAILED = "mailed"
    """None: Webex mails each person its own link."""


@dataclass(frozen=True)
class Facts:
    """All that a person must be told; a change of any of these is worth a new message.

    Times are wall times with zone, so that a change of law shows as a change of UTC beside them.
    """

    title: str
    starts: str
    ends: str
    starts_utc: str
    ends_utc: str
    zone: str
    place: str
    mode: str
    join_link: str | None
    language: str
    link_kind: str = LinkKind.PERSONAL.value

    @property
    def digest(self) -> str:
        text = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def facts_for(
    event: Event,
    person: Registrant,
    join_link: str | None,
    link_kind: LinkKind = LinkKind.PERSONAL,
) -> Facts:
    """What `person` must be told of `event`. Raises ValueError for an event without an end."""
    if event.ends is None:
        raise ValueError(f"event {event.id} has no end")
    return Facts(
        title=event.title,
        starts=event.starts.isoformat(),
        ends=event.ends.isoformat(),
        starts_utc=event.starts.instant.isoformat(),
        ends_utc=event.ends.instant.isoformat(),
        zone=event.time_zone,
        place=event.place if person.mode is Mode.ROOM else "",
        mode=person.mode.value,
        join_link=join_link if person.mode is Mode.ONLINE else None,
        language=person.language,
        link_kind=link_kind.value if person.mode is Mode.ONLINE else LinkKind.PERSONAL.value,
    )


def what_changed(before: Facts, after: Facts) -> str:
    """Names of what differs, for the plan: "starts, ends"."""
    old, new = asdict(before), asdict(after)
    names = [name for name in old if old[name] != new[name] and not name.endswith("_utc")]
    return ", ".join(names) + " changed"
