from __future__ import annotations

import csv
import io
from dataclasses import replace
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.render.report_csv import COLUMNS, attendance_csv, guarded, plain
from hybrid_sync.render.text import one_line

HEAD = (
    "name,email,organisation,mode,verdict,minutes_total,minutes_online,minutes_room,share_percent,first,last"
)


def rows_of(data: bytes) -> list[dict[str, str]]:
    """What our own reader makes of the file."""
    reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    return [{name: plain(cell) for name, cell in row.items()} for row in reader]


def test_everybody_has_one_row_in_a_stable_order(make: SimpleNamespace) -> None:
    assert ",".join(COLUMNS) == HEAD
    assert attendance_csv(make.report()).decode("utf-8").split("\r\n") == [
        "\ufeff" + HEAD,
        "Bob Nowak,bob@example.org,Enabel,room,present,90,0,90,100,"
        + "2027-06-09T10:00:00+02:00,2027-06-09T11:30:00+02:00",
        "Eva,eva@example.org,,online,present,85,15,70,94,2027-06-09T10:05:00+02:00,2027-06-09T11:40:00+02:00",
        "Zoë Müller,zoe@example.org,Enabel,online,present,63,63,0,70,"
        + "2027-06-09T09:57:00+02:00,2027-06-09T11:00:00+02:00",
        "Dan Óla,dan@example.org,Enabel,room,no-show,0,0,0,0,,",
        "iPhone 12,,,,unmatched,45,45,0,50,2027-06-09T10:10:00+02:00,2027-06-09T10:55:00+02:00",
        "",
    ]


def test_winter_times_carry_the_winter_offset(make: SimpleNamespace) -> None:
    data = attendance_csv(make.report(make.event("2027-01-13T10:00", "2027-01-13T11:30")))
    assert rows_of(data)[0]["first"] == "2027-01-13T10:00:00+01:00"


def test_known_tricks_are_disarmed_and_read_back() -> None:
    for text, safe in {
        "=1+1": "'=1+1",
        "+32 2 123": "'+32 2 123",
        "-": "'-",
        "@SUM(A1)": "'@SUM(A1)",
        "＝1": "'＝1",
        "'=1": "''=1",
        "a;=cmd|'/c calc'!A1": "a;'=cmd|'/c calc'!A1",
        "a; =1": "a; '=1",
        "'t Hooft": "'t Hooft",
        "O'Brien-Smith": "O'Brien-Smith",
        "a@b.eu": "a@b.eu",
    }.items():
        assert guarded(text) == safe
        assert plain(safe) == text


TRICKY = st.text(st.one_of(st.characters(), st.sampled_from("=+-@\t\r\n;,'\"＝＋－＠ ")), max_size=40)


@given(TRICKY)
def test_no_cell_begins_with_a_formula_and_all_read_back(text: str) -> None:
    safe = guarded(text)
    for cell in safe.split(";"):
        assert cell.lstrip()[:1] not in tuple("=+-@\t\r\n＝＋－＠")
    assert plain(safe) == one_line(text, 2000)


@given(st.lists(st.tuples(TRICKY, TRICKY), min_size=3, max_size=3))
def test_a_whole_report_reads_back_as_it_was_written(
    make: SimpleNamespace, typed: list[tuple[str, str]]
) -> None:
    report = make.report()
    present = tuple(
        replace(
            row,
            name=name,
            person=replace(row.person, first_name=name, last_name="", organisation=organisation),
        )
        for row, (name, organisation) in zip(report.present, typed, strict=True)
    )
    rows = rows_of(attendance_csv(replace(report, present=present)))
    assert [(row["name"], row["organisation"]) for row in rows[:3]] == [
        (one_line(name), one_line(organisation)) for name, organisation in typed
    ]
    assert [row["verdict"] for row in rows] == ["present"] * 3 + ["no-show", "unmatched"]
