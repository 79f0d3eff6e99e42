"""Who the token belongs to, and how a new token is had."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from ..exchange import Answer, Refusal, Request
from ..instants import show_milliseconds
from ..routes import Route
from ..shapes import FLAG, Fields, texts
from ..state import Token
from ..world import World
from . import views

ACCESS_SECONDS = 1_209_599
REFRESH_SECONDS = 7_775_999
_INVALID_GRANT = "The grant is expired, revoked, malformed, or invalid."


def me(world: World, request: Request) -> Answer:
    """GET /people/me."""
    user = request.caller.user
    machine = request.caller.kind == "service_app"
    person: dict[str, Any] = {
        "id": views.person_id(user),
        "emails": [user],
        "displayName": world.options.host_name if user == world.options.host_email else user.split("@")[0],
        "orgId": views.person_id(world.options.site_url),
        "created": show_milliseconds(datetime.fromisoformat("2024-01-08T09:00:00Z")),
        "timezone": "Europe/Brussels",
        "siteUrls": [world.options.site_url],
        "status": "unknown",
        "type": "appuser" if machine else "person",
    }
    return Answer(json=person)


def access_token(world: World, request: Request) -> Answer:
    """POST /access_token: the refresh_token and authorization_code grants."""
    form, options = request.data, world.options
    if form["client_id"] != options.webex_client_id or form["client_secret"] != options.webex_client_secret:
        raise Refusal(401, "The client id or secret is wrong.", code="invalid_client")
    if form["grant_type"] == "authorization_code":
        code = form.get("code")
        if (
            code != options.webex_authorization_code
            or code in world.state.used_codes
            or "redirect_uri" not in form
        ):
            raise Refusal(400, _INVALID_GRANT, code="invalid_grant")
        world.state.used_codes.add(code)
        return _issue(world, options.webex_refresh_token)
    if form["grant_type"] != "refresh_token":
        raise Refusal(400, "The grant type is not supported.", code="unsupported_grant_type")
    given = form.get("refresh_token", "")
    held = world.state.refresh_tokens.get(given)
    if held is None or (held[1] is not None and world.now() >= held[1]):
        raise Refusal(400, _INVALID_GRANT, code="invalid_grant")
    if options.rotate_refresh_token:
        del world.state.refresh_tokens[given]
        given = secrets.token_urlsafe(32)
    return _issue(world, given)


def _issue(world: World, refresh_token: str) -> Answer:
    """Both tokens; using a refresh token renews its ninety days."""
    now, options = world.now(), world.options
    access = secrets.token_urlsafe(32)
    world.state.tokens[access] = Token(
        options.host_email,
        options.webex_client_id,
        options.token_kind,
        now + timedelta(seconds=ACCESS_SECONDS),
    )
    world.state.refresh_tokens[refresh_token] = (options.host_email, now + timedelta(seconds=REFRESH_SECONDS))
    return Answer(
        json={
            "access_token": access,
            "expires_in": ACCESS_SECONDS,
            "refresh_token": refresh_token,
            "refresh_token_expires_in": REFRESH_SECONDS,
            "token_type": "Bearer",
            "scope": "meeting:schedules_read meeting:schedules_write meeting:participants_read spark:people_read",
        }
    )


_FORM = Fields(
    texts("grant_type client_id client_secret code redirect_uri refresh_token code_verifier"),
    required=frozenset({"grant_type", "client_id", "client_secret"}),
)
ROUTES = (
    Route("GET", "/people/me", me, query={"callingData": FLAG}),
    Route("POST", "/access_token", access_token, body=_FORM, reads_only=True, open=True, form=True),
)
