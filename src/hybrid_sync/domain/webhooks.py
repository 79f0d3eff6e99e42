"""Which webhooks there should be, and what is wrong with those that are there. Decides; changes nothing.

Ours are told from others by their name: `hybrid-sync:<service>:<resource>.<event>:<mark of the secret>`. The mark shows
a changed secret without anybody having to read one back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

EVENTS = (
    ("meetings", "started"),
    ("meetings", "ended"),
    ("meetingParticipants", "joined"),
    ("meetingParticipants", "left"),
)
"""One webhook each: `all` does not cover them, and there is none for registrants (webex.md 5)."""

LONGEST_SERVICE = 60


@dataclass(frozen=True)
class WebhookSpec:
    """A webhook as it should be. `secret` is never shown."""

    name: str
    resource: str
    event: str
    target_url: str
    secret: str = field(repr=False)
    filter: str | None = None
    org_wide: bool = False


@dataclass(frozen=True)
class Webhook:
    """A webhook as it is."""

    id: str
    name: str
    resource: str
    event: str
    target_url: str
    active: bool
    filter: str | None = None
    org_wide: bool = False


class HookState(StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"
    """By Webex, after too many failed deliveries (webex.md 5)."""
    MISSING = "missing"
    ELSEWHERE = "elsewhere"
    """It calls another address than ours."""
    OTHER_SECRET = "other secret"
    """Its deliveries would be refused here."""
    SUPERFLUOUS = "superfluous"
    """A second one for the same event, or one with another filter or owner."""


@dataclass(frozen=True)
class HookView:
    """What is the case with one webhook. `wanted` None: it is to go; `seen` None: it is to be made."""

    state: HookState
    wanted: WebhookSpec | None
    seen: Webhook | None

    @property
    def target(self) -> str:
        """For people: "meetings started"."""
        one = self.wanted or self.seen
        assert one is not None
        return f"{one.resource} {one.event}"


def family(service: str) -> str:
    """How the names of all webhooks of this service begin. Two services on one account need different names."""
    plain = re.sub(r"[^A-Za-z0-9 ._-]+", "-", service).strip()[:LONGEST_SERVICE]
    return f"hybrid-sync:{plain}:"


def hook_name(service: str, resource: str, event: str, secret_mark: str) -> str:
    return f"{family(service)}{resource}.{event}:{secret_mark}"


def ours(service: str, hooks: Iterable[Webhook]) -> list[Webhook]:
    return [hook for hook in hooks if hook.name.startswith(family(service))]


def compare(wanted: Sequence[WebhookSpec], seen: Iterable[Webhook]) -> list[HookView]:
    """Every wanted webhook with the one that stands for it, then those of ours that are too many."""
    left = sorted(seen, key=lambda hook: hook.id)
    views = []
    for spec in wanted:
        fitting = [hook for hook in left if _fits(spec, hook)]
        # The one that works stays; of several that do not, the same one every time.
        best = min(fitting, key=lambda hook: _state(spec, hook) is not HookState.ACTIVE, default=None)
        if best is not None:
            left.remove(best)
        views.append(HookView(_state(spec, best), spec, best))
    return views + [HookView(HookState.SUPERFLUOUS, None, hook) for hook in left]


def _fits(spec: WebhookSpec, hook: Webhook) -> bool:
    """Whether PUT could make the hook what it should be: resource, event, filter and owner it cannot change."""
    wanted = (spec.resource, spec.event, spec.filter or "", spec.org_wide)
    return wanted == (hook.resource, hook.event, hook.filter or "", hook.org_wide)


def _state(spec: WebhookSpec, hook: Webhook | None) -> HookState:
    if hook is None:
        return HookState.MISSING
    if hook.target_url != spec.target_url:
        return HookState.ELSEWHERE
    if hook.name != spec.name:
        return HookState.OTHER_SECRET
    return HookState.ACTIVE if hook.active else HookState.DISABLED
