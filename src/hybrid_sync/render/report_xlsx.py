"""Attendance as a workbook: numbers as numbers, times as times on the event's clock, lengths as [h]:mm, never a formula."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from hybrid_sync.domain.attendance import Attendance, Presence
from hybrid_sync.domain.people import Registrant
from hybrid_sync.render.report_background import SMALLEST, Background
from hybrid_sync.render.report_curve import everybody
from hybrid_sync.render.report_doubts import reason, told
from hybrid_sync.render.report_figures import Group, figures, local
from hybrid_sync.render.report_rows import group_tables, language_name
from hybrid_sync.render.report_words import Say
from hybrid_sync.render.text import one_line
from hybrid_sync.render.times import time_range

Cell = str | int | float | datetime | timedelta | None

_TIME = "yyyy-mm-dd hh:mm:ss"
_LENGTH = "[h]:mm"
_SHARE = "0%"
_LONGEST = 2000
_BOLD = Font(bold=True)
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
_STAMP = (1980, 1, 1, 0, 0, 0)
"""The earliest moment that a zip entry can have: the file shall not say when it was written, only what it says."""


def attendance_xlsx(report: Attendance, language: str = "en", background: Background | None = None) -> bytes:
    """Four sheets in `language`: the summary, the people, their stays, and what is not certain.

    Wall times are those of the event's zone, which the heads of the columns name; beside the stays stand their instants
    in UTC, because a wall time of the night when clocks go back may mean two. The same report gives the same bytes.
    """
    background = background or Background()
    say = Say(language)
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    _summary(first, report, say, background)
    _people(book.create_sheet(say("People")), report, say)
    _stays(book.create_sheet(say("Stays")), report, say)
    _uncertain(book.create_sheet(say("Not certain")), report, say, background)
    book.properties.title = one_line(report.event.title, 200)
    book.properties.creator = "hybrid-sync"
    book.properties.language = say.language
    return _settled(book, report.pulled_at or report.window[1])


def _summary(sheet: Worksheet, report: Attendance, say: Say, background: Background) -> None:
    counted = figures(report)
    ends = (report.event.ends or report.event.starts).aware
    sheet.title = say("Summary")
    zone = report.event.time_zone
    rows = _Sheet(sheet, [(say("Figure"), 44), (say("Value"), 24), *([("", 14)] * 8)])
    lines: list[tuple[str, Cell, str]] = [
        (say("Event"), report.event.title, ""),
        (say("Time"), time_range(report.event.starts.aware, ends, say.language), ""),
        (say("Registrations, whatever became of them"), background.applied, ""),
        (say("Registered"), counted.registered, ""),
        (say("Attended"), counted.attended, ""),
        (say("Online only"), counted.online, ""),
        (say("In the room only"), counted.room, ""),
        (say("Online and room"), counted.both, ""),
        (say("Attended partly"), counted.briefly, ""),
        (say("Did not come"), counted.no_shows, ""),
        (say("Not recorded"), counted.unrecorded, ""),
        (say("Walk-ins"), counted.walk_ins, ""),
        (say("Not identified"), counted.unmatched, ""),
        (say("Most at once"), counted.peak, ""),
        (say("Most at once, when ({zone})", zone=zone), _wall(counted.peak_at, report), _TIME),
        (say("Average stay"), counted.average_stay, _LENGTH),
        (say("Median stay"), counted.median_stay, _LENGTH),
        (say("Figures as of ({zone})", zone=zone), _wall(report.pulled_at, report), _TIME),
    ]
    if background.nameless:
        lines.append((say("Smallest group told"), SMALLEST, ""))
    for name, value, style in lines:
        if value is not None:
            rows.add((name, value), ("", style))
    for table in group_tables(report, say, background.nameless):
        rows.add(())
        heads = (
            "Registered",
            "Attended",
            "Online only",
            "Room only",
            "Both",
            "Partly",
            "Did not come",
            "Not recorded",
        )
        rows.add((table.column, *map(say, heads)), bold=True)
        for words, group in table.rows:
            rows.add((words, *_counts(group)))


def _counts(group: Group) -> tuple[int, ...]:
    attended = (group.registered, group.attended, group.online, group.room, group.both)
    return (*attended, group.briefly, group.no_shows, group.unrecorded)


def _people(sheet: Worksheet, report: Attendance, say: Say) -> None:
    zone = report.event.time_zone
    heads = [
        (say("Name"), 28), (say("E-mail"), 30), (say("Organisation"), 32), (say("Registered for"), 14),
        (say("Language"), 12), (say("Verdict"), 16), (say("Time there"), 12), (say("Online"), 10), (say("Room"), 10),
        (say("Share"), 8), (say("First ({zone})", zone=zone), 24), (say("Last ({zone})", zone=zone), 24),
        (say("Identified by"), 20), (say("May be"), 40),
    ]  # fmt: skip
    rows = _Sheet(sheet, heads, filtered=True)
    styles = ("", "", "", "", "", "", _LENGTH, _LENGTH, _LENGTH, _SHARE, _TIME, _TIME, "", "")
    for row, verdict in _rows(report):
        if isinstance(row, Registrant):
            nothing = (timedelta(0), timedelta(0), timedelta(0), 0.0)
            rows.add((*_who(row, say), say.value(verdict), *nothing, None, None, "", ""), styles)
            continue
        who = _who(row.person, say) if row.person else (row.name, row.email or "", "", "", "")
        lengths = (row.total, row.online, row.room, round(row.share, 4))
        times = (_wall(row.first, report), _wall(row.last, report))
        may_be = "; ".join(
            f"{one.person.name} <{one.person.email}> ({reason(one.why, say)})" for one in row.suggestions
        )
        known_by = say.value(row.matched_by)
        rows.add((*who, say.value(verdict), *lengths, *times, known_by, may_be), styles)


def _rows(report: Attendance) -> Iterable[tuple[Presence | Registrant, str]]:
    """Everybody with their verdict, in the order of the other forms."""
    yield from ((row, row.verdict) for row in report.present)
    yield from ((row, "walk-in") for row in report.walk_ins)
    yield from ((one, "no-show") for one in sorted(report.no_shows, key=lambda one: one.name.casefold()))
    yield from ((one, "unrecorded") for one in sorted(report.unrecorded, key=lambda one: one.name.casefold()))
    yield from ((row, "unmatched") for row in report.unmatched)


def _who(person: Registrant, say: Say) -> tuple[str, ...]:
    language = language_name(person.language, say) if person.language else ""
    return (person.name, person.email, person.organisation or "", say.value(person.mode.value), language)


def _stays(sheet: Worksheet, report: Attendance, say: Say) -> None:
    zone = report.event.time_zone
    heads = [
        (say("Name"), 28), (say("Where"), 12), (say("From ({zone})", zone=zone), 24), (say("To ({zone})", zone=zone), 24),
        (say("Length"), 10), (say("From (UTC)"), 20), (say("To (UTC)"), 20),
    ]  # fmt: skip
    rows = _Sheet(sheet, heads, filtered=True)
    styles = ("", "", _TIME, _TIME, _LENGTH, _TIME, _TIME)
    for row in everybody(report):
        stays = [(start, end, "online") for start, end in row.online_intervals]
        stays += [(start, end, "room") for start, end in row.room_intervals]
        for start, end, where in sorted(stays):
            wall = (_wall(start, report), _wall(end, report))
            utc = tuple(_whole(at.astimezone(UTC)) for at in (start, end))
            rows.add((row.name, say.value(where), *wall, end - start, *utc), styles)


def _uncertain(sheet: Worksheet, report: Attendance, say: Say, background: Background) -> None:
    rows = _Sheet(sheet, [(say("What is not certain"), 110)])
    for doubt in report.doubts:
        rows.add((told(doubt, say),))
    if background.withheld:
        rows.add(
            (
                say.count(
                    "{count} remark that may name somebody is left out.",
                    "{count} remarks that may name somebody are left out.",
                    background.withheld,
                ),
            ),
        )


class _Sheet:
    """A sheet that is filled from the top."""

    def __init__(self, sheet: Worksheet, columns: Sequence[tuple[str, int]], filtered: bool = False) -> None:
        """With the heads of its columns and their least widths in characters."""
        self._sheet = sheet
        self._rows = 0
        self.add([name for name, _ in columns], bold=True)
        for number, (name, width) in enumerate(columns, 1):
            sheet.column_dimensions[get_column_letter(number)].width = max(width, len(name) + 2)
        sheet.freeze_panes = "A2"
        sheet.print_title_rows = "1:1"
        if filtered:
            sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}1"

    def add(self, cells: Sequence[Cell], styles: Sequence[str] = (), bold: bool = False) -> None:
        """A row; `styles` are number formats."""
        self._rows += 1
        for column, value in enumerate(cells, 1):
            if value is None or value == "":
                continue
            text = one_line(value, _LONGEST) if isinstance(value, str) else None
            cell = self._sheet.cell(self._rows, column, value if text is None else text)
            if text is not None:
                # openpyxl takes "=1+1" for a formula, and a spreadsheet does when such a cell is edited without the prefix.
                cell.data_type = "s"
                if _FORMULA.match(text):
                    cell.quotePrefix = True
            elif column <= len(styles) and styles[column - 1]:
                cell.number_format = styles[column - 1]
            if bold:
                cell.font = _BOLD


def _wall(instant: datetime | None, report: Attendance) -> datetime | None:
    """On the event's clock; a spreadsheet knows no zones."""
    return _whole(local(instant, report)) if instant else None


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=0, tzinfo=None)


def _settled(book: Workbook, at: datetime) -> bytes:
    """The file, without the moment at which it was written: openpyxl notes the clock's in two places."""
    book.properties.created = at.astimezone(UTC).replace(tzinfo=None)
    written, settled = io.BytesIO(), io.BytesIO()
    book.save(written)
    moment = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}".encode()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + moment, content)
            target.writestr(zipfile.ZipInfo(entry.filename, _STAMP), content, zipfile.ZIP_DEFLATED)
    return settled.getvalue()
