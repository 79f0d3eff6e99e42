"""What two accounts of one event have in common, and how the difference is said."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.domain.attendance import Run, Segment
from hybrid_sync.domain.attendance_told import (
    MOST_NAMED,
    ReportedStay,
    about_report,
    about_runs,
    about_vanished,
    fingerprint,
)
from tests.builders import a_stay, an_event, utc

EVENT = an_event()
RUN = Run("i1", utc("2027-06-09 07:55"), utc("2027-06-09 09:30"))
OTHER: dict[str, Any] = {
    "key": "other", "event_id": "other", "instance_id": "i2", "display_name": "Other", "email": "other@x.org",
    "joined": None, "left": None, "role": "host", "source": "file", "device": "phone", "source_id": "s", "session": "b",
    "registrant_id": "r",
}  # fmt: skip


def reported(who: str, joined: str | None, left: str | None, **changes: Any) -> ReportedStay:
    stay = a_stay(who, joined, left)
    return replace(ReportedStay("i1", stay.email, stay.joined, stay.left), **changes)


@given(
    st.permutations(
        [a_stay("ada", "08:00", "09:00"), a_stay("bob", "08:01", None), a_stay("cem", None, None)]
    )
)
def test_the_order_in_which_it_is_told_does_not_matter(stays: list[Segment]) -> None:
    runs = [RUN, replace(RUN, id="i2")]
    assert fingerprint(stays, runs) == fingerprint(sorted(stays, key=lambda one: one.key), runs[::-1])


@pytest.mark.parametrize("name", [field.name for field in fields(Segment)])
def test_any_field_of_a_stay_makes_a_difference(name: str) -> None:
    stay = a_stay("ada", "08:00", "09:00")
    assert fingerprint([stay], [RUN]) != fingerprint([replace(stay, **{name: OTHER[name]})], [RUN])


def test_runs_make_a_difference_also_those_that_do_not_count() -> None:
    rehearsal = Run("i0", utc("2027-06-08 12:00"), utc("2027-06-08 12:20"), False, "was a rehearsal")
    assert len({fingerprint([], runs) for runs in ([], [RUN], [RUN, rehearsal])}) == 3


@pytest.mark.parametrize(
    ("started", "ended", "words"),
    [
        ("2027-06-09 06:02", "2027-06-09 06:20", "from 08:02 to 08:20"),
        ("2027-06-08 11:02", "2027-06-08 11:20", "from 2027-06-08 13:02 to 2027-06-08 13:20"),
        (None, "2027-06-09 06:20", "from an unknown time to 08:20"),
    ],
)
def test_a_run_that_was_set_aside_is_told_on_the_clock_of_the_event(
    started: str | None, ended: str, words: str
) -> None:
    run = Run("i0", utc(started) if started else None, utc(ended), False, "was a rehearsal")
    assert about_runs([RUN, run], EVENT) == [f"a run {words} was a rehearsal and is not counted"]


def test_on_a_change_night_the_hour_that_comes_twice_is_told_with_its_clock() -> None:
    event = an_event("2027-10-31 01:00", "2027-10-31 04:00")
    run = Run("i0", utc("2027-10-31 00:30"), utc("2027-10-31 01:30"), False, "was a rehearsal")
    assert about_runs([run], event) == ["a run from 02:30 to 02:30 CET was a rehearsal and is not counted"]


def keyed(who: str, part: str, **changes: Any) -> Segment:
    return a_stay(who, "08:00", "09:00", key=f"i1|{who}|{part}", **changes)


def test_who_is_not_named_any_more_is_noted() -> None:
    before = [keyed("ada", "d1"), keyed("bob", "d1"), keyed("cem", "d1", email="x@guest.webex.localhost")]
    assert about_vanished(before, [keyed("ada", "d2")], {"i1"}) == [
        "an earlier pull named 2 people whom this one does not; their stays are kept: Cem, bob@example.org"
    ]


def test_what_only_took_another_form_has_not_vanished() -> None:
    before = [keyed("ada", ""), keyed("room", "d1", source="room"), keyed("file", "d1", source="file")]
    assert about_vanished(before, [keyed("ada", "d1")], {"i1"}) == []
    assert about_vanished([keyed("ada", "d1", instance_id="old")], [], {"i1"}) == []


def test_two_accounts_that_agree_are_silent() -> None:
    stays = [
        a_stay("ada", "08:00", "08:30"), a_stay("ada", "08:40", "09:00"),
        a_stay("guest", "08:00", "09:00", email="1@guest.webex.localhost"),
        a_stay("phone", "08:00", "09:00", email=""),
    ]  # fmt: skip
    by_person = [reported("ada", "08:01", "09:02")]
    by_stay = [reported("ada", "08:00", "08:30"), reported("ada", "08:40", "09:00")]
    guests = [
        reported("x", "08:00", "09:00", email="2@guest.webex.localhost"),
        reported("y", "08:00", "08:10", email=""),
    ]
    for report in (by_person, by_stay, by_stay + guests):
        assert about_report(stays, report, EVENT) == []


def test_people_whom_only_one_account_names_are_told() -> None:
    stays = [a_stay("ada", "08:00", "09:00"), a_stay("bob", "08:00", "09:00")]
    report = [
        reported("ada", "08:00", "09:00"),
        reported("cem", "08:00", "09:00"),
        reported("dan", "08:00", "09:00"),
    ]
    assert about_report(stays, report, EVENT) == [
        "the attendee report names 2 people whom the list of participants does not have: "
        + "cem@example.org, dan@example.org",
        "the list of participants names 1 person whom the attendee report does not have: bob@example.org",
    ]


def test_a_person_missing_from_one_of_two_runs_is_told() -> None:
    stays = [a_stay("ada", "08:00", "08:30"), a_stay("ada", "08:35", "09:00", instance_id="i2")]
    [note] = about_report(stays, [reported("ada", "08:00", "08:30")], EVENT)
    assert note.endswith("the attendee report does not have: ada@example.org")


@pytest.mark.parametrize(
    ("joined", "left", "told"),
    [
        ("08:02", "09:00", None),
        ("08:03", "09:00", "10:03 to 11:00"),
        ("08:00", "08:57", "10:00 to 10:57"),
        ("08:00", None, "10:00 to an unknown time"),
        (None, "09:00", "an unknown time to 11:00"),
    ],
)
def test_other_times_than_a_rounded_minute_are_told(
    joined: str | None, left: str | None, told: str | None
) -> None:
    notes = about_report([a_stay("ada", "08:00", "09:00")], [reported("ada", joined, left)], EVENT)
    expected = f"ada@example.org was there from 10:00 to 11:00 by the list of participants, from {told} by the attendee report"
    assert notes == ([expected] if told else [])


def test_a_leave_that_neither_account_knows_is_no_difference() -> None:
    assert about_report([a_stay("ada", "08:00", None)], [reported("ada", "08:00", None)], EVENT) == []


def test_of_many_the_first_are_named_and_the_others_counted() -> None:
    names = [f"p{number:02}" for number in range(MOST_NAMED + 3)]
    [note] = about_report([], [reported(name, "08:00", "09:00") for name in names], EVENT)
    assert note.endswith("p09@example.org and 3 more")
    late = [
        replace(one, left=one.left + timedelta(hours=1))
        for one in (reported(n, "08:00", "09:00") for n in names)
        if one.left
    ]
    notes = about_report([a_stay(name, "08:00", "09:00") for name in names], late, EVENT)
    assert len(notes) == MOST_NAMED + 1
    assert notes[-1] == "the times of 3 more people differ in the same way"
