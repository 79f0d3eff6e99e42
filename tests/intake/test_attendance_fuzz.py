"""Whatever bytes come: a reading, or InputError in words; and what was written is what is read."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.errors import InputError
from hybrid_sync.intake.attendance_door import read_door
from hybrid_sync.intake.attendance_sources import plain
from hybrid_sync.intake.characters import one_line
from hybrid_sync.intake.registrant_lists import read_registrants
from tests.builders import an_event, utc
from tests.intake.attendance_kit import WEBEX, read, sample
from tests.intake.reading import unhurried

SAMPLES = ("webex-english.csv", "webex-portuguese-saved-again.csv", "teams-day-first.csv")
marks = st.sampled_from(
    [b"", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xff\xfe\x00\x00", b"PK\x03\x04", b"sep=;\n"]
)
headers = st.sampled_from(
    [b"", b"name,joined,left\n", b"code;in;out\n", "\t".join(WEBEX).encode() + b"\n", b"1. Summary\n"]
)


def taken_or_refused(data: bytes, force: bool) -> None:
    for reading in (
        lambda: read(data, force=force),
        lambda: read_door(data, "door.csv", an_event(), zone="Europe/Brussels", force=force),
        lambda: read_registrants(data, "people.csv"),
    ):
        with suppress(InputError):
            assert reading().file


@given(marks, headers, st.binary(max_size=400), st.booleans())
@unhurried
def test_arbitrary_bytes_raise_nothing_but_input_error(
    mark: bytes, header: bytes, rest: bytes, force: bool
) -> None:
    taken_or_refused(mark + header + rest, force)


@given(st.sampled_from(SAMPLES), st.data())
@unhurried
def test_a_report_that_is_cut_or_changed_anywhere_raises_nothing_but_input_error(
    name: str, data: st.DataObject
) -> None:
    whole = bytearray(sample(name))
    for _ in range(data.draw(st.integers(0, 5))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    taken_or_refused(bytes(whole[: data.draw(st.integers(0, len(whole)))]), data.draw(st.booleans()))


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=30),
            st.integers(0, 89),
            st.integers(0, 40),
        ),
        min_size=1,
        max_size=20,
    ),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from([",", ";", "\t"]),
)
@unhurried
def test_every_row_that_is_written_is_read_or_refused_once(
    people: list[tuple[str, int, int]], encoding: str, delimiter: str
) -> None:
    """Names with quotes, delimiters and line ends in them; times within the event."""
    start = utc("2027-06-09 08:00")
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(["email", "name", "joined", "left"])
    for number, (name, joined, stayed) in enumerate(people):
        begin = start + timedelta(minutes=joined)
        end = begin + timedelta(minutes=stayed)
        writer.writerow(
            [f"p{number}@example.org", name, f"{begin:%Y-%m-%dT%H:%MZ}", f"{end:%Y-%m-%dT%H:%MZ}"]
        )
    reading = read(text.getvalue().encode(encoding))
    assert reading.refused == ()
    assert [stay.email for stay in reading.segments] == [
        f"p{number}@example.org" for number in range(len(people))
    ]
    for stay, (name, joined, stayed) in zip(reading.segments, people, strict=True):
        assert stay.joined == start + timedelta(minutes=joined)
        assert stay.left == start + timedelta(minutes=joined + stayed)
        assert stay.display_name == (plain(name) or stay.email)


@given(st.text(max_size=40))
def test_a_cell_is_the_same_with_and_without_the_formula_round_it(text: str) -> None:
    inner = one_line(text).replace('"', "").strip()
    assert plain(f'="{inner}"') == inner
    assert one_line(plain(text)) == plain(text)


@pytest.mark.parametrize("rows", [20_000])
def test_a_long_report_is_read_row_by_row(rows: int) -> None:
    """The whole way of a large file: as many stays as rows, and nothing kept twice."""
    body = "".join(
        f'Clean water\t="2027-06-09 10:00:00"\t\tPerson {n}\t\t\tAttendee\tp{n}@example.org\t'
        f'="2027-06-09 10:{n % 60:02}:00"\t="2027-06-09 11:00:00"\t1 hr\tDesktop app\tMain Session\r\n'
        for n in range(rows)
    )
    reading = read(b"\xff\xfe" + ("\t".join(WEBEX) + "\r\n" + body).encode("utf-16-le"))
    assert (len(reading.segments), len(reading.refused)) == (rows, 0)
    assert len({stay.key for stay in reading.segments}) == rows
    assert len({id(stay.instance_id) for stay in reading.segments}) == 1
