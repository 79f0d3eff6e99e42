from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.domain.events import Event, EventState, EventWarning, Speaker
from hybrid_sync.domain.localtime import LocalTime, local_time
from hybrid_sync.errors import InputError, TimeError
from hybrid_sync.intake.characters import clean, one_line
from hybrid_sync.intake.record_writing import write_record
from hybrid_sync.intake.records import read_record
from tests.intake.reading import unhurried

WHOLE = """
title = "Clean wells"
starts = 2024-03-13T14:00:00
ends = "2024-03-13 15:30"
venue = "InfoPoint"
city = "Brussels"
country = "Belgium"
onsite = true
online = true
languages = ["en", "français"]
organisers = ["Blue Coast Unit"]
description = "Two\\nparagraphs"
registration_url = "https://forms.example.eu/x"
moderators = ["Ilze Kalniņa"]

[[speakers]]
name = "Nora Lindqvist"
role = "Head of Sector"
"""


def record(**changes: str) -> bytes:
    lines = {
        "title": '"Clean wells"',
        "starts": "2024-03-13T14:00:00",
        "ends": "2024-03-13T15:30:00",
    } | changes
    return "\n".join(f"{key} = {value}" for key, value in lines.items()).encode()


def problems_of(data: bytes) -> tuple[str, ...]:
    with pytest.raises(InputError) as caught:
        read_record(data, "wells.toml")
    return caught.value.problems


def test_a_whole_record_is_read() -> None:
    event = read_record(WHOLE.encode(), "wells.toml")
    assert event.id == "2024-03-13-clean-wells"
    assert event.starts.isoformat() == "2024-03-13T14:00:00+01:00"
    assert event.ends is not None
    assert event.ends.isoformat() == "2024-03-13T15:30:00+01:00"
    assert event.languages == ("en", "fr")
    assert event.speakers == (Speaker("Nora Lindqvist", "Head of Sector"),)
    assert event.moderators == (Speaker("Ilze Kalniņa"),)
    assert event.description == "Two\nparagraphs"
    assert event.state is EventState.DRAFT


def test_all_problems_come_at_once_each_with_its_line() -> None:
    data = b'titel = "x"\nstarts = 2024-03-13\nlanguages = ["klingon"]\nonline = "yes"\n'
    assert [problem.partition(" is ")[0].partition(" has ")[0] for problem in problems_of(data)] == [
        "wells.toml, line 1: titel",
        "wells.toml, line 2: starts",
        "wells.toml, line 4: online must be true or false",
        "wells.toml, line 3: languages",
        "wells.toml: title",
    ]


def test_an_unknown_key_of_a_speaker_is_named() -> None:
    (problem,) = problems_of(record(speakers='[{ name = "A", jobtitle = "B" }]'))
    assert problem.startswith("wells.toml, line 4: speakers[1].jobtitle is not a field")


def test_what_is_no_toml_is_refused_with_the_place() -> None:
    (problem,) = problems_of(b"title = Clean wells\n")
    assert "wells.toml is not a TOML record" in problem
    assert "line 1" in problem


def test_an_offset_that_agrees_with_the_zone_is_taken() -> None:
    event = read_record(record(starts="2024-03-13T14:00:00+01:00"), "f")
    assert event.starts == local_time(datetime.fromisoformat("2024-03-13T14:00"))


def test_an_offset_that_does_not_agree_names_the_right_one() -> None:
    (problem,) = problems_of(record(starts="2024-07-13T14:00:00+01:00", ends="2024-07-13T15:00:00"))
    assert "has the offset +0100, but Europe/Brussels has +0200" in problem
    assert "write the wall time alone (2024-07-13T14:00:00)" in problem


@pytest.mark.parametrize(
    ("night", "verb"), [("2024-03-31", "does not exist"), ("2024-10-27", "exists twice")]
)
def test_a_time_on_a_change_night_is_refused_with_both_readings(night: str, verb: str) -> None:
    with pytest.raises(TimeError, match=verb) as caught:
        read_record(record(starts=f"{night}T02:30:00", ends=f"{night}T05:00:00"), "wells.toml")
    assert [f"{reading:%H:%M}" for reading in caught.value.readings] == ["00:30", "01:30"]
    assert "wells.toml, line 2: starts" in str(caught.value)


@pytest.mark.parametrize(("offset", "fold"), [("+02:00", 0), ("+01:00", 1)])
def test_an_offset_chooses_between_the_two_showings_of_an_hour(offset: str, fold: int) -> None:
    event = read_record(record(starts=f"2024-10-27T02:30:00{offset}", ends="2024-10-27T05:00:00"), "f")
    assert event.starts.fold == fold


def test_an_end_before_the_start_is_refused() -> None:
    (problem,) = problems_of(record(ends="2024-03-13T13:00:00"))
    assert problem.startswith("wells.toml, line 3: ends (2024-03-13 13:00) is not after starts")


def test_an_instant_that_contradicts_the_wall_time_is_refused() -> None:
    (problem,) = problems_of(record(starts_utc='"2024-03-13T14:00:00Z"'))
    assert (
        "starts_utc is 2024-03-13 14:00Z, but 2024-03-13 14:00 in Europe/Brussels is 2024-03-13 13:00Z"
        in problem
    )


def test_an_unknown_zone_is_refused() -> None:
    (problem,) = problems_of(record(time_zone='"Brussels"'))
    assert "'Brussels' is not an IANA time zone" in problem


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
LINES = TEXTS.map(one_line)
PEOPLE = st.builds(
    Speaker,
    name=LINES.filter(bool),
    role=st.none() | LINES.filter(bool),
    organisation=st.none() | LINES.filter(bool),
)
ZONES = st.sampled_from(["Europe/Brussels", "Europe/Lisbon", "Asia/Tokyo"])


@st.composite
def events(draw: st.DrawFn) -> Event:
    zone = draw(ZONES)
    naive = st.datetimes(datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2030-01-01"))
    wall = draw(naive).replace(second=0, microsecond=0)
    starts: LocalTime | None = None
    while starts is None:
        try:
            starts = local_time(wall, zone, fold=draw(st.sampled_from([0, 1])))
        except TimeError:
            wall = wall.replace(hour=12)
    optional = st.none() | LINES.filter(bool)
    texts: dict[str, Any] = {
        key: draw(optional) for key in ("venue", "city", "country", "registration_url", "source")
    }
    return Event(
        id=draw(st.from_regex(r"[a-z0-9]{1,10}", fullmatch=True)),
        title=draw(LINES.filter(bool)),
        starts=starts,
        ends=None,
        onsite=draw(st.booleans()),
        online=draw(st.booleans()),
        languages=draw(st.sampled_from([(), ("en",), ("fr", "en")])),
        organisers=tuple(draw(st.lists(LINES.filter(bool), max_size=2))),
        description=clean(draw(TEXTS)).strip(),
        speakers=tuple(draw(st.lists(PEOPLE, max_size=2))),
        moderators=tuple(draw(st.lists(PEOPLE, max_size=1))),
        state=draw(st.sampled_from(list(EventState))),
        warnings=draw(st.sampled_from([(), (EventWarning("end_missing", "no end"),)])),
        generation=draw(st.integers(1, 9)),
        **texts,
    )


@unhurried
@given(events())
def test_a_written_record_is_read_back_as_the_same_event(event: Event) -> None:
    assert read_record(write_record(event).encode(), "f") == event


@unhurried
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_no_bytes_make_the_reader_of_records_fail_with_anything_but_an_input_error(data: bytes) -> None:
    try:
        event = read_record(data, "f")
    except InputError:
        return
    assert event.title


def test_a_speakers_address_is_read_from_a_record_and_a_bad_one_is_told() -> None:
    event = read_record(
        record(speakers="[{name = 'Ana', email = 'ana@example.org'}, {name = 'Bo'}]"), "r.toml"
    )
    assert event.speakers == (Speaker("Ana", email="ana@example.org"), Speaker("Bo"))
    assert read_record(write_record(event).encode(), "again.toml") == event
    with pytest.raises(InputError, match="speakers number 1 has an email that is no e-mail address"):
        read_record(record(speakers="[{name = 'Ana', email = 'ana at example'}]"), "r.toml")
