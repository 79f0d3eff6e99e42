"""XLSX workbooks become rows of text: nothing is evaluated, nothing is run, nothing is unpacked beyond a limit."""

from __future__ import annotations

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Any

from hybrid_sync.errors import InputError
from hybrid_sync.intake.characters import shown
from hybrid_sync.intake.csv_rows import Row

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

MOST_UNPACKED = 300 * 1024 * 1024
"""Bytes of all parts together; 200,000 people with ten columns are about 120 MB."""
MOST_PARTS = 2_000
MOST_ROWS = 1_048_576
MOST_CELLS = 30_000_000
ZIP_MARK = b"PK\x03\x04"
_WAY_OUT = "open it in a spreadsheet program and save it as XLSX or CSV (UTF-8)"
_AT_ONCE = 500
# openpyxl tells a damaged file by whatever its code meets first; zipfile, zlib and the XML parser have words of their own.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, SyntaxError, ArithmeticError, AssertionError, AttributeError,
    EOFError, ImportError, LookupError, OSError, RuntimeError, StopIteration, TypeError, ValueError,
)  # fmt: skip
_CONTINUED = "Content"


def is_workbook(data: bytes) -> bool:
    """Whether `data` begins as a zip file does; XLSX, ODS and DOCX all do."""
    return data.startswith(ZIP_MARK)


@dataclass(frozen=True)
class Sheet:
    """A workbook's rows. `sheet` is the one that is read, `others` those that are not; hidden ones are never read.

    A form of EUSurvey that has more columns than a sheet continues each row on the sheets Content1, Content2, ...
    (csv-layouts.md 4): their cells are joined to the row.
    """

    name: str
    data: bytes
    sheet: str
    others: tuple[str, ...]
    _joined: tuple[str, ...]

    def rows(self) -> Iterator[Row]:
        """Every row from the top, blank ones too, with the number that the sheet shows. Raises InputError."""
        book = _open(self.data, self.name)
        try:
            yield from self._rows(book)
        finally:
            book.close()

    def _rows(self, book: Workbook) -> Iterator[Row]:
        sheets = [_values(book[title], self.name) for title in (self.sheet, *self._joined)]
        widths = [0] * len(sheets)
        cells_read = 0
        for number, parts in enumerate(zip_longest(*sheets, fillvalue=()), start=1):
            cells: list[str] = []
            for place, part in enumerate(parts):
                # A row ends at its last filled cell: what a further sheet continues must not move up.
                widths[place] = max(widths[place], len(part))
                cells += [as_text(value) for value in part] + [""] * (widths[place] - len(part))
            cells_read += len(cells)
            if number > MOST_ROWS or cells_read > MOST_CELLS:
                raise InputError(
                    f"{self.name}: sheet '{shown(self.sheet)}' has more than {MOST_ROWS:,} rows or {MOST_CELLS:,} cells: "
                    "take out what is empty, or save the sheet as CSV"
                )
            while cells and not cells[-1]:
                cells.pop()
            yield Row(number, tuple(cells))


def open_workbook(data: bytes, name: str) -> Sheet:
    """The workbook in `data`; `name` is the file in messages. Raises InputError with the way out."""
    _check_parts(data, name)
    book = _open(data, name)
    try:
        visible = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
        if not visible:
            raise InputError(f"{name} has no visible sheet with cells")
        continued = _CONTINUED in visible
        chosen = _CONTINUED if continued else _first_filled(book, visible, name)
    finally:
        book.close()
    joined = [
        title
        for number in range(1, len(visible))
        for title in [f"{_CONTINUED}{number}"]
        if continued and title in visible
    ]
    others = tuple(title for title in visible if title != chosen and title not in joined)
    return Sheet(name, data, chosen, others, tuple(joined))


def as_text(value: object) -> str:
    """A cell as its CSV would have it: dates in ISO order to the second, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        # A serial number of days is seldom a whole second.
        near = value + timedelta(milliseconds=500) if value.year < 9999 else value
        return f"{near:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M:%S}"
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _first_filled(book: Workbook, titles: list[str], name: str) -> str:
    for title in titles:
        if any(value is not None for row in islice(_values(book[title], name), 20) for value in row):
            return title
    return titles[0]


def _check_parts(data: bytes, name: str) -> None:
    """Refuse what is no XLSX, and what would unpack to more than anybody typed (a zip bomb)."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            _check_kind(parts, name)
            listed = parts.infolist()
            # zipfile never unpacks more of a part than its listed size, so that a listing cannot lie.
            unpacked = sum(part.file_size for part in listed)
            if len(listed) > MOST_PARTS or unpacked > MOST_UNPACKED:
                raise InputError(
                    f"{name} would unpack to {unpacked / 1024 / 1024:,.0f} MB in {len(listed)} parts, and at most "
                    f"{MOST_UNPACKED // 1024 // 1024} MB are read: is it the right file?"
                )
            _check_no_entities(parts, name)
    except InputError:
        raise
    except _BROKEN as error:
        raise _damaged(name) from error


def _check_kind(parts: zipfile.ZipFile, name: str) -> None:
    names = set(parts.namelist())
    if any(part.startswith("xl/") for part in names):
        return
    if "mimetype" in names and b"opendocument.spreadsheet" in _beginning(parts, "mimetype"):
        raise InputError(f"{name} is an OpenDocument sheet (ODS): save it as XLSX or as CSV (UTF-8)")
    raise InputError(f"{name} is a zip file but no XLSX workbook: unpack it, or save the list as XLSX or CSV")


def _check_no_entities(parts: zipfile.ZipFile, name: str) -> None:
    """No part of a workbook declares a document type; one that does wants entities expanded."""
    for part in parts.namelist():
        if part.endswith((".xml", ".rels")) and b"<!DOCTYPE" in _beginning(parts, part):
            raise InputError(f"{name} declares XML entities, which no spreadsheet program writes: not read")


def _beginning(parts: zipfile.ZipFile, part: str) -> bytes:
    with parts.open(part) as content:
        return content.read(4096)


def _open(data: bytes, name: str) -> Workbook:
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        # What openpyxl does not know of styles and validations does not concern the cells.
        warnings.simplefilter("ignore")
        try:
            return load_workbook(
                io.BytesIO(data), read_only=True, data_only=True, keep_vba=False, keep_links=False
            )
        except _BROKEN as error:
            raise _damaged(name) from error


def _values(sheet: Any, name: str) -> Iterator[tuple[Any, ...]]:
    """The cells of each row; formulas give the value that was last computed by whoever saved the file."""
    try:
        sheet.reset_dimensions()  # what a file says of its own size is often wrong
        rows = sheet.iter_rows(values_only=True)
    except _BROKEN as error:
        raise _damaged(name) from error
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                some = list(islice(rows, _AT_ONCE))
            except _BROKEN as error:
                raise _damaged(name) from error
        if not some:
            return
        yield from some


def _damaged(name: str) -> InputError:
    return InputError(f"{name} is no Office workbook (XLSX), or damaged: {_WAY_OUT}")
