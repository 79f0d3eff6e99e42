"""Attendance measured in presence: the union of a person's stays, clipped to the event (P6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.people import Mode, Registrant, RegistrantStatus, email_key

Interval = tuple[datetime, datetime]


@dataclass(frozen=True)
class Segment:
    """One device's one stay: a raw fact, kept as it came. Instants are UTC; None means that it was not told.

    `key` is unique within the event, so that a second pull adds nothing; it ends in "|" while the system has not told
    the participant's devices yet. `source` is "webex" or "room", or "file" for an imported online stay.
    `role` is "host", "cohost", "panelist", "room system" or "attendee". `source_id` is the mark of the personal link
    that was used, if any. `session` is "" for the main session, else the name of the breakout session.
    `registrant_id` is whom our own record names (a check-in by code, say); None where only the name and address tell.
    """

    key: str
    event_id: str
    instance_id: str
    display_name: str
    email: str
    joined: datetime | None
    left: datetime | None
    role: str = "attendee"
    source: str = "webex"
    device: str = ""
    source_id: str | None = None
    session: str = ""
    registrant_id: str | None = None

    def __repr__(self) -> str:
        return f"Segment(key={self.key!r}, joined={self.joined}, left={self.left})"


INVENTED_DOMAIN = "guest.webex.localhost"


def real_email(email: str) -> str | None:
    """The e-mail key, or None for a missing or invented address (webex.md 3.1: `<uuid>@guest.webex.localhost`)."""
    key = email_key(email)
    return None if not key or "@" not in key or key.endswith("@" + INVENTED_DOMAIN) else key


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time without overlaps, in order."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def clip(intervals: Iterable[Interval], window: Interval) -> list[Interval]:
    """The parts of `intervals` inside `window`."""
    clipped = ((max(start, window[0]), min(end, window[1])) for start, end in intervals)
    return [(start, end) for start, end in clipped if start < end]


def length(intervals: Iterable[Interval]) -> timedelta:
    return sum((end - start for start, end in union(intervals)), timedelta(0))


@dataclass(frozen=True)
class Presence:
    """One person's attendance. `online` and `room` may overlap; `total` counts an overlap once.

    `share` is the part of the event's length in 0..1. `person` is None for somebody who matches no registrant;
    then `name` is what they called themselves. `key` names them in `attendance match`. `matched_by` says what told
    who they are: "code", "link", "address", "alias" or "choice"; "" for nobody known. `verdict` is "present", "partly",
    "walk-in" (in the room without registration, or settled as such by a person) or "unknown". The two lists of
    intervals part `intervals` by where they were.
    """

    name: str
    email: str | None
    person: Registrant | None
    total: timedelta
    online: timedelta
    room: timedelta
    share: float
    first: datetime | None
    last: datetime | None
    verdict: str
    intervals: tuple[Interval, ...] = ()
    online_intervals: tuple[Interval, ...] = ()
    room_intervals: tuple[Interval, ...] = ()
    key: str = ""
    matched_by: str = ""
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(frozen=True)
class Suggestion:
    """Who somebody unmatched may be, and why: for a person to decide, never for a machine. Best first."""

    person: Registrant
    why: str


@dataclass(frozen=True)
class Run:
    """One run of the meeting, as it was seen. `counted` is False for a rehearsal, `why` then says so."""

    id: str
    started: datetime | None
    ended: datetime | None
    counted: bool = True
    why: str = ""


@dataclass(frozen=True)
class Attendance:
    """Everything that a report needs. `window` is the event's planned time (UTC); margins are already applied.

    `unrecorded` are people registered for a room in which nobody was checked in: whether they came is not known.
    `walk_ins` came without being registered; `unmatched` are those of whom nobody has decided yet.
    `room_systems` are the devices of the room itself, which count as nobody. `held` is False when the meeting
    was never started.
    """

    event: Event
    window: Interval
    present: tuple[Presence, ...]
    no_shows: tuple[Registrant, ...]
    unmatched: tuple[Presence, ...]
    staff: tuple[str, ...]
    doubts: tuple[str, ...]
    instances: tuple[str, ...]
    pulled_at: datetime | None
    unrecorded: tuple[Registrant, ...] = ()
    walk_ins: tuple[Presence, ...] = ()
    room_systems: tuple[str, ...] = ()
    held: bool = True

    @property
    def registered(self) -> int:
        return len(self.no_shows) + len(self.unrecorded) + sum(1 for row in self.present if row.person)


def attendance(
    event: Event,
    people: Sequence[Registrant],
    segments: Sequence[Segment],
    *,
    margin: timedelta = timedelta(minutes=10),
    present_from: timedelta = timedelta(minutes=1),
    pulled_at: datetime | None = None,
    sources: Mapping[str, str] | None = None,
) -> Attendance:
    """Who was there and for how long.

    Stays are counted from `margin` before the start to `margin` after the end, the figure never above the event's
    own length. A person is present from `present_from` on, "partly" below that. Matching is by the personal link that
    was used (`sources` gives the registrant id of its mark), else by real e-mail address; names never decide (design.md
    5 of issue "Attendance"). Raises ValueError for an event without an end.
    """
    if event.ends is None:
        raise ValueError(f"event {event.id} has no end")
    window = (event.starts.instant, event.ends.instant)
    wide = (window[0] - margin, window[1] + margin)
    by_key = {person.key: person for person in people if person.status is RegistrantStatus.APPROVED}
    doubts: list[str] = []
    guests = [segment for segment in _settled(segments) if segment.role == "attendee"]
    by_source = _by_source(by_key.values(), sources or {})
    grouped = _grouped(guests, by_source)
    present: list[Presence] = []
    unmatched: list[Presence] = []
    for key, stays in grouped.items():
        person = by_key.get(key)
        row = _presence(event, person, stays, wide, present_from, doubts)
        if row.total > timedelta(0):
            (present if person else unmatched).append(row)
    came = {row.person.id for row in present if row.person}
    missing = [person for person in by_key.values() if person.id not in came]
    checked_in = any(segment.source == "room" for segment in segments)
    unrecorded = [person for person in missing if person.mode is Mode.ROOM and not checked_in]
    staff = {segment.display_name for segment in segments if segment.role != "attendee"}
    return Attendance(
        event=event,
        window=window,
        present=tuple(sorted(present, key=lambda row: row.name.casefold())),
        no_shows=tuple(person for person in missing if person not in unrecorded),
        unmatched=tuple(sorted(unmatched, key=lambda row: row.name.casefold())),
        staff=tuple(sorted(staff)),
        doubts=tuple(doubts),
        instances=tuple(sorted({segment.instance_id for segment in segments})),
        pulled_at=pulled_at,
        unrecorded=tuple(unrecorded),
    )


def _by_source(people: Iterable[Registrant], sources: Mapping[str, str]) -> Mapping[str, str]:
    """E-mail keys by the mark of the personal link: whatever address was typed behind it, it is that person's."""
    keys = {person.id: person.key for person in people}
    return {source: keys[person_id] for source, person_id in sources.items() if person_id in keys}


def _settled(segments: Sequence[Segment]) -> list[Segment]:
    """Without the stay that stood for a participant until a later pull told their devices."""
    known = {segment.key.rpartition("|")[0] for segment in segments if not segment.key.endswith("|")}
    return [segment for segment in segments if not (segment.key.endswith("|") and segment.key[:-1] in known)]


def _grouped(segments: Sequence[Segment], by_source: Mapping[str, str]) -> Mapping[str, list[Segment]]:
    """Stays of one person together: by personal link, by address; without a usable one each stands alone."""
    grouped: dict[str, list[Segment]] = {}
    for segment in segments:
        key = by_source.get(segment.source_id or "") or real_email(segment.email)
        key = key or f"?{segment.email or segment.key}"
        grouped.setdefault(key, []).append(segment)
    return grouped


def _presence(
    event: Event,
    person: Registrant | None,
    stays: Sequence[Segment],
    wide: Interval,
    present_from: timedelta,
    doubts: list[str],
) -> Presence:
    kinds: dict[str, list[Interval]] = {"webex": [], "room": []}
    for stay in stays:
        interval = _interval(stay, wide, doubts)
        if interval:
            kinds.setdefault(stay.source, []).append(interval)
    online, room = clip(union(kinds["webex"]), wide), clip(union(kinds["room"]), wide)
    both = union(online + room)
    total = min(length(both), event.duration)
    return Presence(
        name=person.name if person else stays[0].display_name,
        email=person.email if person else real_email(stays[0].email),
        person=person,
        total=total,
        online=min(length(online), event.duration),
        room=min(length(room), event.duration),
        share=total / event.duration if event.duration else 0.0,
        first=both[0][0] if both else None,
        last=both[-1][1] if both else None,
        verdict="present" if total >= present_from else "partly",
        intervals=tuple(both),
    )


def _interval(stay: Segment, wide: Interval, doubts: list[str]) -> Interval | None:
    """A stay's times. A missing join counts as nothing; a missing leave as the end of the window, and both are said."""
    if stay.joined is None:
        doubts.append(f"{stay.display_name}: a stay without a join time was not counted")
        return None
    if stay.left is None:
        if stay.joined < wide[1]:
            doubts.append(f"{stay.display_name}: no leave time, counted to the end")
        return (stay.joined, max(stay.joined, wide[1]))
    return (stay.joined, stay.left)


def pulls_due(
    event: Event, done: Sequence[datetime], after: Sequence[timedelta], now: datetime
) -> tuple[bool, datetime | None]:
    """Whether attendance should be pulled now, and when next.

    `after` are the delays after the planned end (webex.md 3.1: leave times still change for hours); `done` are the
    instants (UTC) of earlier pulls.
    """
    if event.ends is None:
        return (False, None)
    moments = [event.ends.instant + delay for delay in sorted(after)]
    passed = [moment for moment in moments if moment <= now]
    ahead = next((moment for moment in moments if moment > now), None)
    due = bool(passed) and not any(at >= passed[-1] for at in done)
    return (due, ahead)
