from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.errors import InputError
from hybrid_sync.intake.sources import MAX_BYTES, decode, decoded, event_id_for, kind_of
from tests.intake.reading import unhurried


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        ("Zoë".encode(), "Zoë", "utf-8"),
        (b"\xef\xbb\xbfZo\xc3\xab", "Zoë", "utf-8-sig"),
        ("Zoë".encode("utf-16"), "Zoë", "utf-16"),
        (b"\xfe\xff" + "Zoë".encode("utf-16-be"), "Zoë", "utf-16"),
        ("Name\tMail\r\n".encode("utf-16-le"), "Name\tMail\r\n", "utf-16-le"),
        ("Zoë".encode("latin-1"), "Zoë", "cp1252"),
        (b"Zo\xeb \x81", "Zoë \x81", "latin-1"),
        (
            '<meta charset="iso-8859-7"><p>Ημέρα'.encode("iso-8859-7"),
            '<meta charset="iso-8859-7"><p>Ημέρα',
            "iso8859-7",
        ),
        ('<meta charset="base64"><p>Zoë'.encode(), '<meta charset="base64"><p>Zoë', "utf-8"),
    ],
)
def test_text_is_decoded_whatever_its_encoding(data: bytes, text: str, encoding: str) -> None:
    assert decoded(data, "f") == (text, encoding)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "page.txt is empty"),
        (b" \n\t ", "page.txt is empty"),
        (b"%PDF-1.7 ...", "page.txt is a PDF document"),
        (b"PK\x03\x04....", "page.txt is an Office or zip file"),
        (bytes(range(256)) * 20, "page.txt is not a text file"),
        (b"\xff\xfea", "page.txt begins as utf-16 but is damaged"),
    ],
)
def test_what_is_no_text_is_refused_in_one_clear_line(data: bytes, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as caught:
        decode(data, "page.txt")
    assert "\n" not in str(caught.value)


def test_a_file_of_50_mb_is_refused_with_the_limit() -> None:
    with pytest.raises(InputError, match=r"big.txt is 50.0 MB, and at most 5 MB are read"):
        decode(b"a" * (10 * MAX_BYTES), "big.txt")


@unhurried
@given(st.binary(max_size=300))
def test_bytes_are_decoded_or_refused_and_never_a_crash(data: bytes) -> None:
    try:
        text = decode(data, "f")
    except InputError:
        return
    assert text.strip()


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("page.html", b"hello", "html"),
        ("page.txt", b"hello", "text"),
        ("page.txt", b"<!DOCTYPE html><html><body>x</body></html>", "html"),
        ("https://example.eu/events/talk_en", b"<html lang='en'><body>x", "html"),
        ("https://example.eu/events/talk.html?x=1", b"hello", "html"),
        ("record.toml", b"title = 'x'", "toml"),
        ("record", b"title = 'x'\nstarts = 2024-01-01T10:00:00\n", "toml"),
        ("snippet", b"<div><p>a</p></div>", "html"),
        ("-", b"When: 3 June 2024", "text"),
    ],
)
def test_the_kind_is_known_by_content_and_name(name: str, data: bytes, kind: str) -> None:
    assert kind_of(name, data) == kind


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Human trafficking: what now?", "2024-03-13-human-trafficking-what-now"),
        ("L'été à Liège", "2024-03-13-lete-a-liege"),
        ("Ημέρα της Ευρώπης", "2024-03-13-imera-tis-eyropis"),
        ("Ден на Европа", "2024-03-13-den-na-evropa"),
        ("Łódź & Æbelø", "2024-03-13-lodz-aebelo"),
    ],
)
def test_the_name_of_an_event_is_readable(title: str, name: str) -> None:
    assert event_id_for(title, date(2024, 3, 13)) == name


def test_long_titles_that_begin_alike_get_different_names() -> None:
    start = "Information session on the working procedures of the fund, part "
    one, two = (event_id_for(start + part, date(2024, 3, 13)) for part in ("one", "two"))
    assert one != two
    assert len(one) <= 60
    assert one == event_id_for(start + "one", date(2024, 3, 13))


@given(st.text(max_size=200), st.dates(date(2015, 1, 1), date(2039, 1, 1)))
def test_every_title_gives_a_short_ascii_name(title: str, day: date) -> None:
    name = event_id_for(title, day)
    assert len(name) <= 60
    assert name.isascii()
    assert name.startswith(day.isoformat())
    assert all(letter.isalnum() or letter == "-" for letter in name)
