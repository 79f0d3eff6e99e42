"""The arithmetic of presence, held against an oracle that looks at every single second."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybrid_sync.domain.attendance import Attendance, Presence, attendance
from hybrid_sync.domain.events import Event
from hybrid_sync.domain.people import Mode
from hybrid_sync.domain.presence import AttendanceRules, Interval, Segment, settled
from tests.builders import a_person, a_stay, an_event, utc

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MARGIN = 40
RULES = AttendanceRules(margin=MARGIN * SECOND)
EVENTS = {
    "summer": an_event("2027-06-09 10:00", "2027-06-09 10:04"),
    "winter": an_event("2027-01-12 10:00", "2027-01-12 10:04"),
    "spring forward": an_event("2027-03-28 01:57", "2027-03-28 03:01"),
    "fall back": an_event("2027-10-31 01:59", "2027-10-31 03:00"),
    "over midnight": an_event("2027-12-31 23:58", "2028-01-01 00:02"),
}
LASTS = {"summer": 240, "winter": 240, "spring forward": 240, "fall back": 7260, "over midnight": 240}


def at(event: Event, second: int) -> datetime:
    """`second` seconds after the start."""
    return event.starts.instant + second * SECOND


@st.composite
def stays_of(draw: st.DrawFn, event: Event) -> list[Segment]:
    """Devices, breakouts, restarts, the door, and times that nobody told or that cannot be."""
    lasts = int(event.duration / SECOND)
    told = st.integers(-3 * MARGIN, lasts + 3 * MARGIN).map(lambda second: at(event, second))
    times = st.one_of(told, told, told, st.none(), st.just(EPOCH))
    found = []
    for number in range(draw(st.integers(0, 9))):
        who = draw(st.sampled_from(["ada", "bob", "stranger"]))
        source = draw(st.sampled_from(["webex", "webex", "file", "room"]))
        found.append(
            Segment(
                key=f"{draw(st.sampled_from(['i1', 'i2']))}|{who}|{number}",
                event_id=event.id,
                instance_id=draw(st.sampled_from(["i1", "i2"])),
                display_name=who,
                email=draw(st.sampled_from([f"{who}@example.org", f"{who.upper()}@Example.org"])),
                joined=draw(times),
                left=draw(times),
                source=source,
                device=draw(st.sampled_from(["laptop", "phone"])),
                session="" if source == "room" else draw(st.sampled_from(["", "", "Group 1"])),
            )
        )
    return found


# --- the oracle ---


def seconds_of(stay: Segment, everything: list[Segment], event: Event) -> set[int]:
    """Every second after the start in which this stay counts, one by one, by the rules in words."""
    lasts = int((event.ends.instant - event.starts.instant) / SECOND) if event.ends else 0
    if stay.joined in (None, EPOCH):
        return set()
    open_end = stay.left in (None, EPOCH)
    later = [
        other.left
        for other in everything
        if open_end
        and stay.source != "room"
        and other.source != "room"
        and other.instance_id == stay.instance_id
        and other.left not in (None, EPOCH)
        and not (other.joined is not None and other.joined > other.left)
        and other.left > stay.joined
    ]
    seconds = set()
    for second in range(-MARGIN, lasts + MARGIN):
        begins, ends = at(event, second), at(event, second + 1)
        left_later = (not later or any(ends <= one for one in later)) if open_end else ends <= stay.left
        if begins >= stay.joined and left_later:
            seconds.add(second)
    return seconds


def judged(event: Event, stays: list[Segment]) -> dict[str, tuple[int, int, int]]:
    """Seconds in all, online and in the room, by name; those with none are left out."""
    lasts = LASTS_OF[event.starts.instant]
    found = {}
    for who in ("ada", "bob", "stranger"):
        online: set[int] = set()
        room: set[int] = set()
        for stay in stays:
            if stay.display_name == who:
                (room if stay.source == "room" else online).update(seconds_of(stay, stays, event))
        if online | room:
            found[who] = (min(len(online | room), lasts), min(len(online), lasts), min(len(room), lasts))
    return found


LASTS_OF = {event.starts.instant: LASTS[name] for name, event in EVENTS.items()}


def told(event: Event, stays: list[Segment]) -> Attendance:
    return attendance(event, [a_person("ada"), a_person("bob", mode=Mode.ROOM)], stays, RULES)


def rows_of(report: Attendance) -> list[Presence]:
    return [*report.present, *report.walk_ins, *report.unmatched]


def figures(report: Attendance) -> dict[str, tuple[int, int, int]]:
    return {
        row.name.split()[0].lower(): tuple(int(part / SECOND) for part in (row.total, row.online, row.room))
        for row in rows_of(report)
    }  # type: ignore[misc]


CASES = st.sampled_from(sorted(EVENTS)).flatmap(
    lambda name: st.tuples(st.just(EVENTS[name]), stays_of(EVENTS[name]))
)


@settings(deadline=None)
@given(CASES)
def test_every_figure_is_what_looking_at_every_second_gives(case: tuple[Event, list[Segment]]) -> None:
    event, stays = case
    assert figures(told(event, stays)) == judged(event, stays)


@settings(deadline=None)
@given(CASES, st.randoms(use_true_random=False))
def test_neither_the_order_nor_a_row_told_twice_changes_anything(
    case: tuple[Event, list[Segment]], chance: Any
) -> None:
    event, stays = case
    shuffled = [*stays, *(chance.sample(stays, k=min(3, len(stays))))]
    chance.shuffle(shuffled)
    assert told(event, shuffled) == told(event, stays)


@settings(deadline=None)
@given(CASES)
def test_no_figure_is_above_the_event_and_no_time_outside_its_margins(
    case: tuple[Event, list[Segment]],
) -> None:
    event, stays = case
    report = told(event, stays)
    first, last = report.window[0] - RULES.margin, report.window[1] + RULES.margin
    for row in rows_of(report):
        assert timedelta(0) < row.total <= event.duration
        assert max(row.online, row.room) <= row.total <= row.online + row.room
        assert 0 < row.share <= 1
        assert covered(row.intervals) <= last - first
        assert row.first == row.intervals[0][0] >= first
        assert row.last == row.intervals[-1][1] <= last
        assert all(one[1] < two[0] for one, two in itertools.pairwise(row.intervals))
        assert row.total == min(covered(row.intervals), event.duration)
        assert covered(row.online_intervals) >= row.online
        assert covered(row.room_intervals) >= row.room


def covered(intervals: tuple[Interval, ...]) -> timedelta:
    return sum((end - start for start, end in intervals), timedelta(0))


@settings(deadline=None)
@given(CASES)
def test_whatever_was_guessed_or_left_out_is_said(case: tuple[Event, list[Segment]]) -> None:
    event, stays = case
    said = told(event, stays).doubts
    assert len(said) == len(set(said))
    for stay in stays:
        mine = [line for line in said if line.startswith(f"{stay.display_name}: ")]
        if stay.joined in (None, EPOCH):
            assert f"{stay.display_name}: a stay without a join time was not counted" in mine
        elif stay.left in (None, EPOCH) and seconds_of(stay, stays, event):
            assert any("no leave time, counted to" in line for line in mine)


# --- the rules one by one ---

PEOPLE = [a_person("ada"), a_person("bob")]


def between(who: str, joined: datetime | None, left: datetime | None, **changes: Any) -> Segment:
    return replace(a_stay(who, None, None, **changes), joined=joined, left=left)


def minutes(*stays: Segment, rules: AttendanceRules | None = None) -> tuple[float, tuple[str, ...]]:
    """Ada's minutes at the usual event (08:00 to 09:30 UTC), and the doubts."""
    report = attendance(an_event(), PEOPLE, stays, rules or AttendanceRules())
    mine = [row.total / MINUTE for row in report.present if row.person and row.person.id == "id-ada"]
    return (mine[0] if mine else 0.0, report.doubts)


def test_nineteen_seventy_is_the_same_as_not_told() -> None:
    stay = a_stay("ada", "08:00", "08:30")
    assert minutes(replace(stay, joined=EPOCH)) == minutes(replace(stay, joined=None))
    assert minutes(replace(stay, left=EPOCH)) == minutes(replace(stay, left=None))
    assert minutes(replace(stay, joined=EPOCH))[0] == 0
    assert minutes(replace(stay, left=EPOCH))[0] == 90


def test_nobody_is_in_a_run_longer_than_the_last_who_left_it() -> None:
    stuck = a_stay("ada", "08:00", None, key="i1|ada|1")
    last = a_stay("bob", "08:00", "08:20", key="i1|bob|1")
    again = a_stay("bob", "08:25", "09:30", key="i2|bob|1", instance_id="i2")
    counted, doubts = minutes(stuck, last, again)
    assert counted == 20
    assert doubts == ("Ada: no leave time, counted to the last leave of that run",)


def test_where_nobody_is_known_to_have_left_it_is_the_end_of_the_window() -> None:
    stuck = a_stay("ada", "09:00", None, key="i1|ada|1")
    earlier = a_stay("bob", "08:00", "08:20", key="i1|bob|1")
    assert minutes(stuck, earlier) == (40, ("Ada: no leave time, counted to the end",))
    assert minutes(stuck, earlier, rules=AttendanceRules(margin=timedelta(0)))[0] == 30


def test_neither_the_door_nor_a_leave_that_cannot_be_says_when_a_run_ended() -> None:
    stuck = a_stay("ada", "08:00", None)
    last = a_stay("bob", "08:00", "08:20")
    door = a_stay("bob", "08:00", "09:00", source="room")
    nonsense = a_stay("bob", "09:20", "09:10", key="k")
    assert minutes(stuck, last, door, nonsense)[0] == 20


def test_a_door_list_without_leaving_times_counts_to_the_end_whatever_the_meeting_did() -> None:
    room = a_stay("ada", "08:00", None, source="room")
    online = a_stay("bob", "08:00", "08:20")
    assert minutes(room, online)[0] == 90


def test_a_leave_before_its_join_is_a_doubt_and_no_crash() -> None:
    assert minutes(a_stay("ada", "09:00", "08:30")) == (
        0,
        ("Ada: a stay that ends before it begins was not counted",),
    )


def test_doubts_are_told_of_what_would_count_only() -> None:
    """A rehearsal of the day before, and a check-out after everybody had gone, are nobody's question."""
    yesterday = between("ada", utc("2027-06-08 08:00"), None)
    closed = between("bob", utc("2027-06-08 08:00"), utc("2027-06-08 07:00"))
    run = between("bob", utc("2027-06-08 08:00"), utc("2027-06-08 09:00"), key="k")
    assert minutes(yesterday, closed, run) == (0, ())


def test_who_checked_in_outside_the_event_is_not_there_but_is_said() -> None:
    report = attendance(
        an_event(), PEOPLE, [a_stay("ada", "11:00", None, source="room", registrant_id="id-ada")]
    )
    assert report.present == ()
    assert [one.id for one in report.no_shows] == ["id-ada", "id-bob"]
    assert report.doubts == (
        "Ada Example: checked in at the door, but not within the time of the event, and not counted",
    )


def test_a_breakout_session_is_part_of_the_event() -> None:
    main = (a_stay("ada", "08:00", "08:20"), a_stay("ada", "08:50", "09:00"))
    group = a_stay("ada", "08:20", "08:50", session="Group 1")
    assert minutes(*main)[0] == 30
    assert minutes(*main, group)[0] == 60


def test_time_in_the_margins_counts_but_never_lifts_anybody_above_the_event() -> None:
    early_and_late = (a_stay("ada", "07:50", "08:05"), a_stay("ada", "09:20", "09:45"))
    assert minutes(*early_and_late)[0] == 15 + 20
    report = attendance(an_event(), PEOPLE, [a_stay("ada", "07:00", "10:00")])
    assert report.present[0].share == 1.0
    assert report.present[0].intervals == ((utc("2027-06-09 07:50"), utc("2027-06-09 09:40")),)


def test_online_and_room_part_the_time_and_the_overlap_counts_once() -> None:
    stays = [a_stay("ada", "08:00", "09:00"), a_stay("ada", "08:30", "09:30", source="room")]
    row = attendance(an_event(), PEOPLE, stays).present[0]
    assert row.online_intervals == ((utc("2027-06-09 08:00"), utc("2027-06-09 09:00")),)
    assert row.room_intervals == ((utc("2027-06-09 08:30"), utc("2027-06-09 09:30")),)
    assert row.intervals == ((utc("2027-06-09 08:00"), utc("2027-06-09 09:30")),)
    assert (row.online + row.room, row.total) == (120 * MINUTE, 90 * MINUTE)


@pytest.mark.parametrize(
    ("starts", "ends", "hours"),
    [("2027-03-28 01:00", "2027-03-28 04:00", 2), ("2027-10-31 01:00", "2027-10-31 04:00", 4)],
)
def test_an_hour_is_skipped_or_lived_twice_on_a_change_night(starts: str, ends: str, hours: int) -> None:
    event = an_event(starts, ends)
    whole = between("ada", event.starts.instant, event.starts.instant + timedelta(hours=9))
    half = between("bob", event.starts.instant, event.starts.instant + timedelta(hours=1))
    rows = attendance(event, PEOPLE, [whole, half]).present
    assert [(row.total, row.share) for row in rows] == [
        (timedelta(hours=hours), 1.0),
        (timedelta(hours=1), 1 / hours),
    ]


def test_devices_of_a_later_pull_replace_the_stay_that_stood_for_them() -> None:
    early, later = a_stay("ada", "08:00", None, key="i1|p1|"), a_stay("ada", "08:00", "08:30", key="i1|p1|x")
    other = a_stay("bob", "08:00", None, key="i1|p2|")
    assert settled([early, later, other]) == [later, other]
    assert settled([early, other]) == [early, other]
    assert Counter(one.key for one in settled([later, early, later])) == {"i1|p1|x": 2}
