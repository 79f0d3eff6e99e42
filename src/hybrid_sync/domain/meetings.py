"""Which Webex meeting an event needs, and how that differs from what is there."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.plan import Change, Hold
from hybrid_sync.errors import UnsafePlan


class MeetingState(StrEnum):
    """What a meeting is doing, in the words of its series (webex.md 1.1)."""

    ACTIVE = "active"
    IN_PROGRESS = "inProgress"
    EXPIRED = "expired"


@dataclass(frozen=True)
class MeetingSpec:
    """What the meeting should be. Instants are UTC; `zone` is the IANA zone that Webex shows to people.

    `tag` marks the meeting as ours and makes it findable after a lost answer. An adapter's `adjust` cuts this to
    what its system can hold before anything is compared.
    """

    tag: str
    title: str
    agenda: str
    starts: datetime
    ends: datetime
    zone: str


@dataclass(frozen=True)
class Meeting:
    """What the provider holds. `password` and `web_link` let people in: never log them."""

    id: str
    title: str
    agenda: str
    starts: datetime
    ends: datetime
    state: MeetingState = MeetingState.ACTIVE
    number: str | None = None
    web_link: str | None = None
    password: str | None = None
    sip_address: str | None = None
    host_email: str | None = None
    tags: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Meeting(id={self.id!r}, title={self.title!r}, starts={self.starts.isoformat()})"


def meeting_tag(event_id: str, incarnation: int = 1) -> str:
    """Integration tag of the event's meeting: at most 64 of letters, digits, dot, hyphen (webex.md 1.2, 10.3).

    An id that does not fit is cut and marked with a digest, so that two events never share a tag.
    """
    kept = "".join(char if re.match(r"[A-Za-z0-9.-]", char) else "-" for char in event_id)
    suffix = "" if incarnation == 1 else f".{incarnation}"
    if kept != event_id or len(kept) > 61 - len(suffix):
        kept = f"{kept[:44]}-{hashlib.sha256(event_id.encode()).hexdigest()[:10]}"
    return f"hs.{kept}{suffix}"


def wanted_meeting(event: Event, incarnation: int = 1) -> MeetingSpec | None:
    """The meeting that `event` should have now; None when it should have none."""
    if event.state is not EventState.PUBLISHED or not event.online or event.ends is None:
        return None
    return MeetingSpec(
        tag=meeting_tag(event.id, incarnation),
        title=event.title,
        agenda=event.description,
        starts=event.starts.instant,
        ends=event.ends.instant,
        zone=event.time_zone,
    )


_COMPARED = ("title", "agenda", "starts", "ends")


def differences(wanted: MeetingSpec, seen: Meeting) -> tuple[str, ...]:
    """Names of the fields in which `seen` is not as wanted."""
    return tuple(name for name in _COMPARED if getattr(wanted, name) != getattr(seen, name))


def plan_meeting(
    event: Event, wanted: MeetingSpec | None, seen: Meeting | None, now: datetime, *, force: bool = False
) -> Change | None:
    """The one change that brings the meeting in line, a Hold, or None.

    wanted | seen    | =
    -------+---------+------------------------------------------------------------
    no     | no      | nothing
    yes    | no      | create; nothing once the event is over
    no     | yes     | cancel; a started meeting only by force (design.md 5)
    yes    | yes     | nothing, update, or hold while an instance runs (webex.md 1.6 R3)
    """
    if wanted is None and seen is None:
        return None
    if seen is None:
        assert wanted is not None
        if now >= wanted.starts:
            # Webex refuses a start in the past (R1), and a meeting made now would help nobody.
            return None if now >= wanted.ends else _too_late(event, wanted)
        return Change("meeting.create", event.id, "the event has no Webex meeting yet", wanted=wanted)
    if wanted is None:
        return _cancel(event, seen, now, force)
    if now >= seen.ends and now >= wanted.ends:
        return None
    return _update(event, wanted, seen, now)


def _too_late(event: Event, wanted: MeetingSpec) -> Hold:
    reason = (
        "the event has started without a Webex meeting, and Webex makes none in the past: make one by hand"
    )
    return Hold("meeting.create", event.id, reason, wanted=wanted, until=None)


def _cancel(event: Event, seen: Meeting, now: datetime, force: bool) -> Change | None:
    if now >= seen.ends:
        return None
    if seen.starts <= now and not force:
        raise UnsafePlan(
            f"the meeting of event {event.id} has started: cancelling it now would put people out of the room; "
            "if that is meant, run hybrid-sync sync with --force"
        )
    return Change("meeting.cancel", event.id, f"the event is {event.state.value}", seen=seen)


def _update(event: Event, wanted: MeetingSpec, seen: Meeting, now: datetime) -> Change | None:
    differing = differences(wanted, seen)
    if not differing:
        return None
    words = ", ".join(differing)
    if seen.state is MeetingState.IN_PROGRESS:
        reason = f"{words} differ, but Webex changes no meeting while it runs"
        return Hold("meeting.update", event.id, reason, wanted, seen, until=now + timedelta(minutes=5))
    if now >= seen.starts and ("starts" in differing or "ends" in differing) and now >= wanted.starts:
        reason = f"{words} differ, but Webex takes no start in the past"
        return Hold("meeting.update", event.id, reason, wanted, seen, until=None)
    return Change("meeting.update", event.id, f"{words} differ", wanted, seen)


def cut(text: str, most: int) -> str:
    """`text` in at most `most` characters, cut at a word where that costs little, marked with an ellipsis."""
    text = " ".join(text.split()) if "\n" not in text else text.strip()
    if len(text) <= most:
        return text
    head = text[: most - 1]
    at_word = head.rsplit(None, 1)[0] if head.strip() else ""
    return (at_word if len(at_word) > most * 0.8 else head).rstrip(" ,;:-") + "…"


def fitted(spec: MeetingSpec, title_most: int, agenda_most: int) -> MeetingSpec:
    """`spec` cut to the lengths a system can hold (Webex: 128 and 1300, webex.md 1.2); the full text stays with us."""
    return replace(spec, title=cut(spec.title, title_most), agenda=cut(spec.agenda, agenda_most))
