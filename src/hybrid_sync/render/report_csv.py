"""Attendance as CSV, one row for each person.

UTF-8 with a byte order mark, because Excel otherwise reads names as Latin letters; commas, CRLF and quotes
as in RFC 4180. Excel in a country that writes decimal commas opens such a file through Data > From
Text/CSV; a "sep=" line would make it forget the encoding. Numbers are whole, so that no comma or point is
taken for a date.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime

from hybrid_sync.domain.attendance import Attendance, Presence
from hybrid_sync.domain.people import Registrant
from hybrid_sync.render.report_figures import local, minutes, percent
from hybrid_sync.render.text import one_line

COLUMNS = (
    "name",
    "email",
    "organisation",
    "mode",
    "verdict",
    "minutes_total",
    "minutes_online",
    "minutes_room",
    "share_percent",
    "first",
    "last",
)
"""In this order for ever; new ones are added at the end."""

# A spreadsheet runs what begins like this (ASVS 1.2.10), wide forms included. After ";" too: where lists
# are written with ";" the file is cut there, and quotes in mid-line do not protect.
_FORMULA = r"(?=[=+\-@\t\r\n＝＋－＠])"
_UNSAFE = re.compile(r"(^|;)(\s*)('*)" + _FORMULA)
_SAFE = re.compile(r"(^|;)(\s*)'('*)" + _FORMULA)


def attendance_csv(report: Attendance) -> bytes:
    """All registrants who came, then the no-shows ("no-show"), then those of whom nothing is known
    because nobody was checked in at the door ("unrecorded"), then people who match nobody ("unmatched").

    `first` and `last` are ISO 8601 with the offset of the event's zone. `mode` is what a registrant
    registered for, empty for the unmatched. Texts are on one line; `plain` takes the guard against formulas
    off again.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in _rows(report):
        writer.writerow([guarded(str(cell)) for cell in row])
    return file.getvalue().encode("utf-8-sig")


def guarded(text: str) -> str:
    """`text` on one line, with an apostrophe before anything that a spreadsheet would run."""
    return _UNSAFE.sub(r"\1\2'\3", one_line(text, 2000))


def plain(cell: str) -> str:
    """The text that `guarded` was given (on one line)."""
    return _SAFE.sub(r"\1\2\3", cell)


def _rows(report: Attendance) -> Iterator[tuple[object, ...]]:
    for row in report.present:
        yield _presence(report, row, row.verdict)
    for person in sorted(report.no_shows, key=lambda person: person.name.casefold()):
        yield (*_person(person), "no-show", 0, 0, 0, 0, "", "")
    for person in sorted(report.unrecorded, key=lambda person: person.name.casefold()):
        yield (*_person(person), "unrecorded", 0, 0, 0, 0, "", "")
    for row in report.unmatched:
        yield _presence(report, row, "unmatched")


def _presence(report: Attendance, row: Presence, verdict: str) -> tuple[object, ...]:
    who = _person(row.person) if row.person else (row.name, row.email or "", "", "")
    lengths = (minutes(row.total), minutes(row.online), minutes(row.room), percent(row.share))
    return (*who, verdict, *lengths, _iso(report, row.first), _iso(report, row.last))


def _person(person: Registrant) -> tuple[str, str, str, str]:
    return (person.name, person.email, person.organisation or "", person.mode.value)


def _iso(report: Attendance, instant: datetime | None) -> str:
    return local(instant, report).replace(microsecond=0).isoformat() if instant else ""
