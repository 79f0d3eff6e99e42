"""How many people were there at each moment, and how many came and went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from hybrid_sync.domain.attendance import Attendance, Interval, Presence

WHERE = ("online", "room", "both")


@dataclass(frozen=True)
class Step:
    """From `at` (UTC) until the next step this many people were there, parted by where each was at that moment.

    `both` are people seen online and in the room at once (a laptop open in the room, say).
    """

    at: datetime
    online: int
    room: int
    both: int

    @property
    def total(self) -> int:
        return self.online + self.room + self.both


@dataclass(frozen=True)
class Flow:
    """How many people came and went from `at` (UTC) until the next one. Who comes back counts each time."""

    at: datetime
    came: int
    went: int


def everybody(report: Attendance) -> tuple[Presence, ...]:
    """All who were there: registrants, walk-ins and people of whom nobody has decided yet."""
    return (*report.present, *report.walk_ins, *report.unmatched)


def seen_where(row: Presence) -> str:
    """Where somebody was seen at all: "online", "room", "both", or "" for nowhere."""
    match (row.online > timedelta(0), row.room > timedelta(0)):
        case (True, True):
            return "both"
        case (True, False):
            return "online"
        case (False, True):
            return "room"
    return ""


def steps(report: Attendance) -> list[Step]:
    """The curve of everybody present; it ends with nobody. Empty when nobody came."""
    changes: dict[datetime, dict[str, int]] = {}
    for row in everybody(report):
        for start, end, where in _whereabouts(row):
            for at, one in ((start, 1), (end, -1)):
                changes.setdefault(at, dict.fromkeys(WHERE, 0))[where] += one
    running = dict.fromkeys(WHERE, 0)
    found: list[Step] = []
    for at in sorted(changes):
        for where in WHERE:
            running[where] += changes[at][where]
        found.append(Step(at, **running))
    return found


def _whereabouts(row: Presence) -> Iterator[tuple[datetime, datetime, str]]:
    """The person's time in pieces, each with where they were in it."""
    edges = sorted({edge for pair in (*row.online_intervals, *row.room_intervals) for edge in pair})
    for start, end in pairwise(edges):
        online = any(a <= start < b for a, b in row.online_intervals)
        room = any(a <= start < b for a, b in row.room_intervals)
        if online or room:
            yield (start, end, "both" if online and room else "online" if online else "room")


def samples(curve: Sequence[Step], window: Interval, most: int = 13) -> list[Step]:
    """The curve at round moments (UTC) from the start to the end of `window`, at most `most` of them."""
    moments = round_moments(window, a_round_step(window[1] - window[0], most - 1))
    found: list[Step] = []
    index = -1
    for at in moments:
        while index + 1 < len(curve) and curve[index + 1].at <= at:
            index += 1
        now = curve[index] if index >= 0 else Step(at, 0, 0, 0)
        found.append(Step(at, now.online, now.room, now.both))
    return found


def flows(report: Attendance, most: int = 36) -> tuple[timedelta, list[Flow]]:
    """Arrivals and departures, and the length of one piece of time: 5 minutes, longer for long events.

    From the first arrival to the last departure, pieces without either included; empty when nobody came.
    """
    stays = [stay for row in everybody(report) for stay in row.intervals]
    if not stays:
        return (timedelta(minutes=5), [])
    first, last = min(start for start, _ in stays), max(end for _, end in stays)
    every = max(a_round_step(last - first, most - 1), timedelta(minutes=5))
    begin = _midnight(first) + every * ((first - _midnight(first)) // every)
    came, went = ([0] * ((last - begin) // every + 1) for _ in range(2))
    for start, end in stays:
        came[(start - begin) // every] += 1
        went[(end - begin) // every] += 1
    return (every, [Flow(begin + every * n, *both) for n, both in enumerate(zip(came, went, strict=True))])


_ROUND = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 10, 15, 30, 60, 120, 180, 360, 720))


def a_round_step(span: timedelta, parts: int) -> timedelta:
    """The shortest round length that goes into `span` fewer than `parts` times."""
    return next((step for step in _ROUND if span / step < parts), timedelta(days=1))


def round_moments(window: Interval, every: timedelta) -> list[datetime]:
    """All whole multiples of `every` (counted from midnight UTC) in `window`, ends included."""
    midnight = _midnight(window[0])
    at = midnight + every * -((midnight - window[0]) // every)
    found: list[datetime] = []
    while at <= window[1]:
        found.append(at)
        at += every
    return found


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)
