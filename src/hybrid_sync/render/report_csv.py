"""Attendance as CSV, one row for each person, and the same read back.

UTF-8 with a byte order mark, because Excel otherwise reads names as Latin letters; commas, CRLF and quotes
as in RFC 4180. Excel in a country that writes decimal commas opens such a file through Data > From
Text/CSV; a "sep=" line would make it forget the encoding. Numbers are whole, so that no comma or point is
taken for a date.

The guard against formulas: an apostrophe stands before what a spreadsheet would run, that is = + - @, a tab or a line
end, wide forms included, at the beginning of a cell or after a ";" in it, blanks before it or not. A text that has
apostrophes there already gets one more. So taking one apostrophe away from such places gives the text back (`plain`,
`read_back`); what is on one line and has no control characters comes back to the letter.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime

from hybrid_sync.domain.attendance import Attendance, Presence
from hybrid_sync.domain.people import Registrant
from hybrid_sync.errors import InputError
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
    "language",
    "matched_by",
    "may_be",
)
"""In this order for ever; new ones are added at the end."""

# A spreadsheet runs what begins like this (ASVS 1.2.10), wide forms included. After ";" too: where lists
# are written with ";" the file is cut there, and quotes in mid-line do not protect.
_FORMULA = r"(?=[=+\-@\t\r\n＝＋－＠])"
_UNSAFE = re.compile(r"(^|;)(\s*)('*)" + _FORMULA)
_SAFE = re.compile(r"(^|;)(\s*)'('*)" + _FORMULA)


def attendance_csv(report: Attendance) -> bytes:
    """All registrants who came, walk-ins ("walk-in"), then the no-shows ("no-show"), then those of whom nothing is
    known because nobody was checked in at the door ("unrecorded"), then people who match nobody ("unmatched").

    `first` and `last` are ISO 8601 with the offset of the event's zone. `mode` is what a registrant
    registered for, empty for others. `matched_by` is code, link, address, alias or choice; `may_be` names the
    registrants that somebody unmatched may be, best first. Texts are on one line; `read_back` is the way back.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in _rows(report):
        writer.writerow([guarded(str(cell)) for cell in row])
    return file.getvalue().encode("utf-8-sig")


def read_back(content: bytes) -> list[dict[str, str]]:
    """The rows of `attendance_csv`, by the names of their columns, without the guards.

    Raises InputError for a file that is not one of ours.
    """
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        rows = [{name: plain(cell) for name, cell in row.items()} for row in reader]
    except (UnicodeDecodeError, csv.Error, AttributeError, TypeError) as error:
        raise InputError(f"this is no attendance report in CSV: {error}") from error
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise InputError(f"this is no attendance report in CSV: it has no column {', '.join(missing)}")
    return rows


def guarded(text: str) -> str:
    """`text` on one line, with an apostrophe before anything that a spreadsheet would run."""
    return _UNSAFE.sub(r"\1\2'\3", one_line(text, 2000))


def plain(cell: str) -> str:
    """The text that `guarded` was given (on one line)."""
    return _SAFE.sub(r"\1\2\3", cell)


def _rows(report: Attendance) -> Iterator[tuple[object, ...]]:
    for row in report.present:
        yield _presence(report, row, row.verdict)
    for row in report.walk_ins:
        yield _presence(report, row, "walk-in")
    for person in sorted(report.no_shows, key=lambda person: person.name.casefold()):
        yield (*_person(person), "no-show", 0, 0, 0, 0, "", "", person.language, "", "")
    for person in sorted(report.unrecorded, key=lambda person: person.name.casefold()):
        yield (*_person(person), "unrecorded", 0, 0, 0, 0, "", "", person.language, "", "")
    for row in report.unmatched:
        yield _presence(report, row, "unmatched")


def _presence(report: Attendance, row: Presence, verdict: str) -> tuple[object, ...]:
    who = _person(row.person) if row.person else (row.name, row.email or "", "", "")
    lengths = (minutes(row.total), minutes(row.online), minutes(row.room), percent(row.share))
    times = (_iso(report, row.first), _iso(report, row.last))
    may_be = " / ".join(f"{one.person.name} <{one.person.email}>" for one in row.suggestions)
    return (
        *who,
        verdict,
        *lengths,
        *times,
        row.person.language if row.person else "",
        row.matched_by,
        may_be,
    )


def _person(person: Registrant) -> tuple[str, str, str, str]:
    return (person.name, person.email, person.organisation or "", person.mode.value)


def _iso(report: Attendance, instant: datetime | None) -> str:
    return local(instant, report).replace(microsecond=0).isoformat() if instant else ""
