"""Presence as arithmetic: raw stays, the rules for times that were not told, and the union of what is left (P6).

All instants are UTC and all lengths real time, so that a change night needs no rule of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

Interval = tuple[datetime, datetime]

ROOM = "room"
"""The source of a stay in the room; every other source is online."""

NOT_TOLD_BEFORE = datetime(1971, 1, 1, tzinfo=UTC)
"""Webex writes 1970-01-01T00:00:00Z for a time that it does not know yet (webex.md 3.1), files a day beside it."""


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


@dataclass(frozen=True)
class AttendanceRules:
    """What the house has decided about attendance.

    `margin` is counted before the start and after the end. A person is present from `present_from` on, below it
    "partly". `plus_addresses_same` takes ada+x@example.org for ada@example.org. `room_systems` are addresses or
    display names of devices that count as nobody; `staff` are addresses of those who run events.
    """

    margin: timedelta = timedelta(minutes=10)
    present_from: timedelta = timedelta(minutes=1)
    plus_addresses_same: bool = False
    room_systems: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time without overlaps, in order."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def clip(intervals: Iterable[Interval], window: Interval) -> list[Interval]:
    """The parts of `intervals` inside `window`."""
    clipped = ((max(start, window[0]), min(end, window[1])) for start, end in intervals)
    return [(start, end) for start, end in clipped if start < end]


def length(intervals: Iterable[Interval]) -> timedelta:
    return sum((end - start for start, end in union(intervals)), timedelta(0))


def settled(segments: Iterable[Segment]) -> list[Segment]:
    """Without the stay that stood for a participant until a later pull told their devices."""
    rows = list(segments)
    waiting = {row.key[:-1] for row in rows if row.key.endswith("|")}
    if not waiting:
        return rows
    told = {row.key.rpartition("|")[0] for row in rows if not row.key.endswith("|")} & waiting
    return [row for row in rows if not (row.key.endswith("|") and row.key[:-1] in told)]


class Times:
    """When each stay began and ended, by these rules; what they had to guess is told to `doubt`.

    - 1970 is the same as not told.
    - No join time: the stay counts as nothing.
    - No leave time, online: it lasted until the last leave that anybody of the same run is known to have made after
      the join, because nobody stays in a meeting that has ended; where there is none, until the end of `window`.
    - No leave time, in the room: it lasted until the end of `window`.
    - A leave before its join: the stay counts as nothing. A leave at its join is a stay of no length.
    - Breakout sessions are part of the event, like the main session.

    What lies outside `window` (the planned time and its margins) is cut off; a doubt is told only of what would count.
    """

    def __init__(self, segments: Iterable[Segment], window: Interval, doubt: Callable[[str], None]) -> None:
        self._window = window
        self._doubt = doubt
        self._ends: Mapping[str, datetime] = _last_leaves(segments)

    def interval(self, stay: Segment) -> Interval | None:
        """The part of `stay` inside the window; None when there is none."""
        joined, left = stay.joined, stay.left
        if joined is None or joined < NOT_TOLD_BEFORE:
            self._doubt(f"{stay.display_name}: a stay without a join time was not counted")
            return None
        first, last = self._window
        if left is None or left < NOT_TOLD_BEFORE:
            if joined >= last:
                return None
            left, how = self._left(stay, joined)
            if left <= first:
                return None
            self._doubt(f"{stay.display_name}: no leave time, counted to {how}")
        elif left < joined:
            if left < last and joined > first:
                self._doubt(f"{stay.display_name}: a stay that ends before it begins was not counted")
            return None
        joined = max(joined, first)
        left = min(left, last)
        return (joined, left) if joined < left else None

    def _left(self, stay: Segment, joined: datetime) -> tuple[datetime, str]:
        """Until when somebody stayed whose leave was not told, and by which rule."""
        last = None if stay.source == ROOM else self._ends.get(stay.instance_id)
        if last is None or last <= joined:
            return self._window[1], "the end"
        return last, "the last leave of that run"


def _last_leaves(segments: Iterable[Segment]) -> dict[str, datetime]:
    """By run, the last leave that was told, of those that make sense."""
    ends: dict[str, datetime] = {}
    for stay in segments:
        left = stay.left
        if left is None or stay.source == ROOM or left < NOT_TOLD_BEFORE:
            continue
        if stay.joined is not None and left < stay.joined:
            continue
        known = ends.get(stay.instance_id)
        if known is None or left > known:
            ends[stay.instance_id] = left
    return ends


@dataclass(frozen=True)
class Counted:
    """One person's time inside the window, without overlaps. `both` counts once what overlaps."""

    online: tuple[Interval, ...]
    room: tuple[Interval, ...]
    both: tuple[Interval, ...]


def counted(stays: Sequence[Segment], times: Times) -> Counted:
    """The stays of one person, over all runs and devices, online and in the room."""
    online: list[Interval] = []
    room: list[Interval] = []
    for stay in stays:
        interval = times.interval(stay)
        if interval is not None:
            (room if stay.source == ROOM else online).append(interval)
    online, room = union(online), union(room)
    both = union(online + room) if online and room else online or room
    return Counted(tuple(online), tuple(room), tuple(both))


def capped(intervals: Sequence[Interval], most: timedelta) -> timedelta:
    """The length of `intervals`, which do not overlap, and never more than `most`."""
    return min(sum((end - start for start, end in intervals), timedelta(0)), most)
