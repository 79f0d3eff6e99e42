"""Attendance files of those who have no API: Webex and Teams reports and lists of one's own become stays.

The layout is found out from the content. Every row is taken, or refused with line, field and reason; a file that is cut
off, or that belongs to another event, is refused whole unless forced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import islice

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.presence import Segment
from hybrid_sync.errors import InputError
from hybrid_sync.intake import attendance_headers as headers
from hybrid_sync.intake import attendance_teams as teams
from hybrid_sync.intake.attendance_layouts import Body, Head, find_head
from hybrid_sync.intake.attendance_reading import AttendanceReading, Layout, near
from hybrid_sync.intake.attendance_rows import Taker
from hybrid_sync.intake.attendance_sources import Columns, Source, source_of
from hybrid_sync.intake.attendance_times import Times
from hybrid_sync.intake.characters import bare, shown

LEARN_FROM = 500
"""Rows that tell the order of day and month."""
_A_DAY = timedelta(days=1)
_AN_HOUR = timedelta(hours=1)
_TIMES = ("joined", "left", "meeting_start")


def read_attendance(
    data: bytes,
    name: str,
    event: Event,
    *,
    zone: str | None = None,
    layout: Layout | None = None,
    mapping: Mapping[str, str] | None = None,
    remembered: Mapping[str, str] | None = None,
    force: bool = False,
) -> AttendanceReading:
    """Read one file of online stays for `event`; `name` is the file in messages.

    `zone` is whose clock times without an offset show. `mapping` (FIELD -> COLUMN) overrules `remembered`, and that the
    words of the header. `force` takes a file that is cut off or seems to be of another event. Raises InputError.
    """
    source = source_of(data, name)
    if source.cut_off and not force:
        raise InputError(source.cut_off)
    head = find_head(source, layout, mapping or {}, remembered or {})
    if head.layout is Layout.DOOR:
        raise InputError(
            f"{name} is a list of the door: take it with --layout door, or with hybrid-sync checkin --list"
        )
    rows = Body(source, head)
    taker = _taker(source, head, event, zone)
    taker.times.learn(_some_times(rows, taker.columns))
    for row in rows():
        taker.take(row)
    if not force:
        rows.check_whole()
    if not taker.segments and not taker.refused:
        raise InputError(f"{name} has column names in line {head.row.line} but no rows below them")
    reading = AttendanceReading(
        file=name,
        layout=head.layout,
        segments=tuple(_without_a_lone_session(taker)),
        refused=tuple(taker.refused),
        columns={field: shown(head.row.cells[number]) for field, number in head.columns.items()},
        encoding=source.encoding,
        zone=zone if taker.times.zone_used else None,
        notes=(*head.notes, *taker.notes(), *_far(taker, event)),
        meetings=tuple(meeting for meeting in taker.meetings if meeting),
    )
    if not force:
        check_event(reading, event)
    return reading


def layout_of(data: bytes, name: str, mapping: Mapping[str, str], remembered: Mapping[str, str]) -> Layout:
    """What kind of file this is, by its content. Raises InputError as `read_attendance` does."""
    return find_head(source_of(data, name), None, mapping, remembered).layout


def _taker(source: Source, head: Head, event: Event, zone: str | None) -> Taker:
    columns = Columns(head.columns)
    missing = [] if {"joined"} & set(head.columns) else ["joined"]
    missing += [] if {"email", "name", "first_name", "last_name"} & set(head.columns) else ["who"]
    if missing:
        raise headers.unknown(head.row.cells, source.name, head.row.line, missing)
    meeting, started = teams.summary(source, head.delimiter) if head.layout is Layout.TEAMS else ("", "")
    return Taker(
        source=source,
        event_id=event.id,
        columns=columns,
        width=len(head.row.cells),
        times=Times(event, zone, source.name),
        meeting=meeting,
        started=started,
    )


def _some_times(rows: Body, columns: Columns) -> Iterator[str]:
    for row in islice(rows(), LEARN_FROM):
        for field in _TIMES:
            told = columns(row, field)
            if told:
                yield told


def _without_a_lone_session(taker: Taker) -> Iterator[Segment]:
    """A file that knows one session only names the main one, in whatever language."""
    alone = len(taker.sessions) == 1
    return (replace(stay, session="") if alone and stay.session else stay for stay in taker.segments)


def _far(taker: Taker, event: Event) -> list[str]:
    if event.ends is None:
        return []
    far = len(taker.segments) - near(taker.segments, (event.starts.instant, event.ends.instant), _A_DAY)
    return [f"{far} stays are more than a day away from the event: kept, not counted"] if far else []


def check_event(reading: AttendanceReading, event: Event) -> None:
    """Raise InputError when the file is of another event: no stay within a day, or another name and other hours."""
    if not reading.segments:
        return
    window = (event.starts.instant, (event.ends or event.starts).instant)
    named = ", ".join(f"'{shown(meeting)}'" for meeting in reading.meetings[:3])
    of = f" of {named}" if named else ""
    way = "if it is this event's file all the same, say --force"
    if not near(reading.segments, window, _A_DAY):
        joined = [stay.joined for stay in reading.segments if stay.joined]
        days = sorted({min(joined).date().isoformat(), max(joined).date().isoformat()})
        raise InputError(
            f"{reading.file}: none of its {len(reading.segments)} stays{of} is within a day of event {event.id} "
            f"({event.starts.date.isoformat()}); they are of {' to '.join(days)}: {way}"
        )
    another = named and not any(_alike(meeting, event.title) for meeting in reading.meetings)
    if another and not near(reading.segments, window, _AN_HOUR):
        raise InputError(
            f"{reading.file}: its meeting is {named} and none of its stays is in the hours of '{shown(event.title)}': {way}"
        )


def _alike(meeting: str, title: str) -> bool:
    one, other = bare(meeting), bare(title)
    return bool(one and other) and (one in other or other in one)
