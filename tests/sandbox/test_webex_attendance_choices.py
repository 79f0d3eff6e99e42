"""Breakout sessions, and what the attendee report shows to whom, in each way that is not documented."""

from __future__ import annotations

from datetime import timedelta

import pytest

from .conftest import END
from .test_webex_attendance import ANN, WINDOW, held, rows

EPOCH = "1970-01-01T00:00:00.000Z"
GROUP = {"do": "breakout", "at": "+20m", "until": "+40m", "email": "Ann@example.org", "session": "Group A"}
REPORTS = "meeting:admin_config_read"


def report(stand, run_id, **params):
    params = {"siteUrl": stand.sandbox.site_url, "meetingId": run_id, **WINDOW, **params}
    return stand.webex.get("meetingReports/attendees", params=params)


def lines(stand, run_id):
    stand.sandbox.clock.set(END + timedelta(hours=24))
    return report(stand, run_id).json()["items"]


@pytest.mark.parametrize(
    ("how", "devices"),
    [
        ("goes on", [("09:05:00", "10:05:00")]),
        ("interrupted", [("09:05:00", "09:20:00"), ("09:40:00", "10:05:00")]),
    ],
)
def test_a_breakout_session_is_told_with_its_times_and_may_interrupt_the_stay(open_stand, how, devices):
    stand = open_stand(breakout_stay=how)
    _, (run,) = held(stand, [{**ANN, "until": "+65m"}, GROUP])
    host, ann = rows(stand, run.id)
    assert "breakoutSessionsAttended" not in host
    (room,) = ann["breakoutSessionsAttended"]
    assert (room["name"], room["joinedTime"], room["leftTime"]) == (
        "Group A", "2026-03-20T09:20:00Z", "2026-03-20T09:40:00Z",
    )  # fmt: skip
    assert [(one["joinedTime"][11:19], one["leftTime"][11:19]) for one in ann["devices"]] == devices
    assert len({one["correlationId"] for one in ann["devices"]}) == len(devices)
    assert [one["email"] for one in rows(stand, run.id, breakoutSessionId=room["id"])] == ["ann@example.org"]
    assert rows(stand, run.id, breakoutSessionId="another") == []


@pytest.mark.parametrize(("form", "told"), [("missing", None), ("1970", EPOCH)])
def test_the_end_of_a_breakout_session_comes_in_as_late_as_any_leave(open_stand, form, told):
    stand = open_stand(unknown_time=form, leave_times_known_after_minutes=200)
    _, (run,) = held(stand, [ANN, GROUP])
    (room,) = rows(stand, run.id)[1]["breakoutSessionsAttended"]
    assert room.get("leftTime") == told


@pytest.mark.parametrize(
    "change", [{"email": "nobody@example.org"}, {"until": "+19m"}, {"at": "+1m"}, {"session": ...}], ids=str
)
def test_a_breakout_session_needs_somebody_who_is_there(stand, change):
    step = {name: value for name, value in {**GROUP, **change}.items() if value is not ...}
    with pytest.raises(ValueError, match="step 3"):
        held(stand, [ANN, step])


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("stay", [("09:30:00", "10:05:00"), ("09:05:00", "09:20:00")]),
        ("person", [("09:05:00", "10:05:00")]),
    ],
)
def test_the_report_has_a_row_for_each_stay_or_for_each_person(open_stand, how, told):
    stand = open_stand(report_rows=how)
    script = [{**ANN, "until": "+20m"}, {**ANN, "at": "+30m", "until": "+65m"}]
    _, (run,) = held(stand, script)
    found = [one for one in lines(stand, run.id) if one["email"] == "ann@example.org"]
    assert [(one["joinedTime"][11:19], one["leftTime"][11:19]) for one in found] == told


def test_a_stay_whose_end_nobody_knows_has_none_in_the_report_either(open_stand):
    lost = {"do": "leave", "at": "+20m", "email": "ann@example.org", "lost": True}
    stand = open_stand(report_rows="person")
    _, (run,) = held(stand, [ANN, lost, {**ANN, "at": "+30m"}])
    (ann,) = [one for one in lines(stand, run.id) if one["email"] == "ann@example.org"]
    assert "leftTime" not in ann


@pytest.mark.parametrize(("how", "end"), [("made up", "@guest.webex.localhost"), ("empty", "")])
def test_a_guests_address_in_the_report_is_made_up_or_empty(open_stand, how, end):
    stand = open_stand(report_guest_email=how)
    _, (run,) = held(stand, [{"do": "join", "at": "+5m", "name": "Bob", "guest": True}])
    (guest,) = [one for one in lines(stand, run.id) if one["displayName"] == "Bob"]
    assert guest["email"].endswith(end)
    assert bool(guest["email"]) is bool(end)


@pytest.mark.parametrize(("granted", "status"), [((REPORTS,), 200), ((), 404)])
def test_an_administrator_sees_other_peoples_reports_with_the_scope_of_reports_only(
    open_stand, granted, status
):
    scopes = tuple(
        f"meeting:{level}{what}"
        for level in ("", "admin_")
        for what in (
            "schedules_read",
            "schedules_write",
            "participants_read",
            "schedule_read",
            "schedule_write",
        )
    )
    stand = open_stand(token_kind="admin", webex_scopes=(*scopes, *granted))
    meeting = stand.meeting(hostEmail="host2@hybrid.example")["id"]
    (run,) = stand.sandbox.happen(meeting, [{"do": "start", "at": "+0m"}, {"do": "end", "at": "+60m"}])
    stand.sandbox.clock.set(END + timedelta(hours=24))
    assert report(stand, run.id).status_code == status


def test_a_host_does_not_see_another_hosts_report(open_stand, refused):
    stand = open_stand()
    meeting, (run,) = held(stand, [ANN])
    stand.sandbox.meeting(meeting).host_email = "host2@hybrid.example"
    refused(report(stand, run.id), 404)


def test_the_report_does_not_know_a_host_and_so_a_service_app_cannot_ask(open_stand, refused):
    stand = open_stand(token_kind="service_app")
    refused(report(stand, "x"), 403, "hostEmail")
    refused(report(stand, "x", hostEmail="host@hybrid.example"), 400)


def test_the_list_and_the_report_are_two_accounts_that_may_differ(stand):
    lost = {"do": "leave", "at": "+20m", "email": "ann@example.org", "lost": True, "reported": True}
    ben = {**ANN, "email": "ben@example.org", "listed": False}
    cem = {**ANN, "email": "cem@example.org", "reported": False}
    _, (run,) = held(stand, [ANN, lost, ben, cem])
    listed = {one["email"]: one.get("leftTime") for one in rows(stand, run.id)[1:]}
    assert listed == {"ann@example.org": None, "cem@example.org": "2026-03-20T10:40:00Z"}
    reported = {one["email"]: (one.get("leftTime"), one.get("duration")) for one in lines(stand, run.id)}
    reported.pop(stand.sandbox.host_email)
    assert reported == {
        "ann@example.org": ("2026-03-20T09:20:00Z", 15),
        "ben@example.org": ("2026-03-20T10:40:00Z", 95),
    }
