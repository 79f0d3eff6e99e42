from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.domain.attendance import Suggestion
from hybrid_sync.errors import InputError
from hybrid_sync.render.report_csv import COLUMNS, attendance_csv, guarded, plain, read_back
from hybrid_sync.render.text import one_line

HEAD = (
    "name,email,organisation,mode,verdict,minutes_total,minutes_online,minutes_room,share_percent,first,last,"
    "language,matched_by,may_be"
)


def test_everybody_has_one_row_in_a_stable_order(make: SimpleNamespace) -> None:
    assert ",".join(COLUMNS) == HEAD
    assert attendance_csv(make.report()).decode("utf-8").split("\r\n") == [
        "\ufeff" + HEAD,
        "Bob Nowak,bob@example.org,Enabel,room,present,90,0,90,100,"
        + "2027-06-09T10:00:00+02:00,2027-06-09T11:30:00+02:00,en,address,",
        "Eva,eva@example.org,,online,present,85,15,70,94,2027-06-09T10:05:00+02:00,2027-06-09T11:40:00+02:00,en,address,",
        "Zoë Müller,zoe@example.org,Enabel,online,present,63,63,0,70,"
        + "2027-06-09T09:57:00+02:00,2027-06-09T11:00:00+02:00,en,address,",
        "Dan Óla,dan@example.org,Enabel,room,no-show,0,0,0,0,,,en,,",
        "iPhone 12,,,,unmatched,45,45,0,50,2027-06-09T10:10:00+02:00,2027-06-09T10:55:00+02:00,,,",
        "",
    ]


def test_winter_times_carry_the_winter_offset(make: SimpleNamespace) -> None:
    data = attendance_csv(make.report(make.event("2027-01-13T10:00", "2027-01-13T11:30")))
    assert read_back(data)[0]["first"] == "2027-01-13T10:00:00+01:00"


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
    rows = read_back(attendance_csv(replace(report, present=present)))
    assert [(row["name"], row["organisation"]) for row in rows[:3]] == [
        (one_line(name), one_line(organisation)) for name, organisation in typed
    ]
    assert [row["verdict"] for row in rows] == ["present"] * 3 + ["no-show", "unmatched"]


@given(st.lists(st.tuples(TRICKY, TRICKY, TRICKY), min_size=1, max_size=4))
def test_names_of_walk_ins_and_suggestions_read_back_too(
    make: SimpleNamespace, typed: list[tuple[str, str, str]]
) -> None:
    report = make.report()
    some = report.unmatched[0]
    others = tuple(
        replace(
            some,
            name=name,
            email=email,
            suggestions=(Suggestion(replace(report.no_shows[0], first_name=may_be, last_name=""), "why"),),
        )
        for name, email, may_be in typed
    )
    rows = read_back(attendance_csv(replace(report, walk_ins=others, unmatched=others)))
    wanted = [
        (one_line(name, 2000), one_line(email, 2000), one_line(f"{may_be.strip()} <dan@example.org>", 2000))
        for name, email, may_be in typed
    ]
    for verdict in ("walk-in", "unmatched"):
        told = [(row["name"], row["email"], row["may_be"]) for row in rows if row["verdict"] == verdict]
        assert told == wanted


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"name,email\r\nA,b\r\n",
        b"\xff\xfe\x00",
        HEAD.encode() + b"\r\none,two\r\n",
        HEAD.encode() + b'\r\n"open',
    ],
)
def test_another_file_is_not_taken_for_a_report(content: bytes) -> None:
    with pytest.raises(InputError, match="no attendance report in CSV"):
        read_back(content)
