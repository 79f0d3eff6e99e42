"""Where the rows of an attendance file begin, what its columns hold, and where its rows end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from hybrid_sync.errors import InputError
from hybrid_sync.intake import attendance_headers as headers
from hybrid_sync.intake import attendance_teams as teams
from hybrid_sync.intake.attendance_reading import Layout
from hybrid_sync.intake.attendance_sources import CUT, Source, plain
from hybrid_sync.intake.characters import bare
from hybrid_sync.intake.csv_rows import Row

HEADER_WITHIN = 10
"""The column names stand in one of the first lines."""


@dataclass(frozen=True)
class Head:
    """Where a file's rows begin: delimiter, header row, and the fields of its columns."""

    delimiter: str
    row: Row
    layout: Layout
    columns: Mapping[str, int]
    notes: tuple[str, ...] = ()


def find_head(
    source: Source, layout: Layout | None, mapping: Mapping[str, str], remembered: Mapping[str, str]
) -> Head:
    """Delimiter, header and layout. Raises InputError, with the columns that there are, when they cannot be known."""
    if layout in (None, Layout.TEAMS):
        found = teams.activities(source)
        if found:
            delimiter, row = found
            columns, notes = _mapped(row, mapping, remembered, source.name)
            return Head(delimiter, row, Layout.TEAMS, columns, notes)
        if layout is Layout.TEAMS:
            raise InputError(f"{source.name} has no numbered sections as a Teams report has")
    delimiter, row = _best_header(source, mapping, remembered)
    columns, notes = _mapped(row, mapping, remembered, source.name)
    return Head(delimiter, row, layout or _layout(row, columns), columns, notes)


def _best_header(
    source: Source, mapping: Mapping[str, str], remembered: Mapping[str, str]
) -> tuple[str, Row]:
    """The delimiter and row that name most of our columns, then those with most cells."""
    wanted = {bare(column) for column in (*mapping.values(), *remembered.values())}
    best: tuple[tuple[int, int], str, Row] | None = None
    for delimiter in source.delimiters:
        for row in islice(source.rows(delimiter), HEADER_WITHIN):
            if row.is_blank or row.broken:
                continue
            row = replace(row, cells=tuple(plain(text) for text in row.cells))
            known = len(headers.choose(row.cells)) + len(wanted & {bare(text) for text in row.cells})
            score = (known, sum(1 for text in row.cells if text))
            if best is None or score > best[0]:
                best = (score, delimiter, row)
    if best is None:
        raise InputError(f"{source.name}: no line of column names could be read at its top")
    return best[1], best[2]


def _mapped(
    row: Row, mapping: Mapping[str, str], remembered: Mapping[str, str], name: str
) -> tuple[dict[str, int], tuple[str, ...]]:
    columns, notes = headers.apply_mapping(row.cells, mapping, remembered, name)
    return columns, tuple(notes)


def _layout(row: Row, columns: Mapping[str, int]) -> Layout:
    if "meeting" in columns or "meeting_start" in columns or len(row.cells) == len(headers.IN_WEBEX_ORDER):
        return Layout.WEBEX
    # A door list may lack every time; a list of names alone is too little to take it for one.
    return Layout.DOOR if headers.at_the_door(row.cells) else Layout.OWN


class Body:
    """The rows below the header, up to where they end; after a pass it knows whether the last one was whole."""

    def __init__(self, source: Source, head: Head) -> None:
        self._source, self._head = source, head
        self.last: Row | None = None
        self.all_full = True

    def __call__(self) -> Iterator[Row]:
        self.last, self.all_full = None, True
        width = len(self._head.row.cells)
        for row in self._source.rows(self._head.delimiter):
            if row.line <= self._head.row.line:
                continue
            if self._head.layout is Layout.TEAMS and teams.begins_section(row):
                break
            if row.is_blank or row.cells == self._head.row.cells:
                continue
            if self.last is not None and (self.last.broken or len(self.last.cells) < width):
                self.all_full = False
            self.last = row
            yield row

    @property
    def is_cut(self) -> bool:
        """Every row but the last has all its cells."""
        width = len(self._head.row.cells)
        return self.last is not None and self.all_full and len(self.last.cells) < width

    def check_whole(self) -> None:
        """Raise InputError when the last row lacks cells that every other row has."""
        if self.is_cut and self.last is not None and self._source.encoding != "xlsx":
            raise InputError(f"{self._source.name}, line {self.last.line}: the last row is not whole: {CUT}")
