"""The figures of an attendance report, counted once for every form that shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import mean, median
from zoneinfo import ZoneInfo

from hybrid_sync.domain.attendance import Attendance
from hybrid_sync.render.report_curve import seen_where, steps


@dataclass(frozen=True)
class Figures:
    """Counts of people. `attended` are registrants who were there at all, `briefly` those below the mark.

    `online`, `room` and `both` part `attended` by where they were seen. The peak (UTC) and the stays are of
    everybody who was there, registered or not.
    """

    registered: int
    attended: int
    online: int
    room: int
    both: int
    briefly: int
    no_shows: int
    unrecorded: int
    unmatched: int
    peak: int
    peak_at: datetime | None
    average_stay: timedelta
    median_stay: timedelta

    @property
    def attended_percent(self) -> int:
        return percent(self.attended / self.registered) if self.registered else 0


def figures(report: Attendance) -> Figures:
    """The figures of `report`."""
    highest = max(steps(report), key=lambda step: step.total, default=None)
    stays = [row.total.total_seconds() for row in (*report.present, *report.unmatched)] or [0.0]
    where = [seen_where(row) for row in report.present]
    return Figures(
        registered=report.registered,
        attended=len(report.present),
        online=where.count("online"),
        room=where.count("room"),
        both=where.count("both"),
        briefly=sum(row.verdict != "present" for row in report.present),
        no_shows=len(report.no_shows),
        unrecorded=len(report.unrecorded),
        unmatched=len(report.unmatched),
        peak=highest.total if highest else 0,
        peak_at=highest.at if highest and highest.total else None,
        average_stay=timedelta(seconds=mean(stays)),
        median_stay=timedelta(seconds=median(stays)),
    )


def minutes(stay: timedelta) -> int:
    """Whole minutes, half a minute upwards."""
    return int(stay / timedelta(minutes=1) + 0.5)


def percent(share: float) -> int:
    """A share in 0..1 as whole percent, half a percent upwards."""
    return int(share * 100 + 0.5)


def local(instant: datetime, report: Attendance) -> datetime:
    """`instant` on the event's own clock."""
    return instant.astimezone(ZoneInfo(report.event.time_zone))
