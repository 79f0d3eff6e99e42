"""The trail of what was done, as an auditor reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from hybrid_sync.domain.audit_chain import KeptLine
from hybrid_sync.ports.rows import AuditLine


class Audit(Protocol):
    """Lines are added and read, never changed. Each is chained to the one before it (domain.audit_chain)."""

    def add(self, line: AuditLine) -> None:
        """Write it when this transaction commits."""
        ...

    def of(self, event_id: str) -> Sequence[AuditLine]:
        """The lines of one event, in the order of writing."""
        ...

    def since(self, at: datetime | None = None, event_id: str | None = None) -> Sequence[AuditLine]:
        """Lines of `at` and later, of every event or of this one, in the order of writing."""
        ...

    def kept(self) -> Iterator[KeptLine]:
        """Every line with its chain value, in the order of writing, read bit by bit."""
        ...

    def record_changes(
        self, event_id: str | None = None, ending_since: datetime | None = None
    ) -> Mapping[str, datetime]:
        """When the record of each event was last changed by a person, as far as lines are kept.

        Of this one only, or only of those that end then or later.
        """
        ...
