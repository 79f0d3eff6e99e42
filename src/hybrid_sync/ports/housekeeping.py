"""The rooms of the store for what belongs to no event."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

NO_EVENT = ""
"""The event id under which questions and audit lines stand that concern no single event."""


class Home(Protocol):
    """Where this database is at home. A copy of it that was put back, or put elsewhere, finds that it is not."""

    def is_copy(self) -> bool:
        """Whether this is a copy of which nobody has said so yet: nothing may be done outside with it."""
        ...

    def settle(self) -> None:
        """Somebody has said so: it is at home here from now on."""
        ...


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
