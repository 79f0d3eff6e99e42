"""Webhooks of the sandbox: what may be asked for, what is delivered, and how one is lost (webex.md 5)."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from .conftest import NOW, Stand, _refused
from .receiver import Receiver, receiving

SECRET = "a-secret-for-webhooks"
PAIRS = [
    ("meetings", "started"), ("meetings", "ended"), ("meetingParticipants", "joined"), ("meetingParticipants", "left"),
]  # fmt: skip


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def hook(url: str, resource: str = "meetings", event: str = "started", **changes: Any) -> dict[str, Any]:
    body = {
        "name": f"{resource} {event}",
        "targetUrl": url,
        "resource": resource,
        "event": event,
        "secret": SECRET,
    }
    return {name: value for name, value in {**body, **changes}.items() if value is not ...}


def install(stand: Stand, url: str, *more: Any, **changes: Any) -> dict[str, Any]:
    answer = stand.webex.post("webhooks", hook(url, *more, **changes))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def install_all(stand: Stand, url: str) -> None:
    for resource, event in PAIRS:
        install(stand, url, resource, event)


def run(stand: Stand, meeting_id: str) -> str:
    """Somebody comes, goes, and it is over; the instance's id."""
    script = [
        {"do": "start", "at": "+0m"}, {"do": "join", "at": "+1m", "email": "ann@example.org"},
        {"do": "leave", "at": "+30m", "email": "ann@example.org"}, {"do": "end", "at": "+60m"},
    ]  # fmt: skip
    [instance] = stand.sandbox.happen(meeting_id, script)
    return instance.id


def told(receiver: Receiver) -> list[tuple[str, str]]:
    bodies = [json.loads(body) for body, _ in receiver.received]
    return [(body["resource"], body["event"]) for body in bodies]


def test_a_webhook_is_made_read_changed_and_deleted(stand: Stand) -> None:
    made = install(stand, "https://events.example.org/hook")
    assert (made["status"], made["ownedBy"], made["secret"]) == ("active", "creator", SECRET)
    assert stand.webex.get("webhooks").json() == {"items": [made]}
    change = {"name": "other", "targetUrl": "https://other.example.org/hook", "secret": "new"}
    changed = stand.webex.put(f"webhooks/{made['id']}", change).json()
    assert changed == {**made, **change}
    assert stand.webex.get(f"webhooks/{made['id']}").json() == changed
    assert stand.webex.delete(f"webhooks/{made['id']}").status_code == 204
    _refused(stand.webex.get(f"webhooks/{made['id']}"), 404)
    _refused(stand.webex.delete(f"webhooks/{made['id']}"), 404)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"name": ...}, "'name' is required"),
        ({"name": " "}, "'name' must not be empty"),
        ({"event": "admitted"}, "'event' must be one of"),
        ({"event": "all"}, "'event' must be one of"),
        ({"event": "joined"}, "not supported for the resource 'meetings'"),
        ({"resource": "meetingRegistrants"}, "'resource' must be one of"),
        ({"targetUrl": "events.example.org"}, "not a valid URL"),
        ({"targetUrl": "http://events.example.org/"}, "https"),
        ({"filter": "title=x"}, "filter 'title=x' is not supported"),
        ({"filter": "hostEmail=host@hybrid.example"}, "ownedBy"),
        ({"ownedBy": "me"}, "'ownedBy' must be"),
        ({"colour": "red"}, "'colour' is not a known property"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(stand: Stand, changes: dict[str, Any], word: str) -> None:
    body = hook("https://events.example.org/hook", **{"secret": SECRET, **changes})
    _refused(stand.webex.post("webhooks", body), 400, word)
    assert stand.webex.get("webhooks").json()["items"] == []


def test_put_wants_name_and_address_and_cannot_switch_one_off(stand: Stand) -> None:
    made = install(stand, "https://events.example.org/hook")
    path = f"webhooks/{made['id']}"
    _refused(
        stand.webex.put(path, {"status": "active"}), 400, "'name' is required", "'targetUrl' is required"
    )
    body = {"name": "n", "targetUrl": made["targetUrl"], "status": "inactive"}
    _refused(stand.webex.put(path, body), 400, "'status' must be one of active")


def test_webhooks_of_the_organisation_need_an_administrator_and_come_once_per_filter(open_stand: Any) -> None:
    url = "https://events.example.org/hook"
    user = open_stand()
    _refused(user.webex.post("webhooks", hook(url, ownedBy="org")), 403)
    _refused(user.webex.get("webhooks", params={"ownedBy": "org"}), 403)
    admin = open_stand(token_kind="admin")
    wide = install(admin, url, ownedBy="org", filter="hostEmail=host2@hybrid.example")
    assert admin.webex.get("webhooks").json()["items"] == []
    assert admin.webex.get("webhooks", params={"ownedBy": "org"}).json()["items"] == [wide]
    again = hook(url, ownedBy="org", filter="hostEmail=host2@hybrid.example")
    _refused(admin.webex.post("webhooks", again), 409)


def test_a_meeting_that_happens_is_told_with_a_signature_over_the_very_bytes(
    stand: Stand, receiver: Receiver
) -> None:
    meeting_id = stand.open_meeting()
    install_all(stand, receiver.url)
    instance = run(stand, meeting_id)
    stand.sandbox.deliver_webhooks()
    assert receiver.received == []  # the script lies ahead: nothing has happened yet
    stand.sandbox.clock.set(NOW + timedelta(days=30))
    stand.sandbox.deliver_webhooks()
    assert told(receiver) == [
        ("meetings", "started"), ("meetingParticipants", "joined"), ("meetingParticipants", "joined"),
        ("meetingParticipants", "left"), ("meetings", "ended"), ("meetingParticipants", "left"),
    ]  # fmt: skip
    for body, signature in receiver.received:
        assert signature == hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()
        data = json.loads(body)["data"]
        assert instance in (data["id"], data.get("meetingId"))
        assert "meetingSeriesId" not in data
    stand.sandbox.deliver_webhooks()
    assert len(receiver.received) == 6


def test_the_thread_delivers_by_itself_and_the_control_shows_it(stand: Stand, receiver: Receiver) -> None:
    meeting_id = stand.open_meeting()
    install(stand, receiver.url)
    stand.sandbox.start_meeting(meeting_id)
    for _ in range(6000):
        shown = stand.control.get("webhooks").json()
        if shown["deliveries"]:
            break
        time.sleep(0.01)
    [delivery] = shown["deliveries"]
    assert (delivery["event"], delivery["status"], delivery["body"]["data"]["state"]) == (
        "started",
        200,
        "inProgress",
    )
    assert [one["status"] for one in shown["webhooks"]] == ["active"]


def test_news_is_ahead_of_what_can_be_read(stand: Stand, receiver: Receiver) -> None:
    meeting_id = stand.open_meeting()
    install(stand, receiver.url)
    stand.sandbox.start_meeting(meeting_id)
    stand.sandbox.deliver_webhooks()
    [(body, _)] = receiver.received
    _refused(stand.webex.get(f"meetings/{json.loads(body)['data']['id']}"), 404)


@pytest.mark.parametrize(("names", "known"), [(False, False), (True, True)])
def test_whether_news_names_the_series_is_an_option(
    open_stand: Any, receiver: Receiver, names: bool, known: bool
) -> None:
    stand = open_stand(webhook_names_series=names)
    meeting_id = stand.open_meeting()
    install(stand, receiver.url)
    stand.sandbox.start_meeting(meeting_id)
    stand.sandbox.deliver_webhooks()
    data = json.loads(receiver.received[0][0])["data"]
    assert (data.get("meetingSeriesId") == meeting_id) is known


def test_deliveries_can_be_doubled_late_and_out_of_order(open_stand: Any, receiver: Receiver) -> None:
    stand = open_stand(webhook_copies=2, webhook_delay_seconds=60, webhook_order="reversed")
    meeting_id = stand.open_meeting()
    install(stand, receiver.url, "meetings", "started")
    install(stand, receiver.url, "meetings", "ended")
    instance = stand.sandbox.start_meeting(meeting_id)
    stand.sandbox.clock.advance(5)
    stand.sandbox.end_meeting(instance)
    stand.sandbox.deliver_webhooks()
    assert receiver.received == []
    stand.sandbox.clock.advance(61)
    stand.sandbox.deliver_webhooks()
    assert told(receiver) == [("meetings", "ended")] * 2 + [("meetings", "started")] * 2
    assert len(set(receiver.received)) == 2


def test_what_went_before_the_first_webhook_is_not_told(stand: Stand, receiver: Receiver) -> None:
    instance = stand.sandbox.start_meeting(stand.open_meeting())
    install(stand, receiver.url, "meetings", "started")
    install(stand, receiver.url, "meetings", "ended")
    stand.sandbox.deliver_webhooks()
    stand.sandbox.clock.advance(5)
    stand.sandbox.end_meeting(instance)
    stand.sandbox.deliver_webhooks()
    assert told(receiver) == [("meetings", "ended")]


def test_a_personal_webhook_is_told_of_own_meetings_only_and_a_filter_narrows(
    open_stand: Any, receiver: Receiver
) -> None:
    stand = open_stand(token_kind="admin")
    theirs = stand.open_meeting(hostEmail="host2@hybrid.example")
    install(stand, receiver.url, name="mine")
    install(stand, receiver.url, name="theirs", ownedBy="org", filter="hostEmail=host2@hybrid.example")
    stand.sandbox.start_meeting(stand.open_meeting())
    stand.sandbox.start_meeting(theirs)
    stand.sandbox.deliver_webhooks()
    heard = {
        (json.loads(body)["name"], json.loads(body)["data"]["hostEmail"]) for body, _ in receiver.received
    }
    assert heard == {("mine", "host@hybrid.example"), ("theirs", "host2@hybrid.example")}


def fail(stand: Stand, times: int) -> None:
    """So many meetings start, and nobody wants to hear of it."""
    for _ in range(times):
        meeting = stand.sandbox.meeting(stand.open_meeting())
        stand.sandbox.start_meeting(meeting.id, with_host=False)
    stand.sandbox.deliver_webhooks()


def status(stand: Stand) -> str:
    [one] = stand.webex.get("webhooks").json()["items"]
    return str(one["status"])


def test_a_hundred_failures_within_five_minutes_disable_it_and_ninety_nine_do_not(
    open_stand: Any, receiver: Receiver
) -> None:
    stand = open_stand(meetings_per_day=1000)
    made = install(stand, receiver.url)
    receiver.status = 500
    fail(stand, 99)
    assert status(stand) == "active"
    stand.sandbox.clock.advance(301)
    fail(stand, 99)
    assert status(stand) == "active"  # the others were too long ago
    fail(stand, 1)
    assert status(stand) == "inactive"
    receiver.status = 200
    before = len(receiver.received)
    fail(stand, 1)
    assert len(receiver.received) == before  # a disabled one is told nothing
    put = {"name": made["name"], "targetUrl": made["targetUrl"], "status": "active"}
    assert stand.webex.put(f"webhooks/{made['id']}", put).json()["status"] == "active"
    fail(stand, 1)
    assert len(receiver.received) == before + 1  # and what it missed stays missed


@pytest.mark.parametrize(("seconds", "after"), [(10, "inactive"), (301, "active")])
def test_one_failure_within_five_minutes_of_its_return_disables_it_again(
    open_stand: Any, receiver: Receiver, seconds: int, after: str
) -> None:
    stand = open_stand(meetings_per_day=1000)
    made = install(stand, receiver.url)
    receiver.status = 401
    fail(stand, 100)
    put = {"name": made["name"], "targetUrl": made["targetUrl"], "status": "active"}
    stand.webex.put(f"webhooks/{made['id']}", put)
    stand.sandbox.clock.advance(seconds)
    fail(stand, 1)
    assert status(stand) == after


@pytest.mark.parametrize(("retries", "calls"), [(0, 1), (2, 3)])
def test_whether_a_failed_delivery_is_tried_again_is_an_option(
    open_stand: Any, receiver: Receiver, retries: int, calls: int
) -> None:
    stand = open_stand(webhook_retries=retries)
    install(stand, receiver.url)
    receiver.status = 503
    fail(stand, 1)
    assert len(receiver.received) == calls


def test_other_machines_are_never_called(stand: Stand) -> None:
    install(stand, "https://events.example.org/hook")
    fail(stand, 1)
    assert [one.status for one in stand.sandbox.deliveries] == [None]
