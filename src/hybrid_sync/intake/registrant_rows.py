"""Where the rows of a registrant list begin, in a CSV or in an XLSX workbook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from hybrid_sync.errors import InputError
from hybrid_sync.intake import registrant_columns
from hybrid_sync.intake.characters import bare
from hybrid_sync.intake.csv_rows import DELIMITERS, Row, declared_delimiter, lines_of, rows
from hybrid_sync.intake.sources import MAX_LIST_BYTES, decoded
from hybrid_sync.intake.spreadsheets import is_workbook, open_workbook

HEADER_WITHIN = 10
"""The column names stand in one of the first lines: form tools put a title and a date above them."""


class ListRows(NamedTuple):
    """A list's header, and the rows below it. A workbook has no delimiter, and its encoding is "xlsx"."""

    delimiter: str
    header: Row
    encoding: str
    body: Iterator[Row]


def list_rows(data: bytes, name: str, mapping: Mapping[str, str]) -> ListRows:
    """The rows of `data`; columns named in `mapping` help to find the header. Raises InputError."""
    return (_of_sheet if is_workbook(data) else _of_text)(data, name, mapping)


def _of_text(data: bytes, name: str, mapping: Mapping[str, str]) -> ListRows:
    text, encoding = decoded(data, name, MAX_LIST_BYTES)
    lines = lines_of(text)
    declared = declared_delimiter(lines)
    candidates = [
        (delimiter, row)
        for delimiter in ((declared,) if declared else DELIMITERS)
        for row in islice(rows(lines, delimiter, 1 if declared else 0), HEADER_WITHIN)
    ]
    delimiter, header = _find_header(candidates, mapping, name)
    return ListRows(
        delimiter, header, encoding, rows(lines, delimiter, _line_after(lines, delimiter, header))
    )


def _of_sheet(data: bytes, name: str, mapping: Mapping[str, str]) -> ListRows:
    sheet = open_workbook(data, name)
    candidates = [("", row) for row in islice(sheet.rows(), HEADER_WITHIN)]
    _, header = _find_header(candidates, mapping, name)
    return ListRows("", header, "xlsx", (row for row in sheet.rows() if row.line > header.line))


def _find_header(
    candidates: Iterable[tuple[str, Row]], mapping: Mapping[str, str], name: str
) -> tuple[str, Row]:
    """Delimiter and header row: the pair that names most of our columns, then the one with most cells."""
    wanted = {bare(column) for column in mapping.values()}

    def known_and_wide(candidate: tuple[str, Row]) -> tuple[int, int]:
        cells = candidate[1].cells
        named = wanted & {bare(cell) for cell in cells}
        return len(registrant_columns.choose(cells)) + len(named), len(cells)

    readable = [(delimiter, row) for delimiter, row in candidates if not row.is_blank and not row.broken]
    if not readable:
        raise InputError(f"{name}: no line of column names could be read at its top")
    return max(readable, key=known_and_wide)


def _line_after(lines: list[str], delimiter: str, header: Row) -> int:
    following = rows(lines, delimiter, header.line - 1)
    next(following)
    after = next(following, None)
    return after.line - 1 if after else len(lines)
