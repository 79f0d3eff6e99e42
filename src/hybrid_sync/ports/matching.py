"""What people decided about who somebody was, and the addresses that were learned from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class MatchRecord:
    """One decision for one event. `stay_key` is the participant's (domain.matching.Participant.key)."""

    event_id: str
    stay_key: str
    registrant_id: str | None
    """Who it was; None when it was nobody who registered."""
    actor: str
    at: datetime

    def __repr__(self) -> str:
        return f"MatchRecord({self.event_id!r}, {self.registrant_id!r})"


@dataclass(frozen=True)
class AliasRecord:
    """An address that stands for a registered one at every event. `event_id` is where it was learned."""

    alias_key: str
    email_key: str
    event_id: str
    at: datetime

    def __repr__(self) -> str:
        return f"AliasRecord(learned at {self.event_id!r})"


class Matches(Protocol):
    def of(self, event_id: str) -> Mapping[str, MatchRecord]:
        """The event's decisions by participant's key."""
        ...

    def put(self, record: MatchRecord) -> None:
        """Write it down, in place of an earlier decision about the same participant."""
        ...

    def drop(self, event_id: str, stay_key: str) -> bool:
        """Forget it; False when there was none."""
        ...


class Aliases(Protocol):
    def of(self, event_id: str) -> Mapping[str, AliasRecord]:
        """By alias key, those that stand for somebody who is registered for the event."""
        ...

    def get(self, alias_key: str) -> AliasRecord | None: ...

    def put(self, record: AliasRecord) -> None:
        """Remember it, in place of what the same alias stood for before."""
        ...

    def drop(self, alias_key: str) -> bool:
        """Forget it; False when there was none."""
        ...
