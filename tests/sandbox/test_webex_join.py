"""POST /meetings/join and the pages behind its links."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests

from .conftest import END, START


def join(stand, meeting_id, email="ann@example.org", **more):
    body = {"meetingId": meeting_id, "email": email, "displayName": "Ann", "joinDirectly": False, **more}
    return stand.webex.post(
        "meetings/join", {name: value for name, value in body.items() if value is not ...}
    )


@pytest.fixture
def opened(stand):
    meeting_id = stand.open_meeting()
    stand.register(meeting_id)
    return meeting_id


def test_a_join_link_is_made_for_the_person_named_and_lives_an_hour(stand, opened):
    answer = join(stand, opened).json()
    assert answer["joinLink"].startswith(stand.sandbox.url)
    assert answer["expiration"] == "2026-03-02T10:00:00Z"
    assert answer["startLink"] != answer["joinLink"]
    assert join(stand, opened, expirationMinutes=5).json()["expiration"] == "2026-03-02T09:05:00Z"
    assert join(stand, opened).json()["joinLink"] != answer["joinLink"]


def test_by_default_the_answer_is_a_redirect(stand, opened):
    answer = join(stand, opened, joinDirectly=...)
    assert (answer.status_code, answer.text) == (302, "")
    assert answer.headers["Location"].startswith(stand.sandbox.url)


def test_it_takes_a_number_or_a_link_as_well(stand, opened):
    made = stand.webex.get(f"meetings/{opened}").json()
    assert join(stand, ..., meetingNumber=made["meetingNumber"]).status_code == 200
    assert join(stand, ..., webLink=made["webLink"]).status_code == 200
    assert join(stand, opened + "_20260320T090000Z").status_code == 200


def test_it_refuses(stand, refused, opened):
    refused(join(stand, ...), 400, "One of")
    refused(join(stand, "unknown"), 404)
    refused(join(stand, opened, email=...), 400, "'email' must be specified")
    refused(join(stand, opened, displayName="x" * 129), 400, "128")
    refused(join(stand, opened, email="nobody"), 400, "valid email")
    refused(join(stand, opened, expirationMinutes=0), 400, "between 1 and 60")
    refused(join(stand, opened, expirationMinutes=61), 400, "between 1 and 60")
    refused(join(stand, opened, expirationMinutes="60"), 400, "number")
    refused(join(stand, opened, firstName="Ann"), 400, "not a known property")
    run = stand.sandbox.happen(opened, [{"do": "start", "at": "+0m"}, {"do": "end", "at": "+60m"}])[0]
    refused(join(stand, run.id), 400, "instance")
    stand.sandbox.clock.set(END)
    refused(join(stand, opened), 400, "ended")


def test_with_registration_on_only_approved_registrants_get_a_link(stand, refused):
    meeting_id = stand.open_meeting(registration={"autoAcceptRequest": False})
    refused(join(stand, meeting_id), 403, "Registration is required")
    person = stand.register(meeting_id)
    refused(join(stand, meeting_id), 403, "Registration is required")
    body = {"sendEmail": False, "registrants": [{"id": person["id"]}]}
    stand.webex.post(f"meetings/{meeting_id}/registrants/approve", body)
    assert join(stand, meeting_id, "ANN@example.org").status_code == 200
    stand.webex.delete(f"meetings/{meeting_id}/registrants/{person['id']}")
    refused(join(stand, meeting_id), 403)
    assert join(stand, meeting_id, stand.sandbox.host_email).status_code == 200


def test_anybody_gets_one_where_the_option_or_the_meeting_says_so(open_stand):
    stand = open_stand(join_requires_registration=False)
    assert join(stand, stand.open_meeting()).status_code == 200
    assert join(stand, stand.meeting()["id"]).status_code == 200


def test_without_a_person_the_callers_own_identity_is_used(stand):
    meeting_id = stand.meeting()["id"]
    stand.sandbox.clock.set(START)
    run = stand.sandbox.start_meeting(meeting_id, with_host=False)
    link = join(stand, meeting_id, email=..., displayName=...).json()["joinLink"]
    requests.get(link, timeout=60)
    assert [one.email for one in run.participants] == [stand.sandbox.host_email]


def test_a_caller_who_is_not_invited_needs_the_password(open_stand, refused):
    stand = open_stand(token_kind="admin")
    made = stand.meeting(hostEmail="host2@hybrid.example")
    refused(join(stand, made["id"]), 403, "password")
    refused(join(stand, made["id"], password="Wrong1"), 403, "password")
    answer = join(stand, made["id"], password=made["password"]).json()
    assert "startLink" not in answer
    assert join(stand, made["id"], hostEmail="host2@hybrid.example").status_code == 200


def test_a_service_app_must_name_the_host_and_cannot_for_webinars(open_stand, refused):
    stand = open_stand(token_kind="service_app")
    host = {"hostEmail": stand.sandbox.host_email}
    refused(stand.webex.post("meetings", stand.fields()), 403, "hostEmail")
    meeting = stand.meeting(**host)
    refused(join(stand, meeting["id"]), 403, "hostEmail")
    assert join(stand, meeting["id"], **host).status_code == 200
    webinar = stand.meeting(scheduledType="webinar", **host)
    refused(join(stand, webinar["id"], **host), 400, "not webinars")
    assert stand.webex.get("people/me").json()["type"] == "appuser"


def test_a_webinar_gives_no_link_before_its_window(stand, refused):
    meeting_id = stand.open_meeting(scheduledType="webinar", joinBeforeHostMinutes=15)
    stand.register(meeting_id)
    refused(join(stand, meeting_id), 400, "not available yet")
    stand.sandbox.clock.set(START - timedelta(minutes=15))
    assert join(stand, meeting_id).status_code == 200


def test_a_webinar_with_registration_ids_asks_for_one(open_stand, refused):
    stand = open_stand(registration_ids=True)
    meeting_id = stand.open_meeting(scheduledType="webinar")
    stand.register(meeting_id)
    stand.sandbox.clock.set(START)
    refused(join(stand, meeting_id), 400, "registrationId")
    known = stand.registrants(meeting_id)[0]["registrationId"]
    assert join(stand, meeting_id, registrationId=known).status_code == 200


def test_the_web_link_can_stand_in_for_both_links(stand, opened):
    web_link = stand.webex.get(f"meetings/{opened}").json()["webLink"]
    answer = join(stand, opened, createJoinLinkAsWebLink=True, createStartLinkAsWebLink=True).json()
    assert answer == {"joinLink": web_link, "startLink": web_link}
    assert "expiration" in join(stand, opened, createJoinLinkAsWebLink=True).json()


def test_opening_the_link_while_the_meeting_runs_makes_the_person_a_participant(stand, opened):
    stand.sandbox.clock.set(START)
    run = stand.sandbox.start_meeting(opened)
    page = requests.get(join(stand, opened).json()["joinLink"], timeout=60)
    assert "You have joined as Ann" in page.text
    assert [(one.email, one.display_name) for one in run.participants[1:]] == [("ann@example.org", "Ann")]


def test_before_the_start_it_says_so_and_after_an_hour_it_has_expired(stand, opened):
    link = join(stand, opened).json()["joinLink"]
    assert "Wait for the host" in requests.get(link, timeout=60).text
    stand.sandbox.clock.advance(3601)
    assert requests.get(link, timeout=60).status_code == 410
    assert requests.get(link + "x", timeout=60).status_code == 404


def test_the_start_link_starts_the_meeting(stand, opened):
    stand.sandbox.clock.set(START)
    requests.get(join(stand, opened).json()["startLink"], timeout=60)
    (run,) = stand.sandbox.meeting(opened).instances
    assert [one.host for one in run.participants] == [True]


def test_with_join_before_host_the_first_guest_starts_it_some_minutes_early(stand):
    meeting_id = stand.meeting(enabledJoinBeforeHost=True, joinBeforeHostMinutes=10)["id"]
    stand.sandbox.clock.set(START - timedelta(minutes=11))
    link = join(stand, meeting_id).json()["joinLink"]
    assert "Wait" in requests.get(link, timeout=60).text
    stand.sandbox.clock.set(START - timedelta(minutes=9))
    assert "joined as Ann" in requests.get(link, timeout=60).text


def test_links_can_lead_to_a_sign_in_page_instead(open_stand):
    stand = open_stand(forced_sign_in=True)
    meeting_id = stand.meeting()["id"]
    stand.sandbox.clock.set(START)
    run = stand.sandbox.start_meeting(meeting_id)
    assert "Sign in" in requests.get(join(stand, meeting_id).json()["joinLink"], timeout=60).text
    assert len(run.participants) == 1


@pytest.mark.parametrize(
    ("option", "ending"), [("given", "ann@example.org"), ("guest", "@guest.webex.localhost")]
)
def test_which_address_attendance_shows_for_a_join_link_is_a_choice(open_stand, option, ending):
    stand = open_stand(link_join_email=option)
    meeting_id = stand.meeting()["id"]
    stand.sandbox.clock.set(START)
    run = stand.sandbox.start_meeting(meeting_id)
    stand.sandbox.join(run, link=join(stand, meeting_id).json()["joinLink"])
    assert run.participants[-1].email.endswith(ending)
    assert run.participants[-1].display_name == "Ann"


def test_the_meetings_own_page_and_the_register_page_are_there(stand, opened):
    made = stand.webex.get(f"meetings/{opened}").json()
    for name in ("webLink", "registerLink"):
        assert requests.get(made[name], timeout=60).status_code == 200
    assert requests.get(made["webLink"] + "x", timeout=60).status_code == 404
    assert requests.post(made["webLink"], timeout=60).status_code == 405


def test_panelists_join_without_registering(stand):
    invitees = [{"email": "speaker@example.org", "panelist": True}]
    meeting_id = stand.open_meeting(scheduledType="webinar", invitees=invitees)
    stand.sandbox.clock.set(START)
    assert join(stand, meeting_id, "speaker@example.org").status_code == 200
