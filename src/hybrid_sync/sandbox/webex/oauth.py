"""The page on which a person allows an integration, and the tokens that come of it."""

from __future__ import annotations

import secrets
from datetime import timedelta
from urllib.parse import urlencode

from ..exchange import Answer, Refusal, Request
from ..routes import Route
from ..shapes import Fields, texts
from ..state import Code, Token
from ..world import World
from . import scopes

ACCESS_SECONDS = 1_209_599
REFRESH_SECONDS = 7_775_999
CODE_SECONDS = 600
_INVALID_GRANT = "The grant is expired, revoked, malformed, or invalid."


def authorize(world: World, request: Request) -> Answer:
    """GET /authorize: the person at the browser says yes at once (or no, by option) and is sent back."""
    query, options = request.query, world.options
    if query["client_id"] != options.webex_client_id:
        raise Refusal(400, "The client id is unknown.", code="invalid_client")
    if query["redirect_uri"] not in options.webex_redirect_uris:
        # Never a redirect to an address that is not registered.
        raise Refusal(400, "The redirect uri does not match the one registered.", code="invalid_redirect_uri")
    if query["response_type"] != "code":
        raise Refusal(400, "The response type is not supported.", code="unsupported_response_type")
    back = {"state": query["state"]} if "state" in query else {}
    asked = frozenset(query["scope"].split())
    if asked - scopes.everything("admin"):
        return _back(query["redirect_uri"], {"error": "invalid_scope", **back})
    if options.authorize_denied:
        return _back(query["redirect_uri"], {"error": "access_denied", **back})
    code = secrets.token_urlsafe(24)
    granted = asked if options.webex_scopes is None else asked & frozenset(options.webex_scopes)
    ends = world.now() + timedelta(seconds=CODE_SECONDS)
    world.state.codes[code] = Code(query["redirect_uri"], granted, ends)
    return _back(query["redirect_uri"], {"code": code, **back})


def _back(address: str, query: dict[str, str]) -> Answer:
    return Answer(302, text="", headers={"Location": f"{address}?{urlencode(query)}"})


def access_token(world: World, request: Request) -> Answer:
    """POST /access_token: the refresh_token and authorization_code grants."""
    form, options = request.data, world.options
    if form["client_id"] != options.webex_client_id or form["client_secret"] != options.webex_client_secret:
        raise Refusal(401, "The client id or secret is wrong.", code="invalid_client")
    if form["grant_type"] == "authorization_code":
        return _by_code(world, form.get("code", ""), form.get("redirect_uri"))
    if form["grant_type"] != "refresh_token":
        raise Refusal(400, "The grant type is not supported.", code="unsupported_grant_type")
    given = form.get("refresh_token", "")
    held = world.state.refresh_tokens.get(given)
    if held is None or (held[1] is not None and world.now() >= held[1]):
        raise Refusal(400, _INVALID_GRANT, code="invalid_grant")
    granted = world.state.granted.get(given)
    if options.rotate_refresh_token:
        del world.state.refresh_tokens[given]
        given = secrets.token_urlsafe(32)
    return _issue(world, given, granted)


def _by_code(world: World, code: str, redirect_uri: str | None) -> Answer:
    """A code works once, for the address that it was sent to."""
    options, state = world.options, world.state
    known = state.codes.get(code)
    fixed = code == options.webex_authorization_code and redirect_uri is not None
    fits = fixed or (known is not None and known.redirect_uri == redirect_uri and world.now() < known.ends)
    if not fits or code in state.used_codes:
        raise Refusal(400, _INVALID_GRANT, code="invalid_grant")
    state.used_codes.add(code)
    if known is None:
        return _issue(world, options.webex_refresh_token, None)
    return _issue(world, secrets.token_urlsafe(32), known.scopes)


def _issue(world: World, refresh_token: str, granted: frozenset[str] | None) -> Answer:
    """Both tokens; using a refresh token renews its ninety days. What was granted stays granted."""
    now, options, state = world.now(), world.options, world.state
    access = secrets.token_urlsafe(32)
    if granted is None:
        granted = scopes.everything(options.token_kind)
        if options.webex_scopes is not None:
            granted &= frozenset(options.webex_scopes)
    ends = now + timedelta(seconds=ACCESS_SECONDS)
    state.tokens[access] = Token(
        options.host_email, options.webex_client_id, options.token_kind, ends, granted
    )
    state.refresh_tokens[refresh_token] = (options.host_email, now + timedelta(seconds=REFRESH_SECONDS))
    state.granted[refresh_token] = granted
    answer = {
        "access_token": access,
        "expires_in": ACCESS_SECONDS,
        "refresh_token": refresh_token,
        "refresh_token_expires_in": REFRESH_SECONDS,
        "token_type": "Bearer",
    }
    if options.token_tells_scope:
        answer["scope"] = " ".join(sorted(granted))
    return Answer(json=answer)


_FORM = Fields(
    texts("grant_type client_id client_secret code redirect_uri refresh_token code_verifier"),
    required=frozenset({"grant_type", "client_id", "client_secret"}),
)
_PAGE = texts("response_type client_id redirect_uri scope state code_challenge code_challenge_method")
ROUTES = (
    Route(
        "GET",
        "/authorize",
        authorize,
        query=_PAGE,
        required=frozenset({"response_type", "client_id", "redirect_uri", "scope"}),
        open=True,
    ),
    Route("POST", "/access_token", access_token, body=_FORM, reads_only=True, open=True, form=True),
)
