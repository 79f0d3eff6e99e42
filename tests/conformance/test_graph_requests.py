"""Every request that the service sends to Graph for the staff calendar, and every answer of the sandbox to it.

The official description lies in ../shared/specs; without it these tests are skipped. Items of a batch are judged like
calls of their own. Answers are compared with patience: names and types, not which properties must be there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hybrid_sync.domain.events import Speaker
from hybrid_sync.domain.localtime import local_time
from hybrid_sync.sandbox import Fault
from hybrid_sync.wiring import App
from tests.builders import wall
from tests.conformance.recorder import Exchange, Recorder
from tests.conformance.schemas import Schemas
from tests.http_client.kit import Sent
from tests.http_client.specs import SPECS, assert_conforms, operation
from tests.world import World, online, outside, publish, sync, until_calm

PREFIX = "/graph/v1.0"
DOCUMENT = Path(__file__).parents[2] / "docs" / "staff-calendar.md"
ALL = {
    "GET /users/{user-id}/events",
    "POST /users/{user-id}/events",
    *(f"{method} /users/{{user-id}}/events/{{event-id}}" for method in ("GET", "PATCH", "DELETE")),
    "POST /users/{user-id}/events/{event-id}/cancel",
    "POST /$batch",
}
WAYS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "usual": ({"attendees": ("desk@hybrid.example",), "speakers": True}, {}),
    "nobody invited": ({"room_mailbox": None}, {}),
    "empty answers and pages": ({}, {"patch_answer_empty": True, "graph_empty_pages": True}),
    "times in the entry's own zone": ({}, {"graph_times": "own", "batch_order": "given"}),
    "declined": ({"edited_entry": "ask"}, {"room_answer": "declined"}),
}
"""Settings of [graph], and options of the sandbox."""

pytestmark = pytest.mark.skipif(
    not SPECS.is_dir(), reason="the official description is not beside the checkout"
)


@cache
def description() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SPECS / "graph-openapi.json").read_text("utf-8"))
    return loaded


def live(world: World, app: App) -> None:
    """Everything that the service can ask of the calendar."""
    app.checks()
    publish(app, online("ada"), speakers=(Speaker("Grace", email="grace@example.org"),))
    world.sandbox.faults.add(Fault("POST", f"{PREFIX}/users/*/events", drop="after"))
    until_calm(world, app)
    app.desk.edit(
        "water",
        title="Cleaner water",
        description="Anew.",
        speakers=(Speaker("Ida", email="ida@example.org"),),
    )
    until_calm(world, app)
    app.desk.reschedule("water", local_time(wall("2027-06-09 14:00")))
    world.sandbox.faults.add(Fault("PATCH", f"{PREFIX}/*", status=412))
    until_calm(world, app)
    world.sandbox.clock.advance(timedelta(minutes=20))
    app.chores()
    sync(app)
    [held] = world.calendar_entries()
    held.cancelled = True
    world.sandbox.clock.advance(timedelta(minutes=20))
    until_calm(world, app)
    assert len(world.calendar_entries()) == 1
    app.desk.cancel("water")
    until_calm(world, app)
    assert world.calendar_entries() == []


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> list[Exchange]:
    """What was said in all ways, with the items of batches beside the batches."""
    exchanges: list[Exchange] = []
    for graph, options in WAYS.values():
        recorder = Recorder("graph")
        with pytest.MonkeyPatch.context() as patch:
            recorder.record(patch)
            with World(tmp_path_factory.mktemp("world"), outside(**options)) as world:
                live(world, world.app(world.settings(graph=graph)))
        exchanges += [inner for one in recorder.exchanges for inner in (one, *_items(one))]
    return exchanges


def _items(exchange: Exchange) -> Iterator[Exchange]:
    if not exchange.sent.path.endswith("/$batch") or exchange.status != 200:
        return
    answers = {one["id"]: one for one in exchange.answer["responses"]}
    for item in exchange.sent.json["requests"]:
        headers = {name.lower(): value for name, value in item["headers"].items()}
        url = f"http://sandbox{PREFIX}{item['url']}"
        body = json.dumps(item["body"]).encode() if "body" in item else b""
        answer = answers[item["id"]]
        yield Exchange(Sent(item["method"], url, headers, body), answer["status"], answer.get("body"))


def template_of(exchange: Exchange) -> str:
    path, fitting = exchange.sent.path.removeprefix(PREFIX), list[str]()
    for template, operations in description()["paths"].items():
        pattern = re.sub(r"\\\{[^/]+?\\\}", "[^/]+", re.escape(template))
        if exchange.sent.method.lower() in operations and re.fullmatch(pattern, path):
            fitting.append(template)
    assert fitting, f"{exchange.sent.method} {path} is not described"
    return min(fitting, key=lambda one: one.count("{"))


def route_of(exchange: Exchange) -> str:
    return f"{exchange.sent.method} {template_of(exchange)}"


def test_everything_that_can_be_asked_is_asked(recorded: list[Exchange]) -> None:
    assert {route_of(one) for one in recorded} == ALL


def test_every_request_has_the_described_path_names_and_types(recorded: list[Exchange]) -> None:
    assert len(recorded) > 100
    assert_conforms("graph", [one.sent for one in recorded], PREFIX)


def test_every_request_prefers_lasting_ids_and_times_in_utc(recorded: list[Exchange]) -> None:
    assert {one.sent.headers["prefer"] for one in recorded} == {
        'IdType="ImmutableId", outlook.timezone="UTC"'
    }


def test_no_request_asks_for_an_online_meeting_or_carries_an_offset(recorded: list[Exchange]) -> None:
    bodies = [one.sent.json for one in recorded if one.sent.method in ("POST", "PATCH") and one.sent.body]
    assert len(bodies) > 20
    text = json.dumps(bodies)
    assert "onlineMeeting" not in text
    assert "isOnlineMeeting" not in text
    moments = [body[name]["dateTime"] for body in bodies for name in ("start", "end") if name in body]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", moment) for moment in moments)


def test_people_are_changed_apart_from_everything_else(recorded: list[Exchange]) -> None:
    patches = [set(one.sent.json) for one in recorded if one.sent.method == "PATCH"]
    assert {"attendees"} in patches
    assert all(names == {"attendees"} for names in patches if "attendees" in names)
    assert all("if-match" in one.sent.headers for one in recorded if one.sent.method == "PATCH")


def test_every_answer_of_the_sandbox_is_one_that_is_described(recorded: list[Exchange]) -> None:
    schemas, wrong, judged = Schemas(description()), set(), set()
    for one in recorded:
        responses = operation("graph", one.sent.method, one.sent.path.removeprefix(PREFIX))["responses"]
        if one.status >= 400:
            assert "default" in responses
            assert {"code", "message", "innerError"} <= set(one.answer["error"]), route_of(one)
            continue
        described = responses.get(str(one.status))
        if described is None:
            wrong.add(f"{route_of(one)} answers {one.status}")
            continue
        if "$ref" in described:
            described = description()["components"]["responses"][described["$ref"].rpartition("/")[2]]
        content = described.get("content", {})
        assert bool(one.answer) is bool(content), route_of(one)
        for media in content.values():
            judged.add(route_of(one))
            wrong.update(schemas.misfits(one.answer, media["schema"], route_of(one)))
    assert wrong == set()
    assert judged == {
        route for route in ALL if not route.endswith("/cancel") and not route.startswith("DELETE")
    }


def test_batches_fit_their_schema(recorded: list[Exchange]) -> None:
    known = description()["components"]["schemas"]
    batches = [one for one in recorded if one.sent.path.endswith("/$batch")]
    assert batches
    for one in batches:
        jsonschema.validate(one.sent.json, known["batchRequest"])
        jsonschema.validate(one.answer, known["batchResponse"])


def test_every_call_stands_in_the_document(recorded: list[Exchange]) -> None:
    rows = [line for line in DOCUMENT.read_text("utf-8").splitlines() if line.startswith("|")]
    found = {call for row in rows for call in re.findall(r"`((?:GET|POST|PATCH|DELETE) /[^`?]+)", row)}
    assert {_nameless(route_of(one)) for one in recorded} <= {_nameless(call) for call in found}


def _nameless(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)
