"""The sandbox's $batch, room answers and other manners of Graph that clients must bear."""

from __future__ import annotations

import pytest

from hybrid_sync.sandbox import Fault

from .test_graph_events import body, create, events, refused


def batch(stand, *requests):
    return stand.graph.post("$batch", {"requests": list(requests)})


def get(number, url, **more):
    return {"id": str(number), "method": "GET", "url": f"/{url}", **more}


def test_items_have_their_own_fate_and_come_in_another_order(stand):
    made = create(stand)
    answer = batch(
        stand,
        get(1, f"{events(stand)}/{made['id']}"),
        get(2, f"{events(stand)}/nothing"),
        {"id": "3", "method": "POST", "url": f"/{events(stand)}", "body": body(subject="Third"),
         "headers": {"Content-Type": "application/json"}},
        get(4, "nowhere"),
    )  # fmt: skip
    assert answer.status_code == 200
    responses = answer.json()["responses"]
    assert [one["id"] for one in responses] == ["4", "3", "2", "1"]
    by_id = {one["id"]: one for one in responses}
    assert [by_id[str(number)]["status"] for number in (1, 2, 3, 4)] == [200, 404, 201, 404]
    assert by_id["1"]["body"] == made
    assert by_id["2"]["body"]["error"]["code"] == "ErrorItemNotFound"
    assert len(stand.sandbox.state.events) == 2


def test_the_order_can_be_the_given_one(open_stand):
    stand = open_stand(batch_order="given")
    answer = batch(stand, get(1, events(stand)), get(2, events(stand)))
    assert [one["id"] for one in answer.json()["responses"]] == ["1", "2"]


def test_a_header_of_the_batch_does_not_hold_for_its_items(stand):
    made = create(stand)
    url = f"{events(stand)}/{made['id']}"
    prefer = {"Prefer": 'outlook.timezone="Romance Standard Time"'}
    answer = stand.graph.post(
        "$batch", {"requests": [get(1, url), get(2, url, headers=prefer)]}, headers=prefer
    )
    zones = {one["id"]: one["body"]["start"]["timeZone"] for one in answer.json()["responses"]}
    assert zones == {"1": "UTC", "2": "Romance Standard Time"}


def test_an_item_can_be_throttled_alone_with_its_own_time(stand):
    made = create(stand)
    stand.sandbox.faults.add(Fault("GET", f"*/events/{made['id']}", status=429, retry_after=7))
    answer = batch(stand, get(1, f"{events(stand)}/{made['id']}"), get(2, events(stand)))
    by_id = {one["id"]: one for one in answer.json()["responses"]}
    assert (by_id["1"]["status"], by_id["1"]["headers"]["Retry-After"]) == (429, "7")
    assert by_id["2"]["status"] == 200


def test_what_depends_on_a_failure_fails_with_424(stand):
    answer = batch(
        stand,
        get(1, f"{events(stand)}/nothing"),
        get(2, events(stand), dependsOn=["1"]),
        get(3, events(stand)),
    )
    statuses = {one["id"]: one["status"] for one in answer.json()["responses"]}
    assert statuses == {"1": 404, "2": 424, "3": 200}


@pytest.mark.parametrize(
    "requests",
    [
        [],
        [get(number, "users") for number in range(21)],
        [get(1, "users"), get(1, "users")],
        [get(1, "users", dependsOn=["2"])],
        [{"id": "1", "method": "POST", "url": "/users", "body": {}}],
        [{"id": "1", "method": "GET"}],
        [{"id": 1, "method": "GET", "url": "/users"}],
        [{"id": "1", "method": "LOOK", "url": "/users"}],
        [get(1, "users", priority=1)],
        [get(1, "users", headers={"Prefer": 1})],
    ],
)
def test_an_envelope_that_is_not_in_order_is_refused_as_a_whole(stand, requests):
    refused(batch(stand, *requests), 400)


@pytest.mark.parametrize("url", ["https://elsewhere.example/users", "$batch"])
def test_an_item_reaches_neither_another_host_nor_another_batch(stand, url):
    answer = batch(stand, {"id": "1", "method": "GET", "url": url if "//" in url else f"/{url}"})
    [item] = answer.json()["responses"]
    assert item["status"] == 400


def test_a_room_that_is_taken_declines_where_the_mailbox_minds(open_stand):
    stand = open_stand(room_double_booked="declined")
    room = [{"emailAddress": {"address": stand.sandbox.room_mailbox}, "type": "resource"}]
    answers = []
    for day in ("20", "20", "21"):
        at = {"timeZone": "UTC"}
        made = create(
            stand,
            start={"dateTime": f"2026-03-{day}T10:00:00", **at},
            end={"dateTime": f"2026-03-{day}T11:00:00", **at},
            attendees=room,
        )
        seen = stand.graph.get(f"{events(stand)}/{made['id']}").json()
        answers.append(seen["attendees"][0]["status"]["response"])
    assert answers == ["accepted", "declined", "accepted"]


def test_a_room_that_minds_is_free_again_when_the_other_event_goes(open_stand):
    stand = open_stand(room_double_booked="declined")
    room = [{"emailAddress": {"address": stand.sandbox.room_mailbox}, "type": "resource"}]
    first, second = create(stand, attendees=room), create(stand, attendees=room)
    stand.graph.post(f"{events(stand)}/{first['id']}/cancel", {})
    url = f"{events(stand)}/{second['id']}"
    assert stand.graph.get(url).json()["attendees"][0]["status"]["response"] == "declined"
    stand.graph.patch(url, {"subject": "Asked again"})
    assert stand.graph.get(url).json()["attendees"][0]["status"]["response"] == "accepted"


def test_an_alias_is_kept_under_the_primary_address(open_stand):
    stand = open_stand(attendee_aliases=("desk@hybrid.example front.desk@hybrid.example",))
    made = create(stand, attendees=[{"emailAddress": {"address": "Desk@hybrid.example"}, "type": "required"}])
    assert made["attendees"][0]["emailAddress"]["address"] == "front.desk@hybrid.example"


def test_times_can_come_in_the_events_own_zone_whatever_was_preferred(open_stand):
    stand = open_stand(graph_times="own")
    prefer = {"Prefer": 'outlook.timezone="UTC"'}
    made = create(stand, headers=prefer)
    assert made["start"] == {"dateTime": "2026-03-20T10:00:00.0000000", "timeZone": "Romance Standard Time"}


def test_a_list_can_begin_with_an_empty_page(open_stand):
    stand = open_stand(graph_empty_pages=True)
    create(stand)
    first = stand.graph.get(events(stand)).json()
    assert first["value"] == []
    following = first["@odata.nextLink"].partition("/graph/v1.0/")[2]
    assert len(stand.graph.get(following).json()["value"]) == 1


def test_a_change_can_be_answered_without_a_body(open_stand):
    stand = open_stand(patch_answer_empty=True)
    made = create(stand)
    answer = stand.graph.patch(f"{events(stand)}/{made['id']}", {"subject": "Other"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert stand.graph.get(f"{events(stand)}/{made['id']}").json()["subject"] == "Other"
