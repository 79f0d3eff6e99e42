from __future__ import annotations

from datetime import datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.intake.times import find_times
from hybrid_sync.intake.zones import ZoneLabel, label_fits, zone_meant, zone_of_place
from tests.intake.reading import unhurried

TIMES = st.times().map(lambda t: t.replace(second=0, microsecond=0, tzinfo=None))


def english(moment: time) -> str:
    half = "a.m." if moment.hour < 12 else "p.m."
    return f"{moment.hour % 12 or 12}.{moment.minute:02d} {half}"


FORMS = {
    "14:00 - 15:30": lambda a, b: f"{a:%H:%M} - {b:%H:%M}",
    "14:00–15:30": lambda a, b: f"{a:%H:%M}–{b:%H:%M}",
    "9.00 - 11.30": lambda a, b: f"{a.hour}.{a:%M} - {b.hour}.{b:%M}",
    "10h00-18h00": lambda a, b: f"{a:%Hh%M}-{b:%Hh%M}",
    "12h00 à 13h15": lambda a, b: f"{a:%Hh%M} à {b:%Hh%M}",
    "from 14.30 to 17.00": lambda a, b: f"from {a:%H.%M} to {b:%H.%M}",
    "between 15.00 and 17.00": lambda a, b: f"between {a:%H.%M} and {b:%H.%M}",
    "09:00 > 10:00": lambda a, b: f"{a:%H:%M} > {b:%H:%M}",
    "2.30 p.m. to 5.30 p.m.": lambda a, b: f"{english(a)} to {english(b)}",
    "14.00 Uhr bis 16.00 Uhr": lambda a, b: f"{a:%H.%M} Uhr bis {b:%H.%M} Uhr",
    "de 18:30 a 19:30 h": lambda a, b: f"de {a:%H:%M} a {b:%H:%M} h",
    "dalle ore 9.30 alle ore 11.00": lambda a, b: f"dalle ore {a:%H.%M} alle ore {b:%H.%M}",
    "kl. 14.00-16.00": lambda a, b: f"kl. {a:%H.%M}-{b:%H.%M}",
    "godz. 14.00-16.30": lambda a, b: f"godz. {a:%H.%M}-{b:%H.%M}",
}


@unhurried
@given(since=TIMES, till=TIMES, form=st.sampled_from(sorted(FORMS)))
def test_a_range_in_every_form_is_read_back(since: time, till: time, form: str) -> None:
    (mention,) = find_times(f"x {FORMS[form](since, till)} x")
    assert (mention.since, mention.till) == (since, till)


@unhurried
@given(st.text(alphabet="0123456789:.-–h apmto/ CEUT+()", max_size=60))
def test_no_text_makes_the_reader_of_times_fail(text: str) -> None:
    for mention in find_times(text):
        assert 0 <= mention.start < mention.end <= len(text)


@pytest.mark.parametrize(
    ("text", "since", "till"),
    [
        ("5.00 – 6.30 pm", "17:00", "18:30"),
        ("2 – 2.30 p.m.", "14:00", "14:30"),
        ("11 – 1 pm", "11:00", "13:00"),
        ("10am-12pm", "10:00", "12:00"),
        ("12 noon to 2 pm", "12:00", "14:00"),
        ("7:00 μ.μ. 9:30 μ.μ.", "19:00", "21:30"),
        ("10:30 -11:00", "10:30", "11:00"),
        ("12:15 -", "12:15", None),
        ("19.30 onwards", "19:30", None),
        ("Beginn: 18.00 Uhr", "18:00", None),
        ("ab 20:15 Uhr", "20:15", None),
        ("ca. 16 Uhr", "16:00", None),
        ("beginning at 09h00", "09:00", None),
        ("starts from 2pm on 17 June", "14:00", None),
        ("10:00 CET - 11:00 CET", "10:00", "11:00"),
        ("10-12 Uhr", "10:00", "12:00"),
    ],
)
def test_forms_seen_on_pages_are_read(text: str, since: str, till: str | None) -> None:
    (mention,) = find_times(text)
    assert f"{mention.since:%H:%M}" == since
    assert (f"{mention.till:%H:%M}" if mention.till else None) == till


@pytest.mark.parametrize(
    "text",
    [
        "version 2.10 of",
        "43-45, Rue",
        "+32 2 553 21 88",
        "1 to 2 people",
        "€ 2.50 - 3.50",
        "25:00",
        "5-7 June",
    ],
)
def test_numbers_that_are_no_time_are_left_alone(text: str) -> None:
    assert find_times(text) == []


@pytest.mark.parametrize(
    ("text", "label", "zone"),
    [
        ("14:00 - 15:30 (CET)", "CET", "Europe/Brussels"),
        ("14:00 (CET/CEST)", "CET/CEST", "Europe/Brussels"),
        ("18:30 a 19:30 h. CET (UTC+1).", "CET (UTC+1)", "Europe/Brussels"),
        ("09h00 (Lisbon time)", "Lisbon time", "Europe/Lisbon"),
        ("10:00 to 12:00 Swiss time", "Swiss time", "Europe/Zurich"),
        ("14 h heure de Bruxelles", "heure de Bruxelles", "Europe/Brussels"),
        ("14:00 UTC", "UTC", "UTC"),
        ("14:00 UTC+1", "UTC+1", "Europe/Brussels"),
        ("14:00 UTC+5", "UTC+5", "Etc/GMT-5"),
        ("14:00 EEST", "EEST", "Europe/Helsinki"),
    ],
)
def test_a_zone_label_is_read_with_its_time(text: str, label: str, zone: str) -> None:
    (mention,) = find_times(text)
    assert mention.label is not None
    assert mention.label.text == label
    assert zone_meant(mention.label, "Europe/Brussels") == zone


def test_coffee_time_is_no_zone() -> None:
    (mention,) = find_times("14:00 Coffee time")
    assert mention.label is None


@pytest.mark.parametrize(
    ("label", "month", "fits"),
    [("CET", 1, True), ("CET", 7, False), ("CEST", 7, True), ("CEST", 1, False), ("CET/CEST", 7, True),
     ("CET (UTC+1)", 1, True), ("UTC+1", 7, False), ("Lisbon time", 7, True)],
)  # fmt: skip
def test_a_label_fits_the_season_or_not(label: str, month: int, fits: bool) -> None:
    assert label_fits(label, datetime.fromisoformat(f"2024-{month:02d}-10T12:00"), "Europe/Brussels") is fits


def test_cet_is_another_zone_for_a_service_in_lisbon() -> None:
    assert zone_meant(ZoneLabel("CET", 3, ""), "Europe/Lisbon") == "Europe/Brussels"


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        ("Lisbonne", "Europe/Lisbon"),
        ("Αθήνα", "Europe/Athens"),
        ("Portugal", "Europe/Lisbon"),
        ("Atlantis", None),
    ],
)
def test_places_are_known_in_the_languages_of_the_eu(place: str, zone: str | None) -> None:
    assert zone_of_place(place) == zone
