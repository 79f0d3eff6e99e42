"""The judges have teeth: what the RFCs forbid is refused, so that their silence means something."""

from __future__ import annotations

import pytest

from tests.judges import readers
from tests.judges.conftest import IcalJs, Libical
from tests.judges.objects import a_mail, an_object

GOOD = an_object("2027-06-09 10:00", "2027-06-09 11:30")


def test_libical_takes_a_good_object(libical: Libical) -> None:
    assert libical(GOOD).method == "REQUEST"


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        (b"ORGANIZER", None),
        (b"ATTENDEE", None),
        (b"DTSTAMP", None),
        (b"SUMMARY", None),
        (b"UID", None),
        (b"DTSTART;", b"DTSTART:20270609T100000\r\n"),
        (b"DTSTART;", b"DTSTART;TZID=Europe/Nowhere:20270609T100000\r\n"),
        (b"METHOD", b"METHOD:PUBLISH\r\n"),
    ],
)
def test_libical_refuses_what_a_request_must_not_be(
    line: bytes, instead: bytes | None, libical: Libical
) -> None:
    lines, dropped = [], False
    for one in GOOD.splitlines(keepends=True):
        if one.startswith(b" ") and dropped:
            continue
        dropped = one.startswith(line)
        if not dropped:
            lines.append(one)
        elif instead:
            lines.append(instead)
    spoiled = b"".join(lines)
    assert spoiled != GOOD
    with pytest.raises(AssertionError):
        libical(spoiled)


def test_ical_js_gives_no_instant_without_a_zone_in_the_object(ical_js: IcalJs) -> None:
    start = GOOD.index(b"BEGIN:VTIMEZONE")
    end = GOOD.index(b"END:VTIMEZONE\r\n") + len(b"END:VTIMEZONE\r\n")
    with pytest.raises(AssertionError, match="no zone"):
        ical_js({"bare": GOOD[:start] + GOOD[end:]})


def test_the_mail_reader_refuses_two_calendars_that_differ() -> None:
    content = a_mail("2027-06-09 10:00", "2027-06-09 11:30")
    readers.calendar_mail(content)
    mark = b"application/ics"
    at = content.index(b"\r\n\r\n", content.index(mark)) + 4
    with pytest.raises(AssertionError, match="same bytes"):
        readers.calendar_mail(content[:at] + b"AAAA" + content[at + 4 :])
