"""Which application permission a call needs."""

from __future__ import annotations

from collections.abc import Mapping

from .. import entra
from ..exchange import Refusal, Request
from ..routes import Route
from ..state import AppToken
from ..world import World

_DENIED = "Access is denied. Check credentials and try again."


def caller(world: World, request: Request) -> AppToken:
    """Whoever the token speaks for, or 401."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    held = entra.app_token(world, value, entra.GRAPH)
    if scheme != "Bearer" or held is None:
        raise Refusal(401, "Access token is empty, malformed or expired.")
    return held


def check(world: World, route: Route, arguments: Mapping[str, str], held: AppToken) -> None:
    """403 when neither the token nor a role in Exchange allows the call on this mailbox."""
    if "userId" not in arguments:
        return  # a batch: its items are judged one by one
    mailbox = arguments["userId"]
    if not any(entra.may(world, held, role, mailbox) for role in _wanted(route)):
        raise Refusal(403, _DENIED, code="ErrorAccessDenied")


def _wanted(route: Route) -> tuple[str, ...]:
    if route.template.endswith("/sendMail"):
        return ("Mail.Send",)
    if "/messages" in route.template:
        return ("Mail.Read",)
    return ("Calendars.ReadWrite",) if route.writing else ("Calendars.ReadWrite", "Calendars.Read")
