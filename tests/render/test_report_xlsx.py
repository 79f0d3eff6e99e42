"""The workbook, as another reader sees it."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from hybrid_sync.domain.attendance import Suggestion
from hybrid_sync.render.report_background import Background
from hybrid_sync.render.report_xlsx import attendance_xlsx
from hybrid_sync.render.text import one_line


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    book = load_workbook(io.BytesIO(content))
    return {sheet.title: [list(row) for row in sheet.iter_rows()] for sheet in book}


def values(row: list[Any]) -> list[Any]:
    return [cell.value for cell in row]


def wall(text: str) -> datetime:
    """A spreadsheet's time: it knows no zone."""
    return datetime.fromisoformat(text)


def length(value: object) -> timedelta:
    """openpyxl reads a length below a day back as a time of day."""
    if isinstance(value, timedelta):
        return value
    assert isinstance(value, time)
    return timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)


def test_numbers_are_numbers_and_times_are_times_on_the_events_clock(make: SimpleNamespace) -> None:
    found = sheets(attendance_xlsx(make.report(), "en", Background(applied=6)))
    assert list(found) == ["Summary", "People", "Stays", "Not certain"]
    summary = {row[0].value: row[1].value for row in found["Summary"] if row[0].value}
    assert (
        summary["Registered"],
        summary["Attended"],
        summary["Registrations, whatever became of them"],
    ) == (4, 3, 6)
    assert summary["Most at once, when (Europe/Brussels)"] == wall("2027-06-09T10:10")
    assert length(summary["Average stay"]) == timedelta(minutes=70, seconds=45)
    heads, bob, eva, *_ = found["People"]
    assert values(heads)[10:12] == ["First (Europe/Brussels)", "Last (Europe/Brussels)"]
    assert values(bob)[:6] == ["Bob Nowak", "bob@example.org", "Enabel", "room", "English", "present"]
    assert values(eva)[10:12] == [wall("2027-06-09T10:05"), wall("2027-06-09T11:40")]
    assert [length(cell.value) for cell in eva[6:9]] == [
        timedelta(minutes=minutes) for minutes in (85, 15, 70)
    ]
    assert [cell.number_format for cell in eva[6:12]] == ["[h]:mm"] * 3 + ["0%"] + ["yyyy-mm-dd hh:mm:ss"] * 2
    assert eva[9].value == 0.9444
    assert [values(row)[5] for row in found["People"][1:]] == [
        "present", "present", "present", "did not come", "not identified",
    ]  # fmt: skip
    assert [values(row)[:4] for row in found["Stays"][2:4]] == [
        ["Eva", "online", wall("2027-06-09T10:05"), wall("2027-06-09T10:20")],
        ["Eva", "room", wall("2027-06-09T10:30"), wall("2027-06-09T11:40")],
    ]
    assert values(found["Stays"][2])[5:] == [wall("2027-06-09T08:05"), wall("2027-06-09T08:20")]
    assert values(found["Not certain"][1]) == ["Eva: no leave time, counted to the end"]


def test_the_heads_stay_in_sight_and_columns_are_wide_enough(make: SimpleNamespace) -> None:
    book = load_workbook(io.BytesIO(attendance_xlsx(make.report(), "fr")))
    assert book.sheetnames == ["Résumé", "Personnes", "Présences", "Incertain"]
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert sheet.column_dimensions["A"].width > 20
        for cell in sheet[1]:
            if cell.value:
                assert cell.font.bold
                assert sheet.column_dimensions[cell.column_letter].width >= len(cell.value)


def test_lengths_above_a_day_and_a_night_of_two_hours_are_right(make: SimpleNamespace) -> None:
    event = make.event("2027-10-31T01:30", "2027-10-31T04:30")
    found = sheets(attendance_xlsx(make.report(event)))
    stays = [row for row in found["Stays"][1:] if row[0].value == "Bob Nowak"]
    clock, utc = values(stays[0])[2:4], values(stays[0])[5:]
    assert clock == [wall("2027-10-31T01:30"), wall("2027-10-31T02:00")]
    assert utc == [wall("2027-10-30T23:30"), wall("2027-10-31T01:00")]
    assert length(stays[0][4].value) == timedelta(minutes=90)


TRICKY = st.text(st.one_of(st.characters(), st.sampled_from("=+-@\t\r\n;,'\"＝＋－＠ {}")), max_size=40)


@settings(max_examples=40, deadline=None)
@given(TRICKY, TRICKY)
def test_what_looks_like_a_formula_stays_a_text(make: SimpleNamespace, name: str, organisation: str) -> None:
    report = make.report()
    row = report.present[0]
    person = replace(row.person, first_name=name, last_name="", organisation=organisation)
    typed = replace(row, name=name, person=person, suggestions=(Suggestion(person, name),))
    content = attendance_xlsx(
        replace(report, present=(typed,), unmatched=(typed,), doubts=(name, f"{name}: =1"))
    )
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        for entry in file.namelist():
            assert b"<f>" not in file.read(entry)
    found = sheets(content)
    for sheet in found.values():
        for cells in sheet:
            assert all(cell.data_type != "f" for cell in cells)
            for cell in cells:
                if isinstance(cell.value, str) and cell.value[0] in "=+-@":
                    assert cell.quotePrefix
    told = values(found["People"][1])
    assert ((told[0] or ""), (told[2] or "")) == (one_line(name, 2000), one_line(organisation, 2000))


def test_the_same_report_gives_the_same_bytes(make: SimpleNamespace) -> None:
    content = attendance_xlsx(make.report())
    assert content == attendance_xlsx(make.report())
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = file.read("docProps/core.xml").decode()
    assert re.findall(r"20\d\d-\d\d-\d\dT[\d:]+Z", core) == ["2027-06-09T12:00:00Z"] * 2
