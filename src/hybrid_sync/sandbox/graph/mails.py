"""Whom Exchange would mail when an organiser's event appears, changes or goes away. It cannot be told not to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from ..records import GraphMail
from ..state import Event
from ..world import World
from . import rooms as room_mailboxes

SILENT = frozenset(
    {"categories", "isReminderOn", "reminderMinutesBeforeStart", "showAs", "singleValueExtendedProperties"}
)
"""The organiser's own affairs: changing these tells nobody."""


def addresses(attendees: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Attendee addresses with their kind; lower case, because mailboxes are."""
    return {one["emailAddress"]["address"].lower(): one.get("type", "required") for one in attendees}


def created(world: World, event: Event) -> None:
    """Everybody is invited at once."""
    _send(world, event, "invitation", addresses(event.data.get("attendees", [])))


def changed(world: World, event: Event, names: set[str], before: dict[str, str]) -> None:
    """Only attendees changed: mail goes to those; anything else: an update goes to all of them."""
    after = addresses(event.data.get("attendees", []))
    _send(world, event, "invitation", [one for one in after if one not in before])
    _send(world, event, "cancellation", [one for one in before if one not in after])
    kept = [one for one in after if one in before]
    if names - SILENT - {"attendees"}:
        _send(world, event, "update", kept)
        _ask_rooms(world, event, kept)
    elif "attendees" in names:
        _send(world, event, "update", [one for one in kept if after[one] != before[one]])


def cancelled(world: World, event: Event, comment: str = "") -> None:
    """Everybody is told, with the comment if there is one."""
    _send(world, event, "cancellation", addresses(event.data.get("attendees", [])), comment)


def settle(world: World) -> None:
    """Let the answers of rooms come in whose time has come; each one changes the event's changeKey."""
    now = world.now()
    for event in world.state.events.values():
        due = [one for one in event.pending if one[0] <= now]
        for answer in due:
            event.pending.remove(answer)
            event.responses[answer[1]] = (answer[2], answer[0])
            event.change += 1


def _send(world: World, event: Event, kind: str, people: Iterable[str], comment: str = "") -> None:
    now, invited = world.now(), list(people)
    subject = str(event.data.get("subject", ""))
    world.state.graph_mails.extend(
        GraphMail(now, kind, to, event.immutable_id, event.ical_uid, subject, comment) for to in invited
    )
    if kind == "invitation":
        _ask_rooms(world, event, invited)


def _ask_rooms(world: World, event: Event, people: Iterable[str]) -> None:
    rooms = {one.lower() for one in world.options.room_mailboxes}
    if world.options.room_answer == "none":
        return
    at = world.now() + timedelta(seconds=world.options.room_answer_seconds)
    for room in rooms.intersection(people):
        event.pending = [one for one in event.pending if one[1] != room]
        event.pending.append((at, room, room_mailboxes.answer(world, event, room)))
