"""Lists of registrants as forms export them: every row is taken, or refused with line, field and reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hybrid_sync.domain.people import Mode, email_key, is_email_address
from hybrid_sync.errors import InputError
from hybrid_sync.intake import registrant_columns
from hybrid_sync.intake.characters import bare, has_unwanted, one_line, shown
from hybrid_sync.intake.csv_rows import Row
from hybrid_sync.intake.languages import language_code
from hybrid_sync.intake.person_names import split_name
from hybrid_sync.intake.refused_rows import RefusedRow, RowRefusal, taken_and_refused
from hybrid_sync.intake.registrant_rows import list_rows

LONGEST = {"first_name": 200, "last_name": 200, "name": 200, "organisation": 300}
"""Characters; a longer value is some other column or an attack, and is refused rather than cut."""

_MODE_WORDS = {
    Mode.ROOM: """
        room inroom onsite inperson physical physically face2face f2f venue presence presentiel enpresentiel
        enpersonne surplace salle ensalle insalle vorort prasenz inprasenz personlich saal terplaatse zaal
        fysiek inpersoon presencial presenza inpresenza brussels""",
    Mode.ONLINE: """
        online virtual virtually remote remotely webex distance adistance distanciel endistanciel enligne
        virtuel virtuell digital fernteilnahme vanafstand opafstand virtueel enlinea distanza online2""",
}
_MODE_OF = {bare(word): mode for mode, words in _MODE_WORDS.items() for word in words.split()}
_WRAPPED = re.compile(r"(?:mailto:)?<?([^<>]*)>?", re.IGNORECASE)
# A spreadsheet would run a cell that begins so; no mailbox that people own does.
_FORMULA_STARTS = ("=", "+", "-", "@")


@dataclass(frozen=True)
class ListedPerson:
    """A row that was taken. `language` is an ISO 639-1 code or None; `line` counts from 1."""

    line: int
    email: str
    first_name: str
    last_name: str = ""
    organisation: str | None = None
    language: str | None = None
    mode: Mode = Mode.ONLINE


@dataclass(frozen=True)
class ListReading:
    """What a list gave. `columns`: the header chosen for each field; `notes`: about rows that were taken."""

    file: str
    rows: tuple[ListedPerson, ...]
    refused: tuple[RefusedRow, ...]
    delimiter: str
    encoding: str
    columns: dict[str, str] = field(default_factory=dict)
    notes: tuple[RefusedRow, ...] = ()

    @property
    def summary(self) -> str:
        """One line: how many rows there were, how many were taken and refused, and what for."""
        return taken_and_refused(self.file, len(self.rows), self.refused)


def read_registrants(
    data: bytes,
    name: str,
    mapping: Mapping[str, str] | None = None,
    remembered: Mapping[str, str] | None = None,
) -> ListReading:
    """Read a CSV or an XLSX list with a header row; `name` is the file in messages, `mapping` FIELD -> COLUMN.

    Each data row is taken or refused; blank rows are nothing. `remembered` is a mapping told for an earlier file: what
    it names and this file lacks is noted only. Raises InputError when the file cannot be a list at all: neither text nor
    workbook, no header with an e-mail and a name, no rows, an unknown field or column in `mapping`.
    """
    asked = {**(remembered or {}), **(mapping or {})}
    delimiter, header, encoding, body = list_rows(data, name, asked)
    missing = _missing(header, remembered or {}, mapping or {})
    columns = registrant_columns.apply_mapping(
        header.cells, {one: column for one, column in asked.items() if one not in missing}, name
    )
    registrant_columns.check_needed(columns, header.cells, name, header.line)
    reader = _Reader(name, columns, header)
    reason = "the column told for an earlier file is not in this one"
    reader.notes += [
        RefusedRow(name, header.line, lacking, reason, shown(column)) for lacking, column in missing.items()
    ]
    reader.read(row for row in body if not row.is_blank)
    if not reader.taken and not reader.refused:
        raise InputError(f"{name} has column names in line {header.line} but no rows below them")
    chosen = {field: one_line(header.cells[number]) for field, number in columns.items()}
    return ListReading(
        name, tuple(reader.taken), tuple(reader.refused), delimiter, encoding, chosen, tuple(reader.notes)
    )


def _missing(header: Row, remembered: Mapping[str, str], told: Mapping[str, str]) -> dict[str, str]:
    """What is remembered of columns that this file does not have."""
    seen = {bare(cell) for cell in header.cells}
    return {
        field: column
        for field, column in remembered.items()
        if field not in told and bare(column) not in seen
    }


class _Reader:
    """Takes the rows of one file; remembers which address was on which line."""

    def __init__(self, name: str, columns: Mapping[str, int], header: Row) -> None:
        self.name = name
        self.columns = columns
        self.width = len(header.cells)
        self.taken: list[ListedPerson] = []
        self.refused: list[RefusedRow] = []
        self.notes: list[RefusedRow] = []
        self.lines: dict[str, int] = {}

    def read(self, body: Iterable[Row]) -> None:
        for row in body:
            try:
                person = self._person(row)
            except RowRefusal as no:
                self.refused.append(RefusedRow(self.name, row.line, no.field, no.reason, shown(no.value)))
            else:
                self.lines[email_key(person.email)] = row.line
                self.taken.append(person)

    def _person(self, row: Row) -> ListedPerson:
        if row.broken:
            raise RowRefusal("row", row.broken)
        if any(cell.strip() for cell in row.cells[self.width :]):
            raise RowRefusal(
                "row",
                f"has {len(row.cells)} cells where the header has {self.width}: is a delimiter not quoted?",
            )
        email = self._email(row)
        first, last = self._names(row)
        return ListedPerson(
            line=row.line,
            email=email,
            first_name=first,
            last_name=last,
            organisation=self._cell(row, "organisation") or None,
            language=self._language(row),
            mode=self._mode(row),
        )

    def _cell(self, row: Row, field: str) -> str:
        number = self.columns.get(field)
        raw = row.cells[number] if number is not None and number < len(row.cells) else ""
        value = one_line(raw)
        if has_unwanted(raw):
            self._note(row, field, "control or direction characters were taken out", value)
        most = LONGEST.get(field)
        if most and len(value) > most:
            raise RowRefusal(field, f"has {len(value)} characters, at most {most} are taken", value)
        return value

    def _note(self, row: Row, field: str, reason: str, value: str) -> None:
        self.notes.append(RefusedRow(self.name, row.line, field, reason, shown(value)))

    def _email(self, row: Row) -> str:
        cell = self._cell(row, "email")
        if not cell:
            raise RowRefusal("email", "is empty")
        wrapped = _WRAPPED.fullmatch(cell)
        email = wrapped[1].strip() if wrapped else cell
        if email.startswith(_FORMULA_STARTS):
            raise RowRefusal("email", f"begins with '{email[0]}' as a formula does: not an address", email)
        if not is_email_address(email):
            raise RowRefusal("email", "is not an e-mail address; write it like name@example.org", email)
        first_line = self.lines.get(email_key(email))
        if first_line:
            raise RowRefusal("email", f"is on line {first_line} already; the first one was taken", email)
        return email

    def _names(self, row: Row) -> tuple[str, str]:
        first, last = self._cell(row, "first_name"), self._cell(row, "last_name")
        if not (first or last):
            first, last = split_name(self._cell(row, "name"))
        if not (first or last):
            field = "name" if "name" in self.columns else "first_name"
            raise RowRefusal(field, "is empty: there is no name to print on an invitation")
        # People with one name: it is the first name, wherever the form made them type it.
        return (first, last) if first else (last, "")

    def _language(self, row: Row) -> str | None:
        cell = self._cell(row, "language")
        code = language_code(cell) if cell else None
        if cell and not code:
            self._note(row, "language", "is no language we know; the service's first language is used", cell)
        return code

    def _mode(self, row: Row) -> Mode:
        cell = self._cell(row, "mode")
        if not cell:
            return Mode.ONLINE
        mode = _MODE_OF.get(bare(cell))
        if mode is None:
            raise RowRefusal("mode", "is neither room nor online; write one of these two words", cell)
        return mode
