"""What a person sees who opens their join link, and from when the button works (design.md 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.invitations import Facts
from hybrid_sync.domain.ledger import Message, MessageState, Method
from hybrid_sync.domain.people import Mode, Registrant

OPENS_BEFORE = timedelta(minutes=15)
STAYS_OPEN_AFTER = timedelta(minutes=30)
"""After the planned end: an event runs over, and whose connection drops then must get back in."""


class JoinState(StrEnum):
    EARLY = "early"
    """The button opens at `opens_at`."""
    OPEN = "open"
    OVER = "over"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    """The person is not coming (withdrew, was rejected, waits)."""
    REVOKED = "revoked"
    """A newer link was issued."""
    ROOM = "room"
    """Registered for the room: there is no link to follow."""


@dataclass(frozen=True)
class JoinView:
    """`opens_at` is UTC; None when the button will not open any more."""

    state: JoinState
    opens_at: datetime | None


def join_view(event: Event, person: Registrant, generation: int, now: datetime) -> JoinView:
    """What `person` may do now with a link of that `generation`."""
    if generation != person.link_generation:
        return JoinView(JoinState.REVOKED, None)
    if event.state is not EventState.PUBLISHED:
        return JoinView(JoinState.CANCELLED, None)
    if not person.is_coming:
        return JoinView(JoinState.WITHDRAWN, None)
    if event.ends is None or now >= event.ends.instant + STAYS_OPEN_AFTER:
        return JoinView(JoinState.OVER, None)
    if person.mode is Mode.ROOM:
        return JoinView(JoinState.ROOM, None)
    opens_at = event.starts.instant - OPENS_BEFORE
    return JoinView(JoinState.OPEN if now >= opens_at else JoinState.EARLY, opens_at)


def moved_from(event: Event, messages: Sequence[Message]) -> Facts | None:
    """What somebody was told of another time than the event has now; None when they know no other.

    `messages` is the person's ledger, oldest first. The newest message that told another time counts, also after one
    that told the right one: whoever comes by an old mail has that before their eyes.
    """
    if event.ends is None:
        return None
    now = (event.starts.instant, event.ends.instant)
    for message in reversed(messages):
        left_us = message.state in (MessageState.SENT, MessageState.SENDING)
        if not left_us or message.method is not Method.REQUEST:
            continue
        told = message.facts
        if (datetime.fromisoformat(told.starts_utc), datetime.fromisoformat(told.ends_utc)) != now:
            return told
    return None
