from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import responses
from responses import matchers
from tests.adapters.webex.conftest import AROUND, ENDS, STARTS, World, a_spec
from tests.builders import a_person
from tests.http_client.kit import Listening, clock

from hybrid_sync.adapters.webex import WebexApi, WebexReports, WebexStaff
from hybrid_sync.domain.attendance import real_email
from hybrid_sync.domain.meetings import MeetingKind
from hybrid_sync.domain.staff import Helper
from hybrid_sync.http_client import FixedToken


def a_meeting_with(world: World, *names: str) -> str:
    meeting = world.conference.create(a_spec()).id
    world.registrants.add(meeting, [a_person(name) for name in names])
    return meeting


def after(world: World, minutes: float = 20) -> None:
    world.sandbox.clock.set(ENDS + timedelta(minutes=minutes))


def test_a_meeting_that_never_ran_has_no_instances(world: World) -> None:
    meeting = a_meeting_with(world)
    after(world)
    pull = world.reports.pull("water", meeting, AROUND)
    assert (pull.instances, pull.segments) == ((), ())


def test_people_of_all_runs_are_told_each_device_apart(world: World) -> None:
    meeting = a_meeting_with(world, "ada", "bob")
    script: list[dict[str, Any]] = [
        {"do": "start", "at": "-5m"},
        {"do": "join", "at": "-2m", "email": "ada@example.org"},
        {"do": "join", "at": "+1m", "email": "ada@example.org", "device": "phone"},
        {"do": "join", "at": "+2m", "name": "Visitor", "guest": True},
        {"do": "restart", "at": "+35m"},
        {"do": "join", "at": "+36m", "email": "bob@example.org", "coHost": True},
        {"do": "end", "at": "+90m"},
    ]
    runs = world.sandbox.happen(meeting, script)
    after(world)
    pull = world.reports.pull("water", meeting, AROUND)
    assert set(pull.instances) == {run.id for run in runs}
    of_ada = [one for one in pull.segments if one.email == "ada@example.org"]
    assert len(of_ada) == 2
    assert {one.instance_id for one in of_ada} == {runs[0].id}
    assert {one.joined for one in of_ada} == {STARTS - timedelta(minutes=2), STARTS + timedelta(minutes=1)}
    assert {one.left for one in of_ada} == {STARTS + timedelta(minutes=35)}
    (bob,) = (one for one in pull.segments if one.email == "bob@example.org")
    assert (bob.role, bob.instance_id) == ("cohost", runs[1].id)
    (guest,) = (one for one in pull.segments if one.display_name == "Visitor")
    assert real_email(guest.email) is None
    assert {one.role for one in pull.segments if one.email == world.sandbox.host_email} == {"host"}
    assert len({one.key for one in pull.segments}) == len(pull.segments)
    assert {one.event_id for one in pull.segments} == {"water"}


def test_a_second_pull_tells_the_same_keys(world: World) -> None:
    meeting = a_meeting_with(world, "ada")
    world.sandbox.happen(
        meeting,
        [
            {"do": "start", "at": "+0m"},
            {"do": "join", "at": "+1m", "email": "ada@example.org"},
            {"do": "end", "at": "+90m"},
        ],
    )
    after(world)
    first = world.reports.pull("water", meeting, AROUND)
    after(world, 60 * 24)
    assert world.reports.pull("water", meeting, AROUND) == first


def test_a_run_is_told_only_when_it_can_be_seen_and_a_pull_in_a_week_still_finds_it(world: World) -> None:
    meeting = a_meeting_with(world)
    world.sandbox.happen(meeting, [{"do": "start", "at": "+0m"}, {"do": "end", "at": "+90m"}])
    after(world, 5)
    assert world.reports.pull("water", meeting, AROUND).instances == ()
    after(world, 60 * 24 * 10)
    assert len(world.reports.pull("water", meeting, AROUND).instances) == 1


def test_a_rehearsal_is_told_but_does_not_count_and_a_run_that_began_early_does(world: World) -> None:
    meeting = a_meeting_with(world)
    script: list[dict[str, Any]] = [
        {"do": "start", "at": "-27h"},
        {"do": "end", "at": "-26h"},
        {"do": "start", "at": "-180m"},
        {"do": "end", "at": "-120m"},
        {"do": "start", "at": "-60m"},
        {"do": "end", "at": "+90m"},
        {"do": "start", "at": "+110m"},
        {"do": "end", "at": "+120m"},
    ]
    before, rehearsal, event, later = world.sandbox.happen(meeting, script)
    after(world, 60)
    pull = world.reports.pull("water", meeting, AROUND)
    assert pull.instances == (event.id,)
    assert {one.instance_id for one in pull.segments} == {event.id}
    assert {run.id: run.why for run in pull.runs} == {
        before.id: "was a rehearsal",
        rehearsal.id: "was a rehearsal",
        event.id: "",
        later.id: "began after the event",
    }
    assert [run.counted for run in pull.runs] == [not run.why for run in pull.runs]
    told = next(run for run in pull.runs if run.id == rehearsal.id)
    assert (told.started, told.ended) == (STARTS - timedelta(hours=3), STARTS - timedelta(hours=2))
    assert pull.site == world.sandbox.site_url


def test_runs_that_fill_more_than_a_page_are_all_told(world: World) -> None:
    meeting = a_meeting_with(world, "ada")
    script: list[dict[str, Any]] = []
    for number in range(105):
        script += [
            {"do": "start", "at": f"+{number * 50}s"},
            {"do": "join", "at": f"+{number * 50 + 5}s", "email": "ada@example.org"},
            {"do": "end", "at": f"+{number * 50 + 40}s"},
        ]
    runs = world.sandbox.happen(meeting, script)
    after(world)
    pull = world.reports.pull("water", meeting, AROUND)
    assert set(pull.instances) == {run.id for run in runs}
    assert len([one for one in pull.segments if one.email == "ada@example.org"]) == 105


@pytest.mark.parametrize("breakout", ["goes on", "interrupted"])
def test_breakout_sessions_are_told_inside_the_stay_or_beside_it(
    a_world: Callable[..., World], breakout: str
) -> None:
    world = a_world(breakout_stay=breakout)
    meeting = a_meeting_with(world, "ada")
    script: list[dict[str, Any]] = [
        {"do": "start", "at": "+0m"},
        {"do": "join", "at": "+1m", "email": "ada@example.org"},
        {"do": "breakout", "at": "+20m", "until": "+40m", "email": "ada@example.org", "session": "Group A"},
        {"do": "breakout", "at": "+50m", "until": "+60m", "email": "ada@example.org", "session": "Group A"},
        {"do": "end", "at": "+90m"},
    ]
    world.sandbox.happen(meeting, script)
    after(world)
    first = world.reports.pull("water", meeting, AROUND)
    of_ada = [one for one in first.segments if one.email == "ada@example.org"]
    rooms = [one for one in of_ada if one.session]
    assert {(one.session, one.joined, one.left) for one in rooms} == {
        ("Group A", STARTS + timedelta(minutes=start), STARTS + timedelta(minutes=end))
        for start, end in ((20, 40), (50, 60))
    }
    assert len(of_ada) - len(rooms) == (1 if breakout == "goes on" else 3)
    assert len({one.key.rpartition("|")[0] for one in of_ada}) == 1
    assert world.reports.pull("water", meeting, AROUND) == first


def test_a_breakout_session_whose_end_is_not_told_yet_is_left_out(a_world: Callable[..., World]) -> None:
    world = a_world(leave_times_known_after_minutes=120)
    meeting = a_meeting_with(world, "ada")
    script: list[dict[str, Any]] = [
        {"do": "start", "at": "+0m"},
        {"do": "join", "at": "+1m", "email": "ada@example.org"},
        {"do": "breakout", "at": "+20m", "until": "+40m", "email": "ada@example.org", "session": "Group A"},
        {"do": "end", "at": "+90m"},
    ]
    world.sandbox.happen(meeting, script)
    after(world)
    assert {one.session for one in world.reports.pull("water", meeting, AROUND).segments} == {""}
    after(world, 180)
    assert {one.session for one in world.reports.pull("water", meeting, AROUND).segments} == {"", "Group A"}


def test_a_webinars_panelists_are_told_apart_by_its_invitees(world: World) -> None:
    meeting = world.conference.create(a_spec(kind=MeetingKind.WEBINAR)).id
    WebexStaff(world.api).add(
        meeting, Helper("grace@example.org", "Grace", cohost=False, panelist=True), None
    )
    script: list[dict[str, Any]] = [
        {"do": "start", "at": "+0m"},
        {"do": "join", "at": "+1m", "email": "Grace@Example.org"},
        {"do": "join", "at": "+1m", "email": "ada@example.org"},
        {"do": "join", "at": "+1m", "email": "cohost@example.org", "coHost": True},
        {"do": "end", "at": "+90m"},
    ]
    world.sandbox.happen(meeting, script)
    after(world)
    pull = world.reports.pull("water", meeting, AROUND, webinar=True)
    roles = {one.email: one.role for one in pull.segments}
    assert roles == {
        world.sandbox.host_email: "host",
        "grace@example.org": "panelist",
        "ada@example.org": "attendee",
        "cohost@example.org": "cohost",
    }


def test_names_are_taken_over_without_what_would_harm_a_reader_or_a_database(world: World) -> None:
    meeting = a_meeting_with(world)
    script: list[dict[str, Any]] = [
        {"do": "start", "at": "+0m"},
        {"do": "join", "at": "+1m", "name": "E\u202eve\x00\n Example", "guest": True},
        {"do": "end", "at": "+90m"},
    ]
    world.sandbox.happen(meeting, script)
    after(world)
    names = {one.display_name for one in world.reports.pull("water", meeting, AROUND).segments}
    assert "Eve Example" in names


@pytest.mark.parametrize("unknown", ["missing", "1970"])
def test_leave_times_that_are_not_known_yet_are_none(a_world: Callable[..., World], unknown: str) -> None:
    world = a_world(unknown_time=unknown, leave_times_known_after_minutes=120)
    meeting = a_meeting_with(world, "ada")
    script: list[dict[str, Any]] = [
        {"do": "start", "at": "+0m"},
        {"do": "join", "at": "+1m", "email": "ada@example.org"},
        {"do": "end", "at": "+90m"},
    ]
    world.sandbox.happen(meeting, script)
    after(world)
    early = world.reports.pull("water", meeting, AROUND)
    assert {one.left for one in early.segments} == {None}
    after(world, 180)
    late = world.reports.pull("water", meeting, AROUND)
    assert {one.left for one in late.segments} == {STARTS + timedelta(minutes=90)}
    assert [one.key for one in late.segments] == [one.key for one in early.segments]


@pytest.mark.parametrize("options", [{}, {"participants_link": False}], ids=["links", "no links"])
def test_more_participants_than_a_page_are_told_to_the_last(
    a_world: Callable[..., World], options: dict[str, Any]
) -> None:
    world = a_world(**options)
    meeting = a_meeting_with(world)
    (run,) = world.sandbox.happen(meeting, [{"do": "start", "at": "+0m"}])
    for number in range(250):
        world.sandbox.join(run, STARTS + timedelta(seconds=number * 10), name=f"Guest {number}", guest=True)
    world.sandbox.end_meeting(run, ENDS)
    after(world)
    pull = world.reports.pull("water", meeting, AROUND)
    assert len({one.display_name for one in pull.segments if one.role == "attendee"}) == 250


def test_instances_and_participants_are_asked_for_with_explicit_times_and_full_pages() -> None:
    transport = Listening("webex", "https://webexapis.com/v1/")
    api = WebexApi(transport, token=FixedToken("t"), clock=clock)
    runs = [
        {
            "id": "s1_I_1",
            "meetingSeriesId": "s1",
            "start": "2027-06-09T07:55:00Z",
            "end": "2027-06-09T09:31:00Z",
        },
        {"id": "s1_I_1", "meetingSeriesId": "s1"},
        {"id": "s2_I_1", "meetingSeriesId": "s2"},
        {"id": "s1_I_2"},
        {},
    ]
    with responses.RequestsMock() as wire:
        query = {
            "meetingSeriesId": "s1",
            "meetingType": "meeting",
            "state": "ended",
            "from": "2027-06-07T08:00:00Z",
            "to": "2027-06-10T09:30:00Z",
            "max": "100",
            "hostEmail": "h@x.org",
        }
        wire.get(
            "https://webexapis.com/v1/meetings",
            json={"items": runs},
            match=[matchers.query_param_matcher(query)],
        )
        first = {
            "meetingId": "s1_I_1",
            "meetingStartTimeFrom": "2027-06-08T07:55:00Z",
            "meetingStartTimeTo": "2027-06-10T09:31:00Z",
            "hostEmail": "h@x.org",
            "max": "100",
        }
        second = {
            **first,
            "meetingId": "s1_I_2",
            "meetingStartTimeFrom": "2027-06-08T08:00:00Z",
            "meetingStartTimeTo": "2027-06-10T09:30:00Z",
        }
        for one in (first, second):
            wire.get(
                "https://webexapis.com/v1/meetingParticipants",
                json={"items": []},
                match=[matchers.query_param_matcher(one)],
            )
        pull = WebexReports(api, host_email="h@x.org").pull("water", "s1", AROUND)
    assert pull.instances == ("s1_I_1", "s1_I_2")
