"""`checkin`: the desk at the door of the room."""

from __future__ import annotations

import pytest

from hybrid_sync.domain.door import door_code
from tests.cli.attendance_kit import book, lines
from tests.cli.kit import Cli
from tests.intake.attendance_kit import workbook


@pytest.fixture
def desk(published: Cli) -> Cli:
    """Five minutes into the event."""
    published.at = "2027-06-09T08:05:00Z"
    return published


def code_of(cli: Cli, email: str) -> str:
    people = cli.ok("registrants", "list", "water", "--json").json
    (person,) = [row for row in people if row["email"] == email]
    return door_code(person["id"]) if "id" in person else str(person["door_code"])


def in_room(cli: Cli) -> dict[str, float]:
    attendance = book(cli)
    rows = (*attendance.present, *attendance.walk_ins, *attendance.unmatched)
    return {row.name: row.room.total_seconds() / 60 for row in rows}


def test_a_door_code_checks_in_and_twice_is_once(desk: Cli) -> None:
    code = code_of(desk, "bob@example.org")
    ran = desk.ok("checkin", "water", code.lower(), "--json")
    assert ran.json == {
        "event": "water", "name": "Bob Bee", "email": "bob@example.org", "code": code, "walk_in": False,
        "joined": "2027-06-09T08:05:00+00:00", "left": None, "changed": True, "undone": False,
    }  # fmt: skip
    assert f"Bob Bee ({code}): checked in, since 2027-06-09 10:05 CEST" in ran.err
    desk.at = "2027-06-09T08:20:00Z"
    assert "was checked in already, since 2027-06-09 10:05" in desk.ok("checkin", "water", "Bob Bee").err
    desk.ok("checkin", "water", "bob@example.org", "--left", "11:05")
    assert in_room(desk) == {"Bob Bee": 60}
    assert [line.what for line in lines(desk) if line.what.startswith("checkin")] == ["checkin", "checkin"]


def test_somebody_registered_online_may_come_to_the_room(desk: Cli) -> None:
    desk.ok("checkin", "water", "Ada Lovelace", "--at", "10:00", "--left", "11:00")
    assert in_room(desk) == {"Ada Lovelace": 60}


def test_whoever_fits_nobody_is_asked_about_and_may_be_a_walk_in(desk: Cli) -> None:
    ran = desk("checkin", "water", "bee")
    assert ran.code == 2
    assert f"did you mean Bob Bee, {code_of(desk, 'bob@example.org')}?" in ran.err
    assert "--walk-in" in ran.err
    desk.ok("checkin", "water", "Zoë Zee", "--walk-in")
    desk.ok("checkin", "water", "Zoë Zee", "--walk-in", "--left", "11:05")
    again = desk.ok("checkin", "water", "zee zoe", "--walk-in")
    assert "was checked in already" in again.err
    assert in_room(desk) == {"Zoë Zee": 60}
    assert desk("checkin", "water", "@@", "--walk-in").code == 2


def test_two_of_one_name_are_both_shown_by_code(desk: Cli) -> None:
    desk.ok(
        "registrants",
        "add",
        "water",
        "bob2@example.org",
        "--first-name",
        "Bob",
        "--last-name",
        "Bee",
        "--mode",
        "room",
    )
    ran = desk("checkin", "water", "Bob Bee")
    assert ran.code == 2
    for email in ("bob@example.org", "bob2@example.org"):
        assert code_of(desk, email) in ran.err
    assert in_room(desk) == {}
    desk.ok("checkin", "water", "bob2@example.org")


def test_a_check_in_is_taken_back(desk: Cli) -> None:
    desk.ok("checkin", "water", "Bob Bee")
    ran = desk.ok("checkin", "water", "bob@example.org", "--undo")
    assert "Bob Bee" in ran.err
    assert "taken back" in ran.err
    assert in_room(desk) == {}
    again = desk("checkin", "water", "bob@example.org", "--undo")
    assert again.code == 2
    assert "is not checked in" in again.err
    desk.ok("checkin", "water", "Zoë Zee", "--walk-in")
    desk.ok("checkin", "water", "Zoë Zee", "--undo")
    assert in_room(desk) == {}
    assert [line.what for line in lines(desk)][-1] == "checkin.undo"
    desk.ok("checkin", "water", "Zoë Zee", "--walk-in")
    desk.ok("registrants", "add", "water", "zoe@example.org", "--first-name", "Zoë", "--last-name", "Zee")
    desk.ok("checkin", "water", "Zoë Zee", "--undo")
    assert in_room(desk) == {}


def test_check_ins_are_for_the_day_of_the_event(desk: Cli) -> None:
    desk.at = "2027-06-08T12:00:00Z"
    ran = desk("checkin", "water", "Bob Bee")
    assert ran.code == 2
    assert (
        "2027-06-08 14:00 is not on the day of event water (2027-06-09): say with --at when it was" in ran.err
    )
    desk.at = "2027-06-11T12:00:00Z"
    assert desk("checkin", "water", "Bob Bee").code == 2
    assert desk("checkin", "water", "Bob Bee", "--at", "2027-06-11 10:00").code == 2
    desk.ok("checkin", "water", "Bob Bee", "--at", "10:30")
    assert in_room(desk)["Bob Bee"] >= 60


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["Bob Bee", "--left", "10:00"], "say --at as well"),
        (["Bob Bee", "--at", "11:00", "--left", "10:00"], "before the time of coming in"),
        (["Bob Bee", "--at", "soon"], "--at 'soon' is no date and time"),
        ([], "say who, or give a list"),
        (["Bob Bee", "--list", "x.csv"], "one of the two"),
        (["--list", "x.csv", "--undo"], "for one person"),
        (["Bob Bee", "--undo", "--at", "10:00"], "leave out --at"),
        (["Bob Bee", "--zone", "UTC"], "are for --list"),
    ],
)
def test_what_cannot_be_meant_is_said_in_words(desk: Cli, options: list[str], words: str) -> None:
    ran = desk("checkin", "water", *options)
    assert ran.code == 2
    assert words in ran.err
    assert in_room(desk) == {}


def test_a_door_list_takes_codes_addresses_and_names_and_refuses_the_rest(desk: Cli) -> None:
    rows = [
        "Code;E-mail;Name;In;Out",
        f"{code_of(desk, 'bob@example.org')};;;10:00;11:00",
        ";dora@example.org;;2027-06-09 10:30;",
        ";;Ada Lovelace;09:55;",
        ";;Nobody Known;10:00;",
        ";;Ada Lovelace;11:00;10:00",
        ";;Dora Dee;2027-06-01 10:00;",
        ";;;10:00;",
    ]
    door = desk.file("door.csv", "\n".join(rows) + "\n")
    ran = desk.ok("checkin", "water", "--list", door, "--json")
    assert (ran.json["taken"], ran.json["added"], ran.json["zone"]) == (3, 3, "Europe/Brussels")
    assert [row["line"] for row in ran.json["refused"]] == [5, 6, 7, 8]
    assert "door.csv, line 5, row: 'Nobody Known' fits nobody who is registered" in ran.err
    assert in_room(desk)["Bob Bee"] == 60
    again = desk.ok("checkin", "water", "--list", door, "--json")
    assert again.json["added"] == 0
    walked = desk.ok("checkin", "water", "--list", door, "--walk-in", "--dry-run", "--json")
    assert (walked.json["walk_ins"], walked.json["added"]) == (1, 1)
    desk.ok("checkin", "water", "--list", door, "--walk-in")
    assert in_room(desk)["Nobody Known"] > 0


def test_a_list_without_times_counts_from_the_start_and_never_against_what_is_known(desk: Cli) -> None:
    desk.ok("checkin", "water", "Ada Lovelace", "--at", "10:30", "--left", "11:00")
    data = workbook(Door=[["Name"], ["Ada Lovelace"], ["Bob Bee"]])
    ran = desk.ok("checkin", "water", "--list", desk.file("door.xlsx", data), "--json")
    assert (ran.json["without_time"], ran.json["added"], ran.json["zone"]) == (2, 1, None)
    assert "counted from the event's start to its end" in ran.err
    assert in_room(desk) == {"Ada Lovelace": 30, "Bob Bee": 90}


def test_the_columns_of_a_door_list_are_remembered_on_their_own(desk: Cli) -> None:
    first = desk.file("one.csv", "Wer;Wann\nBob Bee;10:00\n")
    assert desk("checkin", "water", "--list", first).code == 2
    desk.ok("checkin", "water", "--list", first, "--map", "name=Wer", "--map", "joined=Wann")
    second = desk.file("two.csv", "Wer;Wann\nDora Dee;10:10\n")
    assert "columns as told for an earlier file" in desk.ok("checkin", "water", "--list", second).err
    assert set(in_room(desk)) == {"Bob Bee", "Dora Dee"}


def test_attendance_import_knows_a_door_list_and_takes_it_to_the_room(desk: Cli) -> None:
    door = desk.file("door.csv", "email,checked in,checked out\nbob@example.org,10:00,11:00\n")
    assert desk.ok("attendance", "import", "water", door, "--json").json["layout"] == "door"
    plain = desk.file("plain.csv", "email,name\ndora@example.org,Dora\n")
    assert "--layout door" in desk("attendance", "import", "water", plain, "--zone", "UTC").err
    desk.ok("attendance", "import", "water", plain, "--layout", "door")
    assert in_room(desk) == {"Bob Bee": 60, "Dora Dee": 90}


def test_a_list_with_no_row_to_take_ends_with_2(desk: Cli) -> None:
    ran = desk("checkin", "water", "--list", desk.file("door.csv", "code\nXXXXXX\n"))
    assert ran.code == 2
    assert "0 of 1 rows taken" in ran.err
    assert desk("checkin", "nothing", "Bob Bee").code == 2


def test_somebody_without_a_place_is_checked_in_and_told(desk: Cli) -> None:
    desk.ok("registrants", "withdraw", "water", "bob@example.org")
    assert "bob@example.org is withdrawn: counted as a walk-in" in desk.ok("checkin", "water", "Bob Bee").err
