"""The way of every Graph call: route, token, query, body, action; and the error format."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ..exchange import Answer, Refusal, Request
from ..routes import Api, Route, RouteTable, typed_query
from ..shapes import problems
from ..world import World
from . import batch, events, fields, mails, permissions, received, send_mail, zones

_PREFIX = "/graph/v1.0"
_CODES = {
    400: "BadRequest",
    401: "InvalidAuthenticationToken",
    403: "ErrorAccessDenied",
    404: "ResourceNotFound",
    405: "MethodNotAllowed",
    415: "UnsupportedMediaType",
    424: "FailedDependency",
    429: "ApplicationThrottled",
    500: "InternalServerError",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}


def supported_zones(world: World, request: Request) -> Answer:
    """GET supportedTimeZones, in Windows names unless asked otherwise."""
    owner = events.mailbox(world, request)
    standard = request.arguments.get("standard", "Windows")
    if standard not in ("Windows", "Iana"):
        raise Refusal(400, f"'{standard}' is no time zone standard.")
    if request.query.keys() & {"$filter", "$search"}:
        raise Refusal(400, "The sandbox neither filters nor searches time zones.")
    names = zones.supported(standard, world.options.iana_zones)
    skip, top = request.query.get("$skip", 0), request.query.get("$top", len(names))
    context = f"{world.url}{_PREFIX}/$metadata#users('{owner}')/outlook/supportedTimeZones"
    return Answer(json={"@odata.context": context, "value": names[skip : skip + top]})


def batched(world: World, request: Request) -> Answer:
    """POST /$batch: each item goes the way of a call of its own."""
    return batch.perform(world, request, _PREFIX, answer, error)


_ZONES = "/users/{userId}/outlook/supportedTimeZones"
ROUTES = RouteTable(
    (
        *events.ROUTES,
        # Not a writing call by itself.
        Route("POST", batch.PATH, batched, body=batch.BODY, reads_only=True),
        *send_mail.ROUTES,
        *received.ROUTES,
        *(Route("GET", _ZONES + end, supported_zones, query=fields.ZONES_QUERY) for end in ("", "()")),
        Route(
            "GET",
            _ZONES + "(TimeZoneStandard=microsoft.graph.timeZoneStandard'{standard}')",
            supported_zones,
            query=fields.ZONES_QUERY,
        ),
    )
)


def answer(world: World, request: Request) -> Answer:
    """Perform one call; whoever calls holds the state's lock."""
    try:
        held = permissions.caller(world, request)
        route, arguments = ROUTES.find(request.method, request.path.removeprefix(_PREFIX))
        permissions.check(world, route, arguments, held)
        query = typed_query(route, request.pairs, {})
        checked = replace(request, arguments=arguments, query=query, data=_body(route, request))
        mails.settle(world)
        return _with_ids(route.act(world, checked), request)
    except Refusal as refusal:
        return _with_ids(error(refusal), request)


def error(refusal: Refusal) -> Answer:
    """The OData error body: here the code is meant for machines."""
    code = refusal.code or _CODES.get(refusal.status, "UnknownError")
    inner = {"date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}", "request-id": str(uuid.uuid4())}
    inner["client-request-id"] = inner["request-id"]
    body = {"error": {"code": code, "message": " ".join(refusal.descriptions), "innerError": inner}}
    return Answer(refusal.status, json=body, headers=refusal.headers)


def _with_ids(answered: Answer, request: Request) -> Answer:
    ids = {"request-id": str(uuid.uuid4())}
    if "client-request-id" in request.headers:
        ids["client-request-id"] = request.headers["client-request-id"]
    return replace(answered, headers={**answered.headers, **ids})


def _body(route: Route, request: Request) -> dict[str, Any]:
    if route.body is None or (route.bare and not request.body):
        return {}
    if request.media_type != "application/json":
        raise Refusal(415, "The content type must be application/json.")
    try:
        value = json.loads(request.body)
    except ValueError:
        raise Refusal(400, "Unable to read JSON request payload.") from None
    if isinstance(value, dict):
        for name in value:
            if name in fields.READ_ONLY and route.body is fields.EVENT:
                raise Refusal(400, f"The property '{name}' is read-only.", code="ErrorInvalidPropertySet")
            if name in fields.LEFT_OUT and route.body is fields.EVENT:
                raise Refusal(400, f"The sandbox does not hold '{name}'.", code="ErrorInvalidPropertySet")
    wrong = list(problems(value, route.body))
    if wrong:
        raise Refusal(400, *wrong, code="RequestBodyRead")
    return dict(value)


@contextmanager
def _place(world: World, request: Request) -> Iterator[Refusal | None]:
    """One of the few places per mailbox: more calls at once are throttled."""
    limit = world.options.graph_concurrent
    parts = request.path.removeprefix(_PREFIX).split("/")
    key = parts[2].lower() if len(parts) > 2 else ""
    now = world.state.graph_calls_now
    with world.state.lock:
        full = limit is not None and now.get(key, 0) >= limit
        if not full:
            now[key] = now.get(key, 0) + 1
    if full:
        yield Refusal(
            429, "The number of concurrent requests is over its limit.", headers={"Retry-After": "1"}
        )
        return
    try:
        yield None
    finally:
        with world.state.lock:
            now[key] -= 1


GRAPH = Api(_PREFIX, ROUTES, answer, error, _place)
