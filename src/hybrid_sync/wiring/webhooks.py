"""Webhooks as the settings describe them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta

from hybrid_sync.adapters.webex import WebexApi, WebexDeliveries, WebexWebhooks
from hybrid_sync.domain.webhooks import EVENTS, WebhookSpec, hook_name
from hybrid_sync.errors import SettingsError
from hybrid_sync.ports import Clock, Store
from hybrid_sync.settings import Settings
from hybrid_sync.sync.chores import Chore
from hybrid_sync.sync.hints import Hints
from hybrid_sync.sync.webhooks import WebhookKeeper

PATH = "/webhooks/webex"
FEWEST_SECRET_CHARACTERS = 32
_PURPOSE = b"hybrid-sync: signature of Webex webhooks, 1"
_MARK = b"hybrid-sync: mark of the webhook secret, 1"


def webhook_secret(settings: Settings) -> str | None:
    """Derived from the [web] secret for this purpose alone, so that nothing need be stored; None without one."""
    secret = settings.web.secret.get_secret_value() if settings.web.secret else ""
    return _derived(secret) if len(secret) >= FEWEST_SECRET_CHARACTERS else None


def _derived(secret: str) -> str:
    return hmac.new(secret.encode(), _PURPOSE, hashlib.sha256).hexdigest()


def wanted_webhooks(settings: Settings) -> Sequence[WebhookSpec]:
    """One for each event. Raises SettingsError with everything that is missing for them."""
    address, secret = settings.service.base_url, webhook_secret(settings)
    problems = []
    if not address:
        problems.append("[service] base_url is missing: Webex must know under which https address to call us")
    elif not address.startswith("https://") and not settings.is_rehearsal:
        problems.append(f"[service] base_url '{address}' must be https: Webex calls it from outside")
    if secret is None:
        problems.append(
            f"webhooks need a [web] secret of at least {FEWEST_SECRET_CHARACTERS} characters, to tell Webex from others"
        )
    if problems or secret is None:
        raise SettingsError(problems)
    mark = hmac.new(secret.encode(), _MARK, hashlib.sha256).hexdigest()[:8]
    org_wide = settings.webex.webhooks_of == "organisation"
    host = settings.webex.host_email
    return [
        WebhookSpec(
            name=hook_name(settings.service.name, resource, event, mark),
            resource=resource,
            event=event,
            target_url=f"{address}{PATH}",
            secret=secret,
            # This filter is for webhooks of an organisation only (webex.md 5).
            filter=f"hostEmail={host}" if org_wide and host else None,
            org_wide=org_wide,
        )
        for resource, event in EVENTS
    ]


def webhook_keeper(settings: Settings, api: WebexApi, store: Store, clock: Clock) -> WebhookKeeper:
    hooks = WebexWebhooks(api, org_wide=settings.webex.webhooks_of == "organisation")
    return WebhookKeeper(hooks, store, clock, settings.service.name, lambda: wanted_webhooks(settings))


def webhook_chores(settings: Settings, keeper: WebhookKeeper) -> tuple[Chore, ...]:
    """Nothing to keep where there can be none."""
    try:
        wanted_webhooks(settings)
    except SettingsError:
        return ()
    return (Chore("webhooks", timedelta(hours=1), keeper.keep),)


def webhook_hints(settings: Settings, store: Store, clock: Clock) -> Hints:
    old = [_derived(secret.get_secret_value()) for secret in settings.web.old_secrets]
    return Hints(store, WebexDeliveries(webhook_secret(settings), old), clock)
