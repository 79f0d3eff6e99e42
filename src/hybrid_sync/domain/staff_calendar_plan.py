"""Which change brings the staff entry in line, and when a person is asked instead."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.plan import Change, Hold
from hybrid_sync.domain.staff_calendar import (
    NOTHING_WRITTEN,
    Entry,
    EntryChanges,
    EntrySpec,
    Written,
    body_digest,
    entry_changes,
    wish_of,
)

MOST_WRITES = 4
"""Of one and the same wish: whatever changes the entry back each time would have us mail everybody for ever."""

MOST_INCARNATIONS = 4
"""An entry that vanishes again and again is deleted by somebody who means it."""

Edited = Literal["repair", "ask"]
"""What becomes of an entry that somebody changed in the calendar by hand: put right, or asked about."""


@dataclass(frozen=True)
class AskStaff(Hold):
    """A person must decide. `topic` keeps the questions about one entry apart."""

    topic: str = ""


@dataclass(frozen=True)
class EntryUpdate(Change):
    """An update with what exactly is to be sent."""

    changes: EntryChanges = field(default_factory=EntryChanges)


def plan_entry(
    event: Event,
    wanted: EntrySpec | None,
    seen: Entry | None,
    written: Written = NOTHING_WRITTEN,
    *,
    edited: Edited = "repair",
    force: bool = False,
) -> Change | None:
    """The one change that brings the staff entry in line, or a question.

    wanted | seen    | =
    -------+---------+----------------------------------------------------------------
    no     | no      | nothing
    yes    | no      | create
    no     | yes     | cancel
    yes    | yes     | nothing, update, or a question
    """
    if wanted is None:
        return (
            None
            if seen is None
            else Change("calendar.cancel", event.id, f"the event is {event.state.value}", seen=seen)
        )
    if seen is None:
        return Change("calendar.create", event.id, "no staff calendar entry yet", wanted=wanted)
    changes = entry_changes(wanted, seen, written, force=force)
    if not changes:
        return None if force else _moved(event, wanted, seen)
    ours = (written.wish, written.body) != (wish_of(wanted), body_digest(wanted.body))
    if changes.fields and not ours and not force:
        if edited == "ask":
            return _ask(
                event,
                f"somebody changed the staff entry in the calendar ({changes}): change the event the same way, or run "
                f"hybrid-sync sync {event.id} --force to put the entry right",
                wanted,
                seen,
            )
        if written.writes >= MOST_WRITES:
            return _ask(
                event,
                f"the staff entry was put right {written.writes - 1} times and something changes it back ({changes}): "
                f"find out who or what, then run hybrid-sync sync {event.id} --force",
                wanted,
                seen,
            )
    return EntryUpdate("calendar.update", event.id, str(changes), wanted, seen, changes)


def _moved(event: Event, wanted: EntrySpec, seen: Entry) -> Change | None:
    """A subject that the calendar spells otherwise is its own affair; an entry at another time is not."""
    if (seen.starts, seen.ends) == (wanted.starts.instant, wanted.ends.instant):
        return None
    return _ask(
        event,
        f"the calendar was told to move the staff entry and holds another time ({seen.starts:%Y-%m-%d %H:%M} to "
        f"{seen.ends:%H:%M} UTC): move it there by hand, or run hybrid-sync sync {event.id} --force to tell it again",
        wanted,
        seen,
    )


def _ask(event: Event, reason: str, wanted: EntrySpec, seen: Entry | None) -> AskStaff:
    return AskStaff("calendar.update", event.id, reason, wanted, seen)


def deleted_again(event: Event, wanted: EntrySpec, incarnation: int, force: bool) -> AskStaff | None:
    """An entry of ours was deleted by hand; None: make it anew. `incarnation` is of the one that is gone."""
    if incarnation < MOST_INCARNATIONS or force:
        return None
    reason = (
        f"somebody deleted the staff entry again, after {incarnation - 1} new ones were made; to make one more: "
        f"hybrid-sync sync {event.id} --force"
    )
    return AskStaff("calendar.create", event.id, reason, wanted)


def room_question(event: Event, room: str, seen: Entry) -> AskStaff | None:
    """The room does not want the event; settles itself when it accepts after all, or is not wanted any more."""
    if seen.room_answer != "declined":
        return None
    reason = (
        f"the room mailbox {room} declined, most likely because the room is taken then: free it and have the mailbox "
        f"accept, move the event (hybrid-sync event reschedule {event.id}), or set another [graph] room_mailbox"
    )
    return AskStaff("calendar.update", event.id, reason, seen=seen, topic="room")
