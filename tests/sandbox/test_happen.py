"""Letting a meeting happen, from Python."""

from __future__ import annotations

from datetime import timedelta

import pytest

from .conftest import START


@pytest.fixture
def meeting_id(stand):
    return stand.meeting()["id"]


def test_the_finer_calls_do_the_same_as_a_script(stand, meeting_id):
    box = stand.sandbox
    run = box.start_meeting(meeting_id, START)
    box.join(run, START + timedelta(minutes=5), email="ann@example.org", name="Ann")
    box.leave(run, START + timedelta(minutes=30), email="ann@example.org")
    box.join(run, START + timedelta(minutes=6), device="phone")
    box.end_meeting(run, START + timedelta(minutes=60))
    host, ann, caller = run.participants
    assert (host.host, ann.display_name, caller.email) == (True, "Ann", None)
    assert ann.devices[0].left == START + timedelta(minutes=30)
    assert caller.devices[0].left == host.devices[0].left == START + timedelta(minutes=60)


def test_one_device_can_leave_while_another_stays(stand, meeting_id):
    script = [
        {"do": "start", "at": "+0m"},
        {"do": "join", "at": "+1m", "email": "ann@example.org"},
        {"do": "join", "at": "+2m", "email": "ann@example.org", "device": "phone"},
        {"do": "leave", "at": "+3m", "email": "ann@example.org", "device": "phone"},
    ]
    (run,) = stand.sandbox.happen(meeting_id, script)
    assert [one.left for one in run.participants[1].devices] == [None, START + timedelta(minutes=3)]


def test_without_at_it_happens_now_and_a_number_finds_the_meeting_too(stand, meeting_id):
    number = stand.sandbox.meeting(meeting_id).number
    (run,) = stand.sandbox.happen(number, [{"do": "start", "without_host": True}])
    assert abs(run.started - stand.sandbox.clock.now()) < timedelta(seconds=5)
    assert run.participants == []
    with pytest.raises(KeyError):
        stand.sandbox.happen("unknown", [])


def test_invited_people_keep_their_role_and_name(stand):
    invitees = [{"email": "co@example.org", "displayName": "Co Host", "coHost": True}]
    meeting_id = stand.meeting(invitees=invitees)["id"]
    (run,) = stand.sandbox.happen(meeting_id, [{"do": "start"}, {"do": "join", "email": "co@example.org"}])
    co = run.participants[1]
    assert (co.display_name, co.co_host, co.invitee) == ("Co Host", True, True)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ([{"do": "join", "email": "a@b.example"}], "has not started"),
        ([{"do": "start"}, {"do": "start", "at": "+1m"}], "running already"),
        ([{"do": "start", "at": "+0m"}, {"do": "join", "at": "-1m"}], "before the start"),
        ([{"do": "start", "at": "+0m"}, {"do": "end", "at": "-1m"}], "after its start"),
        ([{"do": "start", "at": "+0m"}, {"do": "end", "at": "+1m"}, {"do": "end", "at": "+2m"}], "ends once"),
        ([{"do": "start", "at": "+0m"}, {"do": "join", "at": "+5m", "until": "+1m"}], "leave before joining"),
        ([{"do": "start"}, {"do": "leave", "email": "a@b.example"}], "not in the meeting"),
        ([{"do": "start"}, {"do": "join", "device": "fax"}], "unknown device"),
        ([{"do": "start"}, {"do": "join", "mail": "x"}], "unknown keys"),
        ([{"do": "start"}, {"do": "join", "link": "http://127.0.0.1/x"}], "does not belong"),
        ([{"do": "start", "at": "noon"}], "neither an instant"),
        ([{"do": "dance"}], "dance"),
    ],
)
def test_a_script_that_cannot_happen_names_the_step(stand, meeting_id, script, words):
    with pytest.raises(ValueError, match=words) as caught:
        stand.sandbox.happen(meeting_id, script)
    assert f"step {len(script)}" in str(caught.value)


def test_an_expired_join_link_lets_nobody_in(stand, meeting_id):
    body = {"meetingId": meeting_id, "email": "a@b.example", "joinDirectly": False}
    link = stand.webex.post("meetings/join", body).json()["joinLink"]
    with pytest.raises(ValueError, match="expired"):
        stand.sandbox.happen(
            meeting_id, [{"do": "start", "at": "+0m"}, {"do": "join", "at": "+0m", "link": link}]
        )


def test_at_can_be_an_instant(stand, meeting_id):
    (run,) = stand.sandbox.happen(meeting_id, [{"do": "start", "at": "2026-03-20T10:05:00+01:00"}])
    assert run.started == START + timedelta(minutes=5)
