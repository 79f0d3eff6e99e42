from __future__ import annotations

from datetime import date, timedelta

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.intake.dates import find_dates
from hybrid_sync.intake.languages import EU_LANGUAGES
from tests.intake.reading import unhurried

DAYS = st.dates(date(2015, 1, 1), date(2039, 12, 31))


def found(text: str) -> list[tuple[str, ...]]:
    """Each mention as its days: "2024-03-13", or "--03-13" where no year is written."""
    return [
        tuple(f"{day.year or '-'}-{day.month:02d}-{day.day:02d}" for day in mention.days)
        for mention in find_dates(text)
    ]


@unhurried
@given(
    day=DAYS,
    language=st.sampled_from(EU_LANGUAGES),
    width=st.sampled_from(["full", "long", "medium", "short"]),
)
def test_a_date_as_any_eu_language_writes_it_is_read_back(day: date, language: str, width: str) -> None:
    if (language, width) == ("en", "short"):
        return  # CLDR's plain English is American: 3/4/24 is read as Europeans write it
    (mention,) = find_dates(format_date(day, width, locale=language))
    assert mention.dates() == (day,)


@unhurried
@given(day=DAYS, language=st.sampled_from(EU_LANGUAGES))
def test_a_written_day_name_is_read_with_the_date(day: date, language: str) -> None:
    (mention,) = find_dates(f"x {format_date(day, 'full', locale=language)} x")
    assert day.weekday() in mention.first.weekdays
    assert mention.first.weekday_fits


@unhurried
@given(day=DAYS, days=st.integers(1, 40))
def test_a_range_of_two_full_dates_is_one_mention(day: date, days: int) -> None:
    last = day + timedelta(days=days)
    (mention,) = find_dates(f"{format_date(day, 'd MMMM y', 'en')} – {format_date(last, 'd MMMM y', 'en')}")
    assert mention.is_range
    assert (mention.dates()[0], mention.dates()[-1]) == (day, last)


@unhurried
@given(st.text(max_size=200))
def test_no_text_makes_the_reader_of_dates_fail(text: str) -> None:
    for mention in find_dates(text):
        assert 0 <= mention.start < mention.end <= len(text)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Wednesday, 3 April", [("--04-03",)]),
        ("31 May – 1 June 2016", [("2016-05-31", "2016-06-01")]),
        ("17/18 June", [("--06-17", "--06-18")]),
        ("February, 15-16", [("--02-15", "--02-16")]),
        ("26/04/2017 - 28/04/2017", [("2017-04-26", "2017-04-28")]),
        ("16.06 – 18.06.2024", [("2024-06-16", "2024-06-18")]),
        ("17.-18.05.2022", [("2022-05-17", "2022-05-18")]),
        ("10th July 2020", [("2020-07-10",)]),
        ("7th of December 2021", [("2021-12-07",)]),
        ("Saturday 5th of May!", [("--05-05",)]),
        ("18. i 19. siječnja 2022", [("2022-01-18", "2022-01-19")]),
        ("1er décembre 2020", [("2020-12-01",)]),
        ("Τρίτη 19 Σεπτεμβρίου 2023", [("2023-09-19",)]),
        ("Dienstag, 28.5.2019", [("2019-05-28",)]),
        ("3, 4 and 5 June 2024", [("2024-06-03", "2024-06-05")]),
        ("8, 11 and 12 June 2020", [("2020-06-08", "2020-06-11", "2020-06-12")]),
        ("del 3 al 5 de junio de 2024", [("2024-06-03", "2024-06-05")]),
        ("Tuesday 4 and Wednesday 5 June 2024", [("2024-06-04", "2024-06-05")]),
        ("2024. március 13–14.", [("2024-03-13", "2024-03-14")]),
        ("31 December – 1 January 2025", [("2024-12-31", "2025-01-01")]),
        ("13 listopada 2024", [("2024-11-13",)]),
        ("13. listopada 2024.", [("2024-10-13",)]),
        ("03/13/2024", [("2024-03-13",)]),
        ("Room 5, 13 March 2024", [("2024-03-13",)]),
    ],
)
def test_forms_seen_on_pages_are_read(text: str, days: list[tuple[str, ...]]) -> None:
    assert found(text) == days


@pytest.mark.parametrize(
    "text",
    [
        "2021-2027", "(2018-2024)", "in 2023", "10 months ago", "1000 Brussels", "you may 3 times", "31 June 2024",
        "in May. 5 people", "30/02/2024", "version 2.10.2", "+32 2 553 21 88", "June 2024", "Article 5(3)",
    ],
)  # fmt: skip
def test_numbers_that_are_no_day_are_left_alone(text: str) -> None:
    assert found(text) == []


def test_a_day_name_of_another_day_is_seen() -> None:
    (mention,) = find_dates("Monday 12 March 2024")
    assert not mention.first.weekday_fits
