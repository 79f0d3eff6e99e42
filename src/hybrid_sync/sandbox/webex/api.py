"""The way of every Webex call: route, token, rate, query, body, host, action; and the error format."""

from __future__ import annotations

import json
import secrets
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from http.client import responses
from typing import Any
from urllib.parse import parse_qsl

from ..exchange import Answer, Refusal, Request
from ..routes import Api, Route, RouteTable, typed_query
from ..shapes import problems
from ..state import Token
from ..world import World
from . import (
    invitees,
    join,
    listing,
    meetings,
    oauth,
    participants,
    people,
    registrants,
    registration,
    reports,
    scopes,
    sources,
    webhooks,
)
from .paging import PAGING

ROUTES = RouteTable(
    (
        *meetings.ROUTES,
        *listing.ROUTES,
        *registration.ROUTES,
        *registrants.ROUTES,
        *invitees.ROUTES,
        *participants.ROUTES,
        *reports.ROUTES,
        *join.ROUTES,
        *people.ROUTES,
        *oauth.ROUTES,
        *webhooks.ROUTES,
        *sources.ROUTES,
    )
)
_PREFIX = "/v1"
_NOBODYS = ("/people", "/webhooks")
"""Calls that are made for nobody else: there is no place for hostEmail in them."""


def answer(world: World, request: Request) -> Answer:
    """Perform one call; whoever calls holds the state's lock."""
    try:
        route, arguments = ROUTES.find(request.method, request.path.removeprefix(_PREFIX))
        caller = None if route.open else _caller(world, request)
        if caller:
            _count_call(world, caller)
            if route.act is meetings.create:
                meetings.count_against_quota(world, caller.user)
        world.state.forget_old_meetings(world.now(), world.options.series_kept_days)
        query = typed_query(route, request.pairs, PAGING if route.paged else {})
        checked = replace(request, arguments=arguments, query=query, caller=caller)
        checked = replace(checked, data=_body(world, route, request))
        if caller:
            checked = replace(checked, acting=_acting(world, route, checked, caller))
            scopes.check(route, caller, checked.acting)
            if route.act is meetings.create and checked.acting in world.options.unlicensed:
                raise Refusal(403, scopes.MISSING)
        return route.act(world, checked)
    except Refusal as refusal:
        return error(refusal)


def error(refusal: Refusal) -> Answer:
    """The documented error body; the useful part is errors[].description."""
    tracking_id = f"SANDBOX_{secrets.token_hex(12).upper()}"
    headers = {"trackingId": tracking_id, **refusal.headers}
    if refusal.status == 429:
        # The guide's own example of a 429 is a page, not JSON.
        return Answer(
            429, text="<html><body>Too Many Requests</body></html>", content_type="text/html", headers=headers
        )
    messages = {
        400: "The input parameters contain invalid items.",
        401: "The request requires a valid access token set in the Authorization request header.",
        403: "The caller does not have the permission to do this.",
        404: "The requested resource could not be found.",
        409: refusal.descriptions[0],
    }
    body: dict[str, Any] = {
        "message": messages.get(refusal.status, responses.get(refusal.status, "Error")),
        "errors": [{"description": text} for text in refusal.descriptions],
        "trackingId": tracking_id,
    }
    if refusal.code:
        body["error"] = refusal.code
    return Answer(refusal.status, json=body, headers=headers)


def _caller(world: World, request: Request) -> Token:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    token = world.state.tokens.get(value)
    if scheme != "Bearer" or token is None or (token.expires and world.now() >= token.expires):
        raise Refusal(401, "The access token is missing, unknown or expired.")
    return token


def _count_call(world: World, caller: Token) -> None:
    limit, now = world.options.requests_per_minute, world.now()
    if limit is None:
        return
    key = caller.user  # counted per user, not per token
    recent = [one for one in world.state.recent_calls.get(key, []) if now - one < timedelta(minutes=1)]
    if len(recent) >= limit:
        wait = timedelta(minutes=1) - (now - recent[0])
        raise Refusal(429, "Too many requests.", headers={"Retry-After": str(int(wait.total_seconds()) + 1)})
    world.state.recent_calls[key] = [*recent, now]


def _body(world: World, route: Route, request: Request) -> dict[str, Any]:
    if route.body is None or (route.bare and not request.body):
        return {}
    if route.form:
        if request.media_type != "application/x-www-form-urlencoded":
            raise Refusal(415, "The content type must be application/x-www-form-urlencoded.")
        value: Any = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    else:
        accepted = world.options.patch_content_types if route.method == "PATCH" else ("application/json",)
        if request.media_type not in accepted:
            raise Refusal(415, f"The content type must be {' or '.join(accepted)}.")
        try:
            value = json.loads(request.body)
        except ValueError:
            raise Refusal(400, "The body is not valid JSON.") from None
    wrong = list(problems(value, route.body))
    if wrong:
        raise Refusal(400, *wrong)
    return dict(value)


def _acting(world: World, route: Route, request: Request, caller: Token) -> str:
    """The host in whose name the call is made. hostEmail stands in body, query or header, depending on the call."""
    named = request.data.get("hostEmail") or request.query.get("hostEmail")
    if route.act in (registration.delete, sources.listing):
        named = request.headers.get("hostemail")
    if named is None:
        if caller.kind == "service_app" and not route.template.startswith(_NOBODYS):
            raise Refusal(403, "A Service App must say on whose behalf it calls: 'hostEmail' is missing.")
        return caller.user
    named = str(named).lower()
    if caller.kind == "user" and named != caller.user:
        raise Refusal(403, "Only an admin-level token may set 'hostEmail'.")
    if named not in (world.options.host_email, *world.options.other_hosts):
        raise Refusal(403, f"'{named}' is not a user of a site that the caller manages.")
    return named


WEBEX = Api(_PREFIX, ROUTES, answer, error, lambda world, request: nullcontext())
