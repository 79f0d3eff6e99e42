"""Microsoft's sign-in service: discovery and the client credentials grant, for one tenant and one application."""

from __future__ import annotations

import base64
import json
import secrets
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from .exchange import Answer, Refusal, Request
from .routes import Api, Route, RouteTable, typed_query
from .shapes import Fields, problems, texts
from .state import AppToken
from .world import World

_PREFIX = "/entra"
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
GRAPH, EXCHANGE = "https://graph.microsoft.com", "https://outlook.office365.com"
_FAMILIES = {GRAPH: ("Calendars.", "Mail.", "User."), EXCHANGE: ("SMTP.", "IMAP.")}
_ERRORS = {
    "90002": (400, "invalid_tenant", "Tenant '{0}' not found."),
    "700016": (
        400,
        "unauthorized_client",
        "Application with identifier '{0}' was not found in the directory.",
    ),
    "7000215": (401, "invalid_client", "Invalid client secret provided."),
    "7000222": (401, "invalid_client", "The provided client secret keys for app '{0}' are expired."),
    "700027": (401, "invalid_client", "Client assertion failed signature validation."),
    "7000218": (
        401,
        "invalid_client",
        "The request body must contain: 'client_assertion' or 'client_secret'.",
    ),
    "70003": (400, "unsupported_grant_type", "The app requested an unsupported grant type '{0}'."),
    "70011": (400, "invalid_scope", "The provided value for the input parameter 'scope' is not valid: {0}"),
    "500011": (400, "invalid_resource", "The resource principal named {0} was not found in the tenant."),
}


def discovery(world: World, request: Request) -> Answer:
    """GET .well-known/openid-configuration. Named with https as the real ones are, though the sandbox has no TLS."""
    _tenant(world, request)
    base = _base(world)
    return Answer(
        json={
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "issuer": f"{base}/v2.0",
        }
    )


def token(world: World, request: Request) -> Answer:
    """POST token: for one service at a time, with the permissions that somebody consented to."""
    _tenant(world, request)
    form, options = request.data, world.options
    if form["grant_type"] != "client_credentials":
        raise _refused("70003", form["grant_type"])
    if form["client_id"] != options.graph_client_id:
        raise _refused("700016", form["client_id"])
    _prove(world, form)
    audience, dot, _ = form["scope"].partition("/.default")
    if not dot or form["scope"] != f"{audience}/.default":
        raise _refused("70011", form["scope"])
    if audience not in _FAMILIES:
        raise _refused("500011", audience)
    roles = sorted(role for role in options.graph_roles if role.startswith(_FAMILIES[audience]))
    ends = world.now() + timedelta(seconds=options.graph_token_seconds)
    value = _jwt(
        {"aud": audience, "appid": options.graph_client_id, "roles": roles, "exp": int(ends.timestamp())}
    )
    world.state.app_tokens[value] = AppToken(audience, frozenset(roles), ends)
    lives = options.graph_token_seconds
    return Answer(
        json={"token_type": "Bearer", "expires_in": lives, "ext_expires_in": lives, "access_token": value}
    )


def app_token(world: World, value: str, audience: str) -> AppToken | None:
    """What a presented token is good for; None when it is unknown, ended, or for another service."""
    if value == world.options.graph_token:
        return AppToken(audience, frozenset(world.options.graph_roles))
    held = world.state.app_tokens.get(value)
    if held is None or held.audience != audience or (held.expires and world.now() >= held.expires):
        return None
    return held


def may(world: World, held: AppToken, role: str, mailbox: str) -> bool:
    """Whether the token's own permissions, or Exchange's roles for the application, allow that on the mailbox."""
    options = world.options
    in_scope = mailbox.lower() in {one.lower() for one in options.exchange_scope}
    return role in held.roles or (role in options.exchange_roles and in_scope)


def _tenant(world: World, request: Request) -> None:
    if request.arguments["tenant"] != world.options.tenant_id:
        raise _refused("90002", request.arguments["tenant"])


def _base(world: World) -> str:
    return world.url.replace("http://", "https://", 1) + f"{_PREFIX}/{world.options.tenant_id}"


def _prove(world: World, form: Any) -> None:
    """A secret, or an assertion signed with the key of the certificate."""
    options = world.options
    if "client_assertion" in form:
        if form.get("client_assertion_type") != _ASSERTION or not _signed(world, form["client_assertion"]):
            raise _refused("700027")
    elif "client_secret" not in form:
        raise _refused("7000218")
    elif form["client_secret"] != options.graph_client_secret:
        raise _refused("7000215")
    elif options.graph_secret_expired:
        raise _refused("7000222", options.graph_client_id)


def _signed(world: World, assertion: str) -> bool:
    """Whether it is signed by the certificate's key (PS256), for our token endpoint, for this application."""
    options = world.options
    if not options.graph_certificate or assertion.count(".") != 2:
        return False
    certificate = x509.load_pem_x509_certificate(options.graph_certificate.encode())
    key = certificate.public_key()
    signed, _, signature = assertion.rpartition(".")
    head, body = (json.loads(_decoded(part)) for part in signed.split("."))
    if not isinstance(key, rsa.RSAPublicKey) or head.get("alg") != "PS256":
        return False
    scheme = padding.PSS(mgf=padding.MGF1(SHA256()), salt_length=SHA256.digest_size)
    try:
        key.verify(_decoded(signature), signed.encode(), scheme, SHA256())
    except InvalidSignature:
        return False
    return bool(
        body.get("aud") == f"{_base(world)}/oauth2/v2.0/token" and body.get("iss") == options.graph_client_id
    )


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _jwt(claims: dict[str, Any]) -> str:
    """The form of a real token. Nobody but the sandbox reads it, so the signature is made up."""
    parts = [{"typ": "JWT", "alg": "RS256"}, claims]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, secrets.token_urlsafe(256)])


def _refused(number: str, *words: str) -> Refusal:
    status, code, text = _ERRORS[number]
    return Refusal(
        status, f"AADSTS{number}: {text.format(*words)} Trace ID: {secrets.token_hex(8)}", code=code
    )


_FORM = Fields(
    texts(
        "grant_type client_id client_secret client_assertion client_assertion_type scope client_info claims"
    ),
    required=frozenset({"grant_type", "client_id", "scope"}),
)
ROUTES = RouteTable(
    (
        Route("GET", "/{tenant}/v2.0/.well-known/openid-configuration", discovery, open=True),
        Route(
            "POST", "/{tenant}/oauth2/v2.0/token", token, body=_FORM, reads_only=True, open=True, form=True
        ),
    )
)


def answer(world: World, request: Request) -> Answer:
    """Perform one call; whoever calls holds the state's lock."""
    try:
        route, arguments = ROUTES.find(request.method, request.path.removeprefix(_PREFIX))
        query = typed_query(route, request.pairs, {})
        data: dict[str, Any] = {}
        if route.form:
            if request.media_type != "application/x-www-form-urlencoded":
                raise Refusal(415, "The content type must be application/x-www-form-urlencoded.")
            data = dict(parse_qsl(request.body.decode("utf-8", "replace")))
            wrong = list(problems(data, _FORM))
            if wrong:
                raise Refusal(400, "AADSTS900144: " + " ".join(wrong), code="invalid_request")
        return route.act(world, replace(request, arguments=arguments, query=query, data=data))
    except Refusal as refusal:
        return error(refusal)


def error(refusal: Refusal) -> Answer:
    """OAuth's error body."""
    code = refusal.code or ("temporarily_unavailable" if refusal.status >= 500 else "invalid_request")
    body = {"error": code, "error_description": " ".join(refusal.descriptions)}
    return Answer(refusal.status, json=body, headers=refusal.headers)


ENTRA = Api(_PREFIX, ROUTES, answer, error, lambda world, request: nullcontext())
