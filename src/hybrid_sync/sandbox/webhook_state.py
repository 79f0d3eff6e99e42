"""Webhooks that somebody asked for, and what is to be delivered to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Webhook:
    """A webhook of one user, or of the whole organisation."""

    id: str
    owner: str
    client: str
    created: datetime
    name: str
    target_url: str
    resource: str
    event: str
    filter: str
    secret: str
    org_wide: bool
    active: bool = True
    reactivated: datetime | None = None
    failures: list[datetime] = field(default_factory=list)


@dataclass(frozen=True)
class Parcel:
    """A delivery that is to go out."""

    due: datetime
    webhook_id: str
    body: bytes
    signature: str
