from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.intake.attendance_durations import duration

WORDS = {
    "en": ("days", "hrs", "mins", "secs"),
    "pt": ("dias", "horas", "minutos", "segundos"),
    "fr": ("jours", "heures", "minutes", "secondes"),
    "de": ("Tage", "Std.", "Min.", "Sek."),
    "nl": ("dagen", "uur", "minuten", "seconden"),
    "es": ("días", "horas", "minutos", "segundos"),
    "it": ("giorni", "ore", "minuti", "secondi"),
    "pl": ("dni", "godz.", "min", "sek."),
    "short": ("d", "h", "m", "s"),
}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("45 mins", 2700), ("20 min", 1200), ("1 hr 20 min", 4800), ("1 day 2 hours", 93600), ("25", 1500),
        ("01:20:00", 4800), ("1:20", 4800), ("21m 7s", 1267), ("1h20", 4800), ("1.5 hours", 5400), ("2,5 Std.", 9000),
        ("1 heure et 20 minutes", 4800), ("1 hora e 5 minutos", 3900), ("1 hour, 5 minutes and 2 seconds", 3902),
        ("0 mins", 0), ("25.5", 1530),
    ],
)  # fmt: skip
def test_lengths_as_reports_write_them(text: str, seconds: int) -> None:
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "long",
        "min",
        "5 parsecs",
        "20 min 1 hr",
        "5 min 5 min",
        "-5 min",
        "1:75",
        "5 min later",
        "٥ min",
        "1h20x",
    ],
)
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        duration(text)


@given(
    st.sampled_from(sorted(WORDS)),
    st.tuples(st.integers(0, 9), st.integers(0, 23), st.integers(0, 59), st.integers(0, 59)),
    st.booleans(),
)
def test_words_of_every_language_tell_the_same_length(
    language: str, parts: tuple[int, int, int, int], close: bool
) -> None:
    days, hours, minutes, seconds = parts
    gap = "" if close else " "
    text = " ".join(
        f"{number}{gap}{word}" for number, word in zip(parts, WORDS[language], strict=True) if number
    )
    if text:
        assert duration(text) == timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


@given(st.text(max_size=60))
def test_any_text_is_a_length_or_a_refusal(text: str) -> None:
    try:
        told = duration(text)
    except ValueError:
        return
    assert told >= timedelta(0)
