"""XLSX workbooks become rows: typed cells, EUSurvey's sheets, and files that want too much."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from hybrid_sync.domain.people import Mode
from hybrid_sync.errors import InputError
from hybrid_sync.intake import spreadsheets
from hybrid_sync.intake.registrant_lists import read_registrants
from hybrid_sync.intake.spreadsheets import as_text, open_workbook
from tests.intake.attendance_kit import at, read, spans, workbook
from tests.intake.reading import unhurried

PEOPLE = [["E-mail", "First name", "Last name", "Mode"], ["ada@example.org", "Ada", "Lovelace", "room"]]


def rezipped(data: bytes, change: Callable[[str, bytes], bytes], **more: bytes) -> bytes:
    """The same parts, changed."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change(part, old.read(part)))
        for part, inside in more.items():
            new.writestr(part, inside)
    return content.getvalue()


def cells(data: bytes) -> list[tuple[str, ...]]:
    return [row.cells for row in open_workbook(data, "book.xlsx").rows()]


def test_a_plain_list_is_read_with_the_lines_that_the_sheet_shows() -> None:
    reading = read_registrants(
        workbook(List=[*PEOPLE, [], ["nobody", "No", "One", "room"], ["bo@example.org", "Bo", None, None]]),
        "people.xlsx",
    )
    assert reading.encoding == "xlsx"
    assert [(row.line, row.email, row.mode) for row in reading.rows] == [
        (2, "ada@example.org", Mode.ROOM), (5, "bo@example.org", Mode.ONLINE),
    ]  # fmt: skip
    assert [(row.line, row.field) for row in reading.refused] == [(4, "email")]


def eusurvey(answers: Sequence[Sequence[Any]], more: Sequence[Sequence[Any]]) -> bytes:
    """As the form tool writes it (csv-layouts.md 4): three rows above, headers on row 4, and a further sheet."""
    top = [["Alias", "water-2027"], ["Export Date", datetime(2027, 6, 1, 9, 30)], []]  # noqa: DTZ001
    return workbook(
        Content=[*top, ["First name", "Family name", "How will you attend?", "Which dinner?"], *answers],
        Content1=[
            *top,
            [
                "Your e-mail address",
                "Contribution ID",
                "User name",
                "Creation date",
                "Last update",
                "Languages",
            ],
            *more,
        ],
    )


def test_a_form_of_eusurvey_is_read_from_its_fourth_row_and_over_its_sheets() -> None:
    data = eusurvey(
        [["Ada", "Lovelace", "In person"], ["Bo", "Bee", "Online", "fish"]],
        [
            ["ada@example.org", "11-aa", "Anonymous", "2027-05-01", "2027-05-01", "EN"],
            ["bo@example.org", "22-bb", "Anonymous", "2027-05-02", "2027-05-02", "FR"],
        ],
    )
    mapping = {"email": "Your e-mail address", "mode": "How will you attend?"}
    reading = read_registrants(data, "answers.xlsx", mapping)
    told = [
        (row.line, row.email, row.first_name, row.last_name, row.language, row.mode) for row in reading.rows
    ]
    assert told == [
        (5, "ada@example.org", "Ada", "Lovelace", "en", Mode.ROOM),
        (6, "bo@example.org", "Bo", "Bee", "fr", Mode.ONLINE),
    ]
    assert (reading.refused, reading.notes) == ((), ())


def test_the_login_of_a_form_is_nobody_s_name() -> None:
    data = workbook(
        Content=[
            ["Alias", "x"],
            [],
            [],
            ["E-mail", "Contribution ID", "User name"],
            ["a@example.org", "1", "u1"],
        ]
    )
    with pytest.raises(InputError, match="a name column"):
        read_registrants(data, "answers.xlsx")


def test_what_was_told_for_an_earlier_list_is_used_and_what_is_missing_is_noted() -> None:
    data = workbook(List=[["Where to write", "Name"], ["ada@example.org", "Ada Lovelace"]])
    reading = read_registrants(data, "p.xlsx", remembered={"email": "Where to write", "mode": "How"})
    assert reading.rows[0].email == "ada@example.org"
    (note,) = reading.notes
    assert (note.field, note.value_shown) == ("mode", "How")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), (True, "TRUE"), (3, "3"), (3.0, "3"), (2.5, "2.5"), ("=1+1", "=1+1"),
        (datetime(2027, 6, 9, 9, 59, 59, 999_999), "2027-06-09 10:00:00"),  # noqa: DTZ001
        (date(2027, 6, 9), "2027-06-09"), (time(10, 5), "10:05:00"), (timedelta(hours=1, minutes=20), "01:20:00"),
    ],
)  # fmt: skip
def test_typed_cells_are_written_as_a_csv_would(value: object, text: str) -> None:
    assert as_text(value) == text


def test_dates_and_times_of_an_attendance_list_need_no_words() -> None:
    data = workbook(
        Stays=[
            ["Name", "Joined", "Left"],
            ["Ada", datetime(2027, 6, 9, 10, 0, 5), datetime(2027, 6, 9, 11, 0)],  # noqa: DTZ001
            ["Bo", time(10, 5), time(10, 50)],
        ]
    )
    assert spans(read(data, "stays.xlsx")) == [
        ("Ada", at("08:00:05"), at("09:00")),
        ("Bo", at("08:05"), at("08:50")),
    ]


def test_formulas_give_what_was_last_computed_and_nothing_is_evaluated() -> None:
    data = workbook(List=[["Name", "=1+1"], ["Ada", '=HYPERLINK("http://x.example")']])

    def computed(part: str, inside: bytes) -> bytes:
        if part != "xl/worksheets/sheet1.xml":
            return inside
        return inside.replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>7</v>").replace(
            b"<f>1+1</f><v />", b"<f>1+1</f><v>7</v>"
        )

    assert cells(rezipped(data, computed)) == [("Name", "7"), ("Ada",)]


def test_macros_are_carried_along_by_nobody() -> None:
    data = rezipped(workbook(List=PEOPLE), lambda _, inside: inside, **{"xl/vbaProject.bin": b"\x00" * 100})
    assert read_registrants(data, "people.xlsm").rows[0].email == "ada@example.org"


def test_hidden_and_empty_sheets_are_passed_over_and_others_are_named() -> None:
    book = Workbook()
    hidden = book.active
    assert hidden is not None
    hidden.append(["secret", "secret"])
    hidden.sheet_state = "hidden"
    book.create_sheet("Empty")
    filled, other = book.create_sheet("Stays"), book.create_sheet("Notes")
    filled.append(["Name", "Joined"])
    filled.append(["Ada", "10:00"])
    other.append(["x"])
    content = io.BytesIO()
    book.save(content)
    reading = read(content.getvalue(), "stays.xlsx")
    assert spans(reading) == [("Ada", at("08:00"), None)]
    assert reading.notes == ("sheet 'Stays' was read, not: Empty, Notes",)


def test_a_workbook_that_lies_about_its_size_is_read_by_what_it_holds() -> None:
    data = workbook(List=PEOPLE)
    lying = rezipped(data, lambda _, inside: inside.replace(b'ref="A1:D2"', b'ref="A1:XFD1048576"'))
    assert lying != data
    assert [len(row) for row in cells(lying)] == [4, 4]


def test_more_than_anybody_typed_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = rezipped(
        workbook(List=PEOPLE), lambda _, inside: inside, **{"xl/media/image.png": b"\x00" * 5_000_000}
    )
    assert len(bomb) < 20_000
    monkeypatch.setattr(spreadsheets, "MOST_UNPACKED", 1_000_000)
    with pytest.raises(InputError, match=r"would unpack to 5 MB in \d+ parts"):
        open_workbook(bomb, "bomb.xlsx")


def test_a_size_in_the_listing_that_is_too_small_unpacks_no_further() -> None:
    data = workbook(List=[*PEOPLE, *[["x" * 50] * 20 for _ in range(500)]])
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        size = parts.getinfo("xl/worksheets/sheet1.xml").file_size
    lying = data.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert lying != data
    with pytest.raises(InputError, match="no Office workbook"):
        cells(lying)


def test_rows_and_cells_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    data = workbook(List=[["x"]])
    far = rezipped(
        data,
        lambda _, inside: inside.replace(b'<row r="1"', b'<row r="999999999999"').replace(
            b'r="A1"', b'r="A999999999999"'
        ),
    )
    assert far != data
    monkeypatch.setattr(spreadsheets, "MOST_ROWS", 1000)
    with pytest.raises(InputError, match="more than 1,000 rows"):
        cells(far)
    monkeypatch.setattr(spreadsheets, "MOST_CELLS", 30)
    with pytest.raises(InputError, match="30 cells"):
        cells(workbook(List=[["x"] * 20] * 2))


def test_entities_are_refused() -> None:
    doctype = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>'
    data = rezipped(
        workbook(List=PEOPLE),
        lambda part, inside: doctype + inside if part == "xl/worksheets/sheet1.xml" else inside,
    )
    with pytest.raises(InputError, match="declares XML entities"):
        open_workbook(data, "book.xlsx")


def a_zip(**parts: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for part, inside in parts.items():
            file.writestr(part, inside)
    return content.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (a_zip(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), r"\(ODS\): save it as XLSX"),
        (a_zip(**{"word/document.xml": b"<x/>"}), "no XLSX workbook: unpack it"),
        (a_zip(**{"xl/workbook.xml": b"<x/>"}), "no Office workbook"),
        (workbook(List=PEOPLE)[:-200], "no Office workbook"),
        (b"PK\x03\x04", "no Office workbook"),
    ],
)
def test_what_is_no_workbook_says_the_way_out(data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_registrants(data, "list.ods")


@given(st.data())
@unhurried
def test_a_damaged_workbook_raises_nothing_but_input_error_and_warns_of_nothing(data: st.DataObject) -> None:
    """Damage inside of the parts, where the zip file itself is whole."""
    whole = workbook(List=PEOPLE)
    part = data.draw(
        st.sampled_from(
            [
                "xl/worksheets/sheet1.xml",
                "xl/workbook.xml",
                "xl/styles.xml",
                "xl/_rels/workbook.xml.rels",
                "[Content_Types].xml",
            ]
        )
    )

    def damaged(name: str, inside: bytes) -> bytes:
        if name != part:
            return inside
        changed = bytearray(inside)
        for _ in range(data.draw(st.integers(1, 4))):
            changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
        return bytes(changed)

    with warnings.catch_warnings(), suppress(InputError):
        warnings.simplefilter("error")
        assert read_registrants(rezipped(whole, damaged), "people.xlsx").file == "people.xlsx"
