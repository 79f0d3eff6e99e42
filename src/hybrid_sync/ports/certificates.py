"""The room of the store for certificates of attendance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from hybrid_sync.domain.certificates import Certificate


class Certificates(Protocol):
    """One certificate for each person and event, withdrawn ones too: their codes are still asked for."""

    def get(self, code: str) -> Certificate | None:
        """The certificate with that code, valid or withdrawn."""
        ...

    def of(self, event_id: str) -> Mapping[str, Certificate]:
        """By registrant id, in the order of names."""
        ...

    def put(self, certificates: Sequence[Certificate]) -> None:
        """Insert or replace by code."""
        ...
