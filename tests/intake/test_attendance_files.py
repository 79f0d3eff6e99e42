"""Attendance files become stays: layouts, headers, what is taken and what is refused."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from hybrid_sync.errors import InputError
from hybrid_sync.intake.attendance_files import layout_of
from hybrid_sync.intake.attendance_reading import Layout
from tests.builders import an_event
from tests.intake.attendance_kit import WEBEX, at, only, read, sample, spans

OWN = "email,name,joined,left\n"


def test_a_webex_report_gives_a_stay_for_each_connection() -> None:
    reading = read(sample("webex-english.csv"))
    assert (reading.layout, reading.encoding, reading.zone) == (Layout.WEBEX, "utf-16-le", "Europe/Brussels")
    assert reading.meetings == ("Clean water for all",)
    desk, ada, phone, breakout, guest = reading.segments
    assert (desk.role, desk.source, desk.email) == ("host", "file", "desk@example.org")
    assert (ada.joined, ada.left, ada.device) == (at("07:58:11"), at("09:31:05"), "Desktop app")
    assert (phone.device, phone.session) == ("Phone", "")
    assert breakout.session == "Breakout 1"
    assert guest.email.endswith("@guest.webex.localhost")
    assert guest.left == at("08:30:30"), "no leave time: what the stay lasted tells its end"
    assert len({stay.key for stay in reading.segments}) == 5
    assert len({stay.instance_id for stay in reading.segments}) == 1
    (bo,) = reading.refused
    assert (bo.file, bo.line, bo.field) == ("file.csv", 7, "left")
    assert "before the start" in bo.reason


def test_a_portuguese_report_that_was_saved_again_is_read_the_same_way() -> None:
    reading = read(sample("webex-portuguese-saved-again.csv"))
    assert (reading.layout, reading.encoding) == (Layout.WEBEX, "utf-8")
    assert spans(reading) == [
        ("Inês Sá", at("07:55"), at("09:30")),
        ("Ada Lovelace", at("08:00"), at("09:00")),
    ]
    assert [stay.role for stay in reading.segments] == ["host", "attendee"]
    assert {stay.session for stay in reading.segments} == {""}
    assert reading.columns["name"] == "Nome de exibição"


def test_a_teams_report_is_read_from_its_section_of_activities() -> None:
    reading = read(sample("teams-day-first.csv"))
    assert reading.layout is Layout.TEAMS
    assert reading.meetings == ("Clean water for all",)
    assert spans(reading) == [
        ("Desk InfoPoint", at("07:52:07"), at("09:33:14")),
        ("Ada Lovelace", at("07:59"), at("08:29")),
        ("Ada Lovelace", at("08:59"), at("09:30")),
        ("Zoë (Guest)", at("08:15:30"), at("08:36:37")),
    ]
    assert [stay.role for stay in reading.segments] == ["host", "attendee", "attendee", "attendee"]
    assert reading.refused == ()


@pytest.mark.parametrize(
    ("start", "row"),
    [
        ("6/9/2027, 9:52:07 AM", "Ada\t6/9/2027, 10:00:00 AM\t6/9/2027, 11:00:00 AM\t1h\tada@example.org\tPresenter"),
        ("9.6.2027, 09:52:07", "Ada\t9.6.2027, 10:00:00\t9.6.2027, 11:00:00\t1 godz.\tada@example.org\tPresenter"),
        ("09/06/2027 09:52:07", "Ada\t09/06/2027 10:00:00\t09/06/2027 11:00:00\t1h\tada@example.org\tPresenter"),
        ("2027-06-09, 09:52", "Ada\t2027-06-09, 10:00\t2027-06-09, 11:00\t1h\tada@example.org\tPresenter"),
    ],
)  # fmt: skip
def test_teams_dates_are_read_in_the_order_of_whoever_downloaded_them(start: str, row: str) -> None:
    text = (
        f"1. Summary\r\nMeeting title\tWater\r\nStart time\t{start}\r\n\r\n2. Participants\r\nName\tFirst join\r\n\r\n"
        f"3. In-Meeting activities\r\nName\tJoin time\tLeave time\tDuration\tEmail\tRole\r\n{row}\r\n"
    )
    stay = only(read(text.encode("utf-16")))
    assert (stay.joined, stay.left) == (at("08:00"), at("09:00"))


def test_a_teams_report_without_activities_says_where_to_get_them() -> None:
    with pytest.raises(InputError, match=r"without section 3.*download the attendance report"):
        read("1. Summary\nMeeting title\tWater\n\n2. Participants\nName\tFirst join\tLast leave\nAda\tx\ty\n")


def test_an_own_list_needs_a_person_and_a_time_of_joining() -> None:
    reading = read(
        OWN
        + "ada@example.org,Ada,2027-06-09 10:00,2027-06-09 11:00\n"
        + ",Bo Bee,2027-06-09T08:05Z,\n"
        + ",,10:00,11:00\n"
        + "cy@example.org,Cy,,11:00\n"
        + "dee@example.org,Dee,soon,11:00\n"
        + "eve@example.org,Eve,10:00,11:00,what,is,this\n"
    )
    assert reading.layout is Layout.OWN
    assert spans(reading) == [("Ada", at("08:00"), at("09:00")), ("Bo Bee", at("08:05"), None)]
    assert [(row.line, row.field) for row in reading.refused] == [
        (4, "name"), (5, "joined"), (6, "joined"), (7, "row"),
    ]  # fmt: skip
    assert reading.summary == ("file.csv: 2 of 6 rows taken, 4 refused (2 for joined, 1 for name, 1 for row)")


def test_a_time_alone_is_on_the_day_that_brings_it_nearest_to_the_event() -> None:
    late = an_event("2027-06-09 23:00", "2027-06-10 01:00")
    reading = read(OWN + "a@example.org,A,22:55,00:40\n", event=late)
    stay = only(reading)
    assert stay.joined is not None
    assert stay.left is not None
    assert (stay.joined, stay.left - stay.joined) == (at("20:55"), timedelta(hours=1, minutes=45))


def test_the_end_of_a_stay_or_its_beginning_comes_from_what_it_lasted() -> None:
    reading = read(
        "name,joined,left,duration\nA,10:00,,45 mins\nB,,11:00,1 hr\nC,10:00,11:00,5 mins\nD,10:00,,a while\nE,,,5\n"
    )
    assert spans(reading) == [
        ("A", at("08:00"), at("08:45")),
        ("B", at("08:00"), at("09:00")),
        ("C", at("08:00"), at("09:00")),
    ]
    assert [(row.line, row.field) for row in reading.refused] == [(5, "duration"), (6, "joined")]


def test_times_without_a_zone_ask_for_one() -> None:
    with pytest.raises(InputError, match=r"no zone.*--zone Europe/Brussels"):
        read(sample("webex-english.csv"), zone=None)
    told = read("name,joined,left\nA,2027-06-09T10:00+02:00,2027-06-09T09:00Z\n", zone=None)
    assert spans(told) == [("A", at("08:00"), at("09:00"))]
    assert told.zone is None
    with pytest.raises(InputError, match="not an IANA time zone"):
        read(sample("webex-english.csv"), zone="Brussels time")


def test_times_on_a_change_night_are_refused_with_both_readings() -> None:
    autumn = an_event("2027-10-31 01:30", "2027-10-31 04:00")
    reading = read(
        OWN
        + "a@example.org,A,2027-10-31 01:30,2027-10-31 02:30\n"
        + "b@example.org,B,2027-10-31 01:30,2027-10-31 03:30\n"
        + "c@example.org,C,2027-10-31T02:30+01:00,2027-10-31 03:30\n",
        event=autumn,
    )
    (twice,) = reading.refused
    assert (twice.line, twice.field) == (2, "left")
    assert re.search(r"exists twice.*00:30 UTC.*01:30 UTC.*offset", twice.reason)
    lengths = [stay.left - stay.joined for stay in reading.segments if stay.left and stay.joined]
    assert lengths == [timedelta(hours=3), timedelta(hours=1)]
    spring = an_event("2027-03-28 01:30", "2027-03-28 04:00")
    gap = read(OWN + "a@example.org,A,2027-03-28 01:30,2027-03-28 02:30\n", event=spring)
    assert "does not exist" in gap.refused[0].reason


def test_unknown_headers_ask_for_a_mapping_and_list_what_there_is() -> None:
    finnish = "Kokous;Alkoi;Päättyi;Näyttönimi;Etunimi;Sukunimi;Rooli;Sähköposti;Liittyi;Poistui;Kesto;Yhteys;Istunto"
    row = (
        "Vesi;2027-06-09 10:00;2027-06-09 11:30;Ada L;Ada;L;Osallistuja;ada@example.org;2027-06-09 10:00;"
        "2027-06-09 11:00;60;PC;Pääistunto"
    )
    with pytest.raises(InputError) as caught:
        read(f"{finnish}\n{row}\n")
    said = str(caught.value)
    assert "columns seen: 'Kokous', 'Alkoi'" in said
    assert "--map joined=COLUMN" in said
    assert "--map joined='Liittyi' --map left='Poistui'" in said, "a Webex report by its usual order"
    stay = only(
        read(
            f"{finnish}\n{row}\n",
            mapping={"joined": "Liittyi", "left": "Poistui", "email": "Sähköposti", "name": "näyttönimi"},
        )
    )
    assert (stay.email, stay.joined, stay.left) == ("ada@example.org", at("08:00"), at("09:00"))


def test_a_mapping_names_fields_and_columns_that_are_there() -> None:
    with pytest.raises(InputError) as caught:
        read(OWN + "a@example.org,A,10:00,11:00\n", mapping={"joined": "Came", "hat": "name"})
    assert "has no column 'Came'; columns seen: 'email', 'name', 'joined', 'left'" in caught.value.problems[0]
    assert "there is no field 'hat'" in caught.value.problems[1]


def test_a_remembered_column_that_is_missing_is_told_and_not_refused() -> None:
    reading = read(OWN + "a@example.org,A,10:00,11:00\n", remembered={"joined": "Came", "name": "email"})
    assert reading.notes == ("remembered column 'Came' for joined is not in this file",)
    assert only(reading).display_name == "a@example.org"


def test_a_list_of_people_without_times_asks_whether_it_is_the_door() -> None:
    with pytest.raises(InputError, match="--layout door"):
        read("email,name\nada@example.org,Ada\n")
    with pytest.raises(InputError, match="looks like a person"):
        read("ada@example.org,Ada,x\nbo@example.org,Bo,y\n")


@pytest.mark.parametrize(
    ("header", "layout"),
    [
        ("code,name", Layout.DOOR),
        ("name,in,out", Layout.DOOR),
        ("email,joined,left", Layout.OWN),
        ("\t".join(WEBEX), Layout.WEBEX),
        ("1. Summary\nMeeting title\tx\n\n3. In-Meeting activities\nName\tJoin time", Layout.TEAMS),
    ],
)
def test_the_layout_is_known_by_the_content(header: str, layout: Layout) -> None:
    assert layout_of(f"{header}\na\tb\n".encode(), "f.csv", {}, {}) is layout


def test_a_door_list_is_not_taken_as_online_stays() -> None:
    with pytest.raises(InputError, match="list of the door"):
        read("code,in,out\nK7,10:00,11:00\n")


def test_another_copy_of_a_file_gives_the_same_keys() -> None:
    first = read(sample("webex-english.csv"))
    text = sample("webex-english.csv").decode("utf-16")
    lines = [line.split("\t") for line in text.splitlines()]
    saved = "\n".join(";".join(cell.replace('="', "").replace('"', "") for cell in line) for line in lines)
    again = read(saved + "\n", name="saved.csv")
    excel = read(saved.replace("2027-06-09 ", "09.06.2027 ") + "\n", name="dotted.csv")
    assert again.segments == first.segments
    assert excel.segments == first.segments
    elsewhere = read(sample("webex-english.csv"), zone="UTC")
    assert [stay.key for stay in elsewhere.segments] == [stay.key for stay in first.segments]
    assert elsewhere.segments[0].joined == at("09:50:02"), "another zone moves the same stays"


def test_equal_rows_are_one_and_rows_that_end_differently_are_two() -> None:
    row = "a@example.org,A,10:00,11:00\n"
    reading = read(OWN + row + row + "a@example.org,A,10:00,11:10\n" + OWN)
    assert len(reading.segments) == 2
    assert len({stay.key for stay in reading.segments}) == 2
    assert reading.notes == ("rows that are there twice and were taken once: 1",)


def test_a_file_of_another_event_is_refused_whole() -> None:
    with pytest.raises(InputError) as caught:
        read(sample("webex-english.csv"), event=an_event("2027-07-07 10:00", "2027-07-07 11:30"))
    assert "none of its 5 stays of 'Clean water for all' is within a day of event water (2027-07-07)" in str(
        caught.value
    )
    assert "--force" in str(caught.value)
    forced = read(
        sample("webex-english.csv"), event=an_event("2027-07-07 10:00", "2027-07-07 11:30"), force=True
    )
    assert len(forced.segments) == 5
    assert "5 stays are more than a day away" in forced.notes[0]


def test_another_meeting_of_the_same_day_is_refused_by_its_name_and_hours() -> None:
    evening = an_event("2027-06-09 18:00", "2027-06-09 19:00", title="Fish")
    with pytest.raises(InputError, match="its meeting is 'Clean water for all' and none of its stays"):
        read(sample("webex-english.csv"), event=evening)
    assert len(read(sample("webex-english.csv"), event=replace(evening, title="Clean water")).segments) == 5
    morning = an_event(title="Fish")
    assert len(read(sample("webex-english.csv"), event=morning).segments) == 5, "other name, same hours"


def test_a_report_that_is_cut_off_is_refused_unless_forced() -> None:
    whole = sample("webex-english.csv")
    with pytest.raises(InputError, match=r"middle of a character.*cut off.*--force"):
        read(whole[:-5])
    in_a_row = whole.index("25\tBrowser".encode("utf-16-le"))
    with pytest.raises(InputError, match=r"line 6: the last row is not whole: it was cut off"):
        read(whole[:in_a_row])
    forced = read(whole[: in_a_row + 1], force=True)
    assert len(forced.segments) == 5, "what is there of the last row is enough for a stay without an end"
    assert forced.segments[-1].left is None


def test_rows_of_a_file_that_never_had_all_cells_are_no_sign_of_a_cut() -> None:
    reading = read("name,joined,left\nA,10:00\nB,10:05")
    assert [stay.display_name for stay in reading.segments] == ["A", "B"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\xff\xfe", "is empty"),
        (b"name,joined\n", "no rows below"),
        (b"\x00\x01\x02\x03" * 500, "not a text file"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04 broken", "Office workbook"),
        (b"\xff\xfe" + "name\tjoined\n".encode("utf-16-le") + b"\x00\xd8x\x00" * 9, "damaged at byte"),
        (b"name,joined\n" + b"\x81\x8d\x9d,10:00\n", "neither UTF-8, UTF-16 nor Windows-1252"),
    ],
)
def test_what_cannot_be_read_at_all_is_said_in_words(content: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read(content)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_every_encoding_that_such_files_come_in_is_found_out(encoding: str) -> None:
    reading = read("name\tjoined\tleft\nZoë\t2027-06-09 10:00\t2027-06-09 11:00\n".encode(encoding))
    assert spans(reading) == [("Zoë", at("08:00"), at("09:00"))]
    assert bool(reading.notes) is (encoding == "cp1252")


def test_greek_names_in_utf_16_without_a_mark_are_read() -> None:
    rows = "".join(f"Αλέξανδρος Παπαδόπουλος {n}\t2027-06-09 10:00\n" for n in range(20))
    reading = read(("name\tjoined\n" + rows).encode("utf-16-le"))
    assert reading.segments[0].display_name == "Αλέξανδρος Παπαδόπουλος 0"


def test_roles_that_nobody_knows_count_as_attendees_and_are_told() -> None:
    reading = read("name,role,joined\nA,Co-host,10:00\nB,Wizard,10:00\nC,Wizard,10:01\nD,,10:00\n")
    assert [stay.role for stay in reading.segments] == ["cohost", "attendee", "attendee", "attendee"]
    assert "'Wizard' (2)" in reading.notes[0]


def test_marks_and_control_characters_are_taken_out_of_cells() -> None:
    stay = only(read('\ufeff\ufeffname,\ufeffjoined\n"\u202eAda\u0000  L.",\ufeff10:00\n'))
    assert (stay.display_name, stay.joined) == ("Ada L.", at("08:00"))


def test_a_cell_that_is_far_too_long_is_refused() -> None:
    reading = read(f"name,joined\n{'x' * 5000},10:00\nA,10:00\n")
    (row,) = reading.refused
    assert (row.field, len(row.value_shown)) == ("name", 40)
