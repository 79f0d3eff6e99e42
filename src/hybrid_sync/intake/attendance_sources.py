"""An attendance file as rows that are read one after the other, whatever its encoding and however large it is."""

from __future__ import annotations

import codecs
import io
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from hybrid_sync.errors import InputError
from hybrid_sync.intake.characters import has_unwanted, one_line
from hybrid_sync.intake.csv_rows import DELIMITERS, MOST_LINES_IN_A_ROW, Row, declared_delimiter, row_at
from hybrid_sync.intake.sources import refuse_other_formats
from hybrid_sync.intake.spreadsheets import is_workbook, open_workbook

MAX_ATTENDANCE_BYTES = 200 * 1024 * 1024
"""200,000 rows of a Webex report are about 100 MB in UTF-16."""
_CHUNK = 1024 * 1024
_HEAD = 64 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
CUT = "it was cut off: export it again, or take what is there with --force"


@dataclass(frozen=True)
class Source:
    """One file. `rows` gives its rows from the top, as often as it is called, split at a delimiter.

    `cut_off` says why the file cannot be whole; None when it may be. `notes` are for people.
    """

    name: str
    encoding: str
    delimiters: Sequence[str]
    rows: Callable[[str], Iterator[Row]]
    cut_off: str | None = None
    notes: Sequence[str] = field(default_factory=tuple)


def source_of(data: bytes, name: str) -> Source:
    """The rows of `data`, a text or an XLSX workbook. Raises InputError for what is neither, or damaged."""
    if not data:
        raise InputError(f"{name} is empty: nothing to read")
    if len(data) > MAX_ATTENDANCE_BYTES:
        raise InputError(
            f"{name} has more than {MAX_ATTENDANCE_BYTES // 1024 // 1024} MB: is it the right file?"
        )
    if is_workbook(data):
        sheet = open_workbook(data, name)
        notes = [f"sheet '{sheet.sheet}' was read, not: {', '.join(sheet.others)}"] if sheet.others else []
        return Source(name, "xlsx", ("",), lambda _: sheet.rows(), notes=notes)
    refuse_other_formats(data, name)
    encoding, skip = _encoding(data, name)
    whole, cut_off = _whole(data, skip, encoding, name)
    head = list(islice(_lines(data, skip, whole, encoding), 40))
    _check_is_text(head, name)
    declared = declared_delimiter(head)
    notes = (
        ["is not UTF-8 and was read as Windows-1252: look whether names with accents are right"]
        if encoding == "cp1252"
        else []
    )

    def rows(delimiter: str) -> Iterator[Row]:
        found = _rows(_lines(data, skip, whole, encoding), delimiter)
        return islice(found, 1, None) if declared else found

    return Source(name, encoding, (declared,) if declared else DELIMITERS, rows, cut_off, notes)


def _encoding(data: bytes, name: str) -> tuple[str, int]:
    """The encoding and the length of its mark: by mark, by where its zero bytes are, UTF-8, else Windows-1252."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, len(mark)
    head = data[:_HEAD]
    units = len(head) // 2
    # Tabs, digits and line ends have a zero byte in UTF-16, whatever the alphabet of the names is.
    odd, even = head[1::2].count(0), head[::2].count(0)
    if units > 2 and odd > 0.2 * units and even < 0.02 * units:
        return "utf-16-le", 0
    if units > 2 and even > 0.2 * units and odd < 0.02 * units:
        return "utf-16-be", 0
    for encoding in ("utf-8", "cp1252"):
        if not isinstance(_first_error(data, 0, encoding), int):
            return encoding, 0
    raise InputError(
        f"{name} is neither UTF-8, UTF-16 nor Windows-1252 text: save it once more as CSV (UTF-8)"
    )


def _first_error(data: bytes, skip: int, encoding: str) -> int | str | None:
    """Where `data` cannot be decoded: None nowhere, "end" when only its last character is not whole."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for at in range(skip, len(data), _CHUNK):
        try:
            decoder.decode(data[at : at + _CHUNK])
        except UnicodeDecodeError as error:
            return at + error.start
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "end"
    return None


def _whole(data: bytes, skip: int, encoding: str, name: str) -> tuple[int, str | None]:
    """How many bytes hold whole characters, and why the file is cut off if more are there."""
    wrong = _first_error(data, skip, encoding)
    if wrong is None:
        return len(data), None
    if wrong != "end":
        raise InputError(
            f"{name} begins as {encoding.upper()} but is damaged at byte {wrong}: export it again"
        )
    at = len(data)
    if encoding == "utf-8":
        at -= next(back for back in (1, 2, 3) if data[at - back] >= 0xC0)  # where the last character begins
    else:
        at -= (at - skip) % (4 if encoding.startswith("utf-32") else 2)
        if encoding.startswith("utf-16") and _first_error(data[:at], max(skip, at - 2), encoding) == "end":
            at -= 2  # half of a surrogate pair
    return at, f"{name} ends in the middle of a character: {CUT}"


def _lines(data: bytes, skip: int, end: int, encoding: str) -> Iterator[str]:
    raw = io.BytesIO(data if not skip and end == len(data) else memoryview(data)[skip:end])
    # Only CR, LF and CRLF end a line: a cell may hold other separators.
    return iter(io.TextIOWrapper(raw, encoding=encoding, newline=""))


def _rows(lines: Iterator[str], delimiter: str) -> Iterator[Row]:
    """As csv_rows.rows, without holding more lines than one row may have."""
    number = 0
    ahead: deque[str] = deque()
    while True:
        line = ahead.popleft() if ahead else next(lines, None)
        if line is None:
            return
        number += 1
        if '"' not in line:
            yield Row(number, tuple(line.rstrip("\r\n").split(delimiter)))
            continue
        ahead.appendleft(line)
        ahead.extend(islice(lines, MOST_LINES_IN_A_ROW - len(ahead)))
        row, used = row_at(list(ahead), 0, delimiter)
        for _ in range(used):
            ahead.popleft()
        yield Row(number, row.cells, row.broken)
        number += used - 1


def _check_is_text(lines: Sequence[str], name: str) -> None:
    head = "".join(lines)[:8000]
    if not head.strip("\ufeff\x00 \r\n\t"):
        raise InputError(f"{name} is empty: nothing to read")
    odd = sum(1 for letter in head if letter < " " and letter not in "\t\n\r\f\x1b")
    if odd > 0.02 * len(head) and odd > 4:
        raise InputError(f"{name} is not a text file: give the CSV as it was exported, or an XLSX workbook")


def plain(cell: str) -> str:
    """A cell without the ="..." that keeps Excel from changing it, on one line, without what steers a terminal."""
    if not (cell.isascii() and cell.isprintable()) or "  " in cell:
        cell = one_line(cell)
    cell = cell.strip()
    if cell.startswith('="') and cell.endswith('"') and len(cell) > 2:
        cell = cell[2:-1].replace('""', '"').strip()
    return cell


def odd_characters(cell: str) -> bool:
    """Whether `plain` took something out that a person should look at (a byte order mark is nothing)."""
    return not cell.isascii() and has_unwanted(cell.replace("\ufeff", ""))


@dataclass(frozen=True)
class Columns:
    """The cells of a row by field."""

    numbers: Mapping[str, int]

    def __call__(self, row: Row, name: str) -> str:
        number = self.numbers.get(name)
        return plain(row.cells[number]) if number is not None and number < len(row.cells) else ""
