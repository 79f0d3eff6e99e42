"""The curve and the arrivals as parts of pictures (SVG), for the template to draw."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hybrid_sync.domain.attendance import Attendance, Interval
from hybrid_sync.render.report_curve import WHERE, a_round_step, flows, round_moments, steps


@dataclass(frozen=True)
class Line:
    """A text or a line in the picture, in its units."""

    x: float
    y: float
    words: str


@dataclass(frozen=True)
class Picture:
    """What the template draws. `paths` are SVG path data by name: "total", "online", "room", "both" of the curve;
    "came" (upwards) and "went" (downwards) of the arrivals. `ground` is the line of zero.
    """

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    ground: float
    paths: dict[str, str]
    across: tuple[Line, ...]
    upward: tuple[Line, ...]
    starts: float
    """Where the planned time starts, across."""
    ends: float


def picture(report: Attendance, width: int = 760, height: int = 270) -> Picture | None:
    """The curve as a picture; None when nobody was there."""
    curve = steps(report)
    if not curve:
        return None
    span = (min(curve[0].at, report.window[0]), max(curve[-1].at, report.window[1]))
    left, right, top, bottom = 48, width - 22, 28, height - 32
    highest = max(step.total for step in curve)
    rung = _rung(highest)
    ceiling = rung * -(-highest // rung)
    x = _across(span, left, right)

    def y(count: int) -> float:
        return round(bottom - count / ceiling * (bottom - top), 1)

    paths = {"total": _path(((x(step.at), y(step.total)) for step in curve), bottom)}
    for where in WHERE:
        if any(getattr(step, where) for step in curve):
            paths[where] = _path(((x(step.at), y(getattr(step, where))) for step in curve), bottom)
    return Picture(
        width, height, left, right, top, bottom, bottom, paths,
        across=_clock(report, span, x, bottom),
        upward=tuple(Line(left, y(count), str(count)) for count in range(0, ceiling + 1, rung)),
        starts=x(report.window[0]),
        ends=x(report.window[1]),
    )  # fmt: skip


def flow_picture(report: Attendance, width: int = 760, height: int = 180) -> Picture | None:
    """Arrivals as bars upwards and departures as bars downwards; None when nobody was there."""
    every, found = flows(report)
    if not found:
        return None
    span = (min(found[0].at, report.window[0]), max(found[-1].at + every, report.window[1]))
    left, right, top, bottom = 48, width - 22, 28, height - 32
    up, down = max(flow.came for flow in found), max(flow.went for flow in found)
    rung = _rung(max(up + down, 1), 5)
    above, below = rung * -(-up // rung), rung * -(-down // rung)
    x = _across(span, left, right)

    def y(count: int) -> float:
        return round(top + (above - count) / (above + below) * (bottom - top), 1)

    bars: dict[str, list[str]] = {"came": [], "went": []}
    for flow in found:
        start, end = x(flow.at), x(flow.at + every)
        gap = min(2.0, (end - start) / 4)
        for name, count in (("came", flow.came), ("went", -flow.went)):
            if count:
                bars[name].append(f"M{start + gap:g} {y(0):g}V{y(count):g}H{end - gap:g}V{y(0):g}Z")
    return Picture(
        width, height, left, right, top, bottom, y(0), {name: "".join(drawn) for name, drawn in bars.items()},
        across=_clock(report, span, x, bottom),
        upward=tuple(Line(left, y(count), str(abs(count))) for count in range(-below, above + 1, rung)),
        starts=x(report.window[0]),
        ends=x(report.window[1]),
    )  # fmt: skip


def _across(span: Interval, left: int, right: int) -> Callable[[datetime], float]:
    """From an instant to its place, in half units, so that thousands of steps make a picture of bounded size."""
    return lambda at: round((left + (at - span[0]) / (span[1] - span[0]) * (right - left)) * 2) / 2


def _clock(
    report: Attendance, span: Interval, x: Callable[[datetime], float], bottom: int
) -> tuple[Line, ...]:
    zone = ZoneInfo(report.event.time_zone)
    moments = round_moments(span, max(a_round_step(span[1] - span[0], 10), timedelta(minutes=1)))
    return tuple(Line(x(at), bottom, f"{at.astimezone(zone):%H:%M}") for at in moments)


def _rung(highest: int, most: int = 6) -> int:
    """The distance of the horizontal lines: 1, 2 or 5 times a power of ten, at most `most` of them."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if highest <= most * factor * power:
                return factor * power
        power *= 10


def _path(points: Iterable[tuple[float, float]], ground: float) -> str:
    """Steps: across at the old height, then up or down. Of several at one place the last one counts."""
    merged: dict[float, float] = {}
    for x, y in points:
        merged[x] = y
    first = next(iter(merged))
    return f"M{first:g} {ground:g}" + "".join(f"H{x:g}V{y:g}" for x, y in merged.items())
