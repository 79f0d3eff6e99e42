"""What attendance files give: stays that were taken, rows that were refused, and what a person should look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hybrid_sync.domain.presence import Interval, Segment
from hybrid_sync.intake.refused_rows import RefusedRow, taken_and_refused


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
        return taken_and_refused(self.file, len(self.segments), self.refused)


def near(segments: Sequence[Segment], window: Interval, padding: timedelta) -> int:
    """How many stays touch `window` (UTC) widened by `padding` on both sides."""
    begin, end = window[0] - padding, window[1] + padding
    return sum(1 for stay in segments if _touches(stay.joined, stay.left, begin, end))


def _touches(joined: datetime | None, left: datetime | None, begin: datetime, end: datetime) -> bool:
    return joined is not None and joined <= end and (left or joined) >= begin
