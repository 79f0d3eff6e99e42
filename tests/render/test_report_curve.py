from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybrid_sync.domain.attendance import Segment
from hybrid_sync.render.report_curve import Step, flows, round_moments, samples, steps
from hybrid_sync.render.report_figures import figures
from hybrid_sync.render.report_picture import _rung, flow_picture, picture

START = datetime(2027, 6, 9, 8, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def test_the_curve_goes_up_and_down_with_people(make: SimpleNamespace) -> None:
    curve = steps(make.report())
    assert [(step.at, step.online, step.room, step.both) for step in curve] == [
        (at(-3), 1, 0, 0),
        (at(0), 1, 1, 0),
        (at(5), 2, 1, 0),
        (at(10), 3, 1, 0),
        (at(20), 2, 1, 0),
        (at(30), 2, 2, 0),
        (at(55), 1, 2, 0),
        (at(60), 0, 2, 0),
        (at(90), 0, 1, 0),
        (at(100), 0, 0, 0),
    ]


def test_somebody_in_the_room_with_a_laptop_open_is_in_both_just_then(make: SimpleNamespace) -> None:
    segments = [
        Segment("1", "ev-1", "door", "Zoë", "zoe@example.org", at(0), at(60), source="room"),
        Segment("2", "ev-1", "run", "Zoë", "zoe@example.org", at(20), at(80)),
    ]
    assert [
        (step.at, step.online, step.room, step.both) for step in steps(make.report(segments=segments))
    ] == [
        (at(0), 0, 1, 0),
        (at(20), 0, 0, 1),
        (at(60), 1, 0, 0),
        (at(80), 0, 0, 0),
    ]


MINUTES = st.integers(-30, 130)
STAYS = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(["webex", "room"]), MINUTES, MINUTES), max_size=25
)


@settings(max_examples=60, deadline=None)
@given(STAYS)
def test_the_curve_equals_a_count_of_everybody_at_every_moment(
    make: SimpleNamespace, stays: list[tuple[str, str, int, int]]
) -> None:
    segments = [
        Segment(str(number), "ev-1", "run-1", who, f"{who}@example.org", at(start), at(end), source=source)
        for number, (who, source, start, end) in enumerate(stays)
    ]
    report = make.report(segments=segments)
    curve = steps(report)
    assert [step.at for step in curve] == sorted({step.at for step in curve})
    for minute in range(-30, 131):
        now = minute + 0.5
        inside = -10 <= now < 100
        there = {
            source: {
                who for who, told, start, end in stays if told == source and start <= now < end and inside
            }
            for source in ("webex", "room")
        }
        both = there["webex"] & there["room"]
        step = next((step for step in reversed(curve) if step.at <= at(now)), Step(at(now), 0, 0, 0))
        assert (step.online, step.room, step.both) == (
            len(there["webex"] - both),
            len(there["room"] - both),
            len(both),
        )
    assert not curve or curve[-1].total == 0
    highest = max((step.total for step in curve), default=0)
    assert figures(report).peak == highest


def test_samples_lie_on_round_moments_inside_the_planned_time(make: SimpleNamespace) -> None:
    report = make.report()
    table = samples(steps(report), report.window)
    assert [step.at for step in table] == [at(minutes) for minutes in range(0, 91, 10)]
    assert [step.total for step in table] == [2, 4, 3, 4, 4, 4, 2, 2, 2, 1]
    assert [step.room for step in table] == [1, 1, 1, 2, 2, 2, 2, 2, 2, 1]


@given(st.integers(1, 3000), st.integers(0, 59))
def test_samples_are_few_whatever_the_length(minutes: int, offset: int) -> None:
    window = (at(offset), at(offset + minutes))
    assert len(samples([], window)) <= 13


def test_round_moments_hold_both_ends_when_they_are_round() -> None:
    every = timedelta(minutes=30)
    assert round_moments((at(0), at(60)), every) == [at(0), at(30), at(60)]
    assert round_moments((at(1), at(59)), every) == [at(30)]


@pytest.mark.parametrize(
    ("highest", "rung"),
    [(1, 1), (6, 1), (7, 2), (12, 2), (13, 5), (30, 5), (31, 10), (480, 100), (99999, 20000)],
)
def test_the_ladder_has_at_most_six_round_rungs(highest: int, rung: int) -> None:
    assert _rung(highest) == rung


def test_the_picture_lies_inside_its_frame(make: SimpleNamespace) -> None:
    drawn = picture(make.report())
    assert drawn is not None
    assert set(drawn.paths) == {"total", "online", "room"}
    for path in drawn.paths.values():
        assert re.fullmatch(r"M[\d.]+ [\d.]+(H[\d.]+V[\d.]+)+", path)
        assert all(drawn.left <= float(x) <= drawn.right for x in re.findall(r"H([\d.]+)", path))
        assert all(drawn.top <= float(y) <= drawn.bottom for y in re.findall(r"V([\d.]+)", path))
        assert path.endswith(f"V{drawn.bottom}")
    assert [line.words for line in drawn.upward] == ["0", "1", "2", "3", "4"]
    assert [line.words for line in drawn.across] == [
        "10:00", "10:15", "10:30", "10:45", "11:00", "11:15", "11:30",
    ]  # fmt: skip


def test_thousands_of_people_make_a_picture_of_bounded_size(make: SimpleNamespace) -> None:
    segments = [
        Segment(str(n), "ev-1", "r", f"P{n}", f"p{n}@e.org", at(n * 0.0153), at(95 - n * 0.0071))
        for n in range(4000)
    ]
    drawn = picture(make.report(segments=segments))
    assert drawn is not None
    assert sum(map(len, drawn.paths.values())) < 80_000


def test_arrivals_and_departures_are_counted_in_pieces_of_five_minutes(make: SimpleNamespace) -> None:
    every, found = flows(make.report())
    assert every == timedelta(minutes=5)
    assert [(one.at, one.came, one.went) for one in found if one.came or one.went] == [
        (at(-5), 1, 0),
        (at(0), 1, 0),
        (at(5), 1, 0),
        (at(10), 1, 0),
        (at(20), 0, 1),
        (at(30), 1, 0),
        (at(55), 0, 1),
        (at(60), 0, 1),
        (at(90), 0, 1),
        (at(100), 0, 1),
    ]


@settings(max_examples=60, deadline=None)
@given(STAYS)
def test_as_many_go_as_come_and_nobody_is_lost_between_the_pieces(
    make: SimpleNamespace, stays: list[tuple[str, str, int, int]]
) -> None:
    segments = [
        Segment(str(number), "ev-1", "run-1", who, f"{who}@example.org", at(start), at(end), source=source)
        for number, (who, source, start, end) in enumerate(stays)
    ]
    report = make.report(segments=segments)
    every, found = flows(report)
    spans = [span for row in (*report.present, *report.walk_ins, *report.unmatched) for span in row.intervals]
    assert sum(one.came for one in found) == sum(one.went for one in found) == len(spans)
    for one in found:
        assert one.came == sum(one.at <= start < one.at + every for start, _ in spans)
        assert one.went == sum(one.at <= end < one.at + every for _, end in spans)


def test_a_whole_day_is_told_in_longer_pieces(make: SimpleNamespace) -> None:
    event = make.event(ends="2027-06-09T21:00")
    every, found = flows(make.report(event, [Segment("1", "ev-1", "r", "P", "p@e.org", at(0), at(650))]))
    assert every == timedelta(minutes=30)
    assert len(found) == 22


def test_the_bars_stand_on_their_ground_inside_the_frame(make: SimpleNamespace) -> None:
    drawn = flow_picture(make.report())
    assert drawn is not None
    for name, upwards in (("came", True), ("went", False)):
        bars = re.findall(r"M([\d.]+) ([\d.]+)V([\d.]+)H([\d.]+)V([\d.]+)Z", drawn.paths[name])
        assert len(bars) == 5
        for left, ground, end, right, back in (tuple(map(float, bar)) for bar in bars):
            assert drawn.left <= left < right <= drawn.right
            assert ground == back == drawn.ground
            assert drawn.top <= end < ground if upwards else ground < end <= drawn.bottom
    assert [line.words for line in drawn.upward] == ["1", "0", "1"]


def test_nobody_gives_no_picture(make: SimpleNamespace) -> None:
    report = make.report(segments=[])
    assert picture(report) is None
    assert flow_picture(report) is None
    assert flows(report)[1] == []
    assert steps(report) == []
    assert figures(report).peak_at is None
