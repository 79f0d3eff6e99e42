"""Which Webex meeting or webinar an event needs, and how that differs from what is there."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hybrid_sync.domain.events import Event, EventState


class MeetingState(StrEnum):
    """What a meeting is doing, in the words of its series (webex.md 1.1)."""

    ACTIVE = "active"
    IN_PROGRESS = "inProgress"
    EXPIRED = "expired"


class MeetingKind(StrEnum):
    """Webex changes neither into the other (webex.md 1.6)."""

    MEETING = "meeting"
    WEBINAR = "webinar"


class Lobby(StrEnum):
    """What people who are not on the list meet, in Webex's words (unlockedMeetingJoinSecurity)."""

    WAIT = "allowJoinWithLobby"
    ENTER = "allowJoin"
    SHUT = "blockFromJoin"


@dataclass(frozen=True)
class MeetingPolicy:
    """How this house holds its meetings: the same for every event, from the settings.

    `registration` off is for webinars only: there every registrant gets a link of their own (webex.md 2.3).
    `join_before_host` goes with that only, because Webex ends registration where it is on (webex.md 1.6).
    """

    kind: MeetingKind = MeetingKind.MEETING
    registration: bool = True
    lobby: Lobby = Lobby.WAIT
    chat: bool = True
    recording: bool = False
    interpretation: bool = False
    join_before_host: bool = False


@dataclass(frozen=True)
class MeetingSpec:
    """What the meeting should be. Instants are UTC; `zone` is the IANA zone that Webex shows to people.

    `tag` marks the meeting as ours and makes it findable after a lost answer. `channels` are pairs of ISO 639-1
    codes, one interpretation channel each; Webex takes them when a meeting is made and not by a change of it. An
    adapter's `adjust` cuts this to what its system can hold before anything is compared.
    """

    tag: str
    title: str
    agenda: str
    starts: datetime
    ends: datetime
    zone: str
    lobby: Lobby = Lobby.WAIT
    chat: bool = True
    recording: bool = False
    kind: MeetingKind = MeetingKind.MEETING
    registration: bool = True
    join_before_host: bool = False
    channels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Meeting:
    """What the provider holds. `password` and `web_link` let people in: never log them.

    None stands for what the answer did not tell. `ignored` are the names of fields that the provider said it takes
    no notice of when it answered a write (webex.md 1.3: warning 1001).
    """

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
    lobby: str | None = None
    chat: bool | None = None
    recording: bool | None = None
    kind: str | None = None
    registration: bool | None = None
    join_before_host: bool | None = None
    ignored: tuple[str, ...] = field(default=(), compare=False)

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


_PLAIN = MeetingPolicy()


def wanted_meeting(event: Event, incarnation: int = 1, policy: MeetingPolicy = _PLAIN) -> MeetingSpec | None:
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
        lobby=policy.lobby,
        chat=policy.chat,
        recording=policy.recording,
        kind=policy.kind,
        registration=policy.registration,
        join_before_host=policy.join_before_host,
        channels=channels(event.languages) if policy.interpretation else (),
    )


def channels(languages: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Interpretation channels from the languages of an event: its first language with each of the others."""
    distinct = tuple(dict.fromkeys(languages))
    return tuple((distinct[0], other) for other in distinct[1:]) if distinct else ()


SHORTEST, LONGEST = timedelta(minutes=10), timedelta(hours=23, minutes=59)
FURTHEST = timedelta(days=3650)


def impossible(wanted: MeetingSpec, now: datetime) -> str | None:
    """Why no such meeting can be made, in a sentence; None when it can (webex.md 1.2, limits of POST /meetings).

    Asked before anything is sent: Webex counts refused creations against 100 a day.
    """
    length = wanted.ends - wanted.starts
    if not wanted.title.strip():
        return "the event has no title, and Webex takes no meeting without one"
    if not SHORTEST <= length <= LONGEST:
        return f"the event lasts {length}; Webex takes 10 minutes to 23 h 59 min"
    if wanted.starts >= now + FURTHEST:
        return "the event starts in ten years or more, and Webex takes no meeting so far ahead"
    return None


COMPARED = ("title", "agenda", "starts", "ends", "lobby", "chat", "recording")
"""The fields that a change can put right. None of them touches the registrations (webex.md 1.6)."""

_SWITCHES = ("lobby", "chat", "recording")


def differences(wanted: MeetingSpec, seen: Meeting) -> tuple[str, ...]:
    """Names of the fields in which `seen` is not as wanted; what the answer did not tell is no difference."""
    return tuple(
        name
        for name in COMPARED
        if getattr(wanted, name) != getattr(seen, name)
        and not (name in _SWITCHES and getattr(seen, name) is None)
    )


def not_taken(wanted: MeetingSpec, made: Meeting) -> frozenset[str]:
    """What the provider was told just now and did not take over: marks of field and wish, to be remembered.

    A converged site ignores some fields (webex.md 1.3); sent again at every look they would be sent for ever.
    """
    names = {*differences(wanted, made), *(name for name in made.ignored if name in COMPARED)}
    return frozenset(_mark(wanted, name) for name in names)


def to_change(wanted: MeetingSpec, seen: Meeting, ignored: Collection[str]) -> tuple[str, ...]:
    """The differences that are worth a call: not those that were told before and not taken over."""
    return tuple(name for name in differences(wanted, seen) if _mark(wanted, name) not in ignored)


def fingerprint(wanted: MeetingSpec) -> str:
    """What all compared fields together were wished to be: tells an edit made here from one made outside."""
    return hashlib.sha256("|".join(_mark(wanted, name) for name in COMPARED).encode()).hexdigest()[:32]


def _mark(wanted: MeetingSpec, name: str) -> str:
    """Names a field and what was wished of it, so that another wish for the same field is sent."""
    return f"{name}={hashlib.sha256(str(getattr(wanted, name)).encode()).hexdigest()[:12]}"


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
