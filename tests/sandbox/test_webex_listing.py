"""GET /meetings: windows, kinds, tags, pages and delays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hybrid_sync.sandbox.state import Token

from .conftest import END, NOW, START, Client

ALWAYS = {"from": "2026-01-01T00:00:00Z", "to": "2026-12-31T00:00:00Z"}


def ids(stand, **params):
    answer = stand.webex.get("meetings", params=params)
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["items"]]


def test_without_a_window_only_the_coming_week_is_listed(stand):
    far = stand.meeting()["id"]
    near = stand.meeting(start="2026-03-05T10:00:00Z", end="2026-03-05T11:00:00Z")["id"]
    assert ids(stand) == [near]
    assert ids(stand, **{"from": "2026-03-18T00:00:00Z"}) == [far]
    assert ids(stand, to="2026-03-21T00:00:00Z") == [far]
    assert ids(stand, **ALWAYS) == [near, far]


def test_from_is_inclusive_and_to_exclusive(stand):
    stand.meeting()
    assert ids(stand, **{"from": "2026-03-14T00:00:00Z", "to": "2026-03-20T09:00:00Z"}) == []
    assert len(ids(stand, **{"from": "2026-03-14T00:00:00Z", "to": "2026-03-20T09:00:01Z"})) == 1


def test_from_after_to_and_malformed_bounds_are_refused(stand, refused):
    get = stand.webex.get
    refused(get("meetings", params={"from": "2026-03-05", "to": "2026-03-04"}), 400, "'from'")
    refused(get("meetings", params={"from": "soon"}), 400, "soon")
    # An unencoded plus sign arrives as a blank: the offset is lost, and the value is no time any more.
    refused(get("meetings?from=2026-03-05T10:00:00+02:00"), 400)


def test_the_integration_tag_finds_the_meeting_but_does_not_lift_the_window(stand):
    tagged = stand.meeting(integrationTags=["event-7", "hybrid-sync"])["id"]
    stand.meeting(integrationTags=["event-8"])
    assert ids(stand, integrationTag="event-7") == []
    assert ids(stand, integrationTag="event-7", **ALWAYS) == [tagged]
    assert ids(stand, integrationTag="event", **ALWAYS) == []


def test_tags_are_visible_to_the_client_that_wrote_them_only(stand):
    meeting_id = stand.meeting(integrationTags=["event-7"])["id"]
    stand.sandbox.state.tokens["other"] = Token(stand.sandbox.host_email, "another-client", "user")
    other = Client(stand.sandbox.webex_url, "other")
    assert other.get("meetings", params={"integrationTag": "event-7", **ALWAYS}).json()["items"] == []
    assert other.get(f"meetings/{meeting_id}").json()["integrationTags"] == []
    other.session.close()


def test_a_page_has_ten_items_by_default_a_hundred_at_most_and_a_next_link(open_stand):
    stand = open_stand(meetings_per_day=200)
    made = {stand.meeting()["id"] for _ in range(105)}
    first = stand.webex.get("meetings", params=ALWAYS)
    assert len(first.json()["items"]) == 10
    assert first.links["next"]["url"].startswith(stand.sandbox.webex_url)
    assert len(stand.webex.get("meetings", params={**ALWAYS, "max": 500}).json()["items"]) == 100
    assert {one["id"] for one in stand.webex.all_items("meetings", **ALWAYS, max=100)} == made
    last = stand.webex.get(stand.webex.get("meetings", params={**ALWAYS, "max": 100}).links["next"]["url"])
    assert (len(last.json()["items"]), "next" in last.links) == (5, False)


def test_max_must_be_a_positive_number(stand, refused):
    for wrong in ("0", "-1", "ten", ""):
        refused(stand.webex.get("meetings", params={"max": wrong}), 400, "max")


def test_an_empty_page_can_stand_before_the_next_one(open_stand):
    stand = open_stand(empty_pages=True)
    made = {stand.meeting()["id"] for _ in range(3)}
    first = stand.webex.get("meetings", params={**ALWAYS, "max": 2})
    second = stand.webex.get(first.links["next"]["url"])
    assert (len(first.json()["items"]), second.json()["items"], "next" in second.links) == (2, [], True)
    assert {one["id"] for one in stand.webex.all_items("meetings", **ALWAYS, max=2)} == made


def test_a_new_meeting_can_be_missing_from_lists_for_some_reads(open_stand):
    stand = open_stand(list_lag_reads=2)
    meeting_id = stand.meeting()["id"]
    assert [ids(stand, **ALWAYS) for _ in range(3)] == [[], [], [meeting_id]]
    assert stand.webex.get(f"meetings/{meeting_id}").status_code == 200


def test_a_new_meeting_can_be_missing_from_lists_for_some_seconds(open_stand):
    stand = open_stand(list_lag_seconds=30)
    meeting_id = stand.meeting()["id"]
    assert ids(stand, **ALWAYS) == []
    stand.sandbox.clock.advance(31)
    assert ids(stand, **ALWAYS) == [meeting_id]


def test_by_number_the_answer_is_the_occurrence_unless_current_is_false(stand, refused):
    made = stand.meeting()
    assert ids(stand, meetingNumber=made["meetingNumber"]) == [made["id"] + "_20260320T090000Z"]
    assert ids(stand, meetingNumber=made["meetingNumber"], current="false") == [made["id"]]
    assert ids(stand, webLink=made["webLink"], current="False") == [made["id"]]
    assert ids(stand, roomId="x") == []
    both = {"meetingNumber": made["meetingNumber"], "webLink": made["webLink"]}
    refused(stand.webex.get("meetings", params=both), 400, "mutually exclusive")


def test_current_on_one_meeting_answers_with_the_occurrence(stand):
    made = stand.meeting()
    seen = stand.webex.get(f"meetings/{made['id']}", params={"current": "true"}).json()
    assert (seen["meetingType"], seen["state"], seen["meetingSeriesId"]) == (
        "scheduledMeeting",
        "ready",
        made["id"],
    )
    assert stand.webex.get(f"meetings/{seen['id']}").json()["id"] == seen["id"]


def test_only_host_and_invitees_see_a_meeting(open_stand, refused):
    stand = open_stand(token_kind="admin")
    own = stand.meeting()["id"]
    foreign = stand.meeting(hostEmail="host2@hybrid.example")["id"]
    invited = stand.meeting(hostEmail="host2@hybrid.example", invitees=[{"email": stand.sandbox.host_email}])[
        "id"
    ]
    assert set(ids(stand, **ALWAYS)) == {own, invited}
    assert set(ids(stand, hostEmail="host2@hybrid.example", **ALWAYS)) == {foreign, invited}
    refused(stand.webex.get(f"meetings/{foreign}"), 404)
    refused(stand.webex.patch(f"meetings/{invited}", {"title": "Mine now"}), 404)
    assert (
        stand.webex.get(f"meetings/{foreign}", params={"hostEmail": "host2@hybrid.example"}).status_code
        == 200
    )


def test_an_ended_run_is_listed_fifteen_minutes_after_its_end(stand, refused):
    meeting_id = stand.meeting()["id"]
    run = stand.sandbox.happen(meeting_id, [{"do": "start", "at": "+0m"}, {"do": "end", "at": "+90m"}])[0]
    query = {"meetingSeriesId": meeting_id, "meetingType": "meeting", "state": "ended", "max": 100}
    stand.sandbox.clock.set(START + timedelta(minutes=104))
    assert ids(stand, **query) == []
    refused(stand.webex.get(f"meetings/{run.id}"), 404)
    stand.sandbox.clock.set(START + timedelta(minutes=105))
    assert ids(stand, **query) == [run.id]
    assert stand.webex.get(f"meetings/{run.id}").status_code == 200


def test_a_running_one_is_listed_fifteen_minutes_after_its_start(stand):
    meeting_id = stand.meeting()["id"]
    stand.sandbox.clock.set(START)
    run = stand.sandbox.start_meeting(meeting_id)
    query = {"meetingSeriesId": meeting_id, "meetingType": "meeting"}
    assert ids(stand, **query) == []
    stand.sandbox.clock.advance(15 * 60 + 1)
    seen = stand.webex.get("meetings", params=query).json()["items"]
    assert [(one["id"], one["state"], "end" in one) for one in seen] == [(run.id, "inProgress", False)]
    assert stand.webex.get(f"meetings/{meeting_id}").json()["state"] == "inProgress"


def test_runs_are_listed_for_the_last_week_only_unless_a_window_is_given(stand):
    meeting_id = stand.meeting()["id"]
    run = stand.sandbox.happen(meeting_id, [{"do": "start", "at": "+0m"}, {"do": "end", "at": "+90m"}])[0]
    stand.sandbox.clock.set(END + timedelta(days=8))
    query = {"meetingSeriesId": meeting_id, "meetingType": "meeting", "state": "ended"}
    assert ids(stand, **query) == []
    assert ids(stand, **query, **ALWAYS) == [run.id]


def test_a_restart_gives_two_runs_of_one_occurrence(stand):
    meeting_id = stand.meeting()["id"]
    script = [{"do": "start", "at": "+0m"}, {"do": "restart", "at": "+40m"}, {"do": "end", "at": "+80m"}]
    runs = stand.sandbox.happen(meeting_id, script)
    stand.sandbox.clock.set(END)
    answer = stand.webex.get(
        "meetings", params={"meetingSeriesId": meeting_id, "meetingType": "meeting"}
    ).json()
    assert [one["id"] for one in answer["items"]] == [one.id for one in runs]
    assert {one["scheduledMeetingId"] for one in answer["items"]} == {meeting_id + "_20260320T090000Z"}


def test_a_series_id_makes_other_filters_ignored(stand, refused):
    meeting_id = stand.meeting(integrationTags=["event-7"])["id"]
    ignored = {
        "integrationTag": "nothing",
        "meetingNumber": "1",
        "scheduledType": "webinar",
        "siteUrl": "elsewhere",
    }
    assert ids(stand, meetingSeriesId=meeting_id, **ALWAYS, **ignored) == [meeting_id + "_20260320T090000Z"]
    assert ids(stand, meetingSeriesId=meeting_id) == []  # from and to are not ignored
    refused(stand.webex.get("meetings", params={"meetingSeriesId": "unknown"}), 404)


def test_ended_without_a_meeting_type_looks_at_series_and_finds_none(stand):
    meeting_id = stand.meeting()["id"]
    stand.sandbox.happen(meeting_id, [{"do": "start", "at": "+0m"}, {"do": "end", "at": "+90m"}])
    stand.sandbox.clock.set(END + timedelta(hours=1))
    assert ids(stand, state="ended", **ALWAYS) == []
    assert ids(stand, state="expired", **ALWAYS) == [meeting_id]


def test_tags_stay_on_ended_runs_and_find_them(stand):
    meeting_id = stand.meeting(integrationTags=["event-7"])["id"]
    run = stand.sandbox.happen(meeting_id, [{"do": "start", "at": "+0m"}, {"do": "end", "at": "+90m"}])[0]
    stand.sandbox.clock.set(END + timedelta(hours=1))
    assert ids(stand, meetingType="meeting", integrationTag="event-7", **ALWAYS) == [run.id]
    assert ids(stand, meetingType="meeting", integrationTag="event-8", **ALWAYS) == []


@pytest.mark.parametrize(("window", "found"), [("start", 0), ("overlap", 1)])
def test_whether_a_window_selects_runs_by_start_or_overlap_is_a_choice(open_stand, window, found):
    stand = open_stand(instance_window=window)
    meeting_id = stand.meeting()["id"]
    stand.sandbox.happen(meeting_id, [{"do": "start", "at": "+0m"}, {"do": "end", "at": "+90m"}])
    stand.sandbox.clock.set(END + timedelta(hours=1))
    bounds = {"from": "2026-03-20T09:30:00Z", "to": "2026-03-21T00:00:00Z"}
    assert len(ids(stand, meetingSeriesId=meeting_id, meetingType="meeting", **bounds)) == found


def test_a_meeting_that_never_ran_is_missed_and_its_series_expired(stand):
    meeting_id = stand.meeting()["id"]
    stand.sandbox.clock.set(END)
    assert stand.webex.get(f"meetings/{meeting_id}_20260320T090000Z").json()["state"] == "missed"
    assert stand.webex.get(f"meetings/{meeting_id}").json()["state"] == "expired"


def test_an_occurrence_that_ran_has_ended(stand):
    meeting_id = stand.meeting()["id"]
    stand.sandbox.happen(meeting_id, [{"do": "start", "at": "+0m"}, {"do": "end", "at": "+90m"}])
    stand.sandbox.clock.set(END)
    assert stand.webex.get(f"meetings/{meeting_id}_20260320T090000Z").json()["state"] == "ended"


def test_an_expired_series_shows_no_registration(stand):
    meeting_id = stand.open_meeting()
    stand.sandbox.clock.set(END)
    seen = stand.webex.get(f"meetings/{meeting_id}").json()
    assert not {"registration", "registerLink"} & seen.keys()


def test_the_has_flags_need_ended_runs(stand, refused):
    refused(stand.webex.get("meetings", params={"hasChat": "true"}), 400, "state=ended")
    assert ids(stand, hasChat="true", meetingType="meeting", state="ended") == []


def test_words_that_are_not_in_the_list_and_malformed_switches_are_refused(stand, refused):
    for name, value in (
        ("meetingType", "series"),
        ("state", "Ended"),
        ("current", "1"),
        ("scheduledType", "event"),
    ):
        refused(stand.webex.get("meetings", params={name: value}), 400, name)


def test_scheduled_type_and_site_narrow_the_list(stand):
    webinar = stand.meeting(scheduledType="webinar")["id"]
    meeting = stand.meeting()["id"]
    assert ids(stand, scheduledType="webinar", **ALWAYS) == [webinar]
    assert ids(stand, scheduledType="meeting", **ALWAYS) == [meeting]
    assert ids(stand, siteUrl="elsewhere.webex.localhost", **ALWAYS) == []


def test_an_administrator_sees_all_runs_of_the_organisation(open_stand):
    stand = open_stand(token_kind="admin")
    foreign = stand.meeting(hostEmail="host2@hybrid.example")["id"]
    run = stand.sandbox.happen(foreign, [{"do": "start", "at": "+0m"}, {"do": "end", "at": "+60m"}])[0]
    stand.sandbox.clock.set(END)
    assert ids(stand, meetingType="meeting") == [run.id]
    assert ids(stand, meetingType="meeting", hostEmail=stand.sandbox.host_email) == []


def test_nothing_is_listed_before_its_time_has_come(stand):
    meeting_id = stand.meeting()["id"]
    stand.sandbox.happen(meeting_id, [{"do": "start", "at": "+0m"}, {"do": "end", "at": "+90m"}])
    assert stand.sandbox.clock.now() - NOW < timedelta(minutes=1)
    assert ids(stand, meetingSeriesId=meeting_id, meetingType="meeting", **ALWAYS) == []
    assert stand.webex.get(f"meetings/{meeting_id}").json()["hostDidJoin"] is False


def test_unmodified_occurrences_are_no_modified_ones(stand):
    meeting_id = stand.meeting()["id"]
    occurrences = {"meetingSeriesId": meeting_id, "meetingType": "scheduledMeeting", **ALWAYS}
    assert ids(stand, **occurrences, isModified="true") == []
    assert len(ids(stand, **occurrences, isModified="false")) == 1


def test_the_delay_until_runs_are_seen_is_a_choice(open_stand):
    stand = open_stand(instance_lag_minutes=0)
    meeting_id = stand.meeting()["id"]
    stand.sandbox.clock.set(START)
    run = stand.sandbox.start_meeting(meeting_id)
    assert ids(stand, meetingSeriesId=meeting_id, meetingType="meeting") == [run.id]
