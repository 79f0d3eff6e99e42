"""Attendance as one HTML file that can be handed on and printed: no script, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hybrid_sync.domain.attendance import Attendance, Presence
from hybrid_sync.domain.people import Mode, Registrant
from hybrid_sync.render.pages import page
from hybrid_sync.render.report_curve import Step, picture, samples, steps
from hybrid_sync.render.report_figures import figures, local, minutes, percent
from hybrid_sync.render.text import one_line
from hybrid_sync.render.times import clock_name, moment, time_range, utc_range

_MOST_DOUBTS = 200
_MODES = {Mode.ROOM: "room", Mode.ONLINE: "online"}


@dataclass(frozen=True)
class Row:
    """One line of a people table, as words. `share` is whole percent."""

    name: str
    organisation: str
    registered_for: str
    stay: str
    online: str
    room: str
    share: int
    first: str
    last: str
    briefly: bool


def attendance_html(report: Attendance) -> str:
    """The report in English. Mail addresses stay out of it: it is passed on, and the CSV has them."""
    event = report.event
    starts = event.starts.aware
    ends = event.ends.aware if event.ends else starts
    counted = figures(report)
    curve = steps(report)
    return page(
        "report.html",
        event=event,
        title=one_line(event.title) or event.id,
        when=time_range(starts, ends),
        when_utc=utc_range(starts, ends),
        clock=_clock(starts, ends),
        place=_place(report),
        organisers=", ".join(one_line(name) for name in event.organisers),
        figures=counted,
        peak_at=f"{local(counted.peak_at, report):%H:%M}" if counted.peak_at else "",
        average=minutes(counted.average_stay),
        median=minutes(counted.median_stay),
        picture=picture(report),
        samples=[_sample(step, report) for step in samples(curve, report.window)] if curve else [],
        any_both=any(step.both for step in curve),
        present=[_row(row, report) for row in report.present],
        no_shows=_people(report.no_shows),
        unrecorded=_people(report.unrecorded),
        unmatched=[_row(row, report) for row in report.unmatched],
        staff=[one_line(name) for name in report.staff],
        doubts=[one_line(doubt) for doubt in report.doubts[:_MOST_DOUBTS]],
        more_doubts=max(0, len(report.doubts) - _MOST_DOUBTS),
        pulled=moment(local(report.pulled_at, report)) if report.pulled_at else "",
        instances=report.instances,
    )


def _people(people: Sequence[Registrant]) -> list[tuple[str, str, str]]:
    return [
        (one_line(person.name) or "(no name)", one_line(person.organisation or ""), _MODES[person.mode])
        for person in sorted(people, key=lambda person: person.name.casefold())
    ]


def _place(report: Attendance) -> str:
    parts = (
        one_line(report.event.place) if report.event.onsite else "",
        "online (Webex)" if report.event.online else "",
    )
    return " and ".join(part for part in parts if part)


def _clock(starts: datetime, ends: datetime) -> str:
    names = dict.fromkeys((clock_name(starts), clock_name(ends)))
    return ", then ".join(names)


def _sample(step: Step, report: Attendance) -> tuple[str, Step]:
    return (f"{local(step.at, report):%H:%M}", step)


def _row(row: Presence, report: Attendance) -> Row:
    person = row.person
    return Row(
        name=one_line(row.name) or "(no name)",
        organisation=one_line(person.organisation or "") if person else "",
        registered_for=_MODES[person.mode] if person else "",
        stay=_minutes(row.total),
        online=_minutes(row.online),
        room=_minutes(row.room),
        share=percent(row.share),
        first=f"{local(row.first, report):%H:%M}" if row.first else "",
        last=f"{local(row.last, report):%H:%M}" if row.last else "",
        briefly=row.verdict != "present",
    )


def _minutes(stay: timedelta) -> str:
    if not stay:
        return "–"
    return str(minutes(stay)) if stay >= timedelta(minutes=1) else "< 1"
