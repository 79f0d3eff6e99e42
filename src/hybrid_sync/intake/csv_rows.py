"""A CSV file becomes rows with their line numbers, whatever its delimiter, and however broken a row is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MOST_LINES_IN_A_ROW = 50
"""A quoted cell that runs over more lines than this was never closed."""
DELIMITERS = (";", "\t", ",", "|")


@dataclass(frozen=True)
class Row:
    """One row, the line of the file that it begins on, and why it cannot be split into cells (else None)."""

    line: int
    cells: tuple[str, ...]
    broken: str | None = None

    @property
    def is_blank(self) -> bool:
        return self.broken is None and not any(cell.strip() for cell in self.cells)


def lines_of(text: str) -> list[str]:
    """Physical lines with their ends. Only CR, LF and CRLF end a line: a cell may hold other separators."""
    return list(io.StringIO(text, newline=""))


def declared_delimiter(lines: Sequence[str]) -> str | None:
    """The delimiter of a first line "sep=;" as Excel writes it; None without such a line."""
    first = lines[0].strip() if lines else ""
    return first[4] if len(first) == 5 and first.lower().startswith("sep=") else None


def rows(lines: Sequence[str], delimiter: str, start: int = 0) -> Iterator[Row]:
    """Every row from line index `start` on, blank ones too. A broken row does not cost the rest."""
    at = start
    while at < len(lines):
        row, at = row_at(lines, at, delimiter)
        yield row


def row_at(lines: Sequence[str], at: int, delimiter: str) -> tuple[Row, int]:
    """The row that begins at line index `at`, and the index of the line after it."""
    # Fast path: most rows hold no quotes at all, or close them on their own line.
    line = lines[at]
    if '"' not in line:
        return Row(at + 1, tuple(line.rstrip("\r\n").split(delimiter))), at + 1
    reader = csv.reader(iter(lines[at : at + MOST_LINES_IN_A_ROW]), delimiter=delimiter, strict=True)
    try:
        cells = next(reader)
    except csv.Error:
        return _single_line(line, at, delimiter), at + 1
    return Row(at + 1, tuple(cells)), at + reader.line_num


def _single_line(line: str, at: int, delimiter: str) -> Row:
    """The row of a line with stray quotes: read kindly when its quotes are paired, else broken."""
    if line.count('"') % 2 == 0:
        try:
            return Row(at + 1, tuple(next(csv.reader([line], delimiter=delimiter))))
        except csv.Error as error:
            return Row(at + 1, (), f"the row cannot be split into cells ({error})")
    return Row(at + 1, (), 'a quote (") opens a cell here and is never closed')
