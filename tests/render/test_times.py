from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from hybrid_sync.render.times import clock_name, day, moment, time_range, told_time, utc_range


def at(text: str, zone: str = "Europe/Brussels", fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


@pytest.mark.parametrize(
    ("starts", "ends", "english", "french"),
    [
        (
            "2024-03-13T14:00",
            "2024-03-13T15:30",
            "Wednesday 13 March 2024, 14:00 - 15:30 (CET)",
            "mercredi 13 mars 2024, 14:00 - 15:30 (CET)",
        ),
        (
            "2027-06-09T10:00",
            "2027-06-09T11:30",
            "Wednesday 9 June 2027, 10:00 - 11:30 (CEST)",
            "mercredi 9 juin 2027, 10:00 - 11:30 (CEST)",
        ),
        (
            "2027-09-30T22:00",
            "2027-10-01T01:00",
            "Thursday 30 September 2027, 22:00 - Friday 1 October 2027, 01:00 (CEST)",
            "jeudi 30 septembre 2027, 22:00 - vendredi 1er octobre 2027, 01:00 (CEST)",
        ),
        (
            "2027-03-27T22:00",
            "2027-03-28T06:00",
            "Saturday 27 March 2027, 22:00 (CET) - Sunday 28 March 2027, 06:00 (CEST)",
            "samedi 27 mars 2027, 22:00 (CET) - dimanche 28 mars 2027, 06:00 (CEST)",
        ),
        (
            "2027-10-31T01:00",
            "2027-10-31T05:00",
            "Sunday 31 October 2027, 01:00 (CEST) - 05:00 (CET)",
            "dimanche 31 octobre 2027, 01:00 (CEST) - 05:00 (CET)",
        ),
    ],
)
def test_a_time_range_names_the_clock_of_that_day(starts: str, ends: str, english: str, french: str) -> None:
    assert time_range(at(starts), at(ends), "en") == english
    assert time_range(at(starts), at(ends), "fr") == french


@pytest.mark.parametrize(
    ("starts", "ends", "shown"),
    [
        ("2027-06-09T10:00", "2027-06-09T11:30", "08:00 - 09:30 UTC"),
        ("2027-06-09T01:00", "2027-06-09T01:30", "Tuesday 8 June 2027, 23:00 - 23:30 UTC"),
        (
            "2027-06-09T01:00",
            "2027-06-09T03:00",
            "Tuesday 8 June 2027, 23:00 - Wednesday 9 June 2027, 01:00 UTC",
        ),
        (
            "2027-03-27T22:00",
            "2027-03-28T06:00",
            "Saturday 27 March 2027, 21:00 - Sunday 28 March 2027, 04:00 UTC",
        ),
    ],
)
def test_utc_is_short_only_where_the_date_is_the_same(starts: str, ends: str, shown: str) -> None:
    assert utc_range(at(starts), at(ends)) == shown


def test_only_the_first_of_a_month_is_an_ordinal_in_french() -> None:
    assert day(at("2027-05-01T10:00"), "fr") == "samedi 1er mai 2027"
    assert day(at("2027-05-11T10:00"), "fr") == "mardi 11 mai 2027"
    assert day(at("2027-05-01T10:00"), "nl") == "Saturday 1 May 2027"


def test_a_clock_without_a_name_shows_its_distance_from_utc() -> None:
    assert clock_name(at("2027-06-09T10:00", "America/Sao_Paulo")) == "UTC-03:00"
    assert clock_name(at("2027-06-09T10:00", "Asia/Kathmandu")) == "UTC+05:45"
    assert moment(datetime(2027, 6, 9, 8, tzinfo=UTC)) == "Wednesday 9 June 2027, 08:00 (UTC)"


def test_a_told_time_keeps_its_wall_time_and_the_showing_it_meant() -> None:
    assert (
        told_time("2027-10-31T02:30:00+02:00", "Europe/Brussels").utcoffset()
        != told_time("2027-10-31T02:30:00+01:00", "Europe/Brussels").utcoffset()
    )
    abolished = told_time("2027-06-09T10:00:00+01:00", "Europe/Brussels")
    assert f"{abolished:%H:%M %Z}" == "10:00 CEST"
