"""The way in under /_sandbox/, for a person or another process."""

from __future__ import annotations

import smtplib

import pytest

from .conftest import END
from .test_graph_events import body as event_body


def test_the_page_shows_what_the_sandbox_holds_and_loads_nothing_from_outside(stand):
    meeting_id = stand.open_meeting(title="Open <data> day", sendEmail=True)
    stand.register(meeting_id)
    stand.sandbox.happen(meeting_id, [{"do": "start"}, {"do": "join", "email": "ann@example.org"}])
    stand.control.post("faults", {"status": 503, "path": "/v1/people/*"})
    with smtplib.SMTP(stand.sandbox.smtp_host, stand.sandbox.smtp_port) as client:
        client.sendmail("a@b.example", "c@d.example", "Subject: Greetings\r\n\r\nHello")
    page = stand.control.get("")
    assert page.headers["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    for text in (
        "Open &lt;data&gt; day", "Ann Peeters", "ann@example.org", "meeting_scheduled", "Greetings", "/v1/meetings",
        '<html lang="en">', "<caption>", 'scope="col"', "/v1/people/*",
    ):  # fmt: skip
        assert text in page.text
    assert "<script" not in page.text
    assert "src=" not in page.text


def test_an_empty_page_says_so(stand):
    assert "No meetings yet." in stand.control.get("").text


def test_the_state_is_plain_json_without_join_links_or_passwords(stand):
    made = stand.meeting(integrationTags=["event-7"], registration={"autoAcceptRequest": True})
    stand.register(made["id"])
    stand.sandbox.happen(made["id"], [{"do": "start"}, {"do": "join", "device": "phone"}])
    stand.graph.post(f"users/{stand.sandbox.mailbox}/events", event_body(subject="Desk"))
    answer = stand.control.get("state")
    (meeting,) = answer.json()["meetings"]
    assert [one["subject"] for one in answer.json()["events"]] == ["Desk"]
    assert (meeting["tags"], meeting["registrants"][0]["email"]) == (["event-7"], "ann@example.org")
    assert meeting["instances"][0]["participants"][1]["stays"][0]["audio"] == "pstn"
    assert made["password"] not in answer.text
    assert set(answer.json()) == {"now", "meetings", "events", "webex_mails", "graph_mails", "faults"}


def test_calls_and_mails_can_be_read(stand):
    stand.meeting(sendEmail=True)
    assert stand.control.get("calls").json()["calls"][0]["route"] == "/v1/meetings"
    with smtplib.SMTP(stand.sandbox.smtp_host, stand.sandbox.smtp_port) as client:
        client.sendmail("a@b.example", "c@d.example", "Subject: Hi\r\n\r\nHello")
    mails = stand.control.get("mails").json()
    assert (mails["counts"]["other"], mails["webex_counts"]) == (1, {"meeting_scheduled": 1})
    assert mails["messages"][0]["content"].endswith("Hello\r\n")


def test_the_clock_can_be_set_moved_and_set_free(stand):
    assert (
        stand.control.post("clock", {"set": "2026-03-20T10:00:00+01:00"}).json()["now"]
        == "2026-03-20T09:00:00Z"
    )
    assert stand.control.post("clock", {"advance": 90}).json()["now"] == "2026-03-20T09:01:30Z"
    assert stand.control.post("clock", {"reset": True}).json()["now"] > "2026"
    for wrong in ({}, {"set": "noon"}, {"set": 5}, {"advance": "90"}, {"to": "x"}):
        assert stand.control.post("clock", wrong).status_code == 400


def test_faults_can_be_switched_on_and_off(stand):
    answer = stand.control.post("faults", {"method": "GET", "path": "/v1/*", "status": 503, "times": None})
    assert (answer.status_code, answer.json()["status"]) == (201, 503)
    assert stand.webex.get("people/me").status_code == 503
    assert stand.control.get("state").json()["faults"][0]["hits"] == 1
    assert stand.control.delete("faults").status_code == 204
    assert stand.webex.get("people/me").status_code == 200
    for wrong in ({"statsu": 503}, {}, {"drop": "sideways"}):
        assert stand.control.post("faults", wrong).status_code == 400


def test_a_meeting_can_be_let_happen_and_the_clock_follows(stand):
    meeting_id = stand.open_meeting()
    stand.register(meeting_id)
    script = [
        {"do": "start", "at": "+0m"},
        {"do": "join", "at": "+5m", "email": "ann@example.org"},
        {"do": "end", "at": "+120m"},
    ]
    answer = stand.control.post("happen", {"meeting": meeting_id, "script": script, "advance": True}).json()
    assert answer["now"] == "2026-03-20T11:00:00Z"
    assert stand.sandbox.clock.now() >= END
    assert answer["instances"] == [one.id for one in stand.sandbox.meeting(meeting_id).instances]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"meeting": "unknown", "script": []}, 404),
        ({"meeting": None, "script": "start"}, 400),
        ({"meeting": None, "script": ["start"]}, 400),
        ({"meeting": None, "script": [{"do": "join"}]}, 400),
        ({"meeting": None, "script": [], "then": 1}, 400),
    ],
)
def test_a_wrong_script_is_refused_with_words(stand, body, status):
    meeting_id = stand.meeting()["id"]
    answer = stand.control.post("happen", {**body, "meeting": body["meeting"] or meeting_id})
    assert (answer.status_code, bool(answer.json()["message"])) == (status, True)


def test_a_reset_forgets_everything(stand):
    stand.meeting()
    stand.control.post("faults", {"status": 503, "times": None})
    assert stand.control.post("reset").status_code == 204
    state = stand.control.get("state").json()
    assert (state["meetings"], state["faults"], stand.sandbox.calls) == ([], [], [])
    assert stand.webex.get("people/me").status_code == 200


def test_wrong_control_calls_are_refused(stand):
    assert stand.control.get("nothing").status_code == 404
    assert stand.control.get("reset").status_code == 405
    headers = {"Content-Type": "application/json"}
    assert stand.control("POST", "clock", data="{", headers=headers).status_code == 400
    assert stand.control("POST", "clock", data="[]", headers=headers).status_code == 400


def test_control_calls_are_not_recorded_and_not_spoilt(stand):
    stand.control.post("faults", {"status": 503, "times": None})
    assert stand.control.get("state").status_code == 200
    assert stand.sandbox.calls == []
