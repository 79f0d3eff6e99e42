"""Teams attendance reports: numbered sections in one file, the third of which has a row for each stay.

1. Summary (name and value), 2. Participants (a row each), 3. In-Meeting activities (a row for each stay), and in some
tenants a fourth one (csv-layouts.md 2a). Sections are known by their numbers, whatever the language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from hybrid_sync.errors import InputError
from hybrid_sync.intake.attendance_sources import Source, plain
from hybrid_sync.intake.attendance_times import Unreadable, is_time
from hybrid_sync.intake.csv_rows import Row

_BEGINS = re.compile(r"([1-9])\.\s+\S.*")
_WITHIN = 5
_ACTIVITIES = 3


def section(row: Row) -> int | None:
    """The number of the section that begins with `row`; None when none does."""
    first, *others = [plain(text) for text in row.cells] or [""]
    found = _BEGINS.fullmatch(first)
    return int(found[1]) if found and not any(others) else None


def begins_section(row: Row) -> bool:
    return section(row) is not None


def activities(source: Source) -> tuple[str, Row] | None:
    """Delimiter and header row of the third section; None when this is no Teams report.

    Raises InputError for a report without that section.
    """
    for delimiter in source.delimiters:
        if not any(section(row) == 1 for row in islice(source.rows(delimiter), _WITHIN)):
            continue
        header = next(_below(source, delimiter, _ACTIVITIES), None)
        if header is not None and len(header.cells) > 1:
            return delimiter, header
    if any(section(row) == 1 for row in islice(source.rows(source.delimiters[0]), _WITHIN)):
        raise InputError(
            f"{source.name} is a Teams report without section 3 (in-meeting activities), which alone tells every stay: "
            "download the attendance report of the meeting again"
        )
    return None


def summary(source: Source, delimiter: str) -> tuple[str, str]:
    """The meeting's title and start as the first section has them: its first row, and its first time."""
    title, started = "", ""
    for row in _below(source, delimiter, 1):
        value = row.cells[1] if len(row.cells) > 1 else ""
        title = title or value
        if value and not started and _tells_time(value):
            started = value
    return title, started


def _tells_time(value: str) -> bool:
    try:
        return is_time(value)
    except Unreadable:
        return False


def _below(source: Source, delimiter: str, number: int) -> Iterator[Row]:
    """The rows of one section, cells plain, without blank ones."""
    inside = False
    for row in source.rows(delimiter):
        begins = section(row)
        if begins is not None:
            if inside:
                return
            inside = begins == number
        elif inside and not row.is_blank:
            yield replace(row, cells=tuple(plain(text) for text in row.cells))
