"""The sandbox against the official descriptions, where these lie beside the checkout.

Names and types are compared, not which properties must be there: real answers leave out many that the documents
call required (ended runs have no password), and some types in them are wrong (schemas.KNOWN_DEFECTS).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hybrid_sync.sandbox.graph import fields as graph_fields
from hybrid_sync.sandbox.graph import zones
from hybrid_sync.sandbox.graph.api import GRAPH
from hybrid_sync.sandbox.routes import Route
from hybrid_sync.sandbox.shapes import ANY, FLAG, NUMBER, TEXT, Fields, Shape
from hybrid_sync.sandbox.webex.api import WEBEX
from tests.conformance.schemas import BROADER, Schemas

from .conftest import END
from .test_graph_events import KEY, body, events

SPECS = Path(__file__).resolve().parents[3] / "shared" / "specs"
pytestmark = pytest.mark.skipif(
    not SPECS.is_dir(), reason="the official descriptions are not beside the checkout"
)

# Asked of the token endpoint, which no description covers.
UNDESCRIBED = {"/access_token", "/authorize"}


def load(name: str) -> dict[str, Any]:
    return dict(json.loads((SPECS / name).read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def webex_spec() -> dict[str, Any]:
    return load("webex-openapi.json")


@pytest.fixture(scope="module")
def graph_spec() -> dict[str, Any]:
    return load("graph-openapi.json")


def plain(shape: Shape) -> Any:
    """One of our shapes, in words that compare."""
    if isinstance(shape, Fields):
        return {name: plain(inner) for name, inner in shape.known.items()}
    if isinstance(shape, list):
        return [plain(shape[0])]
    return sorted(shape) if isinstance(shape, tuple) else shape


def described(schemas: Schemas, schema: dict[str, Any]) -> Any:
    """A schema of the description, in the same words."""
    _, found = schemas.get(schema)
    if "properties" in found:
        return {name: described(schemas, inner) for name, inner in found["properties"].items()}
    if found.get("type") == "array":
        return [described(schemas, found["items"])]
    if "enum" in found:
        return sorted(found["enum"])
    return {"integer": NUMBER}.get(found["type"], found["type"])


def required(schemas: Schemas, schema: dict[str, Any]) -> set[str]:
    return set(schemas.get(schema)[1].get("required", []))


WEBEX_ROUTES = [one for one in WEBEX.routes.routes if one.template not in UNDESCRIBED]


def route_name(route: Route) -> str:
    return f"{route.method} {route.template}"


@pytest.mark.parametrize("route", WEBEX_ROUTES, ids=route_name)
def test_query_parameters_and_body_properties_are_those_of_the_description(webex_spec, route):
    schemas = Schemas(webex_spec)
    operation = webex_spec["paths"][route.template][route.method.lower()]
    declared = {one["name"]: one for one in operation.get("parameters", []) if one["in"] == "query"}
    ours = {name: plain(shape) for name, shape in route.query.items()}
    theirs = {name: described(schemas, one["schema"]) for name, one in declared.items()}
    assert ours == theirs
    assert route.required == {name for name, one in declared.items() if one.get("required")}
    content = operation.get("requestBody", {}).get("content", {})
    assert (route.body is None) == (not content)
    if route.body is not None:
        (media,) = content.values()
        assert plain(route.body) == described(schemas, media["schema"])
        assert required(schemas, media["schema"]) <= route.body.required


def webex_answers(stand: Any) -> Iterator[tuple[str, str, Any]]:
    """Method, path template and body of every kind of success answer."""
    webex = stand.webex

    def tell(method: str, template: str, path: str, *more: Any, **other: Any) -> tuple[str, str, Any]:
        answer = webex(method, path, *more, **other)
        assert answer.status_code in (200, 204), answer.text
        return method, template, answer.json() if answer.content else None

    question = {"question": "Travel", "type": "radioButtons", "options": [{"value": "train"}], "rules": [
        {"condition": "equals", "value": "car", "result": "reject"}]}  # fmt: skip
    rule = {"question": "email", "condition": "contains", "value": "spam", "result": "reject", "order": 1}
    form = {
        "autoAcceptRequest": True,
        "customizedQuestions": [question],
        "rules": [rule],
        "maxRegisterNum": 99,
    }
    full = stand.fields(
        agenda="A", registration=form, integrationTags=["event-7"], trackingCodes=[{"name": "a", "value": "b"}],
        invitees=[{"email": "guest@example.org", "coHost": True}], joinBeforeHostMinutes=5,
    )  # fmt: skip
    webinar = stand.open_meeting(scheduledType="webinar")
    made = tell("POST", "/meetings", "meetings", json=full)
    yield made
    meeting_id = made[2]["id"]
    base = f"meetings/{meeting_id}"
    one = "/meetings/{meetingId}"
    yield tell("GET", one, base)
    yield tell("GET", one, f"meetings/{webinar}")
    yield tell("GET", "/meetings/sessionTypes", "meetings/sessionTypes")
    open_webinar = stand.meeting(scheduledType="webinar")["id"]
    for series in (webinar, open_webinar):
        path = f"meetings/{series}/invitationSources"
        wanted = {"items": [{"sourceId": "one", "sourceEmail": "ann@example.org"}]}
        yield tell("POST", one + "/invitationSources", path, json=wanted)
        yield tell("GET", one + "/invitationSources", path)
    pairs = {"enabled": True, "interpreters": [{"languageCode1": "en", "languageCode2": "fr"}]}
    yield tell("POST", "/meetings", "meetings", json=stand.fields(simultaneousInterpretation=pairs))
    yield tell("GET", one, base, params={"current": "true"})
    yield tell("PATCH", one, base, json={"title": "B", "sendEmail": False})
    yield tell("PUT", one, base, json={"title": "C", "sendEmail": False})
    yield tell("GET", one + "/registration", base + "/registration")
    yield tell("PUT", one + "/registration", base + "/registration", json=form)
    person = stand.person(companyName="Ville", zipCode=1000, city="Brussels")
    yield (registered := tell("POST", one + "/registrants", base + "/registrants", json=person))
    batch = {"items": [stand.person("ben@example.org"), stand.person("cem@example.org")]}
    yield tell("POST", one + "/registrants/bulkInsert", base + "/registrants/bulkInsert", json=batch)
    yield tell("GET", one + "/registrants", base + "/registrants")
    asked = {"emails": ["ann@example.org"], "orderBy": "email", "orderType": "ASC"}
    yield tell("POST", one + "/registrants/query", base + "/registrants/query", json=asked)
    yield tell("GET", one + "/registrants/{registrantId}", f"{base}/registrants/{registered[2]['id']}")
    invitee = {"meetingId": meeting_id, "email": "a@b.example"}
    yield (invited := tell("POST", "/meetingInvitees", "meetingInvitees", json=invitee))
    several = {"meetingId": meeting_id, "items": [{"email": "c@d.example"}]}
    yield tell("POST", "/meetingInvitees/bulkInsert", "meetingInvitees/bulkInsert", json=several)
    yield tell("GET", "/meetingInvitees", "meetingInvitees", params={"meetingId": meeting_id})
    person_url, single = f"meetingInvitees/{invited[2]['id']}", "/meetingInvitees/{meetingInviteeId}"
    yield tell("GET", single, person_url)
    yield tell("PUT", single, person_url, json={"email": "a2@b.example"})
    join = {"meetingId": meeting_id, "email": "ann@example.org", "displayName": "Ann", "joinDirectly": False}
    yield tell("POST", "/meetings/join", "meetings/join", json=join)
    yield tell("GET", "/people/me", "people/me")
    hook = {"name": "h", "targetUrl": "https://events.example.org/h"}
    news = {"resource": "meetings", "event": "started", "secret": "s", "filter": "state=inProgress"}
    yield (hooked := tell("POST", "/webhooks", "webhooks", json=hook | news))
    one_hook = f"webhooks/{hooked[2]['id']}"
    yield tell("GET", "/webhooks", "webhooks")
    yield tell("GET", "/webhooks/{webhookId}", one_hook)
    yield tell("PUT", "/webhooks/{webhookId}", one_hook, json=hook | {"status": "active"})
    script = [
        {"do": "start", "at": "+0m"}, {"do": "join", "at": "+1m", "email": "ann@example.org"},
        {"do": "join", "at": "+1m", "device": "phone"}, {"do": "end", "at": "+90m"},
        {"do": "start", "at": "+95m"}, {"do": "join", "at": "+96m", "name": "Bob", "guest": True},
    ]  # fmt: skip
    ended, running = stand.sandbox.happen(meeting_id, script)
    stand.sandbox.clock.set(END + timedelta(minutes=15))
    everything = {"from": "2026-03-01T00:00:00Z", "to": "2026-04-01T00:00:00Z"}
    yield tell("GET", "/meetings", "meetings", params={**everything, "integrationTag": "event-7"})
    yield tell(
        "GET", "/meetings", "meetings", params={**everything, "meetingSeriesId": meeting_id, "max": 100}
    )
    yield tell("GET", one, f"meetings/{ended.id}")
    yield tell("GET", one, f"meetings/{running.id}")
    for run in (ended, running):
        yield tell("GET", "/meetingParticipants", "meetingParticipants", params={"meetingId": run.id})
    report = {"siteUrl": stand.sandbox.site_url, "meetingId": ended.id, **everything}
    yield tell(
        "GET", "/meetingReports/attendees", "meetingReports/attendees", params={**report, "to": "2026-03-28"}
    )


def test_every_webex_answer_fits_its_schema(open_stand, webex_spec):
    schemas, wrong, seen = Schemas(webex_spec), [], set()
    for method, template, value in webex_answers(open_stand()):
        seen.add((method, template))
        operation = webex_spec["paths"][template][method.lower()]
        (media,) = operation["responses"]["200"]["content"].values()
        misfits = list(schemas.misfits(value, media["schema"], f"{method} {template}"))
        if misfits and (method, template) in BROADER:
            broader = {"$ref": "#/components/schemas/" + BROADER[method, template]}
            misfits = list(schemas.misfits(value, broader, f"{method} {template}"))
        wrong += misfits
    assert wrong == []
    answering = {
        (one.method, one.template)
        for one in WEBEX_ROUTES
        if webex_spec["paths"][one.template][one.method.lower()]["responses"].get("200", {}).get("content")
    }
    assert answering - seen == set()


def test_calls_without_an_answer_are_those_that_declare_204(webex_spec):
    silent = {
        route_name(one)
        for one in WEBEX_ROUTES
        if "204" in webex_spec["paths"][one.template][one.method.lower()]["responses"]
    }
    assert silent == {
        "DELETE /meetings/{meetingId}", "POST /meetings/{meetingId}/end", "DELETE /meetings/{meetingId}/registration",
        "DELETE /meetings/{meetingId}/registrants/{registrantId}", "DELETE /meetingInvitees/{meetingInviteeId}",
        "DELETE /webhooks/{webhookId}",
        *(f"POST /meetings/{{meetingId}}/registrants/{one}" for one in ("approve", "reject", "cancel", "bulkDelete")),
    }  # fmt: skip


def test_the_event_properties_are_those_of_the_description(graph_spec):
    schemas = Schemas(graph_spec)
    known = schemas.get({"$ref": "#/components/schemas/microsoft.graph.event"})[1]["properties"]
    ours = set(graph_fields.WRITABLE) | graph_fields.READ_ONLY | graph_fields.LEFT_OUT
    assert ours == set(known)
    for name, shape in graph_fields.WRITABLE.items():
        if name == "singleValueExtendedProperties" or ANY in (
            shape,
            *(shape if isinstance(shape, list) else ()),
        ):
            continue
        theirs = described(schemas, known[name])
        wanted = plain(shape)
        if name == "attendees":
            wanted[0] |= {"status": theirs[0]["status"], "proposedNewTime": theirs[0]["proposedNewTime"]}
        assert wanted == theirs, name


def test_the_query_options_of_graph_are_those_of_the_description(graph_spec):
    templates = {"{userId}": "{user-id}", "{eventId}": "{event-id}"}
    checked = 0
    # The reduced description beside the project ends where messages begin.
    described = [route for route in GRAPH.routes.routes if "/messages" not in route.template]
    assert len(described) == len(GRAPH.routes.routes) - 2
    for route in described:
        template = route.template.replace(
            "microsoft.graph.timeZoneStandard'{standard}'", "'{TimeZoneStandard}'"
        )
        for ours, theirs in templates.items():
            template = template.replace(ours, theirs)
        if template.endswith("supportedTimeZones"):
            template += "()"
        operation = graph_spec["paths"][template][route.method.lower()]
        parameters = operation.get("parameters", [])
        resolved = [
            graph_spec["components"]["parameters"][one["$ref"].split("/")[-1]] if "$ref" in one else one
            for one in parameters
        ]
        assert set(route.query) == {one["name"] for one in resolved if one["in"] == "query"}, template
        kinds = {one["name"]: one["schema"]["type"] for one in resolved if one["in"] == "query"}
        for name, shape in route.query.items():
            assert {"integer": NUMBER, "boolean": FLAG}.get(kinds[name], TEXT) == shape, (template, name)
        checked += 1
    assert checked == len(described)


def test_every_graph_answer_fits_its_schema(open_stand, graph_spec):
    stand, schemas = open_stand(), Schemas(graph_spec)
    event = {"$ref": "#/components/schemas/microsoft.graph.event"}
    asked = body(
        attendees=[{"emailAddress": {"address": stand.sandbox.room_mailbox}, "type": "resource"}],
        singleValueExtendedProperties=[{"id": KEY, "value": "7"}], transactionId="t", isOnlineMeeting=True,
    )  # fmt: skip
    url = events(stand)
    made = stand.graph.post(url, asked).json()
    expand = {"$expand": f"singleValueExtendedProperties($filter=id eq '{KEY}')"}
    answers = [
        made,
        stand.graph.get(f"{url}/{made['id']}", params=expand).json(),
        stand.graph.patch(f"{url}/{made['id']}", {"subject": "X"}).json(),
        *stand.graph.get(url).json()["value"],
    ]
    assert [misfit for one in answers for misfit in schemas.misfits(one, event, "event")] == []
    zone = {"$ref": "#/components/schemas/microsoft.graph.timeZoneInformation"}
    listed = stand.graph.get(f"users/{stand.sandbox.mailbox}/outlook/supportedTimeZones").json()["value"]
    assert [misfit for one in listed for misfit in schemas.misfits(one, zone, "zone")] == []


def test_windows_zone_names_mean_what_cldr_says():
    table = load("windowsZones.json")["supplemental"]["windowsZones"]["mapTimezones"]
    rows = [one["mapZone"] for one in table]
    first = {one["_other"]: one["_type"] for one in rows if one["_territory"] == "001"}
    assert {name: first[name] for name in zones.WINDOWS} == zones.WINDOWS
    every = {(iana, one["_other"]) for one in rows for iana in one["_type"].split()}
    assert set(zones.OTHER_NAMES.items()) <= every
