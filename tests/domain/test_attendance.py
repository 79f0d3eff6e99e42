"""Presence: the union of stays, clipped to the event, never more than all of it."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.domain.attendance import Interval, attendance, clip, length, real_email, union
from hybrid_sync.domain.matching import Evidence
from hybrid_sync.domain.people import Mode, RegistrantStatus
from hybrid_sync.domain.presence import AttendanceRules
from tests.builders import a_person, a_stay, an_event, utc

MINUTE = timedelta(minutes=1)
NO_MARGIN = AttendanceRules(margin=timedelta(0))
ORIGIN = datetime(2027, 3, 28, 0, 0, tzinfo=UTC)
INTERVALS = st.lists(
    st.tuples(st.integers(0, 300), st.integers(-20, 120)).map(
        lambda pair: (ORIGIN + pair[0] * MINUTE, ORIGIN + (pair[0] + pair[1]) * MINUTE)
    ),
    max_size=12,
)


def minutes(intervals: list[Interval]) -> set[int]:
    """A slow and certain count: every minute that lies in any of them."""
    return {
        minute
        for start, end in intervals
        for minute in range(int((start - ORIGIN) / MINUTE), int((end - ORIGIN) / MINUTE))
    }


@given(INTERVALS)
def test_the_union_holds_every_minute_once(intervals: list[Interval]) -> None:
    merged = union(intervals)
    assert minutes(merged) == minutes(intervals)
    assert length(intervals) == len(minutes(intervals)) * MINUTE
    assert all(one[1] < two[0] for one, two in itertools.pairwise(merged))


@given(INTERVALS, st.integers(0, 200), st.integers(1, 200))
def test_clipping_keeps_the_minutes_of_the_window(intervals: list[Interval], start: int, span: int) -> None:
    window = (ORIGIN + start * MINUTE, ORIGIN + (start + span) * MINUTE)
    inside = set(range(start, start + span))
    assert minutes(clip(union(intervals), window)) == minutes(intervals) & inside


def total(*stays: tuple[str, str]) -> float:
    rows = [a_stay("ada", joined, left) for joined, left in stays]
    report = attendance(an_event(), [a_person()], rows)
    return report.present[0].total / MINUTE


def test_a_rejoin_adds_and_the_gap_does_not_count() -> None:
    assert total(("08:00", "08:20"), ("08:40", "09:00")) == 40


def test_phone_and_laptop_at_once_count_once() -> None:
    assert total(("08:00", "09:00"), ("08:10", "08:50")) == 60


def test_who_stays_long_before_and_after_has_the_whole_event_and_not_more() -> None:
    report = attendance(an_event(), [a_person()], [a_stay("ada", "06:00", "11:00")])
    assert report.present[0].total == timedelta(minutes=90)
    assert report.present[0].share == 1.0


def test_a_stay_outside_window_and_margin_is_no_presence() -> None:
    report = attendance(an_event(), [a_person()], [a_stay("ada", "06:00", "07:00")])
    assert report.present == ()
    assert [person.email for person in report.no_shows] == ["ada@example.org"]


def test_a_missing_join_counts_nothing_and_is_said() -> None:
    report = attendance(an_event(), [a_person()], [a_stay("ada", None, "09:00")])
    assert report.present == ()
    assert report.doubts == ("Ada: a stay without a join time was not counted",)


def test_a_missing_leave_counts_to_the_end_and_is_said() -> None:
    report = attendance(an_event(), [a_person()], [a_stay("ada", "09:00", None)], NO_MARGIN)
    assert report.present[0].total == timedelta(minutes=30)
    assert report.doubts == ("Ada: no leave time, counted to the end",)


def test_the_address_matches_in_any_spelling_and_a_name_never_does() -> None:
    rows = [
        a_stay("ada", "08:00", "09:00", email="ADA@Example.org"),
        a_stay("bob", "08:00", "09:00", email="", display_name="Ada Example"),
    ]
    report = attendance(an_event(), [a_person()], rows)
    assert [row.name for row in report.present] == ["Ada Example"]
    assert [(row.name, row.email) for row in report.unmatched] == [("Ada Example", None)]


def test_a_stay_without_devices_gives_way_to_the_devices_of_a_later_pull() -> None:
    early = a_stay("ada", "08:00", None, key="i1|p1|")
    later = a_stay("ada", "08:00", "08:30", key="i1|p1|laptop")
    report = attendance(an_event(), [a_person()], [early, later])
    assert report.present[0].total == timedelta(minutes=30)
    assert report.doubts == ()
    alone = attendance(an_event(), [a_person()], [early])
    assert alone.present[0].total == timedelta(minutes=90)


def test_two_guests_without_an_address_stay_two() -> None:
    rows = [
        a_stay("guest", "08:00", "08:30", email="", key="1"),
        a_stay("guest", "08:00", "08:30", email="", key="2"),
    ]
    assert len(attendance(an_event(), [], rows).unmatched) == 2


def test_an_invented_address_never_matches() -> None:
    assert real_email("0000@guest.webex.localhost") is None
    assert real_email(" Ada@Example.org ") == "ada@example.org"


def test_hosts_are_staff_and_not_attendees() -> None:
    report = attendance(an_event(), [], [a_stay("host", "08:00", "09:00", role="host")])
    assert report.unmatched == ()
    assert report.staff == ("Host",)


def test_room_and_online_at_once_count_once_and_are_told_apart() -> None:
    rows = [a_stay("ada", "08:00", "09:00"), a_stay("ada", "08:30", "09:30", source="room")]
    row = attendance(an_event(), [a_person()], rows).present[0]
    assert (row.online, row.room, row.total) == (60 * MINUTE, 60 * MINUTE, 90 * MINUTE)


def test_only_approved_people_can_be_missed() -> None:
    people = [a_person("ada", status=RegistrantStatus.WITHDRAWN), a_person("bob")]
    assert [person.first_name for person in attendance(an_event(), people, []).no_shows] == ["Bob"]


def test_minutes_are_real_minutes_over_the_change_night() -> None:
    event = an_event("2027-10-31 01:00", "2027-10-31 04:00")
    stay = a_stay("ada", "08:00", "09:00")
    stay = type(stay)(**{**stay.__dict__, "joined": utc("2027-10-30 23:00"), "left": utc("2027-10-31 03:00")})
    row = attendance(event, [a_person()], [stay]).present[0]
    assert row.total == timedelta(hours=4)
    assert row.share == 1.0


def test_a_room_in_which_nobody_was_checked_in_says_nothing_about_who_came() -> None:
    people = [a_person("ada", mode=Mode.ROOM), a_person("bob")]
    report = attendance(an_event(), people, [])
    assert [person.first_name for person in report.unrecorded] == ["Ada"]
    assert [person.first_name for person in report.no_shows] == ["Bob"]
    assert report.registered == 2


def test_once_somebody_was_checked_in_the_others_are_missed() -> None:
    people = [a_person("ada", mode=Mode.ROOM), a_person("bob", mode=Mode.ROOM)]
    report = attendance(an_event(), people, [a_stay("bob", "08:00", "09:00", source="room")])
    assert [person.first_name for person in report.no_shows] == ["Ada"]
    assert report.unrecorded == ()


def test_the_personal_link_tells_whose_stay_it_was_whatever_address_was_typed() -> None:
    stays = [
        a_stay("ada", "08:00", "08:30"),
        a_stay("typed", "08:30", "09:00", source_id="hs-ada", key="k2"),
        a_stay("bob", "08:00", "08:10", source_id="hs-ada", key="k3"),
        a_stay("cem", "08:00", "08:20", source_id="hs-nobody", key="k4"),
    ]
    people = [a_person("ada"), a_person("bob"), a_person("cem")]
    marks = Evidence(sources={"hs-ada": "id-ada", "hs-gone": "id-gone"})
    told = attendance(an_event(), people, stays, evidence=marks)
    totals = {row.person.id: row.total for row in told.present if row.person}
    assert totals == {"id-ada": timedelta(minutes=60), "id-cem": timedelta(minutes=20)}
    assert [one.id for one in told.no_shows] == ["id-bob"]
