"""Which files were taken in for an event, and which of their columns hold what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class ImportRecord:
    """One file that was taken in. `kind` is attendance, door or registrants; `zone` None where times told theirs.

    `rows` were taken, `added` of them were new or changed something. `sha256` is of the file's bytes, in hex.
    """

    event_id: str
    sha256: str
    kind: str
    name: str
    layout: str
    zone: str | None
    rows: int
    added: int
    at: datetime


class Imports(Protocol):
    def get(self, event_id: str, sha256: str) -> ImportRecord | None:
        """The file with these bytes, if it was taken in for the event."""
        ...

    def of(self, event_id: str) -> Sequence[ImportRecord]:
        """Every file of the event, oldest first."""
        ...

    def put(self, record: ImportRecord) -> None:
        """Note a file; the same bytes again replace what was noted."""
        ...


class Mappings(Protocol):
    def get(self, event_id: str, kind: str) -> Mapping[str, str]:
        """Field -> column name, as a person told it for files of that kind; empty when nobody did."""
        ...

    def put(self, event_id: str, kind: str, columns: Mapping[str, str], at: datetime) -> None:
        """Remember it instead of what was told before."""
        ...
