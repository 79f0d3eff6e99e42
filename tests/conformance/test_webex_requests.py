"""Every request that the service can send to Webex, and every answer of the sandbox to it, against the description.

The official description lies in ../shared/specs; without it these tests are skipped. Answers are compared with
patience: names and types, not which properties must be there (webex.md 13.25 and 14).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.recorder import Exchange, Recorder
from tests.conformance.schemas import BROADER, Schemas
from tests.conformance.sources import paths_in_source
from tests.conformance.story import call_off, live
from tests.http_client.specs import SPECS, assert_conforms, operation
from tests.world import World, outside

PREFIX = "/v1"
DOCUMENT = Path(__file__).parents[2] / "docs" / "webex.md"
UNDESCRIBED = {"/access_token", "/authorize"}
"""Sign-in is described in another file than meetings are."""
WAYS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "meeting": ({}, {}),
    "webinar with registration": ({"kind": "webinar"}, {}),
    "webinar with invitation sources": ({"kind": "webinar", "webinar_registration": False}, {}),
    "admin for another host": ({"host_email": "host2@hybrid.example"}, {"token_kind": "admin"}),
    "webhooks of the organisation": ({"webhooks_of": "organisation"}, {"token_kind": "admin"}),
    "approval by hand": (
        {"auto_accept": False, "direct_registrants": "pull", "cohosts": ("host2@hybrid.example",)},
        {},
    ),
    "lists without links": ({}, {"registrants_link": False, "participants_link": False}),
}
"""Settings of [webex], and options of the sandbox."""
ALL = {
    *(f"{method} /meetings" for method in ("GET", "POST")),
    *(f"{method} /meetings/{{meetingId}}" for method in ("GET", "PATCH", "DELETE")),
    *(f"{method} /webhooks" for method in ("GET", "POST")),
    *(f"{method} /webhooks/{{webhookId}}" for method in ("PUT", "DELETE")),
    *(f"{method} /meetingInvitees" for method in ("GET", "POST")),
    *(f"{method} /meetingInvitees/{{meetingInviteeId}}" for method in ("PUT", "DELETE")),
    *(
        f"POST /meetings/{{meetingId}}/registrants{what}"
        for what in ("", "/bulkInsert", "/query", "/approve", "/reject", "/bulkDelete")
    ),
    "GET /meetings/{meetingId}/registrants",
    "PUT /meetings/{meetingId}/registration",
    "POST /meetings/{meetingId}/invitationSources",
    "GET /meetingParticipants",
    "GET /meetingReports/attendees",
    "POST /meetings/join",
    "GET /people/me",
}
"""What the story must have called at least: a variable end of a path in the source says too little."""

pytestmark = pytest.mark.skipif(
    not SPECS.is_dir(), reason="the official description is not beside the checkout"
)


@cache
def description() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SPECS / "webex-openapi.json").read_text("utf-8"))
    return loaded


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Exchange]]:
    """What was said in each way of using Webex."""
    exchanges = {}
    for way, (webex, options) in WAYS.items():
        recorder = Recorder("webex")
        with pytest.MonkeyPatch.context() as patch:
            recorder.record(patch)
            for act in (live, call_off):
                with World(tmp_path_factory.mktemp("world"), outside(**options)) as world:
                    act(world, world.app(world.settings(webex=webex)))
        exchanges[way] = recorder.exchanges
    return exchanges


def everything(recorded: dict[str, list[Exchange]]) -> list[Exchange]:
    """All exchanges that the description covers."""
    found = [one for exchanges in recorded.values() for one in exchanges]
    return [one for one in found if one.sent.path.removeprefix(PREFIX) not in UNDESCRIBED]


def template_of(exchange: Exchange) -> str:
    """The described path, the one with the fewest variables."""
    path, fitting = exchange.sent.path.removeprefix(PREFIX), []
    for template, operations in description()["paths"].items():
        pattern = re.sub(r"\\\{[^/]+?\\\}", "[^/]+", re.escape(template))
        if exchange.sent.method.lower() in operations and re.fullmatch(pattern, path):
            fitting.append(template)
    assert fitting, f"{exchange.sent.method} {path} is not described"
    return min(fitting, key=lambda one: one.count("{"))


def route_of(exchange: Exchange) -> str:
    return f"{exchange.sent.method} {template_of(exchange)}"


def test_the_whole_source_is_walked(recorded: dict[str, list[Exchange]]) -> None:
    templates = {template_of(one) for one in everything(recorded)}
    unasked = {
        pattern for pattern in paths_in_source() if not any(re.fullmatch(pattern, one) for one in templates)
    }
    assert unasked == set()
    called = {route_of(one) for one in everything(recorded)}
    assert ALL - called == set()


def test_every_request_has_the_described_path_names_types_and_values(
    recorded: dict[str, list[Exchange]],
) -> None:
    exchanges = everything(recorded)
    assert len(exchanges) > 200
    assert_conforms("webex", [one.sent for one in exchanges], PREFIX)
    wrong = {problem for one in exchanges for problem in _query_problems(one)}
    assert wrong == set()


def _query_problems(exchange: Exchange) -> Iterator[str]:
    """Query values of the wrong type or outside the enumeration, and required parameters that are missing."""
    sent = exchange.sent
    described = operation("webex", sent.method, sent.path.removeprefix(PREFIX))
    # `offset` and `pause` stand in the sandbox's own next links, which are followed as they are.
    for parameter in (one for one in described.get("parameters", []) if one["in"] == "query"):
        name, schema = parameter["name"], parameter["schema"]
        if name not in sent.query:
            if parameter.get("required"):
                yield f"{route_of(exchange)}: {name} is missing"
            continue
        value = sent.query[name]
        kinds = {"number": r"\d+", "integer": r"\d+", "boolean": "true|false"}
        if not re.fullmatch(kinds.get(schema.get("type", ""), ".+"), value):
            yield f"{route_of(exchange)}: {name} = {value}"
        if "enum" in schema and value not in schema["enum"]:
            yield f"{route_of(exchange)}: {name} = {value} is none of {schema['enum']}"


def test_bodies_are_sent_as_json_and_nothing_is_sent_where_nothing_is_described(
    recorded: dict[str, list[Exchange]],
) -> None:
    for one in everything(recorded):
        described = operation("webex", one.sent.method, one.sent.path.removeprefix(PREFIX))
        assert bool(one.sent.body) is ("requestBody" in described), route_of(one)
        if one.sent.body:
            # PATCH is described as JSON Patch, which its body is not (webex.md 1.6).
            assert one.sent.headers["content-type"].startswith("application/json"), route_of(one)


def test_every_answer_of_the_sandbox_is_one_that_is_described(recorded: dict[str, list[Exchange]]) -> None:
    schemas, wrong, judged = Schemas(description()), set(), set()
    for one in everything(recorded):
        described = operation("webex", one.sent.method, one.sent.path.removeprefix(PREFIX))
        if str(one.status) not in described["responses"]:
            wrong.add(f"{route_of(one)} answers {one.status}")
        content = described["responses"].get("200", {}).get("content", {})
        if one.status == 200 and content:
            judged.add(route_of(one))
            (media,) = content.values()
            wrong.update(_misfits(schemas, one, media["schema"]))
        elif one.status >= 400 and one.answer is not None:
            assert {"message", "errors", "trackingId"} <= set(one.answer), route_of(one)
    assert wrong == set()
    assert len(judged) > 10


def _misfits(schemas: Schemas, one: Exchange, schema: dict[str, Any]) -> list[str]:
    route = route_of(one)
    found = list(schemas.misfits(one.answer, schema, route))
    broader = BROADER.get((one.sent.method, template_of(one)))
    if found and broader:
        found = list(schemas.misfits(one.answer, {"$ref": f"#/components/schemas/{broader}"}, route))
    return found


def test_every_call_that_the_service_makes_stands_in_the_document(
    recorded: dict[str, list[Exchange]],
) -> None:
    called = {_nameless(route_of(one)) for one in everything(recorded)}
    assert called - documented_calls(DOCUMENT.read_text("utf-8")) == set()


def documented_calls(text: str) -> set[str]:
    """The calls in the first cells of the tables; "`POST /a/approve`, `reject`" names two."""
    found = set()
    for row in (line for line in text.splitlines() if line.startswith("|")):
        call = ""
        for word in re.findall(r"`([^`]+)`", row.split("|")[1]):
            if re.match(r"(GET|POST|PUT|PATCH|DELETE) /", word):
                call = _nameless(word.partition("?")[0])
            elif call and re.fullmatch(r"\w+", word):
                call = f"{call.rpartition('/')[0]}/{word}"
            found.add(call)
    return found


def _nameless(path: str) -> str:
    """`/meetings/{id}` and `/meetings/{meetingId}` are the same row."""
    return re.sub(r"\{[^}]*\}", "{}", path)
