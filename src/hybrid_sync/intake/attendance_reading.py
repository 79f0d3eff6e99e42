"""What attendance files give: stays that were taken, rows that were refused, and what a person should look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from hybrid_sync.domain.presence import Interval, Segment

if TYPE_CHECKING:
    # Every command line imports this module for the names of the layouts; the readers of lists are for those who read.
    from hybrid_sync.intake.registrant_lists import RefusedRow


class Layout(StrEnum):
    WEBEX = "webex"
    TEAMS = "teams"
    OWN = "own"
    DOOR = "door"


@dataclass(frozen=True)
class AttendanceReading:
    """What a file gave. `columns`: the header chosen for each field; `zone` is the assumed one, None where none was needed.

    `meetings` are the names that the file gives to what it reports.
    """

    file: str
    layout: Layout
    segments: tuple[Segment, ...]
    refused: tuple[RefusedRow, ...]
    columns: Mapping[str, str]
    encoding: str
    zone: str | None = None
    notes: tuple[str, ...] = ()
    meetings: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """One line: how many rows there were, how many were taken and refused, and what for."""
        total = len(self.segments) + len(self.refused)
        text = f"{self.file}: {len(self.segments)} of {total} rows taken, {len(self.refused)} refused"
        fields = Counter(row.field for row in self.refused)
        return text + (
            " (" + ", ".join(f"{n} for {name}" for name, n in fields.most_common()) + ")" if fields else ""
        )


class RowRefusal(Exception):
    """Leaves the reading of one row; never leaves intake."""

    def __init__(self, field: str, reason: str, value: str = "") -> None:
        super().__init__(reason)
        self.field, self.reason, self.value = field, reason, value


def near(segments: Sequence[Segment], window: Interval, padding: timedelta) -> int:
    """How many stays touch `window` (UTC) widened by `padding` on both sides."""
    begin, end = window[0] - padding, window[1] + padding
    return sum(1 for stay in segments if _touches(stay.joined, stay.left, begin, end))


def _touches(joined: datetime | None, left: datetime | None, begin: datetime, end: datetime) -> bool:
    return joined is not None and joined <= end and (left or joined) >= begin
