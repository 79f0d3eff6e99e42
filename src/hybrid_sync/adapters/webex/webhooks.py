"""Webhooks at Webex: making and keeping them, and reading what they deliver (webex.md 5)."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence

from hybrid_sync.adapters.webex.session import WebexApi, segment
from hybrid_sync.domain.webhooks import EVENTS, Webhook, WebhookSpec
from hybrid_sync.errors import Gone, OutcomeUnknown
from hybrid_sync.http_client import Json, json_of
from hybrid_sync.ports import Hint

SIGNATURE = "x-spark-signature"
LONGEST_ID = 200


class WebexWebhooks:
    """ports.Webhooks. `org_wide` looks at those of the whole organisation too, which needs an admin's token."""

    def __init__(self, api: WebexApi, *, org_wide: bool = False) -> None:
        self._api = api
        self._org_wide = org_wide

    def listed(self) -> Sequence[Webhook]:
        """All pages of the token's own webhooks, and of the organisation's when asked for, each once."""
        items = self._api.items("webhooks", {"max": 100})
        if self._org_wide:
            items += self._api.items("webhooks", {"max": 100, "ownedBy": "org"})
        found = (webhook_of(item) for item in items)
        return list({hook.id: hook for hook in found if hook}.values())

    def install(self, wanted: WebhookSpec) -> Webhook:
        body = {
            "name": wanted.name,
            "targetUrl": wanted.target_url,
            "resource": wanted.resource,
            "event": wanted.event,
            "secret": wanted.secret,
        }
        if wanted.filter:
            body["filter"] = wanted.filter
        if wanted.org_wide:
            body["ownedBy"] = "org"
        return self._written("POST", "webhooks", body)

    def put_right(self, seen: Webhook, wanted: WebhookSpec) -> Webhook:
        """PUT wants name and address even when only the status is to change."""
        body = {
            "name": wanted.name,
            "targetUrl": wanted.target_url,
            "secret": wanted.secret,
            "status": "active",
        }
        if wanted.org_wide:
            body["ownedBy"] = "org"
        return self._written("PUT", f"webhooks/{segment(seen.id)}", body)

    def remove(self, seen: Webhook) -> None:
        try:
            self._api.call("DELETE", f"webhooks/{segment(seen.id)}")
        except Gone:
            return

    def _written(self, method: str, path: str, body: Json) -> Webhook:
        response = self._api.call(method, path, json=body)
        hook = webhook_of(json_of(self._api.system, response, safe=False))
        if hook is None:
            raise OutcomeUnknown(self._api.system, "the answer about a webhook holds no webhook")
        return hook


class WebexDeliveries:
    """ports.HintReader. `secret` None: nothing can be told from a forgery, so nothing is believed.

    `old` are secrets that went before: what Webex signs with them is genuine until the webhooks are put right.
    """

    def __init__(self, secret: str | None, old: Sequence[str] = ()) -> None:
        self._secrets = [one.encode() for one in (secret, *old) if one] if secret else []

    def genuine(self, body: bytes, signature: str) -> bool:
        """X-Spark-Signature: HMAC-SHA1 over the raw bytes, in hex; compared in constant time.

        SHA-1 is Webex's choice. What a forger would gain is one needless look at an event.
        """
        # As bytes: compare_digest refuses text that is not plain ASCII.
        told = signature.strip().lower().encode("utf-8", "replace")
        expected = [hmac.new(secret, body, hashlib.sha1).hexdigest().encode() for secret in self._secrets]
        return any(hmac.compare_digest(one, told) for one in expected)

    def read(self, body: bytes) -> Hint | None:
        """What a delivery points at; None for one that is about nothing of ours, or cannot be read."""
        try:
            envelope = json.loads(body)
        except (ValueError, RecursionError):  # the latter for a million brackets
            return None
        if not isinstance(envelope, dict):
            return None
        data = envelope.get("data")
        about = (envelope.get("resource"), envelope.get("event"))
        if about not in EVENTS or not isinstance(data, dict):
            return None
        ids = _meeting_ids(data, "id" if about[0] == "meetings" else "meetingId")
        # There is no id of the delivery in it: `id` is the webhook's. Equal bytes are the same delivery.
        return Hint(f"{about[0]}.{about[1]}", ids, hashlib.sha256(body).hexdigest()) if ids else None


def _meeting_ids(data: Json, own: str) -> tuple[str, ...]:
    """Ids under which our store may know the meeting, best first.

    Ids are opaque (webex.md 1.1), but an instance's begins with its series' in every example seen, and the worst that
    a wrong guess does is that nobody is woken.
    """
    named = [data.get("meetingSeriesId"), data.get(own)]
    told = [one for one in named if isinstance(one, str) and 0 < len(one) <= LONGEST_ID]
    return tuple(dict.fromkeys([*told, *(one.partition("_")[0] for one in told if "_" in one)]))


def webhook_of(body: Json) -> Webhook | None:
    """The webhook, or None for an object that is none."""
    texts = {name: body.get(name) for name in ("id", "name", "targetUrl", "resource", "event")}
    if not texts["id"]:
        return None
    return Webhook(
        id=str(texts["id"]),
        name=str(texts["name"] or ""),
        resource=str(texts["resource"] or ""),
        event=str(texts["event"] or ""),
        target_url=str(texts["targetUrl"] or ""),
        active=str(body.get("status", "active")).lower() == "active",
        filter=str(body["filter"]) if body.get("filter") else None,
        org_wide=body.get("ownedBy") == "org",
    )
