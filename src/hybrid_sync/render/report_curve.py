"""How many people were there at each moment, as numbers and as the parts of a picture (SVG)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hybrid_sync.domain.attendance import Attendance, Interval, Presence

_WHERE = ("online", "room", "both")


@dataclass(frozen=True)
class Step:
    """From `at` (UTC) until the next step this many people were there, parted by where each was seen at all.

    A person seen online and in the room counts under `both` the whole time: `Presence` tells the two
    lengths, not which stay was which.
    """

    at: datetime
    online: int
    room: int
    both: int

    @property
    def total(self) -> int:
        return self.online + self.room + self.both


def seen_where(row: Presence) -> str:
    """Where somebody was seen: "online", "room", "both", or "" for nowhere."""
    match (row.online > timedelta(0), row.room > timedelta(0)):
        case (True, True):
            return "both"
        case (True, False):
            return "online"
        case (False, True):
            return "room"
    return ""


def steps(report: Attendance) -> list[Step]:
    """The curve of everybody present, registered or not; it ends with nobody. Empty when nobody came."""
    changes: dict[datetime, dict[str, int]] = {}
    for row in (*report.present, *report.unmatched):
        where = seen_where(row)
        if not where:
            continue
        for start, end in row.intervals:
            for at, one in ((start, 1), (end, -1)):
                counts = changes.setdefault(at, dict.fromkeys(_WHERE, 0))
                counts[where] += one
    running = dict.fromkeys(_WHERE, 0)
    found: list[Step] = []
    for at in sorted(changes):
        for where in _WHERE:
            running[where] += changes[at][where]
        found.append(Step(at, **running))
    return found


def samples(curve: Sequence[Step], window: Interval, most: int = 13) -> list[Step]:
    """The curve at round moments (UTC) from the start to the end of `window`, at most `most` of them."""
    every = next(
        (step for step in _TICKS if (window[1] - window[0]) / step < most - 1),
        timedelta(days=1),
    )
    moments = round_moments(window, every)
    found: list[Step] = []
    index = -1
    for at in moments:
        while index + 1 < len(curve) and curve[index + 1].at <= at:
            index += 1
        now = curve[index] if index >= 0 else Step(at, 0, 0, 0)
        found.append(Step(at, now.online, now.room, now.both))
    return found


_TICKS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 10, 15, 30, 60, 120, 180, 360, 720))


def round_moments(window: Interval, every: timedelta) -> list[datetime]:
    """All whole multiples of `every` (counted from midnight UTC) in `window`, ends included."""
    midnight = window[0].replace(hour=0, minute=0, second=0, microsecond=0)
    at = midnight + every * -((midnight - window[0]) // every)
    found: list[datetime] = []
    while at <= window[1]:
        found.append(at)
        at += every
    return found


@dataclass(frozen=True)
class Line:
    """A text or a line in the picture, in its units."""

    x: float
    y: float
    words: str


@dataclass(frozen=True)
class Picture:
    """What the template draws. `paths` are SVG path data by name ("total", "online", "room", "both")."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    paths: dict[str, str]
    across: tuple[Line, ...]
    upward: tuple[Line, ...]
    marks: tuple[Line, ...]


def picture(report: Attendance, width: int = 760, height: int = 300) -> Picture | None:
    """The curve as a picture; None when nobody was there."""
    curve = steps(report)
    if not curve:
        return None
    clock = ZoneInfo(report.event.time_zone)
    start, end = min(curve[0].at, report.window[0]), max(curve[-1].at, report.window[1])
    left, right, top, bottom = 48, width - 22, 28, height - 32
    highest = max(step.total for step in curve)
    rung = _rung(highest)
    ceiling = rung * -(-highest // rung)

    def x(at: datetime) -> float:
        return round((left + (at - start) / (end - start) * (right - left)) * 2) / 2

    def y(count: int) -> float:
        return round(bottom - count / ceiling * (bottom - top), 1)

    paths = {"total": _path(((x(step.at), y(step.total)) for step in curve), bottom)}
    kinds = [where for where in _WHERE if any(getattr(step, where) for step in curve)]
    for where in kinds:
        paths[where] = _path(((x(step.at), y(getattr(step, where))) for step in curve), bottom)
    every = next((tick for tick in _TICKS if (end - start) / tick <= 10), timedelta(days=1))
    return Picture(
        width, height, left, right, top, bottom, paths,
        across=tuple(
            Line(x(at), bottom, f"{at.astimezone(clock):%H:%M}") for at in round_moments((start, end), every)
        ),
        upward=tuple(Line(left, y(count), str(count)) for count in range(0, ceiling + 1, rung)),
        marks=(
            Line(x(report.window[0]), top, "planned start"),
            Line(x(report.window[1]), top, "planned end"),
        ),
    )  # fmt: skip


def _rung(highest: int) -> int:
    """The distance of the horizontal lines: 1, 2 or 5 times a power of ten, at most six of them."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if highest <= 6 * factor * power:
                return factor * power
        power *= 10


def _path(points: Iterable[tuple[float, float]], ground: float) -> str:
    """Steps: across at the old height, then up or down. Of several at one place the last one counts."""
    merged: dict[float, float] = {}
    for x, y in points:
        merged[x] = y
    first = next(iter(merged))
    return f"M{first:g} {ground:g}" + "".join(f"H{x:g}V{y:g}" for x, y in merged.items())
