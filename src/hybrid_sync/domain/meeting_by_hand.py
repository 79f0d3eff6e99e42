"""What somebody did with the meeting by hand: put right, made anew, or put before a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.meeting_plan import Ask, Reopen
from hybrid_sync.domain.meetings import Meeting, MeetingSpec, MeetingState
from hybrid_sync.domain.plan import Change, Hold

MOST_RECREATIONS = 3
RECREATED_AGAIN_AFTER = timedelta(hours=1)
"""A meeting that vanishes again and again is deleted by somebody who means it, or by a fault of ours."""


@dataclass(frozen=True)
class HandMade:
    """What to do about what somebody did in Webex by hand.

    `edited`: repair (put right again) or ask. `deleted`: ask, or recreate with everybody registered again.
    """

    edited: Literal["repair", "ask"] = "repair"
    deleted: Literal["ask", "recreate"] = "ask"


DEFAULT = HandMade()


def asks_first(change: Change, pending: bool) -> Change:
    """With edited_meeting = "ask": what somebody changed in Webex by hand is not put right before a person said so.

    `pending` says that the difference is an edit made here, which is what the organiser wants.
    """
    if change.kind != "meeting.update" or not change.acts or pending:
        return change
    reason = (
        f"somebody changed the meeting in Webex ({change.reason}): change the event the same way, or run "
        f"hybrid-sync sync {change.target} --force to put the meeting right"
    )
    return Ask(change.kind, change.target, reason, change.wanted, change.seen)


def lost_meeting(
    event: Event,
    wanted: MeetingSpec,
    hand: HandMade,
    now: datetime,
    *,
    believed_at: datetime,
    recreations: int,
    recreated_at: datetime | None,
    force: bool = False,
) -> Hold | None:
    """A meeting of ours is not there any more: what a person is asked, what is waited for, or None: make it anew.

    `believed_at` is when its absence may be believed: one look proves nothing (webex.md 7).
    """
    way = f"to make a new one with everybody registered again: hybrid-sync event publish {event.id} --anew"
    if hand.deleted == "ask":
        reason = f"somebody deleted the meeting in Webex, or made another person its host; {way}"
        return Ask("meeting.create", event.id, reason, wanted)
    if now < believed_at:
        reason = "the meeting is not to be found in Webex; looked for once more before a new one is made"
        return Hold("meeting.create", event.id, reason, wanted, until=believed_at)
    if recreations >= MOST_RECREATIONS and not force:
        reason = f"the meeting was deleted in Webex again, after {recreations} new ones were made; {way}"
        return Ask("meeting.create", event.id, reason, wanted)
    if recreated_at is not None and now < recreated_at + RECREATED_AGAIN_AFTER and not force:
        reason = "the meeting was deleted in Webex again, less than an hour after a new one was made"
        return Hold("meeting.create", event.id, reason, wanted, until=recreated_at + RECREATED_AGAIN_AFTER)
    return None


def wrong_kind(event: Event, wanted: MeetingSpec, kind: str, registration: bool) -> Ask | None:
    """The settings name another kind than the event has: Webex changes neither into the other (webex.md 1.6)."""
    if wanted.kind.value == kind and wanted.registration == registration:
        return None
    held = kind if registration else f"{kind} without registration"
    asked = wanted.kind.value if wanted.registration else f"{wanted.kind.value} without registration"
    reason = (
        f"[webex] asks for a {asked} now, but event {event.id} has a {held}, and Webex changes neither into the "
        "other. It stays as it is; to replace it, with everybody registered again: "
        f"hybrid-sync event publish {event.id} --anew"
    )
    return Ask("meeting.update", event.id, reason, topic="kind")


def doubts(
    event: Event, wanted: MeetingSpec, seen: Meeting, hand: HandMade, host: str | None, force: bool
) -> list[Change]:
    """What was changed by hand that a plain update cannot put right: the host, and registration switched off.

    `host` is who hosted the meeting when it was made; None when nobody told.
    """
    found: list[Change] = []
    if host and seen.host_email and seen.host_email.casefold() != host.casefold() and not force:
        reason = (
            "somebody made another person the host of the meeting. Make the first host the host again in Webex, or "
            f"set [webex] host_email and accept it with hybrid-sync sync {event.id} --force"
        )
        found.append(Ask("meeting.update", event.id, reason, wanted, seen, topic="host"))
    if wanted.registration and seen.registration is False:
        found.append(_registration(event, wanted, seen, hand, force))
    return found


def _registration(event: Event, wanted: MeetingSpec, seen: Meeting, hand: HandMade, force: bool) -> Change:
    if seen.state is MeetingState.IN_PROGRESS:
        reason = "registration is switched off in Webex, and nothing can be changed while the meeting runs"
        return Ask("meeting.update", event.id, reason, wanted, seen, topic="registration")
    if seen.join_before_host and not force:
        reason = (
            "somebody lets people in before the host, and Webex has ended registration for that and forgotten who was "
            f"registered. Switch it off in Webex, then run hybrid-sync sync {event.id} --force: everybody is "
            "registered again"
        )
        return Ask("meeting.update", event.id, reason, wanted, seen, topic="registration")
    if hand.edited == "ask" and not force:
        reason = (
            "somebody switched registration off in Webex. To switch it on and register everybody again: "
            f"hybrid-sync sync {event.id} --force"
        )
        return Ask("meeting.update", event.id, reason, wanted, seen, topic="registration")
    return Reopen("meeting.update", event.id, "registration is switched off in Webex", wanted, seen)


def twin(event: Event, other: Meeting, kept: str | None) -> Ask:
    """A second meeting with our mark: never deleted by itself, because somebody may have handed out its link."""
    which = f"number {other.number}" if other.number else f"id {other.id}"
    ours = f"number {kept}" if kept else "the one that is on record"
    reason = (
        f"two meetings in Webex carry the mark of event {event.id}. In use is {ours}; the other has {which}, starts "
        f"{other.starts:%Y-%m-%d %H:%M} UTC. If nobody was given it, delete that one in Webex"
    )
    return Ask("meeting.cancel", event.id, reason, seen=other, topic=f"twin {other.id}")
