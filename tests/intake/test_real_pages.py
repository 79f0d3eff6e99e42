"""The 16 public pages that lie beside the repository, against what a careful reader takes from them.

Firm (must hold): usable, dates, times, instants, required warnings. Soft: the rest; `SOFT_FLOOR` is what was reached
and may not be lost.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hybrid_sync.domain.localtime import local_time
from hybrid_sync.errors import InputError
from hybrid_sync.intake.page_reading import PageReading
from hybrid_sync.intake.pages import read_page

SHARED = Path(__file__).parents[2].parent / "shared" / "pages"
EXPECTED: dict[str, Any] = (
    json.loads((SHARED / "expected.json").read_text(encoding="utf-8")) if SHARED.is_dir() else {}
)
pytestmark = pytest.mark.skipif(not EXPECTED, reason=f"the real pages are not at {SHARED}")

WARNINGS = {
    "zone_label_wrong_for_date", "weekday_mismatch", "year_missing", "end_missing", "time_missing", "multi_day",
    "dates_disagree", "multiple_sessions",
}  # fmt: skip
SOFT_FLOOR = {
    "title": 14, "where": 16, "zone_expected": 16, "zone_label": 16, "online": 16, "onsite": 16, "languages": 16,
    "organisers": 15, "speakers": 16, "moderators": 16, "registration_url": 16, "registration_note": 16,
}  # fmt: skip
_TITLES = re.compile(r"^(?:(?:dr|prof|mr|ms|mrs)\.?\s+)+", re.IGNORECASE)


def reading_of(name: str) -> PageReading:
    return read_page((SHARED / name).read_text(encoding="utf-8"), html=False)


def accepted(name: str, field: str) -> list[Any]:
    expected = EXPECTED[name]
    values = expected["acceptable"].get(field, [expected[field]])
    return list(values)


def instant(reading: PageReading, which: str) -> str | None:
    day, hour = (
        (reading.date_start, reading.time_start) if which == "start" else (reading.date_end, reading.time_end)
    )
    if day is None or hour is None:
        return None
    moment = local_time(datetime.combine(day, hour), reading.zone).instant.astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize("name", sorted(EXPECTED) or ["absent"])
def test_dates_times_and_instants_of_a_real_page_are_right(name: str) -> None:
    reading = reading_of(name)
    got = {
        "date_start": reading.date_start and reading.date_start.isoformat(),
        "date_end": reading.date_end and reading.date_end.isoformat(),
        "time_start": reading.time_start and f"{reading.time_start:%H:%M}",
        "time_end": reading.time_end and f"{reading.time_end:%H:%M}",
        "start_utc": instant(reading, "start"),
        "end_utc": instant(reading, "end"),
    }
    wrong = {
        field: (value, accepted(name, field))
        for field, value in got.items()
        if value not in accepted(name, field)
    }
    assert wrong == {}


@pytest.mark.parametrize("name", sorted(EXPECTED) or ["absent"])
def test_the_warnings_of_a_real_page_are_those_a_careful_reader_gives(name: str) -> None:
    expected = EXPECTED[name]
    sets = expected["acceptable"].get("expected_warnings", [expected["expected_warnings"]])
    given = {warning.code for warning in reading_of(name).warnings} & WARNINGS
    assert given in [set(codes) for codes in sets]


@pytest.mark.parametrize("name", sorted(EXPECTED) or ["absent"])
def test_a_real_page_is_taken_or_refused_as_it_should_be(name: str) -> None:
    reading = reading_of(name)
    assert (reading.refusal is None) in accepted(name, "usable")
    if reading.refusal or reading.time_start is None:
        with pytest.raises(InputError):
            reading.to_event("e")
    else:
        assert reading.to_event("e").starts.date == reading.date_start


def same(text: str | None) -> str | None:
    return re.sub(r"\s+", "", text).rstrip(".!?,").casefold() if text else None


def names(people: Any) -> frozenset[str]:
    listed = (person if isinstance(person, str) else person.name for person in people)
    return frozenset(_TITLES.sub("", name).casefold() for name in listed)


def soft_hits(name: str) -> set[str]:
    reading = reading_of(name)
    hits = set()
    texts = {
        "title": reading.title,
        "where": reading.venue,
        "registration_url": reading.registration_url,
        "registration_note": reading.registration_note,
        "zone_label": reading.zone_label,
        "zone_expected": reading.zone,
    }
    for field, value in texts.items():
        if same(value) in [same(option) for option in accepted(name, field)]:
            hits.add(field)
    for field in ("speakers", "moderators", "organisers"):
        options = accepted(name, field)
        if names(getattr(reading, field)) in [names(option) for option in options]:
            hits.add(field)
    for field in ("online", "onsite"):
        if getattr(reading, field) in accepted(name, field):
            hits.add(field)
    if list(reading.languages) in accepted(name, "languages"):
        hits.add("languages")
    return hits


def test_the_other_fields_are_right_as_often_as_before(capsys: pytest.CaptureFixture[str]) -> None:
    counts: Counter[str] = Counter()
    lines = []
    for name in sorted(EXPECTED):
        hits = soft_hits(name)
        counts.update(hits)
        missed = sorted(set(SOFT_FLOOR) - hits)
        lines.append(f"{name}: " + (", ".join(missed) or "all"))
    print("soft fields missed", *lines, sep="\n  ")
    short = {field: (counts[field], floor) for field, floor in SOFT_FLOOR.items() if counts[field] < floor}
    assert short == {}
