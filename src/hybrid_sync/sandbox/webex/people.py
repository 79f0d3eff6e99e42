"""Who the token belongs to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ..exchange import Answer, Request
from ..instants import show_milliseconds
from ..routes import Route
from ..shapes import FLAG
from ..world import World
from . import views


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
        "siteUrls": [world.options.site_url + ("#attendee" if user in world.options.unlicensed else "")],
        "status": "unknown",
        "type": "appuser" if machine else "person",
    }
    return Answer(json=person)


ROUTES = (Route("GET", "/people/me", me, query={"callingData": FLAG}),)
