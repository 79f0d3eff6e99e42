"""The figures of an attendance report, counted once for every form that shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from statistics import mean, median
from zoneinfo import ZoneInfo

from hybrid_sync.domain.attendance import Attendance, Presence
from hybrid_sync.domain.people import Registrant
from hybrid_sync.render.report_curve import everybody, seen_where, steps

MOST_GROUPS = 12
"""Rows of a table by organisation; what is beyond is folded into one."""


@dataclass(frozen=True)
class Figures:
    """Counts of people. `registered` are those with a place (approved); `attended` are those of them who were there at
    all, `briefly` those of `attended` below the minutes that count as present ("partly").

    `online`, `room` and `both` part `attended` by where they were seen. `registered`, `attended`, `no_shows` and
    `unrecorded` add up; `walk_ins` and `unmatched` stand beside them. The peak (UTC) and the stays are of everybody who
    was there, registered or not.
    """

    registered: int
    attended: int
    online: int
    room: int
    both: int
    briefly: int
    no_shows: int
    unrecorded: int
    walk_ins: int
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
    stays = [row.total.total_seconds() for row in everybody(report)] or [0.0]
    where = [seen_where(row) for row in report.present]
    return Figures(
        registered=report.registered,
        attended=len(report.present),
        online=where.count("online"),
        room=where.count("room"),
        both=where.count("both"),
        briefly=sum(row.verdict == "partly" for row in report.present),
        no_shows=len(report.no_shows),
        unrecorded=len(report.unrecorded),
        walk_ins=len(report.walk_ins),
        unmatched=len(report.unmatched),
        peak=highest.total if highest else 0,
        peak_at=highest.at if highest and highest.total else None,
        average_stay=timedelta(seconds=mean(stays)),
        median_stay=timedelta(seconds=median(stays)),
    )


@dataclass
class Group:
    """The figures of the registrants who have `value` in common. `folded` is how many values stand behind it."""

    value: str
    registered: int = 0
    attended: int = 0
    online: int = 0
    room: int = 0
    both: int = 0
    briefly: int = 0
    no_shows: int = 0
    unrecorded: int = 0
    folded: int = 1

    @property
    def attended_percent(self) -> int:
        return percent(self.attended / self.registered) if self.registered else 0

    def add(self, other: Group) -> None:
        """Count the others too; `value` stays."""
        for field in fields(Group):
            if field.name != "value":
                setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))


@dataclass(frozen=True)
class Grouping:
    """The registrants parted by one thing, largest group first. `rest` holds all groups that are not listed."""

    by: str
    groups: tuple[Group, ...]
    rest: Group | None = None


def groupings(report: Attendance, most: int = MOST_GROUPS) -> tuple[Grouping, ...]:
    """By mode, by organisation ("" for none told, spelled as most spell it) and by language.

    At most `most` groups each; of a longer list the smaller ones are folded into `rest`.
    """
    spelling = _spellings(report)
    return (
        _grouped(report, "mode", lambda person: person.mode.value, most),
        _grouped(report, "organisation", lambda person: spelling[_folded(person)], most),
        _grouped(report, "language", lambda person: person.language, most),
    )


def _grouped(report: Attendance, by: str, value: Callable[[Registrant], str], most: int) -> Grouping:
    groups: dict[str, Group] = {}

    def group(person: Registrant) -> Group:
        found = groups.setdefault(value(person), Group(value(person)))
        found.registered += 1
        return found

    for row in report.present:
        if row.person is not None:
            _count(group(row.person), row)
    for person in report.no_shows:
        group(person).no_shows += 1
    for person in report.unrecorded:
        group(person).unrecorded += 1
    # No value told goes last, whatever its size.
    ordered = sorted(groups.values(), key=lambda one: (not one.value, -one.registered, one.value.casefold()))
    if len(ordered) <= most + 1:
        return Grouping(by, tuple(ordered))
    named = [one for one in ordered if one.value]
    rest = Group("", folded=0)
    for one in named[most:]:
        rest.add(one)
    return Grouping(by, (*named[:most], *(one for one in ordered if not one.value)), rest)


def _count(group: Group, row: Presence) -> None:
    group.attended += 1
    group.briefly += row.verdict == "partly"
    match seen_where(row):
        case "online":
            group.online += 1
        case "room":
            group.room += 1
        case "both":
            group.both += 1


def _folded(person: Registrant) -> str:
    return " ".join((person.organisation or "").casefold().split())


def _spellings(report: Attendance) -> dict[str, str]:
    """How an organisation is written, by its name without case and blanks: as most of its people wrote it."""
    counts: dict[str, dict[str, int]] = {}
    for person in registrants(report):
        written = " ".join((person.organisation or "").split())
        spelled = counts.setdefault(_folded(person), {})
        spelled[written] = spelled.get(written, 0) + 1
    return {key: min(found, key=lambda text: (-found[text], text)) for key, found in counts.items()}


def registrants(report: Attendance) -> Iterable[Registrant]:
    """Everybody with a place, whether they came or not."""
    return (
        *(row.person for row in report.present if row.person is not None),
        *report.no_shows,
        *report.unrecorded,
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
