"""The one calendar entry for the people who run the event: organiser, speakers' desk, room mailbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.localtime import LocalTime
from hybrid_sync.domain.plan import Change


@dataclass(frozen=True)
class EntrySpec:
    """What the staff entry should say. No personal join link ever goes in here (P4).

    `key` marks the entry as ours; `attendees` are staff addresses, `room` the room mailbox (a resource).
    """

    key: str
    subject: str
    body: str
    starts: LocalTime
    ends: LocalTime
    location: str
    attendees: tuple[str, ...] = ()
    room: str | None = None


@dataclass(frozen=True)
class Entry:
    """What the calendar holds. Instants are UTC. `version` is the provider's etag.

    Its body is not compared, because providers rewrite it: we remember which one we wrote last.
    """

    id: str
    subject: str
    starts: datetime
    ends: datetime
    location: str
    attendees: tuple[str, ...] = ()
    version: str | None = None
    room_answer: str | None = None
    cancelled: bool = False


def entry_key(event_id: str, incarnation: int = 1) -> str:
    """The same UUID for the event every time: transactionId and extended property (calendar.md A4, A5)."""
    return str(uuid5(NAMESPACE_URL, f"hybrid-sync/staff-entry/{event_id}/{incarnation}"))


def wanted_entry(
    event: Event, attendees: tuple[str, ...], room: str | None, body: str, incarnation: int = 1
) -> EntrySpec | None:
    """The entry that `event` should have now; None when it should have none."""
    if event.state is not EventState.PUBLISHED or event.ends is None:
        return None
    place = event.place if event.onsite else ""
    location = " / ".join(part for part in (place, "online (Webex)" if event.online else "") if part)
    return EntrySpec(
        key=entry_key(event.id, incarnation),
        subject=event.title,
        body=body,
        starts=event.starts,
        ends=event.ends,
        location=location,
        attendees=attendees,
        room=room if event.onsite else None,
    )


def plan_entry(
    event: Event, wanted: EntrySpec | None, seen: Entry | None, written_body: str | None
) -> Change | None:
    """The one change that brings the staff entry in line. `written_body` is the digest of the body last written."""
    if wanted is None and seen is None:
        return None
    if wanted is None:
        return Change("calendar.cancel", event.id, f"the event is {event.state.value}", seen=seen)
    if seen is None:
        return Change("calendar.create", event.id, "no staff calendar entry yet", wanted=wanted)
    differing = [name for name in ("subject", "location") if getattr(wanted, name) != getattr(seen, name)]
    differing += [name for name in ("starts", "ends") if getattr(wanted, name).instant != getattr(seen, name)]
    if written_body is not None and written_body != body_digest(wanted.body):
        differing.append("body")
    if not differing:
        return None
    return Change("calendar.update", event.id, ", ".join(differing) + " differ", wanted, seen)


def body_digest(body: str) -> str:
    return uuid5(NAMESPACE_URL, body).hex
