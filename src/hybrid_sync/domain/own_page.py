"""What a registrant sees on their own page, and what they may change there by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.people import Mode, Registrant, RegistrantStatus


class OwnState(StrEnum):
    COMING = "coming"
    WAITING = "waiting"
    """For the organiser's word, or for a place."""
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    OVER = "over"
    CANCELLED = "cancelled"
    REVOKED = "revoked"
    """A newer link was issued: nothing of the event is shown, because somebody else may hold the old one."""


@dataclass(frozen=True)
class OwnView:
    """`switch_to` is the way to take part that the person may choose instead of theirs; None for no choice."""

    state: OwnState
    may_withdraw: bool = False
    switch_to: Mode | None = None


def own_view(event: Event, person: Registrant, generation: int, now: datetime, *, room_full: bool) -> OwnView:
    """What `person` may do at `now` with a link of that `generation`.

    `room_full`: somebody waits for a place in the room, so nobody walks in past them.

    state     | =                                           | may withdraw | may switch
    ----------+---------------------------------------------+--------------+-----------
    revoked   | the link is of an older generation          | no           | no
    cancelled | the event does not take place               | no           | no
    over      | the event has ended                         | no           | no
    coming    | approved                                    | yes          | when there is another way
    waiting   | pending, waitlisted                         | yes          | no
    rejected, withdrawn                                     | no           | no
    """
    if generation != person.link_generation:
        return OwnView(OwnState.REVOKED)
    if event.state is not EventState.PUBLISHED:
        return OwnView(OwnState.CANCELLED)
    if event.ends is None or now >= event.ends.instant:
        return OwnView(OwnState.OVER)
    match person.status:
        case RegistrantStatus.APPROVED:
            return OwnView(OwnState.COMING, True, _other_way(event, person.mode, room_full))
        case RegistrantStatus.PENDING | RegistrantStatus.WAITLISTED:
            return OwnView(OwnState.WAITING, True)
        case RegistrantStatus.REJECTED:
            return OwnView(OwnState.REJECTED)
        case RegistrantStatus.WITHDRAWN:
            return OwnView(OwnState.WITHDRAWN)


def _other_way(event: Event, mode: Mode, room_full: bool) -> Mode | None:
    if not (event.onsite and event.online):
        return None
    if mode is Mode.ROOM:
        return Mode.ONLINE
    return None if room_full else Mode.ROOM
