"""Webinars: session types, invitation sources, interpretation channels, and what excludes what."""

from __future__ import annotations

import pytest


def sources(stand, meeting_id, *ids):
    items = [{"sourceId": one, "sourceEmail": f"{one}@example.org"} for one in ids]
    return stand.webex.post(f"meetings/{meeting_id}/invitationSources", {"items": items})


def webinar(stand, **changes):
    return stand.meeting(scheduledType="webinar", **changes)["id"]


def test_sources_have_links_that_stay_and_lead_to_the_form_where_registration_is_on(stand):
    closed, opened = webinar(stand, registration={"autoAcceptRequest": True}), webinar(stand)
    [form] = sources(stand, closed, "ann").json()["items"]
    assert set(form) == {"id", "sourceId", "sourceEmail", "registerLink"}
    [own] = sources(stand, opened, "ann").json()["items"]
    assert set(own) == {"id", "sourceId", "sourceEmail", "joinLink"}
    stand.sandbox.clock.advance(3 * 24 * 3600)
    assert stand.webex.get(f"meetings/{opened}/invitationSources").json()["items"] == [own]
    assert stand.webex.get(own["joinLink"]).status_code == 200


@pytest.mark.parametrize(("twice", "status"), [("refuse", 409), ("return", 200)])
def test_a_source_that_is_there_is_refused_or_answered_again(open_stand, twice, status):
    stand = open_stand(source_twice=twice)
    meeting_id = webinar(stand)
    sources(stand, meeting_id, "ann")
    assert sources(stand, meeting_id, "ann", "ben").status_code == status
    held = stand.sandbox.meeting(meeting_id).sources
    assert set(held) == ({"ann", "ben"} if status == 200 else {"ann"})


def test_sources_belong_to_webinars_and_come_in_bounded_numbers(open_stand, refused):
    stand = open_stand(sources_per_call=2)
    refused(sources(stand, stand.meeting()["id"], "ann"), 400, "webinars only")
    meeting_id = webinar(stand)
    refused(sources(stand, meeting_id), 400, "1 to 2")
    refused(sources(stand, meeting_id, "a", "b", "c"), 400, "1 to 2")
    bad = {"items": [{"sourceId": "a", "sourceEmail": "nobody"}]}
    refused(stand.webex.post(f"meetings/{meeting_id}/invitationSources", bad), 400, "sourceEmail")


def test_the_host_of_a_list_of_sources_stands_in_a_header(open_stand):
    stand = open_stand(token_kind="admin")
    meeting_id = webinar(stand, hostEmail="host2@hybrid.example")
    path = f"meetings/{meeting_id}/invitationSources"
    assert stand.webex.get(path).status_code == 404
    assert stand.webex.get(path, headers={"hostEmail": "host2@hybrid.example"}).status_code == 200
    assert stand.webex.get(path, params={"hostEmail": "host2@hybrid.example"}).status_code == 400


def test_whoever_follows_a_sources_link_is_told_by_its_mark(stand):
    meeting_id = webinar(stand)
    [own] = sources(stand, meeting_id, "ann").json()["items"]
    script = [
        {"do": "start", "at": "+0m"},
        {"do": "join", "at": "+1m", "link": own["joinLink"], "email": "x@elsewhere.example", "name": "X"},
        {"do": "end", "at": "+60m"},
    ]
    [run] = stand.sandbox.happen(meeting_id, script)
    stand.sandbox.clock.set(run.ended)
    stand.sandbox.clock.advance(16 * 60)
    rows = stand.webex.get("meetingParticipants", params={"meetingId": run.id}).json()["items"]
    assert {row["email"]: row.get("sourceId") for row in rows} == {
        stand.sandbox.host_email: None,
        "x@elsewhere.example": "ann",
    }


@pytest.mark.parametrize("changes", [True, False])
def test_a_moved_webinar_keeps_the_links_of_its_sources_or_changes_them(open_stand, changes):
    stand = open_stand(reschedule_changes_links=changes)
    meeting_id = webinar(stand)
    before = sources(stand, meeting_id, "ann").json()["items"]
    body = {"start": "2026-03-21T10:00:00+01:00", "end": "2026-03-21T12:00:00+01:00", "sendEmail": False}
    assert stand.webex.patch(f"meetings/{meeting_id}", body).status_code == 200
    after = stand.webex.get(f"meetings/{meeting_id}/invitationSources").json()["items"]
    assert (before != after) is changes


def test_the_licence_decides_on_webinars_and_their_session_types(open_stand, refused):
    stand = open_stand(webinar_licence=False)
    types = stand.webex.get("meetings/sessionTypes").json()["items"]
    assert {one["type"] for one in types} == {"meeting"}
    refused(stand.webex.post("meetings", stand.fields(scheduledType="webinar")), 403, "license")
    licensed = open_stand()
    assert {one["type"] for one in licensed.webex.get("meetings/sessionTypes").json()["items"]} == {
        "meeting",
        "webinar",
    }
    wrong = licensed.fields(scheduledType="webinar", sessionTypeId=3)
    refused(licensed.webex.post("meetings", wrong), 400, "sessionTypeId")
    refused(licensed.webex.get("meetings/sessionTypes", params={"siteUrl": "wrong.example"}), 400, "site")


def test_interpretation_takes_pairs_of_codes_and_no_breakout_sessions(stand, refused):
    pair = {"languageCode1": "en", "languageCode2": "fr"}
    wanted = {"enabled": True, "interpreters": [pair, {**pair, "languageCode2": "nl"}]}
    told = stand.meeting(simultaneousInterpretation=wanted)["simultaneousInterpretation"]
    assert [one["languageCode2"] for one in told["interpreters"]] == ["fr", "nl"]
    assert all(one["id"] for one in told["interpreters"])
    for body, words in [
        ({"simultaneousInterpretation": wanted, "enabledBreakoutSessions": True}, "exclude"),
        ({"simultaneousInterpretation": {"enabled": False, "interpreters": [pair]}}, "disabled"),
        ({"simultaneousInterpretation": {"enabled": True, "interpreters": [{**pair, "languageCode1": "eng"}]}}, "ISO"),
        (
            {"simultaneousInterpretation": {"enabled": True, "interpreters": [{**pair, "email": "a@b.example"}] * 2}},
            "more than one",
        ),
    ]:  # fmt: skip
        refused(stand.webex.post("meetings", stand.fields(**body)), 400, words)


def test_a_converged_site_may_ignore_more_than_the_documented_attributes(open_stand):
    stand = open_stand(
        converged_site=True, converged_also_ignores=("enabledChat", "enabledAutoRecordMeeting")
    )
    body = stand.fields(meetingOptions={"enabledChat": False}, enabledAutoRecordMeeting=True)
    answer = stand.webex.post("meetings", body)
    assert "1001" in answer.headers["Warning"]
    assert "enabledAutoRecordMeeting, enabledChat" in answer.headers["Warning"]
    assert answer.json()["meetingOptions"]["enabledChat"] is True
    assert answer.json()["enabledAutoRecordMeeting"] is False


def test_every_change_can_be_refused_as_of_a_calendar_connectors_meeting(open_stand, refused):
    stand = open_stand(update_refused="It cannot be updated.")
    meeting_id = stand.meeting()["id"]
    refused(stand.webex.patch(f"meetings/{meeting_id}", {"title": "B", "sendEmail": False}), 400, "updated")
