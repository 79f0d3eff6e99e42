"""Which change brings an event's meeting in line with the event."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.meetings import (
    Meeting,
    MeetingSpec,
    MeetingState,
    differences,
    impossible,
    to_change,
)
from hybrid_sync.domain.plan import Change, Hold
from hybrid_sync.errors import UnsafePlan

LOOK_AGAIN = timedelta(minutes=5)
"""While a meeting runs nothing can be changed, and nobody tells when it ends (webex.md 1.6 R3)."""


@dataclass(frozen=True)
class Ask(Hold):
    """A person must decide. `topic` keeps the questions about one meeting apart."""

    topic: str = ""


@dataclass(frozen=True)
class Reopen(Change):
    """Registration is to be switched on again, which is a call of its own."""


def plan_meeting(
    event: Event,
    wanted: MeetingSpec | None,
    seen: Meeting | None,
    now: datetime,
    *,
    force: bool = False,
    ignored: Collection[str] = (),
) -> Change | None:
    """The one change that brings the meeting in line, a Hold, or None.

    wanted | seen    | =
    -------+---------+------------------------------------------------------------
    no     | no      | nothing
    yes    | no      | create; nothing once the event is over
    no     | yes     | cancel; a started meeting only by force (design.md 5)
    yes    | yes     | nothing, update, or hold while an instance runs (webex.md 1.6 R3)

    `ignored` are the wishes that Webex was told before and did not take over (domain.meetings.not_taken).
    """
    if wanted is None:
        return None if seen is None else _cancel(event, seen, now, force)
    if seen is None:
        return _create(event, wanted, now)
    if now >= seen.ends and now >= wanted.ends:
        return None
    return _update(event, wanted, seen, now, () if force else ignored)


def _create(event: Event, wanted: MeetingSpec, now: datetime) -> Change | None:
    if now >= wanted.ends:
        return None
    if now >= wanted.starts:
        # Webex refuses a start in the past (R1), and a meeting made now would help nobody.
        reason = "the event has started without a Webex meeting, and Webex makes none in the past: make one by hand"
        return Hold("meeting.create", event.id, reason, wanted=wanted, until=None)
    problem = impossible(wanted, now)
    if problem:
        return Ask("meeting.create", event.id, f"nothing was sent to Webex: {problem}", wanted)
    return Change(
        "meeting.create", event.id, f"the event has no Webex {wanted.kind.value} yet", wanted=wanted
    )


def replaced(event: Event, old: Meeting, now: datetime, *, force: bool = False) -> Change | None:
    """Takes back the meeting that the organiser gave up for a new one. Raises UnsafePlan when it has started."""
    change = _cancel(event, old, now, force)
    return replace(change, reason="a new one takes its place") if change else None


def _cancel(event: Event, seen: Meeting, now: datetime, force: bool) -> Change | None:
    if now >= seen.ends:
        return None
    if seen.starts <= now and not force:
        raise UnsafePlan(
            f"the meeting of event {event.id} has started: cancelling it now would put people out of the room; "
            "if that is meant, run hybrid-sync sync with --force"
        )
    return Change("meeting.cancel", event.id, f"the event is {event.state.value}", seen=seen)


def _update(
    event: Event, wanted: MeetingSpec, seen: Meeting, now: datetime, ignored: Collection[str]
) -> Change | None:
    differing = to_change(wanted, seen, ignored)
    stuck = [name for name in differences(wanted, seen) if name not in differing]
    if not differing:
        return _moved_back(event, wanted, seen, stuck)
    words = ", ".join(differing)
    if seen.state is MeetingState.IN_PROGRESS:
        reason = f"{words} differ, but Webex changes no meeting while it runs"
        return Hold("meeting.update", event.id, reason, wanted, seen, until=now + LOOK_AGAIN)
    moved = "starts" in differing or "ends" in differing
    if now >= seen.starts and moved and now >= wanted.starts:
        reason = f"{words} differ, but Webex takes no start in the past"
        return Hold("meeting.update", event.id, reason, wanted, seen, until=None)
    problem = impossible(wanted, now) if moved or "title" in differing else None
    if problem:
        return Ask("meeting.update", event.id, f"nothing was sent to Webex: {problem}", wanted, seen)
    return Change("meeting.update", event.id, f"{words} differ", wanted, seen)


def _moved_back(event: Event, wanted: MeetingSpec, seen: Meeting, stuck: Sequence[str]) -> Change | None:
    """A switch that the site ignores is its own affair; a meeting at another time is not."""
    if "starts" not in stuck and "ends" not in stuck:
        return None
    reason = (
        f"Webex was told to move the meeting and holds another time ({seen.starts:%Y-%m-%d %H:%M} to "
        f"{seen.ends:%H:%M} UTC): move it there by hand, or run hybrid-sync sync {event.id} --force to tell it again"
    )
    return Ask("meeting.update", event.id, reason, wanted, seen)
