"""Faults by rule, seen from the other end of a real socket."""

from __future__ import annotations

import time

import pytest
import requests

from hybrid_sync.sandbox import Fault


def test_dropped_before_has_no_effect_and_dropped_after_has_it(stand):
    for when, held in (("before", 0), ("after", 1)):
        stand.sandbox.faults.add(Fault(method="POST", path="/v1/meetings", drop=when))
        with pytest.raises(requests.ConnectionError):
            stand.webex.post("meetings", stand.fields())
        assert len(stand.sandbox.state.meetings) == held
    stand.meeting()  # the rules are used up


def test_a_status_without_effect_and_one_with_it(stand, refused):
    for effect, held in ((False, 0), (True, 1)):
        stand.sandbox.faults.add(Fault(method="POST", path="/v1/meetings", status=504, effect=effect))
        refused(stand.webex.post("meetings", stand.fields()), 504)
        assert len(stand.sandbox.state.meetings) == held


def test_a_rule_counts_skips_and_matches_by_glob(stand):
    meeting_id = stand.open_meeting()
    fault = stand.sandbox.faults.add(
        Fault(method="POST", path="/v1/meetings/*/registrants*", times=2, skip=1, status=503, retry_after=7)
    )
    url = f"meetings/{meeting_id}/registrants"
    statuses = [stand.webex.post(url, stand.person(f"p{n}@example.org")).status_code for n in range(4)]
    assert statuses == [200, 503, 503, 200]
    assert stand.sandbox.faults.hits(fault) == 2
    assert stand.webex.get(url).status_code == 200


def test_too_many_requests_comes_as_a_page_with_the_seconds_to_wait(stand):
    stand.sandbox.faults.add(Fault(path="/v1/*", status=429, retry_after=3600))
    answer = stand.webex.get("people/me")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")
    assert answer.headers["Content-Type"] == "text/html"
    stand.sandbox.faults.add(Fault(path="/graph/*", status=429))
    answer = stand.graph.get(f"users/{stand.sandbox.mailbox}/events")
    assert (answer.json()["error"]["code"], "Retry-After" in answer.headers) == (
        "ApplicationThrottled",
        False,
    )


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_slow_answer_takes_effect_before_or_after_the_wait(stand, when):
    stand.sandbox.faults.add(Fault(method="POST", path="/v1/meetings", delay=3, delay_at=when))
    url, body = stand.sandbox.webex_url + "meetings", stand.fields()
    with pytest.raises(requests.ReadTimeout):
        requests.post(url, json=body, headers=dict(stand.webex.session.headers), timeout=1)
    assert len(stand.sandbox.state.meetings) == (1 if when == "after" else 0)
    for _ in range(6000):
        if stand.sandbox.state.meetings:
            break
        time.sleep(0.01)
    assert len(stand.sandbox.state.meetings) == 1


def test_a_body_can_be_a_page_break_off_or_be_cut_in_half(stand):
    stand.sandbox.faults.add(Fault(path="/v1/people/me", body="html"))
    assert "<html>" in stand.webex.get("people/me").text
    stand.sandbox.faults.add(Fault(path="/v1/people/me", body="truncated"))
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        stand.webex.get("people/me")
    stand.sandbox.faults.add(Fault(path="/v1/people/me", body="halved"))
    answer = stand.webex.get("people/me")
    assert answer.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    stand.sandbox.faults.add(Fault(path="/v1/people/me", status=502, body="html"))
    answer = stand.webex.get("people/me")
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html")


def test_rules_can_be_cleared(stand):
    stand.sandbox.faults.add(Fault(status=500, times=None))
    assert stand.webex.get("people/me").status_code == 500
    assert stand.webex.get("people/me").status_code == 500
    stand.sandbox.faults.clear()
    assert stand.webex.get("people/me").status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"drop": "during"},
        {"drop": "before", "status": 500},
        {"body": "xml"},
        {"status": 0},
        {"delay": 1, "delay_at": "never"},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match=r"fault|drop|delay"):
        Fault(**wrong)


def test_calls_are_recorded_with_route_and_outcome(stand):
    meeting_id = stand.meeting()["id"]
    stand.sandbox.faults.add(Fault(method="DELETE", drop="before"))
    with pytest.raises(requests.ConnectionError):
        stand.webex.delete(f"meetings/{meeting_id}")
    stand.webex.get(f"meetings/{meeting_id}")
    stand.webex.get("nowhere")
    calls = [(one.method, one.route, one.status, one.writing, one.fault) for one in stand.sandbox.calls]
    assert calls == [
        ("POST", "/v1/meetings", 200, True, False),
        ("DELETE", "/v1/meetings/{meetingId}", None, True, True),
        ("GET", "/v1/meetings/{meetingId}", 200, False, False),
        ("GET", "/v1/nowhere", 404, False, False),
    ]
    assert len(stand.sandbox.writes()) == 2


def test_asking_for_a_join_link_or_a_token_is_no_writing_call(stand):
    stand.webex.post("meetings/join", {"meetingId": "x"})
    requests.post(stand.sandbox.webex_url + "access_token", data={}, timeout=60)
    assert stand.sandbox.writes() == []
