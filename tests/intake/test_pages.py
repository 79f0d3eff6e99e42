from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.domain.events import EventState, Speaker
from hybrid_sync.errors import InputError, TimeError
from hybrid_sync.intake.pages import read_page
from tests.intake.reading import PAGES, codes, reading_of, unhurried


def test_the_infopoint_layout_is_read_whole() -> None:
    reading = reading_of("infopoint_hybrid.txt", title="Clean water in coastal towns")
    assert (reading.date_start, reading.date_end) == (date(2025, 2, 11), date(2025, 2, 11))
    assert (reading.time_start, reading.time_end) == (time(12, 30), time(14))
    assert (reading.zone, reading.zone_label) == ("Europe/Brussels", "CET")
    assert (reading.venue, reading.city, reading.country) == (
        "InfoPoint and Webex Meetings",
        "Brussels",
        "Belgium",
    )
    assert (reading.onsite, reading.online) == (True, True)
    assert reading.languages == ("en", "fr")
    assert reading.organisers == ("Blue Coast Unit", "Harbour Network")
    assert reading.description.startswith("Since the storms")
    assert reading.speakers == (
        Speaker("Nora Lindqvist", "Head of Sector", "DG WATER B2"),
        Speaker("Tomás Ibarra", "Adviser, Port Authority", "PAX, Lisbon"),
        Speaker("Kwame Boateng", "Engineer", "Wells for All, Ghana"),
    )
    assert reading.moderators == (Speaker("Ilze Kalniņa", "Team Leader", "DG WATER B2"),)
    assert (reading.registration_url, reading.registration_note) == (None, None)
    assert codes(reading) == set()
    assert reading.refusal is None
    event = reading.to_event("water")
    assert event.starts.isoformat() == "2025-02-11T12:30:00+01:00"
    assert event.state is EventState.DRAFT


def test_without_a_title_on_the_page_its_address_gives_one() -> None:
    assert reading_of("infopoint_hybrid.txt").title == "Infopoint lunch clean water coastal towns"


def test_cet_in_summer_is_warned_about_and_never_moves_the_event() -> None:
    reading = reading_of("cet_in_summer.txt")
    assert codes(reading) == {"zone_label_wrong_for_date"}
    assert reading.to_event("e").starts.isoformat() == "2024-07-04T14:00:00+02:00"
    assert "CEST" in reading.warnings[0].message


def test_cest_in_winter_is_warned_about_and_never_moves_the_event() -> None:
    reading = reading_of("cest_in_winter.txt")
    assert codes(reading) == {"zone_label_wrong_for_date"}
    assert reading.to_event("e").starts.isoformat() == "2025-01-14T09:30:00+01:00"


def test_a_wrong_weekday_is_warned_about() -> None:
    reading = reading_of("wrong_weekday.txt")
    assert codes(reading) == {"weekday_mismatch"}
    assert "2024-03-12 is a Tuesday" in reading.warnings[0].message


def test_online_only_has_no_room() -> None:
    reading = reading_of("online_only.txt")
    assert (reading.onsite, reading.online, reading.venue) == (False, True, None)
    assert reading.registration_url == "https://forms.example.eu/rights-clinic"
    event = reading.to_event("e")
    assert (event.onsite, event.online) == (False, True)


def test_room_only_has_no_online_part() -> None:
    reading = reading_of("room_only.txt")
    assert (reading.onsite, reading.online) == (True, None)
    assert (reading.city, reading.country) == ("Brussels", "Belgium")
    event = reading.to_event("e")
    assert (event.onsite, event.online) == (True, False)


def test_a_page_silent_about_the_place_is_taken_as_hybrid() -> None:
    event = read_page("Quiet Talk\nWhen: 6 May 2025, 10:00 - 11:00", html=False).to_event("e")
    assert (event.onsite, event.online) == (True, True)


def test_no_end_is_told_and_leaves_the_end_open() -> None:
    reading = reading_of("no_end.txt")
    assert codes(reading) == {"end_missing"}
    assert reading.to_event("e").ends is None


def test_several_days_run_from_the_first_to_the_last() -> None:
    reading = reading_of("several_days.txt")
    assert codes(reading) == {"multi_day"}
    event = reading.to_event("e")
    assert event.starts.isoformat() == "2024-06-03T09:00:00+02:00"
    assert event.ends is not None
    assert event.ends.isoformat() == "2024-06-04T17:30:00+02:00"
    assert (reading.venue, reading.city, reading.online) == ("Hall Delvaux and Webex", "Brussels", True)


def test_several_languages_in_several_languages_are_read() -> None:
    assert reading_of("several_languages.txt").languages == ("en", "de", "fr", "it")


@pytest.mark.parametrize("name", ["two_sessions.txt", "two_sessions_same_day.txt"])
def test_two_sessions_are_refused_with_both_listed(name: str) -> None:
    reading = reading_of(name)
    assert codes(reading) == {"multiple_sessions"}
    assert [f"{s.time_start:%H:%M}-{s.time_end:%H:%M}" for s in reading.sessions] == [
        "10:00-11:30",
        "14:00-15:30",
    ]
    with pytest.raises(InputError, match=r"2 sessions.*10:00-11:30; .*14:00-15:30.*--starts"):
        reading.to_event("e")


def test_one_of_two_sessions_can_be_chosen() -> None:
    reading = reading_of(
        "two_sessions.txt",
        starts=datetime.fromisoformat("2025-03-13T14:00"),
        ends=datetime.fromisoformat("2025-03-13T15:30"),
    )
    event = reading.to_event("e")
    assert event.starts.isoformat() == "2025-03-13T14:00:00+01:00"
    assert codes(reading) == {"multiple_sessions"}


def test_no_year_is_refused_rather_than_guessed() -> None:
    reading = reading_of("no_year.txt")
    assert codes(reading) == {"year_missing"}
    assert reading.date_start is None
    with pytest.raises(InputError, match=r"no year is written.*--starts 'YYYY-MM-DD HH:MM'"):
        reading.to_event("e")


def test_a_year_that_the_day_of_publication_settles_is_taken_with_a_warning() -> None:
    reading = reading_of("no_year_but_published.txt")
    assert reading.date_start == date(2024, 5, 9)
    assert codes(reading) == {"year_missing"}


def test_a_year_that_contradicts_the_written_weekday_is_not_taken() -> None:
    reading = read_page("Forum\nPublished on 2 April 2023\nWhen: Thursday 9 May, 10:00 - 12:00", html=False)
    assert reading.date_start is None
    assert reading.refusal is not None


@pytest.mark.parametrize(
    ("name", "verb", "readings"),
    [
        ("spring_change.txt", "does not exist", ["00:30", "01:30"]),
        ("autumn_change.txt", "exists twice", ["00:30", "01:30"]),
    ],
)
def test_a_time_on_a_change_night_is_refused_with_both_readings(
    name: str, verb: str, readings: list[str]
) -> None:
    with pytest.raises(TimeError, match=verb) as caught:
        reading_of(name).to_event("e")
    assert [f"{instant:%H:%M}" for instant in caught.value.readings] == readings
    assert all(reading in str(caught.value) for reading in readings)


def test_a_cancelled_event_is_refused() -> None:
    reading = reading_of("cancelled.txt")
    assert reading.cancelled
    with pytest.raises(InputError, match="the page says that the event is cancelled"):
        reading.to_event("e")


def test_a_postponed_event_is_refused() -> None:
    with pytest.raises(InputError, match="the page says that the event is postponed"):
        reading_of("postponed.txt").to_event("e")


def test_cancelling_a_registration_does_not_cancel_the_event() -> None:
    text = "Open Studio\nWhen: 6 May 2025, 10:00 - 11:00\nRegistrations can be cancelled until 3 May 2025."
    reading = read_page(text, html=False)
    assert not reading.cancelled
    assert reading.refusal is None


def test_two_different_times_for_one_day_are_told() -> None:
    reading = reading_of("times_disagree.txt")
    assert codes(reading) == {"dates_disagree"}
    assert reading.time_start == time(14)
    assert reading.venue == "Room Spaak, Brussels"


def test_two_different_days_are_told() -> None:
    reading = reading_of("dates_disagree.txt")
    assert codes(reading) == {"dates_disagree"}
    assert reading.date_start == date(2025, 5, 22)


def test_an_address_with_another_day_is_told() -> None:
    text = "Open Studio\nWhen: 6 May 2025, 10:00 - 11:00"
    reading = read_page(text, html=False, source="https://example.eu/events/open-studio-2025-05-07_en")
    assert codes(reading) == {"dates_disagree"}


def test_the_time_of_another_place_is_honoured() -> None:
    reading = reading_of("other_zone.txt")
    assert reading.zone == "Europe/Lisbon"
    assert reading.to_event("e").starts.isoformat() == "2025-06-18T09:00:00+01:00"


def test_a_place_with_another_clock_is_honoured_and_told() -> None:
    reading = reading_of("athens.txt")
    assert reading.zone == "Europe/Athens"
    assert codes(reading) == {"zone_of_place"}


def test_a_page_that_is_no_event_is_refused_in_one_line() -> None:
    with pytest.raises(InputError) as caught:
        reading_of("not_an_event.txt").to_event("e")
    (problem,) = caught.value.problems
    assert "names no day" in problem
    assert "--starts" in problem


def test_an_agenda_gives_start_and_end_where_nothing_else_does() -> None:
    reading = reading_of("agenda_only.txt")
    assert (reading.time_start, reading.time_end) == (time(9, 15), time(12, 30))
    assert codes(reading) == set()


def test_a_french_page_is_read() -> None:
    reading = reading_of("french.txt")
    assert (reading.date_start, reading.time_start, reading.time_end) == (
        date(2025, 5, 15),
        time(14),
        time(16, 30),
    )
    assert reading.zone_label == "heure de Bruxelles"
    assert (reading.venue, reading.languages) == ("Salle Yourcenar, Bruxelles, Belgique", ("fr", "en"))
    assert [person.name for person in reading.moderators] == ["Hugo Vandamme"]
    assert reading.registration_url == "https://inscription.example.eu/biblio"
    assert codes(reading) == set()


def test_a_greek_page_is_read() -> None:
    reading = reading_of("greek.txt")
    assert (reading.date_start, reading.time_start, reading.time_end) == (
        date(2025, 5, 15),
        time(10),
        time(13, 30),
    )
    assert reading.venue == "Αίθουσα Σπάακ, Βρυξέλλες"


def test_an_american_date_beside_a_label_for_the_time_is_read() -> None:
    reading = reading_of("american.txt")
    assert (reading.date_start, reading.time_start, reading.time_end) == (
        date(2025, 3, 20),
        time(14),
        time(16, 30),
    )


def test_html_is_read_without_what_stands_around_the_event() -> None:
    reading = reading_of("navigation.html", source="https://example.eu/events/bees_en")
    assert reading.title == "Beekeeping & Cities"
    assert (reading.date_start, reading.time_start, reading.time_end) == (
        date(2025, 4, 10),
        time(10),
        time(12),
    )
    assert (reading.venue, reading.city, reading.country) == (
        "InfoPoint and Webex Meetings",
        "Brussels",
        "Belgium",
    )
    assert reading.organisers == ("City Hives Desk",)
    assert reading.description == "Bees find more flowers in towns than in fields.\n\nWe look at why."
    assert [person.name for person in reading.speakers] == ["Marta Novak"]
    assert [person.name for person in reading.moderators] == ["Paul Aerts"]
    assert reading.registration_url == "https://example.eu/register?id=7&lang=en"
    assert codes(reading) == set()


def test_a_given_title_and_time_go_before_the_page() -> None:
    reading = reading_of(
        "no_year.txt", title="Harvest Forum 2021", starts=datetime.fromisoformat("2021-05-09T10:00")
    )
    event = reading.to_event("e")
    assert event.title == "Harvest Forum 2021"
    assert event.starts.isoformat() == "2021-05-09T10:00:00+02:00"
    assert event.ends is not None
    assert event.ends.isoformat() == "2021-05-09T12:00:00+02:00"
    assert codes(reading) == set()


def test_a_given_time_that_differs_from_the_page_is_told() -> None:
    reading = reading_of("room_only.txt", starts=datetime.fromisoformat("2025-06-07T15:00"))
    assert codes(reading) == {"dates_disagree", "end_missing"}


def test_a_given_end_before_the_start_is_refused() -> None:
    with pytest.raises(InputError, match="is not after the start"):
        reading_of("room_only.txt", ends=datetime.fromisoformat("2025-06-06T14:00")).to_event("e")


def test_a_page_without_a_title_asks_for_one() -> None:
    reading = read_page("When: 6 May 2025, 10:00 - 11:00", html=False)
    assert codes(reading) == {"no_title"}
    with pytest.raises(InputError, match="--title"):
        reading.to_event("e")


def test_a_day_without_a_time_asks_for_one() -> None:
    reading = read_page("Open Studio\nWhen: 6 May 2025", html=False)
    assert codes(reading) == {"time_missing"}
    with pytest.raises(InputError, match=r"no time for 2025-05-06.*--starts"):
        reading.to_event("e")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Talk\nRegistration closes on 10 March 2025 at 12:00.", None),
        ("Talk\nDeadline: 10 March 2025, 12:00", None),
        ("News\nThe directive adopted on 13 March 2024 entered into force.", None),
        ("Talk\nWhen: 13 March 2025, 14:00\nRegister by 10 March 2025, 12:00", "2025-03-13 14:00"),
        ("Talk\nThe debate takes place on 13 March 2025 from 14.00 to 15.30.", "2025-03-13 14:00-15:30"),
        ("Talk\nWednesday 13 March 2024, 14:00 - 15:30 CET (13:00 - 14:30 GMT)", "2024-03-13 14:00-15:30"),
        ("Talk\nStart: 12 May 2025 10:00\nEnd: 12 May 2025 12:00", "2025-05-12 10:00-12:00"),
        ("Talk\nWhen: 2025-05-12T10:00", "2025-05-12 10:00"),
        ("Talk\n13.03.2024\n14:00 – 15:30 Uhr\nOrt: Saal 1", "2024-03-13 14:00-15:30"),
        ("Talk\n12.05.2025 00:00", None),
    ],
)
def test_only_the_event_s_own_date_and_time_are_taken(text: str, expected: str | None) -> None:
    reading = read_page(text, html=False)
    if expected is None:
        assert reading.date_start is None
        assert reading.refusal
    else:
        till = f"-{reading.time_end:%H:%M}" if reading.time_end else ""
        assert f"{reading.date_start} {reading.time_start:%H:%M}{till}" == expected


@unhurried
@given(st.text(max_size=400), st.booleans())
def test_no_text_makes_the_reader_of_pages_fail(text: str, html: bool) -> None:
    reading = read_page(text, html=html)
    assert reading.refusal or reading.date_start


@unhurried
@given(
    st.lists(
        st.sampled_from([line for p in sorted(PAGES.glob("*.txt")) for line in p.read_text().splitlines()]),
        max_size=12,
    )
)
def test_shuffled_pages_give_a_reading_and_never_a_crash(lines: list[str]) -> None:
    reading = read_page("\n".join(lines), html=False)
    with suppress(InputError):  # anything else is a fault of ours
        reading.to_event("e")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("13 March 2024, 10:00 - 11:00\n" * 5000, "more than 400 dates and times"),
        ("13 March 2024 " * 5000, "more than 400 dates and times"),
        ("lorem ipsum. " * 20_000, "more than the page of one event"),
    ],
)
@pytest.mark.parametrize("html", [True, False])
def test_a_calendar_or_a_book_is_refused_without_reading_it_to_the_end(
    text: str, reason: str, html: bool
) -> None:
    reading = read_page(text, html=html)
    assert reading.refusal is not None
    assert reason in reading.refusal


def test_29_february_in_a_common_year_beside_other_dates_is_no_crash() -> None:
    reading = read_page("Talk\nWhen: 29 February, 10:00\nThe talk will be held on 3 March 2023.", html=False)
    assert reading.date_start is None
    assert codes(reading) == {"year_missing"}


def test_the_address_written_on_the_page_goes_before_the_name_of_the_file() -> None:
    address = "https://events.example.org/clean-water-in-small-towns-2027-06-09_en"
    text = f"# source: {address}\nWednesday 9 June 2027, 10:00 - 11:30\n- Brussels, Belgium\n"
    reading = read_page(text, html=False, source="saved.txt")
    assert (reading.source, reading.called) == (address, "saved.txt")
    assert reading.title is not None
    assert reading.title.startswith("Clean water")
    with pytest.raises(InputError, match=r"^saved\.txt: the page names no day"):
        read_page(
            f"# source: {address.replace('-2027-06-09', '')}\nno day at all\n", html=False, source="saved.txt"
        ).to_event("x")
