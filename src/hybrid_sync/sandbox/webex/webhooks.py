"""/webhooks: what may be asked for, by whom, and how a webhook that Webex disabled comes back (webex.md 5)."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ..exchange import Answer, Refusal, Request
from ..instants import show_milliseconds
from ..routes import Route
from ..shapes import NUMBER, TEXT, Fields, texts
from ..webhook_state import Webhook
from ..world import World
from . import courier
from .lookup import NOT_FOUND
from .paging import page

RESOURCES = (
    "attachmentActions", "dataSources", "memberships", "messages", "rooms", "meetings", "recordings",
    "convergedRecordings", "meetingParticipants", "meetingTranscripts", "telephony_calls", "telephony_conference",
    "telephony_mwi", "uc_counters", "serviceApp", "adminBatchJobs",
)  # fmt: skip
EVENTS = (
    "created", "updated", "deleted", "started", "ended", "joined", "left", "migrated", "authorized", "deauthorized",
    "statusChanged",
)  # fmt: skip
PAIRS = {
    "meetings": {"created", "updated", "deleted", "started", "ended"},
    "meetingParticipants": {"joined", "left"},
    "recordings": {"created", "updated", "deleted"},
    "meetingTranscripts": {"created"},
    "serviceApp": {"authorized", "deauthorized"},
}
"""What the guide lists for the resources that have to do with meetings. Of others the sandbox knows nothing."""
FILTERS = {
    "meetings": {"id", "meetingNumber", "meetingType", "state", "hostEmail", "hostUserId", "siteUrl"},
    "meetingParticipants": {"id", "meetingId", "state", "hostEmail", "hostPersonId", "siteUrl"},
    "recordings": {
        "id", "meetingId", "scheduledMeetingId", "meetingSeriesId", "hostEmail", "hostUserId", "siteUrl",
    },
}  # fmt: skip
ORG_FILTERS = {"hostEmail", "hostUserId", "hostPersonId"}
"""These demand ownedBy=org."""


def create(world: World, request: Request) -> Answer:
    """POST /webhooks."""
    data = request.data
    org_wide = _org_wide(data, request)
    resource, event = data["resource"], data["event"]
    if event not in PAIRS.get(resource, ()):
        raise Refusal(400, f"The event '{event}' is not supported for the resource '{resource}'.")
    _check_address(data)
    named = dict(parse_qsl(data.get("filter", ""), keep_blank_values=True))
    unknown = sorted(named.keys() - FILTERS.get(resource, set()))
    if unknown or (data.get("filter") and not named):
        raise Refusal(400, f"The filter '{data['filter']}' is not supported for the resource '{resource}'.")
    if named.keys() & ORG_FILTERS and not org_wide:
        raise Refusal(400, "A filter by host is for webhooks with 'ownedBy' org only.")
    hook = Webhook(
        id="Y2lzY29zcGFyazovL3VzL1dFQkhPT0sv" + secrets.token_hex(16),
        owner=request.caller.user,
        client=request.caller.client,
        created=world.now(),
        name=data["name"],
        target_url=data["targetUrl"],
        resource=resource,
        event=event,
        filter=data.get("filter", ""),
        secret=data.get("secret", ""),
        org_wide=org_wide,
    )
    _refuse_second_of_organisation(world, hook)
    if not world.state.webhooks:
        courier.forget_the_past(world)
    world.state.webhooks[hook.id] = hook
    return Answer(json=view(hook))


def listing(world: World, request: Request) -> Answer:
    """GET /webhooks: one's own; with ownedBy=org the organisation's."""
    asked = request.query.get("ownedBy")
    if asked not in (None, "org"):
        raise Refusal(400, "The only value of 'ownedBy' is org.")
    if asked == "org":
        _admin_only(request)
        hooks = [one for one in world.state.webhooks.values() if one.org_wide]
    else:
        hooks = [one for one in world.state.webhooks.values() if _own(one, request) and not one.org_wide]
    return page(world, request, hooks, view, default=100)


def get(world: World, request: Request) -> Answer:
    """GET /webhooks/{webhookId}."""
    return Answer(json=view(_found(world, request)))


def update(world: World, request: Request) -> Answer:
    """PUT: name, address, secret, and back to active. It cannot deactivate."""
    hook, data = _found(world, request), request.data
    _check_address(data)
    hook.name, hook.target_url = data["name"], data["targetUrl"]
    hook.secret = data.get("secret", hook.secret)
    if data.get("status") == "active" and not hook.active:
        hook.active, hook.reactivated, hook.failures = True, world.now(), []
    return Answer(json=view(hook))


def delete(world: World, request: Request) -> Answer:
    """DELETE /webhooks/{webhookId}."""
    del world.state.webhooks[_found(world, request).id]
    return Answer(204)


def view(hook: Webhook) -> dict[str, Any]:
    """A webhook as the description has it."""
    shown: dict[str, Any] = {
        "id": hook.id,
        "name": hook.name,
        "targetUrl": hook.target_url,
        "resource": hook.resource,
        "event": hook.event,
        "status": "active" if hook.active else "inactive",
        "created": show_milliseconds(hook.created),
        "ownedBy": "org" if hook.org_wide else "creator",
    }
    if hook.filter:
        shown["filter"] = hook.filter
    if hook.secret:
        shown["secret"] = hook.secret
    return shown


def _org_wide(data: Any, request: Request) -> bool:
    owned = str(data.get("ownedBy", "creator"))
    if owned not in ("creator", "org"):
        raise Refusal(400, "'ownedBy' must be creator or org.")
    if owned == "org":
        _admin_only(request)
    return owned == "org"


def _admin_only(request: Request) -> None:
    if request.caller.kind == "user":
        raise Refusal(403, "Webhooks of the organisation need an administrator.")


def _check_address(data: Any) -> None:
    """https, or plain http on this machine: the sandbox itself reaches nothing else."""
    parts = urlsplit(data["targetUrl"])
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refusal(400, "'targetUrl' is not a valid URL.")
    if parts.scheme == "http" and parts.hostname not in courier.LOOPBACK:
        raise Refusal(400, "'targetUrl' must be an https address.")
    if not data["name"].strip():
        raise Refusal(400, "'name' must not be empty.")


def _refuse_second_of_organisation(world: World, hook: Webhook) -> None:
    same = [
        one
        for one in world.state.webhooks.values()
        if one.org_wide and (one.resource, one.event, one.filter) == (hook.resource, hook.event, hook.filter)
    ]
    if hook.org_wide and same:
        raise Refusal(409, "There is a webhook of the organisation for this resource and filter already.")


def _own(hook: Webhook, request: Request) -> bool:
    return bool(hook.owner == request.caller.user and hook.client == request.caller.client)


def _found(world: World, request: Request) -> Webhook:
    hook = world.state.webhooks.get(request.arguments["webhookId"])
    if hook is None or not (_own(hook, request) or (hook.org_wide and request.caller.kind != "user")):
        raise Refusal(404, NOT_FOUND)
    return hook


_NEW = Fields(
    {**texts("name targetUrl filter secret ownedBy"), "resource": RESOURCES, "event": EVENTS},
    required=frozenset({"name", "targetUrl", "resource", "event"}),
)
_CHANGE = Fields(
    {**texts("name targetUrl secret ownedBy"), "status": ("active",)},
    required=frozenset({"name", "targetUrl"}),
)
ROUTES = (
    Route("GET", "/webhooks", listing, query={"max": NUMBER, "ownedBy": TEXT}, paged=True),
    Route("POST", "/webhooks", create, body=_NEW),
    Route("GET", "/webhooks/{webhookId}", get),
    Route("PUT", "/webhooks/{webhookId}", update, body=_CHANGE),
    Route("DELETE", "/webhooks/{webhookId}", delete),
)
