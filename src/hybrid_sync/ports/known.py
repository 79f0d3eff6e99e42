"""The rooms of the store for what we know of the outside, and for what we do there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from hybrid_sync.domain.restored import Restored
from hybrid_sync.ports.rows import EntryRecord, Intent, MeetingRecord


class Meetings(Protocol):
    def get(self, event_id: str) -> MeetingRecord | None: ...
    def save(self, record: MeetingRecord) -> None: ...
    def event_of(self, meeting_id: str) -> str | None:
        """The event whose meeting it is; None when it is none of ours."""
        ...


class Registrations(Protocol):
    """Which registrations in the meeting are ours."""

    def of(self, event_id: str) -> Mapping[str, str]:
        """Registration ids by e-mail key."""
        ...

    def statuses(self, event_id: str) -> Mapping[str, str]:
        """By e-mail key: approved, pending or rejected, as last seen there; "turned down" when we rejected it."""
        ...

    def put(self, event_id: str, ids: Mapping[str, str], status: str = "approved") -> None: ...
    def drop(self, event_id: str, keys: Sequence[str]) -> None: ...


class Entries(Protocol):
    def get(self, event_id: str) -> EntryRecord | None: ...
    def coming(self, now: datetime) -> Sequence[EntryRecord]:
        """Those that are made and belong to published events which are not over, by start of the event."""
        ...

    def save(self, record: EntryRecord) -> None: ...


class Intents(Protocol):
    def get(self, op_key: str) -> Intent | None: ...
    def put(self, intent: Intent) -> None: ...
    def pending(self, event_id: str | None = None) -> Sequence[Intent]: ...


class Restores(Protocol):
    """What is remembered of the last restore, for each event that was not over then."""

    def get(self, event_id: str) -> Restored | None:
        """None for an event that no restore has touched."""
        ...

    def put(self, restored: Restored) -> None: ...
