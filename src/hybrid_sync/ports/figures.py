"""How the service stands, in figures that the store knows: for `status` and for machines that watch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class StoreFigures:
    """Counts and instants (UTC). Nothing in it is about a person or names an event."""

    events: Mapping[str, int] = field(default_factory=dict)
    """By state."""
    due: int = 0
    """Events that are due and that nobody works on."""
    oldest_due: datetime | None = None
    """Since when the longest waiting of them is due."""
    leased: int = 0
    """Events that somebody works on."""
    failing: int = 0
    """Events whose last pass ended in trouble that a machine tries again."""
    next_due: datetime | None = None
    """When something is due next that is not yet."""
    questions: int = 0
    oldest_question: datetime | None = None
    unknown: int = 0
    """Calls whose outcome is not known."""
    oldest_unknown: datetime | None = None
    mails: int = 0
    """Mails that are written down and not sent."""
    oldest_mail: datetime | None = None
    refused_mails: int = 0
    pulls: int = 0
    last_pull: datetime | None = None
    chores: Mapping[str, datetime] = field(default_factory=dict)
    """When each chore is due again."""
    sign_ins: Mapping[str, tuple[datetime, datetime | None, bool]] = field(default_factory=dict)
    """By system: when the access token ends, when the refresh token, and whether it could not be renewed."""
    schema: str = ""


class Figures(Protocol):
    def at(self, now: datetime) -> StoreFigures:
        """How it stands. Costs as much as there is to do, not as there is stored."""
        ...
