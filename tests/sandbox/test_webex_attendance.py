"""Participants and attendee reports: which run, which times, when, and for whom."""

from __future__ import annotations

from datetime import timedelta

import pytest

from .conftest import END, START

EPOCH = "1970-01-01T00:00:00.000Z"
WINDOW = {"from": "2026-03-15T00:00:00Z", "to": "2026-03-25T00:00:00Z"}


def rows(stand, meeting_id, **params):
    return stand.webex.all_items("meetingParticipants", meetingId=meeting_id, max=100, **params)


def held(stand, script, **fields):
    """A meeting that has happened as the script says; the clock stands well after it."""
    meeting_id = stand.open_meeting(**fields)
    stand.register(meeting_id)
    runs = stand.sandbox.happen(
        meeting_id, [{"do": "start", "at": "+0m"}, *script, {"do": "end", "at": "+100m"}]
    )
    stand.sandbox.clock.set(END + timedelta(hours=1))
    return meeting_id, runs


ANN = {"do": "join", "at": "+5m", "email": "ann@example.org"}


def test_a_registered_person_is_a_row_with_her_name_address_and_device(stand):
    _, (run,) = held(stand, [{**ANN, "until": "+65m"}])
    host, ann = rows(stand, run.id)
    assert (host["host"], host["email"]) == (True, stand.sandbox.host_email)
    assert (ann["displayName"], ann["email"], ann["host"], ann["state"]) == (
        "Ann Peeters", "ann@example.org", False, "end",
    )  # fmt: skip
    assert (ann["joinedTime"], ann["leftTime"]) == ("2026-03-20T09:05:00Z", "2026-03-20T10:05:00Z")
    (device,) = ann["devices"]
    assert (device["joinedTime"], device["leftTime"]) == (
        "2026-03-20T09:05:00.000Z",
        "2026-03-20T10:05:00.000Z",
    )
    assert (device["durationSecond"], device["audioType"]) == (3600, "voip")
    assert ann["id"].startswith(run.id + "_")
    assert "orgId" not in ann
    local = rows(stand, run.id)  # and in another zone on demand
    asked = stand.webex.get(
        "meetingParticipants", params={"meetingId": run.id}, headers={"timezone": "Europe/Brussels"}
    )
    assert asked.json()["items"][1]["joinedTime"] == "2026-03-20T10:05:00+01:00"
    assert asked.json()["items"][1]["devices"][0]["joinedTime"] == "2026-03-20T10:05:00.000+01:00"
    assert len(local) == 2


def test_a_guest_gets_a_made_up_address_and_a_caller_none(stand):
    script = [
        {"do": "join", "at": "+5m", "name": "Bob", "guest": True},
        {"do": "join", "at": "+6m", "device": "phone"},
        {"do": "join", "at": "+7m", "name": "Salle Horta", "device": "room", "email": "horta@rooms.example"},
    ]
    _, (run,) = held(stand, script)
    _, guest, caller, room = rows(stand, run.id)
    assert guest["displayName"] == "Bob"
    assert guest["email"].endswith("@guest.webex.localhost")
    assert ("email" in caller, caller["displayName"]) == (False, "Call-in User_1")
    assert (caller["devices"][0]["audioType"], caller["devices"][0]["callType"]) == ("pstn", "callIn")
    assert "phoneNumber" not in caller["devices"][0]
    assert room["devices"][0]["deviceType"] == "webex_room_device"


def test_two_devices_at_once_are_two_devices_of_one_row(stand):
    phone = {"do": "join", "at": "+10m", "email": "ann@example.org", "device": "phone", "until": "+70m"}
    _, (run,) = held(stand, [{**ANN, "until": "+60m"}, phone])
    ann = rows(stand, run.id)[1]
    assert [one["audioType"] for one in ann["devices"]] == ["voip", "pstn"]
    assert (ann["joinedTime"], ann["leftTime"]) == ("2026-03-20T09:05:00Z", "2026-03-20T10:10:00Z")


@pytest.mark.parametrize(("how", "shape"), [("device", [2]), ("row", [1, 1])])
def test_whether_coming_back_is_a_second_device_or_a_second_row_is_a_choice(open_stand, how, shape):
    stand = open_stand(rejoin=how)
    leave = {"do": "leave", "at": "+20m", "email": "Ann@example.org"}
    _, (run,) = held(stand, [ANN, leave, {**ANN, "at": "+30m"}])
    assert [len(one["devices"]) for one in rows(stand, run.id)[1:]] == shape


@pytest.mark.parametrize("form", ["missing", "1970"])
def test_a_leave_time_that_nobody_knows_is_missing_or_1970(open_stand, form):
    stand = open_stand(unknown_time=form)
    _, (run,) = held(stand, [ANN, {"do": "leave", "at": "+20m", "email": "ann@example.org", "lost": True}])
    ann = rows(stand, run.id)[1]
    expected = EPOCH if form == "1970" else None
    assert (ann.get("leftTime"), ann["devices"][0].get("leftTime")) == (expected, expected)
    assert ann["devices"][0]["durationSecond"] == 0


def test_leave_times_can_come_in_late(open_stand):
    stand = open_stand(leave_times_known_after_minutes=120)
    _, (run,) = held(stand, [{**ANN, "until": "+20m"}])
    assert "leftTime" not in rows(stand, run.id)[1]
    stand.sandbox.clock.set(START + timedelta(minutes=221))
    assert rows(stand, run.id)[1]["leftTime"] == "2026-03-20T09:20:00Z"


def test_a_series_id_means_the_last_run_only_and_an_instance_id_exactly_that_run(stand):
    script = [ANN, {"do": "restart", "at": "+40m"}, {"do": "join", "at": "+45m", "email": "ben@example.org"}]
    meeting_id, (first, second) = held(stand, script)
    assert [one["email"] for one in rows(stand, meeting_id)[1:]] == ["ben@example.org"]
    assert [one["email"] for one in rows(stand, meeting_id + "_20260320T090000Z")[1:]] == ["ben@example.org"]
    assert [one["email"] for one in rows(stand, first.id)[1:]] == ["ann@example.org"]
    assert [one["email"] for one in rows(stand, second.id)[1:]] == ["ben@example.org"]
    window = {"meetingStartTimeFrom": "2026-03-20T08:00:00Z", "meetingStartTimeTo": "2026-03-20T09:40:00Z"}
    assert [one["email"] for one in rows(stand, meeting_id, **window)[1:]] == ["ann@example.org"]
    # Both bounds are exclusive; they mean nothing for an instance id.
    edge = {"meetingStartTimeFrom": "2026-03-20T09:00:00Z", "meetingStartTimeTo": "2026-03-20T09:40:00.001Z"}
    assert [one["email"] for one in rows(stand, meeting_id, **edge)[1:]] == ["ben@example.org"]
    assert [one["email"] for one in rows(stand, first.id, **edge)[1:]] == ["ann@example.org"]


def test_a_run_of_more_than_a_month_ago_needs_a_window_or_its_own_id(stand, refused):
    meeting_id, (run,) = held(stand, [ANN])
    stand.sandbox.clock.set(END + timedelta(days=40))
    refused(stand.webex.get("meetingParticipants", params={"meetingId": meeting_id}), 404)
    assert len(rows(stand, meeting_id, meetingStartTimeFrom="2026-03-19T00:00:00Z")) == 2
    assert len(rows(stand, run.id)) == 2


@pytest.mark.parametrize("form", ["404", "empty"])
def test_what_a_meeting_that_never_ran_answers_is_a_choice(open_stand, refused, form):
    stand = open_stand(participants_before_start=form)
    answer = stand.webex.get("meetingParticipants", params={"meetingId": stand.meeting()["id"]})
    if form == "404":
        refused(answer, 404)
    else:
        assert answer.json() == {"items": []}


def test_while_it_runs_only_those_present_are_shown_and_after_its_end_nobody_for_fifteen_minutes(
    stand, refused
):
    meeting_id, (run,) = held(stand, [{**ANN, "until": "+20m"}])
    stand.sandbox.clock.set(START + timedelta(minutes=10))
    seen = rows(stand, run.id)
    assert [(one["state"], "orgId" in one, "leftTime" in one) for one in seen] == [
        ("joined", True, False)
    ] * 2
    stand.sandbox.clock.set(START + timedelta(minutes=30))
    assert len(rows(stand, meeting_id)) == 1
    stand.sandbox.clock.set(START + timedelta(minutes=101))
    refused(stand.webex.get("meetingParticipants", params={"meetingId": run.id}), 404)
    stand.sandbox.clock.set(START + timedelta(minutes=115))
    assert len(rows(stand, run.id)) == 2


def test_a_running_webinar_shows_panelists_only_and_an_ended_one_everybody(stand):
    speaker = {"do": "join", "at": "+1m", "email": "speaker@example.org", "panelist": True}
    _, (run,) = held(stand, [speaker, ANN], scheduledType="webinar")
    stand.sandbox.clock.set(START + timedelta(minutes=10))
    assert [one["email"] for one in rows(stand, run.id)[1:]] == ["speaker@example.org"]
    stand.sandbox.clock.set(END)
    assert len(rows(stand, run.id)) == 3


def test_participants_come_in_pages(open_stand):
    script = [{"do": "join", "at": "+1m", "email": f"p{n}@example.org"} for n in range(120)]
    stand = open_stand()
    _, (run,) = held(stand, script)
    assert len(stand.webex.get("meetingParticipants", params={"meetingId": run.id}).json()["items"]) == 10
    assert len(rows(stand, run.id)) == 121
    bare = open_stand(participants_link=False)
    _, (run,) = held(bare, script)
    assert len(rows(bare, run.id)) == 100


def test_participants_need_a_meeting_and_sensible_join_bounds(stand, refused):
    refused(stand.webex.get("meetingParticipants"), 400, "'meetingId' is required")
    _, (run,) = held(stand, [ANN, {**ANN, "email": "ben@example.org", "at": "+50m"}])
    late = rows(stand, run.id, joinTimeFrom="2026-03-20T09:30:00Z")
    assert [one["email"] for one in late] == ["ben@example.org"]
    assert rows(stand, run.id, joinTimeTo="2026-03-12T00:00:00Z") == []
    wide = {"joinTimeFrom": "2026-01-01T00:00:00Z", "joinTimeTo": "2026-05-01T00:00:00Z"}
    refused(stand.webex.get("meetingParticipants", params={"meetingId": run.id, **wide}), 400, "90 days")
    wrong = {"meetingStartTimeFrom": "2026-05-01T00:00:00Z", "meetingStartTimeTo": "2026-01-01T00:00:00Z"}
    refused(stand.webex.get("meetingParticipants", params={"meetingId": run.id[:32], **wrong}), 400)
    assert rows(stand, run.id, breakoutSessionId="x") == []


def test_only_the_host_sees_participants(open_stand, refused):
    stand = open_stand(token_kind="admin")
    invited = [{"email": stand.sandbox.host_email}]
    meeting_id, (run,) = held_by_other(stand, invited)
    refused(stand.webex.get("meetingParticipants", params={"meetingId": run.id}), 403)
    refused(stand.webex.get("meetingParticipants", params={"meetingId": meeting_id}), 403)
    assert len(rows(stand, run.id, hostEmail="host2@hybrid.example")) == 1


def held_by_other(stand, invitees):
    meeting_id = stand.meeting(hostEmail="host2@hybrid.example", invitees=invitees)["id"]
    runs = stand.sandbox.happen(meeting_id, [{"do": "start", "at": "+0m"}, {"do": "end", "at": "+60m"}])
    stand.sandbox.clock.set(END)
    return meeting_id, runs


def report(stand, **params):
    return stand.webex.get("meetingReports/attendees", params={"siteUrl": stand.sandbox.site_url, **params})


def test_the_report_is_complete_a_day_after_the_end_newest_first_in_minutes(stand):
    _, (run,) = held(
        stand, [{**ANN, "until": "+65m"}, {"do": "join", "at": "+30m", "name": "Bob", "guest": True}]
    )
    stand.sandbox.clock.set(END + timedelta(hours=25))
    bob, ann, host = report(stand, meetingId=run.id, **WINDOW).json()["items"]
    assert (bob["displayName"], ann["email"], host["participantType"]) == ("Bob", "ann@example.org", "HOST")
    assert (ann["duration"], ann["registered"], ann["invited"], ann["participantType"]) == (
        60,
        True,
        False,
        "ATTENDEE",
    )
    assert (bob["registered"], ann["meetingId"], ann["meetingTitle"]) == (False, run.id, "Open data day")


@pytest.mark.parametrize(("early", "count"), [("partial", 1), ("empty", 0)])
def test_an_early_report_is_partial_or_empty_without_any_sign(open_stand, early, count):
    stand = open_stand(report_early=early)
    _, (run,) = held(stand, [ANN])
    answer = report(stand, meetingId=run.id, **WINDOW)
    assert (answer.status_code, len(answer.json()["items"])) == (200, count)


def test_the_report_looks_back_a_week_by_default_thirty_days_at_once_and_ninety_at_most(stand, refused):
    _, (run,) = held(stand, [ANN])
    stand.sandbox.clock.set(END + timedelta(days=8))
    assert report(stand, meetingId=run.id).json()["items"] == []
    assert len(report(stand, meetingId=run.id, **WINDOW).json()["items"]) == 2
    assert len(report(stand, meetingId=run.id, to="2026-03-22T00:00:00Z").json()["items"]) == 2
    wide = {"from": "2026-02-01T00:00:00Z", "to": "2026-03-28T00:00:00Z"}
    refused(report(stand, meetingId=run.id, **wide), 400, "30 days")
    refused(report(stand, meetingId=run.id, **{"from": "2026-03-25", "to": "2026-03-20"}), 400, "'from'")
    stand.sandbox.clock.set(END + timedelta(days=91))
    refused(report(stand, meetingId=run.id, **WINDOW), 400, "90 days")


def test_the_report_needs_a_site_and_a_meeting(stand, refused):
    refused(stand.webex.get("meetingReports/attendees"), 400, "'siteUrl' is required")
    refused(report(stand), 400, "At least one")
    refused(report(stand, meetingId="unknown", **WINDOW), 404)
    refused(stand.webex.get("meetingReports/attendees", params={"siteUrl": "x", "meetingId": "y"}), 403)
    refused(report(stand, meetingId="x", max=1001), 400, "1000")


@pytest.mark.parametrize(("accepted", "status"), [(True, 200), (False, 400)])
def test_whether_the_report_takes_a_series_id_is_a_choice(open_stand, accepted, status):
    stand = open_stand(report_accepts_series=accepted)
    meeting_id, _ = held(stand, [ANN])
    assert report(stand, meetingId=meeting_id, **WINDOW).status_code == status


def test_the_report_can_be_asked_by_number_or_title_and_comes_in_pages(stand):
    meeting_id, _ = held(
        stand, [{"do": "join", "at": "+1m", "email": f"p{n}@example.org"} for n in range(15)]
    )
    stand.sandbox.clock.set(END + timedelta(hours=30))
    number = stand.sandbox.meeting(meeting_id).number
    assert len(report(stand, meetingNumber=number, **WINDOW).json()["items"]) == 10
    assert len(report(stand, meetingTitle="Open data day", max=1000, **WINDOW).json()["items"]) == 16
    params = {"siteUrl": stand.sandbox.site_url, "meetingNumber": number, **WINDOW}
    assert len(stand.webex.all_items("meetingReports/attendees", **params)) == 16


@pytest.mark.parametrize(("upper", "word"), [(True, "HOST"), (False, "host")])
def test_the_case_of_participant_types_is_a_choice(open_stand, upper, word):
    stand = open_stand(report_upper_case_types=upper, report_ready_hours=0)
    _, (run,) = held(stand, [])
    assert report(stand, meetingId=run.id, **WINDOW).json()["items"][0]["participantType"] == word


def test_malformed_times_are_refused(stand, refused):
    _, (run,) = held(stand, [])
    for name in ("joinTimeFrom", "joinTimeTo"):
        query = {"meetingId": run.id, name: "lately"}
        refused(stand.webex.get("meetingParticipants", params=query), 400, "lately")
    refused(report(stand, meetingId=run.id, to="lately"), 400, "lately")


def test_nobody_is_seen_before_the_run_or_before_joining(stand, refused):
    _, (run,) = held(stand, [ANN])
    stand.sandbox.clock.set(START - timedelta(minutes=1))
    refused(stand.webex.get("meetingParticipants", params={"meetingId": run.id}), 404)
    stand.sandbox.clock.set(START + timedelta(minutes=1))
    assert [one["host"] for one in rows(stand, run.id)] == [True]
