"""A calendar collection that public events are published to, and what we know of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class PublishedRecord:
    """An event's object in a collection. `digest` is of the content last written, without its stamps."""

    event_id: str
    collection: str
    href: str
    etag: str | None
    digest: str
    state: str
    """there or gone."""
    at: datetime


class PublishedRows(Protocol):
    def get(self, event_id: str, collection: str) -> PublishedRecord | None: ...
    def save(self, record: PublishedRecord) -> None: ...


@dataclass(frozen=True)
class Held:
    """What a collection holds under a name: its version, whose it is, and its bytes as the server gives them."""

    etag: str
    uid: str
    data: bytes


class Collection(Protocol):
    """A collection of calendar objects, one for each event."""

    @property
    def name(self) -> str:
        """Names the collection in the store."""
        ...

    def get(self, href: str) -> Held | None:
        """What stands under that name; None when nothing does."""
        ...

    def put(self, href: str, data: bytes, seen: Held | None) -> str | None:
        """Write the object if it still is as seen (None: not there). Its version, where the server tells one.

        Raises TryLater when it was changed in between.
        """
        ...

    def remove(self, href: str, seen: Held) -> None:
        """Take the object away if it still is as seen; one that is gone already is fine."""
        ...

    def same(self, held: Held, wanted: bytes) -> bool:
        """Whether it tells people what `wanted` tells them; servers rewrite what they are given (calendar.md D1)."""
        ...
