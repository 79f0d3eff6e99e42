"""Creating, changing and deleting meetings: what Webex takes, adjusts and refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest

from .conftest import END, NOW, START


def test_a_new_meeting_has_an_id_a_number_a_link_and_times_in_its_own_zone(stand):
    made = stand.meeting()
    assert (made["start"], made["end"]) == ("2026-03-20T10:00:00+01:00", "2026-03-20T12:00:00+01:00")
    assert made["timezone"] == "Europe/Brussels"
    assert (made["meetingType"], made["state"], made["scheduledType"]) == (
        "meetingSeries",
        "active",
        "meeting",
    )
    assert made["webLink"].startswith(stand.sandbox.url)
    assert len(made["id"]) == 32
    assert made["meetingNumber"].isdigit()
    assert "registerLink" not in made


def test_reading_it_answers_in_utc_unless_a_zone_is_asked_for(stand):
    made = stand.meeting()
    plain = stand.webex.get(f"meetings/{made['id']}").json()
    assert (plain["start"], plain["timezone"]) == ("2026-03-20T09:00:00Z", "UTC")
    local = stand.webex.get(f"meetings/{made['id']}", headers={"timezone": "Europe/Brussels"}).json()
    assert (local["start"], local["timezone"]) == ("2026-03-20T10:00:00+01:00", "Europe/Brussels")


def test_an_unknown_zone_header_is_refused(stand, refused):
    made = stand.meeting()
    refused(stand.webex.get(f"meetings/{made['id']}", headers={"timezone": "CET+1"}), 400, "CET+1")


def test_write_answers_can_be_in_utc_as_well(open_stand):
    made = open_stand(write_answers_in="utc").meeting()
    assert (made["start"], made["timezone"]) == ("2026-03-20T09:00:00Z", "UTC")


def test_two_equal_calls_make_two_meetings(stand):
    assert stand.meeting()["id"] != stand.meeting()["id"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": "x" * 129}, "128"),
        ({"title": " "}, "title"),
        ({"title": ...}, "'title' is required"),
        ({"title": 7}, "must be a string"),
        ({"title": None}, "must not be null"),
        ({"agenda": "x" * 1301}, "1300"),
        ({"start": ...}, "'start' is required"),
        ({"start": "next Friday"}, "not a valid date"),
        ({"end": "2026-03-20T10:09:00+01:00"}, "10 minutes"),
        ({"end": "2026-03-21T10:00:00+01:00"}, "23 hours 59"),
        ({"end": "2026-03-20T09:00:00+01:00"}, "after 'end'"),
        ({"start": "2026-03-02T09:59:00+01:00", "end": "2026-03-02T11:00:00+01:00"}, "before current time"),
        ({"start": "2036-04-01T10:00:00Z", "end": "2036-04-01T11:00:00Z"}, "10 years"),
        ({"timezone": "CET/Brussels"}, "time zone"),
        ({"sendEmail": "false"}, "must be a boolean"),
        ({"joinBeforeHostMinutes": "5"}, "must be a number"),
        ({"joinBeforeHostMinutes": 20}, "one of 0, 5, 10, 15"),
        ({"scheduledType": "event"}, "one of meeting"),
        ({"invitees": {"email": "a@b.example"}}, "must be an array"),
        ({"invitees": [{"displayName": "A"}]}, "'invitees[0].email' is required"),
        ({"invitees": [{"email": "not an address"}]}, "valid email"),
        ({"invitees": [{"email": "a@b.example"}, {"email": "A@b.example"}]}, "unique"),
        ({"invitees": [{"email": "a@b.example", "displayName": "x" * 129}]}, "128"),
        ({"invitees": [{"email": f"p{n}@b.example"} for n in range(1001)]}, "1000"),
        ({"invitees": [{"email": "a@b.example", "panelist": True}]}, "webinars only"),
        ({"integrationTags": ["a", "b", "c", "d"]}, "size of 'integrationTags' is 3"),
        ({"integrationTags": ["x" * 65]}, "64"),
        ({"password": "abcdef1"}, "uppercase and lowercase"),
        ({"password": "Abcdefg"}, "one number"),
        ({"password": "Ab1"}, "6 characters"),
        ({"trackingCodes": [{"name": "x" * 121, "value": "y"}]}, "120"),
        ({"enabledLiveStream": True}, "liveStream"),
        ({"reminderTime": 60 * 24 * 30}, "reminderTime"),
        ({"registration": {"requireEmail": False}}, "requireEmail"),
        ({"registration": {"maxRegisterNum": 0}}, "maxRegisterNum"),
        ({"registration": {"enabledRegistrationId": True}}, "not a known property"),
        ({"siteUrl": "other.webex.localhost"}, "site"),
        ({"meetingOptions": {"enabledChat": "yes"}}, "'meetingOptions.enabledChat' must be a boolean"),
        ({"joinLink": "x"}, "'joinLink' is not a known property"),
        ({"scheduledType": "webinar", "restrictToInvitees": True}, "requireAttendeeLogin"),
        ({"breakoutSessions": [{"name": str(n)} for n in range(101)]}, "100"),
        (
            {"simultaneousInterpretation": {"enabled": True}, "enabledBreakoutSessions": True},
            "exclude each other",
        ),
        ({"roomId": "r"}, "spaces"),
        ({"panelistPassword": "Abcdef1"}, "webinars only"),
        ({"adhoc": True}, "ad-hoc"),
        ({"scheduledType": "personalRoomMeeting"}, "personal room"),
    ],
)  # fmt: skip
def test_creating_refuses(stand, refused, changes, words):
    refused(stand.webex.post("meetings", stand.fields(**changes)), 400, words)
    assert stand.sandbox.state.meetings == {}


def test_seconds_are_dropped_and_a_start_in_this_minute_moves_to_the_next(stand):
    made = stand.meeting(
        start=(NOW + timedelta(seconds=20)).isoformat(), end="2026-03-02T09:30:41Z", timezone="UTC"
    )
    assert (made["start"], made["end"]) == ("2026-03-02T09:01:00Z", "2026-03-02T09:30:00Z")


def test_a_time_without_offset_is_read_in_timezone_and_in_utc_without_one(stand):
    assert stand.meeting(start="2026-03-20T10:00:00", end="2026-03-20 12:00:00")["start"].endswith(
        "10:00:00+01:00"
    )
    bare = stand.meeting(start="2026-03-20T10:00:00", end="2026-03-20T12:00:00", timezone=...)
    assert (bare["start"], bare["timezone"]) == ("2026-03-20T10:00:00Z", "UTC")


def test_a_body_that_is_no_json_and_a_wrong_content_type_are_refused(stand, refused):
    headers = {"Content-Type": "application/json"}
    refused(stand.webex("POST", "meetings", data="{", headers=headers), 400, "JSON")
    refused(stand.webex("POST", "meetings", data="[]", headers=headers), 400, "object")
    refused(stand.webex("POST", "meetings", data="{}", headers={"Content-Type": "text/plain"}), 415)


def test_unknown_paths_methods_and_query_parameters_are_refused(stand, refused):
    refused(stand.webex.get("meeting"), 404)
    refused(stand.webex.get("meetings/"), 404)
    answer = stand.webex.delete("meetings")
    assert answer.headers["Allow"] == "GET, POST"
    refused(answer, 405)
    refused(
        stand.webex.get("meetings", params={"request_parameters": "meetingSeriesId"}),
        400,
        "request_parameters",
    )
    refused(
        stand.webex.post("meetings", stand.fields(), params={"hostEmail": "a@b.example"}), 400, "hostEmail"
    )
    refused(stand.webex.get("meetings", params=[("max", "5"), ("max", "6")]), 400, "more than once")


def test_mail_is_sent_unless_it_is_told_not_to(stand):
    stand.meeting(invitees=[{"email": "guest@example.org"}])
    assert stand.sandbox.state.webex_mails == []
    stand.meeting(sendEmail=..., invitees=[{"email": "guest@example.org"}])
    assert [(one.kind, one.to) for one in stand.sandbox.state.webex_mails] == [
        ("meeting_scheduled", stand.sandbox.host_email),
        ("meeting_scheduled", "guest@example.org"),
    ]


def test_changing_and_deleting_mail_too_unless_told_not_to(stand):
    made = stand.meeting()
    stand.webex.patch(f"meetings/{made['id']}", {"title": "Other"})
    stand.webex.patch(f"meetings/{made['id']}", {"title": "Third", "sendEmail": False})
    stand.webex.delete(f"meetings/{made['id']}", params={"sendEmail": "False"})
    assert [one.kind for one in stand.sandbox.state.webex_mails] == ["meeting_updated"]
    stand.webex.delete(f"meetings/{stand.meeting()['id']}")
    assert [one.kind for one in stand.sandbox.state.webex_mails] == ["meeting_updated", "meeting_cancelled"]


@pytest.mark.parametrize(("reach", "expected"), [(True, ["host", "ann"]), (False, ["host"])])
def test_whether_registrants_hear_of_a_change_is_a_choice(open_stand, reach, expected):
    stand = open_stand(meeting_mails_reach_registrants=reach)
    meeting_id = stand.open_meeting()
    stand.register(meeting_id)
    stand.webex.patch(f"meetings/{meeting_id}", {"title": "Other"})
    assert [one.to.split("@")[0] for one in stand.sandbox.state.webex_mails] == expected


def test_a_patch_answer_has_no_register_link_but_names_the_series(stand):
    meeting_id = stand.open_meeting()
    assert "registerLink" in stand.webex.get(f"meetings/{meeting_id}").json()
    answer = stand.webex.patch(f"meetings/{meeting_id}", {"agenda": "Doors open at nine", "sendEmail": False})
    assert "registerLink" not in answer.json()
    assert (answer.json()["meetingSeriesId"], answer.json()["hasRegistration"]) == (meeting_id, True)


def test_a_patch_drops_seconds_and_keeps_what_it_does_not_name(stand):
    made = stand.meeting(agenda="Kept")
    change = {"start": "2026-03-20T10:30:59+01:00", "end": "2026-03-20T12:30:59+01:00", "sendEmail": False}
    changed = stand.webex.patch(f"meetings/{made['id']}", change).json()
    assert (changed["start"], changed["end"]) == ("2026-03-20T10:30:00+01:00", "2026-03-20T12:30:00+01:00")
    assert (changed["title"], changed["agenda"], changed["webLink"]) == (
        made["title"],
        "Kept",
        made["webLink"],
    )


def test_null_clears_an_agenda_and_empty_tags_delete_all_tags(stand, refused):
    made = stand.meeting(agenda="A", integrationTags=["event-1"])
    changed = stand.webex.patch(f"meetings/{made['id']}", {"agenda": None, "integrationTags": []}).json()
    assert (changed.get("agenda"), changed["integrationTags"]) == (None, [])
    refused(stand.webex.patch(f"meetings/{made['id']}", {"title": None}), 400, "must not be null")


@pytest.mark.parametrize(
    "change",
    [
        {"registration": {}},
        {"invitees": []},
        {"scheduledType": "webinar"},
        {"siteUrl": "hybrid.webex.localhost"},
        {"registerLink": "x"},
        {"id": "x"},
    ],
)
def test_what_can_only_be_said_at_creation_is_refused_in_a_patch(stand, refused, change):
    refused(stand.webex.patch(f"meetings/{stand.meeting()['id']}", change), 400, "not a known property")


def test_a_start_in_the_past_is_refused_in_a_patch(stand, refused):
    made = stand.meeting()
    refused(
        stand.webex.patch(f"meetings/{made['id']}", {"start": "2026-03-01T10:00:00Z"}),
        400,
        "before current time",
    )


def test_a_running_meeting_is_locked_even_for_its_title(stand, refused):
    made = stand.meeting()
    stand.sandbox.clock.set(START)
    run = stand.sandbox.start_meeting(made["id"])
    refused(stand.webex.patch(f"meetings/{made['id']}", {"title": "Typo fixed"}), 400, "in progress")
    refused(stand.webex.put(f"meetings/{made['id']}", {"title": "Typo fixed"}), 400, "in progress")
    refused(stand.webex.delete(f"meetings/{made['id']}"), 400, "in progress")
    stand.sandbox.clock.advance(60)
    stand.sandbox.end_meeting(run)
    assert stand.webex.patch(f"meetings/{made['id']}", {"title": "Typo fixed"}).status_code == 200


def test_a_running_meeting_can_be_deleted_where_the_option_says_so(open_stand):
    stand = open_stand(delete_while_running=True)
    made = stand.meeting()
    stand.sandbox.clock.set(START)
    stand.sandbox.start_meeting(made["id"])
    assert stand.webex.delete(f"meetings/{made['id']}").status_code == 204


@pytest.mark.parametrize(("allowed", "status"), [(True, 200), (False, 400)])
def test_whether_a_title_can_be_changed_after_the_start_is_a_choice(open_stand, allowed, status):
    stand = open_stand(patch_after_start=allowed)
    made = stand.meeting()
    stand.sandbox.clock.set(START + timedelta(minutes=1))
    assert stand.webex.patch(f"meetings/{made['id']}", {"title": "Late"}).status_code == status


def test_instances_and_single_occurrences_cannot_be_changed_or_deleted(stand, refused):
    made = stand.meeting()
    run = stand.sandbox.happen(made["id"], [{"do": "start", "at": "+0m"}, {"do": "end", "at": "+60m"}])[0]
    stand.sandbox.clock.set(END)
    occurrence = f"{made['id']}_20260320T090000Z"
    for meeting_id in (run.id, occurrence):
        refused(stand.webex.patch(f"meetings/{meeting_id}", {"title": "X"}), 400)
        refused(stand.webex.delete(f"meetings/{meeting_id}"), 400)


def test_a_deleted_meeting_is_gone_for_good(stand, refused):
    made = stand.meeting()
    assert stand.webex.delete(f"meetings/{made['id']}").status_code == 204
    refused(stand.webex.delete(f"meetings/{made['id']}"), 404)
    refused(stand.webex.get(f"meetings/{made['id']}"), 404)


def test_webex_deletes_a_series_itself_after_180_days(stand, refused):
    made = stand.meeting()
    stand.sandbox.clock.set(END + timedelta(days=179))
    assert stand.webex.get(f"meetings/{made['id']}").json()["state"] == "expired"
    stand.sandbox.clock.set(END + timedelta(days=181))
    refused(stand.webex.get(f"meetings/{made['id']}"), 404)


@pytest.mark.parametrize("media_type", ["application/json", "application/json-patch+json"])
def test_patch_takes_both_media_types(stand, media_type):
    made = stand.meeting()
    answer = stand.webex.patch(
        f"meetings/{made['id']}", {"title": "Other"}, headers={"Content-Type": media_type}
    )
    assert answer.json()["title"] == "Other"


def test_patch_can_be_limited_to_one_media_type(open_stand, refused):
    stand = open_stand(patch_content_types=("application/json-patch+json",))
    made = stand.meeting()
    refused(stand.webex.patch(f"meetings/{made['id']}", {"title": "Other"}), 415)
    assert stand.webex.get(f"meetings/{made['id']}").json()["title"] == "Open data day"


def test_failed_attempts_count_towards_the_daily_quota(open_stand, refused):
    stand = open_stand(meetings_per_day=3)
    stand.meeting()
    refused(stand.webex.post("meetings", {"title": "x"}), 400)
    refused(stand.webex.post("meetings", stand.fields(title="x" * 200)), 400)
    refused(stand.webex.post("meetings", stand.fields()), 403, "24 hours")
    stand.sandbox.clock.advance(timedelta(hours=25))
    stand.meeting()


def test_a_converged_site_ignores_some_attributes_and_warns(open_stand):
    stand = open_stand(converged_site=True)
    asked = {"publicMeeting": True, "audioConnectionOptions": {"entryAndExitTone": "beep"}}
    answer = stand.webex.post("meetings", stand.fields(**asked))
    assert "1001" in answer.headers["Warning"]
    assert answer.json()["publicMeeting"] is False
    assert "entryAndExitTone" not in answer.json()["audioConnectionOptions"]
    assert "Warning" not in stand.webex.post("meetings", stand.fields()).headers


def test_other_sites_keep_those_attributes(stand):
    assert stand.meeting(publicMeeting=True)["publicMeeting"] is True


@pytest.mark.parametrize("dropped", [True, False])
def test_whether_moving_a_meeting_loses_the_registrants_is_a_choice(open_stand, dropped):
    stand = open_stand(reschedule_drops_registrants=dropped)
    meeting_id = stand.open_meeting()
    stand.register(meeting_id)
    stand.webex.patch(f"meetings/{meeting_id}", {"end": "2026-03-20T13:00:00+01:00"})
    assert (stand.registrants(meeting_id) == []) is dropped


@pytest.mark.parametrize("changed", [True, False])
def test_whether_moving_a_meeting_changes_its_links_is_a_choice(open_stand, changed):
    stand = open_stand(reschedule_changes_links=changed)
    made = stand.meeting()
    after = stand.webex.patch(f"meetings/{made['id']}", {"end": "2026-03-20T13:00:00+01:00"}).json()
    assert (after["webLink"] != made["webLink"]) is changed
    assert (after["password"] != made["password"]) is changed


@pytest.mark.parametrize(("needed", "status"), [(True, 400), (False, 200)])
def test_whether_a_webinar_needs_a_session_type_is_a_choice(open_stand, needed, status):
    stand = open_stand(webinar_needs_session_type=needed)
    assert stand.webex.post("meetings", stand.fields(scheduledType="webinar")).status_code == status


@pytest.mark.parametrize(("refusing", "status"), [(True, 400), (False, 200)])
def test_whether_a_reminder_in_the_past_is_refused_is_a_choice(open_stand, refusing, status):
    stand = open_stand(refuse_reminder_in_past=refusing)
    assert stand.webex.post("meetings", stand.fields(reminderTime=60 * 24 * 30)).status_code == status


def test_webinars_have_their_own_minutes_before_host(stand, refused):
    assert stand.meeting(scheduledType="webinar", joinBeforeHostMinutes=45)["joinBeforeHostMinutes"] == 45
    refused(stand.webex.post("meetings", stand.fields(scheduledType="webinar", joinBeforeHostMinutes=5)), 400)


def test_a_webinar_cannot_demand_sign_in_once_somebody_has_registered(stand, refused):
    meeting_id = stand.open_meeting(scheduledType="webinar")
    stand.register(meeting_id)
    refused(
        stand.webex.patch(f"meetings/{meeting_id}", {"requireAttendeeLogin": True}),
        400,
        "requireAttendeeLogin",
    )


def test_an_ended_run_lacks_number_password_and_phone(stand):
    made = stand.meeting(agenda="A", integrationTags=["event-1"])
    run = stand.sandbox.happen(made["id"], [{"do": "start", "at": "-2m"}, {"do": "end", "at": "+60m"}])[0]
    stand.sandbox.clock.set(START + timedelta(minutes=76))
    seen = stand.webex.get(f"meetings/{run.id}").json()
    assert (seen["state"], seen["start"], seen["end"]) == (
        "ended",
        "2026-03-20T08:58:00Z",
        "2026-03-20T10:00:00Z",
    )
    assert (seen["meetingSeriesId"], seen["integrationTags"], seen["agenda"]) == (
        made["id"],
        ["event-1"],
        "A",
    )
    missing = {
        "meetingNumber",
        "password",
        "hostKey",
        "sipAddress",
        "telephony",
        "registration",
        "trackingCodes",
    }
    assert not missing & seen.keys()


def test_ending_a_meeting_by_call_ends_its_run(stand, refused):
    made = stand.meeting()
    refused(stand.webex.post(f"meetings/{made['id']}/end"), 400, "not in progress")
    stand.sandbox.clock.set(START)
    run = stand.sandbox.start_meeting(made["id"])
    refused(stand.webex.post(f"meetings/{made['id']}_I_1/end"), 404)
    refused(stand.webex.post(f"meetings/{made['id']}/end", {"why": "late"}), 400, "not a known property")
    assert stand.webex.post(f"meetings/{made['id']}/end", {"reason": "late"}).status_code == 204
    assert run.ended is not None
    refused(stand.webex.post("meetings/0123456789abcdef/end"), 404)


def test_a_password_can_be_changed_and_keeps_the_rules(stand, refused):
    made = stand.meeting()
    changed = stand.webex.patch(f"meetings/{made['id']}", {"password": "Other7words", "sendEmail": False})
    assert changed.json()["password"] == "Other7words"
    refused(stand.webex.patch(f"meetings/{made['id']}", {"password": "short"}), 400, "6 characters")


@pytest.mark.parametrize("status", [403, 400])
def test_what_the_quota_answers_and_how_long_a_series_is_kept_are_choices(open_stand, refused, status):
    stand = open_stand(meetings_per_day=1, quota_status=status, series_kept_days=7)
    made = stand.meeting()
    refused(stand.webex.post("meetings", stand.fields()), status)
    stand.sandbox.clock.set(END + timedelta(days=8))
    refused(stand.webex.get(f"meetings/{made['id']}"), 404)


def test_the_hosts_of_the_site_are_a_choice(open_stand, refused):
    stand = open_stand(
        token_kind="admin", host_email="a@site.example", host_name="A", other_hosts=("b@site.example",)
    )
    assert stand.meeting()["hostDisplayName"] == "A"
    assert stand.meeting(hostEmail="B@site.example")["hostEmail"] == "b@site.example"
    refused(stand.webex.post("meetings", stand.fields(hostEmail="host2@hybrid.example")), 403)
