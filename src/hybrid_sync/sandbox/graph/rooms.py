"""What a room mailbox answers when it is asked."""

from __future__ import annotations

from ..state import Event
from ..world import World


def answer(world: World, event: Event, room: str) -> str:
    """The answer of the options, unless the room is taken then and keeps an eye on that."""
    if world.options.room_double_booked == "declined" and _taken(world, event, room):
        return "declined"
    return world.options.room_answer


def _taken(world: World, event: Event, room: str) -> bool:
    return any(
        other.start < event.end and other.end > event.start and _holds(other, room)
        for other in world.state.events.values()
        if other is not event and not other.cancelled
    )


def _holds(other: Event, room: str) -> bool:
    """Whether that event has the room, or is about to get it."""
    invited = {one["emailAddress"]["address"].lower() for one in other.data.get("attendees", [])}
    coming = [said for _, who, said in other.pending if who == room]
    said = coming[-1] if coming else other.responses.get(room, ("none", None))[0]
    return room in invited and said == "accepted"
