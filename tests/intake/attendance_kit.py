"""What the tests of attendance files share."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from hybrid_sync.domain.presence import Segment
from hybrid_sync.intake.attendance_files import read_attendance
from hybrid_sync.intake.attendance_reading import AttendanceReading
from tests.builders import an_event, utc

FILES = Path(__file__).parent / "files"
BRUSSELS = "Europe/Brussels"
WEBEX = [
    "Meeting Name", "Meeting Start Time", "Meeting End Time", "Display Name", "First Name", "Last Name", "Role",
    "Attendee Email", "Join Time", "Leave Time", "Attendance Duration", "Connection Type", "Session Name",
]  # fmt: skip


def sample(name: str) -> bytes:
    return (FILES / name).read_bytes()


def at(text: str) -> datetime:
    """An instant on the day of the usual event, written like "08:05:30"."""
    moment = utc(f"2027-06-09 {text[:5]}")
    return moment.replace(second=int(text[6:] or 0))


def read(content: str | bytes, name: str = "file.csv", **options: Any) -> AttendanceReading:
    data = content.encode() if isinstance(content, str) else content
    return read_attendance(data, name, options.pop("event", an_event()), **{"zone": BRUSSELS, **options})


def spans(reading: AttendanceReading) -> list[tuple[str, datetime | None, datetime | None]]:
    return [(stay.display_name, stay.joined, stay.left) for stay in reading.segments]


def only(reading: AttendanceReading) -> Segment:
    (stay,) = reading.segments
    return stay


def workbook(**sheets: Sequence[Sequence[Any]]) -> bytes:
    """An XLSX file with these sheets, in this order."""
    book = Workbook()
    del book["Sheet"]
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
