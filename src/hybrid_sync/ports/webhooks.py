"""Webhooks: the calls that a meeting system makes to us. Methods that talk raise the ProviderError kinds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hybrid_sync.domain.webhooks import Webhook, WebhookSpec


class Webhooks(Protocol):
    """Where the meeting system tells us of its own accord that something happened."""

    def listed(self) -> Sequence[Webhook]:
        """Every webhook of this account, ours and others'."""
        ...

    def install(self, wanted: WebhookSpec) -> Webhook:
        """Make it; never repeated by the transport: whoever lost the answer looks at the list."""
        ...

    def put_right(self, seen: Webhook, wanted: WebhookSpec) -> Webhook:
        """Give it our address and secret, and make it active again if the system had disabled it."""
        ...

    def remove(self, seen: Webhook) -> None:
        """Delete it; one that is gone already is fine."""
        ...


@dataclass(frozen=True)
class Hint:
    """What a delivery says: `what` happened to a meeting known by one of `meeting_ids`. `key` is the delivery's own."""

    what: str
    meeting_ids: tuple[str, ...]
    key: str


class HintReader(Protocol):
    """Tells what webhooks deliver from what others send."""

    def genuine(self, body: bytes, signature: str) -> bool:
        """Whether `body`, byte for byte, was signed with our secret."""
        ...

    def read(self, body: bytes) -> Hint | None:
        """What it points at; None when it is about nothing that we keep, or cannot be read."""
        ...
