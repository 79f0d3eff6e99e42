"""The second account of who was there: what is asked for, what is taken over, and where it is not to be had."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
import responses
from responses import matchers
from tests.adapters.webex.conftest import AROUND, ENDS, STARTS, World, a_spec
from tests.http_client.kit import Listening, clock

from hybrid_sync.adapters.webex import WebexApi, WebexReports
from hybrid_sync.domain.attendance import Run
from hybrid_sync.domain.attendance_told import ReportedStay
from hybrid_sync.errors import Gone, Refused, TryLater
from hybrid_sync.http_client import FixedToken
from hybrid_sync.sandbox import Fault

READ = ("meeting:schedules_read", "meeting:schedules_write", "spark:people_read")
BOTH = (*READ, "meeting:participants_read")


def held(world: World, days: float = 1) -> tuple[list[Run], str]:
    """A meeting with one restart, seen some days later: its runs and its site."""
    meeting = world.conference.create(a_spec()).id
    script: list[dict[str, Any]] = [
        {"do": "start", "at": "+0m"},
        {"do": "join", "at": "+1m", "email": "ada@example.org", "until": "+30m"},
        {"do": "join", "at": "+5m", "device": "phone", "until": "+30m"},
        {"do": "restart", "at": "+35m"},
        {"do": "join", "at": "+36m", "email": "Bob@Example.org"},
        {"do": "end", "at": "+90m"},
    ]
    world.sandbox.happen(meeting, script)
    world.sandbox.clock.set(ENDS + timedelta(days=days))
    try:
        pull = world.reports.pull("water", meeting, AROUND)
    except Refused:
        return [run_of(one) for one in world.sandbox.meeting(meeting).instances], world.sandbox.site_url
    return list(pull.runs), pull.site


def run_of(instance: Any) -> Run:
    return Run(instance.id, instance.started, instance.ended)


def at(minutes: int) -> Any:
    return STARTS + timedelta(minutes=minutes)


@pytest.mark.parametrize("options", [{}, {"empty_pages": True}], ids=str)
def test_every_run_is_asked_for_by_its_own_id_and_only_address_and_times_are_kept(
    a_world: Callable[..., World], options: dict[str, Any]
) -> None:
    world = a_world(**options)
    runs, site = held(world)
    told = world.reports.attendees(runs, site)
    first, second = (run.id for run in runs)
    host = world.sandbox.host_email
    assert set(told) == {
        ReportedStay(first, host, at(0), at(35)),
        ReportedStay(first, "ada@example.org", at(1), at(30)),
        ReportedStay(first, "", at(5), at(30)),
        ReportedStay(second, host, at(35), at(90)),
        ReportedStay(second, "bob@example.org", at(36), at(90)),
    }
    assert {field.name for field in fields(ReportedStay)} == {"instance_id", "email", "joined", "left"}


def test_all_pages_are_read(world: World) -> None:
    meeting = world.conference.create(a_spec()).id
    (run,) = world.sandbox.happen(meeting, [{"do": "start", "at": "+0m"}])
    for number in range(1100):
        world.sandbox.join(run, at(1), email=f"p{number}@example.org")
    world.sandbox.end_meeting(run, ENDS)
    world.sandbox.clock.set(ENDS + timedelta(days=1))
    assert len(world.reports.attendees([run_of(run)], world.sandbox.site_url)) == 1101


def test_the_whole_time_of_the_run_is_asked_for_within_the_limits() -> None:
    run = Run("s1_I_1", clock() - timedelta(days=1), clock() - timedelta(days=1) + timedelta(hours=2))
    with responses.RequestsMock() as wire:
        query = {"siteUrl": "x.webex.com", "meetingId": "s1_I_1", "max": "1000"}
        wire.get(
            "https://webexapis.com/v1/meetingReports/attendees",
            json={"items": [{"meetingId": "s1_I_2", "email": "other@x.org"}, {"email": "a@x.org"}]},
            match=[matchers.query_param_matcher(query, strict_match=False)],
        )
        api = WebexApi(Listening("webex", "https://webexapis.com/v1/"), token=FixedToken("t"), clock=clock)
        told = WebexReports(api, site_url="x.webex.com").attendees([run], "")
        sent = wire.calls[0].request.params
    assert told == [ReportedStay("s1_I_1", "a@x.org", None, None)]
    assert sent["from"] == (clock() - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert sent["to"] == (clock() + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("days", [1, 8, 40, 89.5])
def test_it_can_be_read_until_ninety_days_are_over(world: World, days: float) -> None:
    runs, site = held(world, days)
    assert len(world.reports.attendees(runs, site)) == 5


def test_after_ninety_days_webex_is_not_asked_any_more(world: World) -> None:
    runs, site = held(world, 90)
    calls = len(world.sandbox.calls)
    with pytest.raises(Refused, match="90 days"):
        world.reports.attendees(runs, site)
    assert len(world.sandbox.calls) == calls


def test_without_a_site_or_a_start_it_is_said_what_is_missing(world: World) -> None:
    runs, site = held(world)
    with pytest.raises(Refused, match="site_url"):
        world.reports.attendees(runs, "")
    with pytest.raises(Refused, match="no start"):
        world.reports.attendees([replace(runs[0], started=None)], site)
    assert world.reports.attendees([], "") == []


def test_a_site_that_is_not_ours_and_a_run_that_is_not_there_are_refused(world: World) -> None:
    runs, site = held(world)
    with pytest.raises(Refused):
        world.reports.attendees(runs, "other.webex.com")
    with pytest.raises(Gone):
        world.reports.attendees([replace(runs[0], id="0_I_1")], site)
    world.sandbox.faults.add(Fault(path="/v1/meetingReports/*", status=429, retry_after=30))
    with pytest.raises(TryLater):
        world.reports.attendees(runs, site)


def test_a_hosts_two_usual_scopes_are_enough(a_world: Callable[..., World]) -> None:
    world = a_world(webex_scopes=BOTH)
    assert len(world.reports.attendees(*held(world))) == 5
    world = a_world(webex_scopes=READ)
    with pytest.raises(Refused, match="scopes"):
        world.reports.attendees(*held(world))


def test_an_administrator_needs_the_scope_of_reports_for_somebody_elses_meeting(
    a_world: Callable[..., World],
) -> None:
    acting = "host2@hybrid.example"
    admin = tuple(
        f"meeting:admin_{what}" for what in ("schedule_read", "schedule_write", "participants_read")
    )
    world = a_world(acting=acting, token_kind="admin", webex_scopes=(*BOTH, *admin))
    with pytest.raises(Gone):
        world.reports.attendees(*held(world))
    world = a_world(
        acting=acting, token_kind="admin", webex_scopes=(*BOTH, *admin, "meeting:admin_config_read")
    )
    assert len(world.reports.attendees(*held(world))) == 5


@pytest.mark.parametrize("options", [{"report_rows": "person"}, {"report_guest_email": "empty"}], ids=str)
def test_other_readings_of_what_is_not_documented_are_taken_too(
    a_world: Callable[..., World], options: dict[str, Any]
) -> None:
    world = a_world(**options)
    runs, site = held(world)
    told = {one.email for one in world.reports.attendees(runs, site)}
    assert {"ada@example.org", "bob@example.org"} <= told
