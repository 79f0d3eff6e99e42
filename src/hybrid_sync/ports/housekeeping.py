"""The rooms of the store for what belongs to no event."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

NO_EVENT = ""
"""The event id under which questions and audit lines stand that concern no single event."""

COPIED = "store.copied"
"""The intent that stands in a copy of the database only. Its state is COPY_IN_USE until somebody said that it was put back."""

COPY_IN_USE = "done"


class Chores(Protocol):
    """When what belongs to no event is due (sync/chores.py)."""

    def due_at(self, name: str) -> datetime | None:
        """When it is due; None when it was never done."""
        ...

    def take(self, name: str, now: datetime, until: datetime) -> bool:
        """If it is due: nobody else may take it before `until`. False when it is not, or somebody was faster."""
        ...

    def put_off(self, name: str, taken: datetime, due_at: datetime) -> None:
        """Due again at `due_at`, unless somebody else has taken it since it was taken until `taken`."""
        ...


class Deliveries(Protocol):
    """Which webhook deliveries were seen, for some hours."""

    def first(self, key: str, at: datetime) -> bool:
        """Note it; False when it was noted already."""
        ...

    def forget(self, before: datetime) -> int:
        """Drop what was noted before; returns how many."""
        ...
