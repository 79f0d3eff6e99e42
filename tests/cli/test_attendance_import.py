"""`attendance import`: what is said, what is kept, and what is never half-written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.attendance_kit import AFTER, book, lines
from tests.cli.kit import RECORD, Cli
from tests.intake.attendance_kit import FILES, workbook

ZONE = ("--zone", "Europe/Brussels")


@pytest.fixture
def event(published: Cli) -> Cli:
    """The day after the event."""
    published.at = AFTER
    return published


def minutes(cli: Cli) -> dict[str, float]:
    attendance = book(cli)
    return {row.name: row.total.total_seconds() / 60 for row in (*attendance.present, *attendance.unmatched)}


def webex(name: str = "webex-english.csv") -> str:
    return str(FILES / name)


def test_a_webex_report_counts_with_the_people_who_are_registered(event: Cli) -> None:
    ran = event.ok("attendance", "import", "water", webex(), *ZONE, "--json")
    assert ran.json["layout"] == "webex"
    assert (ran.json["taken"], ran.json["added"]) == (5, 5)
    assert ran.json["refused"][0]["line"] == 7
    assert "webex-english.csv, line 7, left: is before the start of the stay" in ran.err
    assert "read as webex, times on the clock of Europe/Brussels" in ran.err
    # 09:58:11 to 11:31:05 with phone and breakout inside, no more than the event's own 90 minutes.
    assert minutes(event)["Ada Lovelace"] == 90
    attendance = book(event)
    assert [row.person.email for row in attendance.present if row.person] == ["ada@example.org"]
    assert "Desk InfoPoint" in attendance.staff
    audit = [line.what for line in lines(event)]
    assert audit[-1] == "attendance.import"


def test_the_same_file_twice_changes_nothing_and_a_copy_adds_nothing(event: Cli) -> None:
    event.ok("attendance", "import", "water", webex(), *ZONE)
    before, audited = minutes(event), len(lines(event))
    again = event.ok("attendance", "import", "water", webex(), *ZONE, "--json")
    assert again.json["already"] is True
    assert "this very file was taken in on 2027-06-10 09:00 UTC; nothing changes" in again.err
    copy = Path(webex()).read_bytes().decode("utf-16").replace("\r\n", "\n")
    saved = event.ok("attendance", "import", "water", event.file("copy.csv", copy), *ZONE, "--json")
    assert saved.json["added"] == 0
    forced = event.ok("attendance", "import", "water", webex(), *ZONE, "--force", "--json")
    assert forced.json["added"] == 0
    assert minutes(event) == before
    assert len(lines(event)) == audited + 2


def test_a_file_that_was_taken_with_the_wrong_zone_is_put_right_by_taking_it_again(event: Cli) -> None:
    event.ok("attendance", "import", "water", webex(), "--zone", "Europe/London")
    wrong = minutes(event)
    event.ok("attendance", "import", "water", webex(), *ZONE)
    assert minutes(event) != wrong
    assert minutes(event)["Ada Lovelace"] == 90


def test_a_stay_that_is_in_two_reports_counts_once(event: Cli) -> None:
    event.ok("attendance", "import", "water", webex(), *ZONE)
    event.ok("attendance", "import", "water", webex("teams-day-first.csv"), *ZONE)
    own = event.file("own.csv", "email,joined,left\nada@example.org,10:00,11:30\n")
    event.ok("attendance", "import", "water", own, *ZONE)
    assert minutes(event)["Ada Lovelace"] == 90


def test_room_and_online_of_one_person_overlap_once(event: Cli) -> None:
    own = event.file("own.csv", "email,joined,left\nbob@example.org,10:00,10:45\n")
    event.ok("attendance", "import", "water", own, *ZONE)
    event.ok(
        "attendance", "import", "water", event.file("door.csv", "email,in,out\nbob@example.org,10:30,11:00\n")
    )
    (bob,) = [row for row in book(event).present if row.person and row.person.email == "bob@example.org"]
    told = [part.total_seconds() / 60 for part in (bob.online, bob.room, bob.total)]
    assert told == [45, 30, 60]


def test_without_a_zone_nothing_is_taken(event: Cli) -> None:
    ran = event("attendance", "import", "water", webex())
    assert ran.code == 2
    assert "--zone Europe/Brussels" in ran.err
    assert minutes(event) == {}


def test_a_dry_run_says_what_would_be_and_writes_nothing(event: Cli) -> None:
    ran = event.ok("attendance", "import", "water", webex(), *ZONE, "--dry-run", "--json")
    assert (ran.json["added"], ran.json["dry_run"]) == (5, True)
    assert "nothing was written" in ran.err
    assert minutes(event) == {}
    event.ok("attendance", "import", "water", webex(), *ZONE)
    after = event.ok("attendance", "import", "water", webex(), *ZONE, "--dry-run", "--json")
    assert after.json["added"] == 0


def test_a_file_of_another_event_or_cut_off_is_refused_whole(event: Cli) -> None:
    event.ok(
        "event", "import", event.file("e.toml", RECORD.replace("water", "fish", 1).replace("06-09", "08-09"))
    )
    ran = event("attendance", "import", "fish", webex(), *ZONE)
    assert ran.code == 2
    assert (
        "none of its 5 stays of 'Clean water for all' is within a day of event fish (2027-08-09)" in ran.err
    )
    cut = event.file("cut.csv", Path(webex()).read_bytes()[:-3])
    ran = event("attendance", "import", "water", cut, *ZONE)
    assert ran.code == 2
    assert "it was cut off" in ran.err
    assert minutes(event) == {}
    assert event.ok("attendance", "import", "water", cut, *ZONE, "--force", "--json").json["taken"] == 5


def test_columns_are_told_once_and_remembered_for_the_event(event: Cli) -> None:
    def own(who: str) -> str:
        return event.file(f"{who}.csv", f"Kdo;Od kdy;Do kdy\n{who}@example.org;10:00;11:00\n")

    refused = event("attendance", "import", "water", own("ada"), *ZONE)
    assert refused.code == 2
    assert "columns seen: 'Kdo', 'Od kdy', 'Do kdy'" in refused.err
    told = ("--map", "email=Kdo", "--map", "joined=Od kdy", "--map", "left=Do kdy")
    first = event.ok("attendance", "import", "water", own("ada"), *ZONE, *told)
    assert "columns kept for the next file of this kind: email is 'Kdo'" in first.err
    second = event.ok("attendance", "import", "water", own("dora"), *ZONE)
    assert "columns as told for an earlier file: email is 'Kdo'" in second.err
    assert minutes(event) == {"Ada Lovelace": 60, "Dora Dee": 60}


def test_a_file_without_one_good_row_ends_with_2_and_is_not_noted(event: Cli) -> None:
    bad = event.file("bad.csv", "email,joined,left\nada@example.org,11:00,10:00\n")
    ran = event("attendance", "import", "water", bad, *ZONE)
    assert ran.code == 2
    assert "0 of 1 rows taken, 1 refused (1 for left)" in ran.err
    assert event("attendance", "import", "water", bad, *ZONE).err == ran.err
    assert event("attendance", "import", "nothing", bad, *ZONE).code == 2


def test_a_workbook_is_read_as_well(event: Cli) -> None:
    data = workbook(Stays=[["E-mail", "Joined", "Left"], ["ada@example.org", "10:00", "11:00"]])
    ran = event.ok("attendance", "import", "water", event.file("own.xlsx", data), *ZONE, "--json")
    assert (ran.json["encoding"], ran.json["added"]) == ("xlsx", 1)


def test_many_refused_rows_are_counted_rather_than_told_one_by_one(event: Cli) -> None:
    rows = "".join(f"p{n}@example.org,soon,\n" for n in range(80))
    ran = event.ok(
        "attendance",
        "import",
        "water",
        event.file("m.csv", f"email,joined,left\n{rows}a@x.eu,10:00,\n"),
        *ZONE,
    )
    assert "… and 30 more like these" in ran.err


def test_a_list_of_registrants_as_a_workbook_remembers_its_columns_too(event: Cli) -> None:
    def answers(who: str) -> str:
        data = workbook(
            Content=[
                ["Alias", "water"], ["Export Date", "2027-06-01"], [],
                ["Given name(s)", "Where to write", "How?", "Contribution ID", "User name"],
                [who.capitalize(), f"{who}@example.org", "in person", f"id-{who}", "EU"],
            ]
        )  # fmt: skip
        return event.file(f"{who}.xlsx", data)

    assert event("registrants", "import", "water", answers("eve")).code == 2
    told = ("--map", "email=Where to write", "--map", "mode=How?", "--map", "first_name=Given name(s)")
    event.ok("registrants", "import", "water", answers("eve"), *told)
    ran = event.ok("registrants", "import", "water", answers("finn"), "--json")
    assert ran.json["new"] == 1
    assert "columns as told for an earlier file: email is 'Where to write'" in ran.err
    listed = event.ok("registrants", "list", "water", "--json").json
    people = {row["email"]: row for row in listed}
    assert people["finn@example.org"]["mode"] == "room"
    assert len(people["finn@example.org"]["door_code"]) == 6
    assert "door_code" not in people["ada@example.org"]
    assert people["finn@example.org"]["door_code"] in event.ok("registrants", "list", "water").out
