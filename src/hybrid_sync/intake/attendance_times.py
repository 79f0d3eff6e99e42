"""Times as attendance files write them: no zone, the exporter's order of day and month, AM and PM or not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.localtime import local_of, local_time, zone
from hybrid_sync.errors import InputError, TimeError
from hybrid_sync.intake.characters import shown

_CLOCK = (
    r"(?P<h>\d{1,2})[:.h](?P<min>\d{2})(?:[:.](?P<s>\d{2})(?:[.,]\d{1,9})?)?(?:\s*(?P<half>[ap])\.?\s?m\.?)?"
)
_OFFSET = r"(?:\s*\(?(?P<zone>Z|UTC|GMT|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?)\)?)?"
_YEAR_FIRST = re.compile(
    rf"(?P<y>\d{{4}})(?P<sep>[-/.])(?P<a>\d{{1,2}})(?P=sep)(?P<b>\d{{1,2}})\.?(?:,?\s+|T){_CLOCK}{_OFFSET}",
    re.ASCII | re.IGNORECASE,
)
_YEAR_LAST = re.compile(
    rf"(?P<a>\d{{1,2}})(?P<sep>[-/.])\s?(?P<b>\d{{1,2}})(?P=sep)\s?(?P<y>\d{{4}}|\d{{2}})\.?(?:,?\s+|T){_CLOCK}{_OFFSET}",
    re.ASCII | re.IGNORECASE,
)
_TIME_ALONE = re.compile(_CLOCK, re.ASCII | re.IGNORECASE)
_LONGEST = 60
_MOST_KEPT = 100_000
"""Cells whose reading is kept: 200,000 stays of two hours have 7,200 seconds to begin in."""
_A_DAY = timedelta(days=1)
DAY_FIRST, MONTH_FIRST = "day first", "month first"


class Unreadable(Exception):
    """A cell that tells no time; the message is the reason. Never leaves intake."""


@dataclass(frozen=True)
class Told:
    """A time that was read. `mark` is what the file says, to the minute: it stays when another zone is assumed."""

    instant: datetime
    mark: str


@dataclass(frozen=True)
class _Clock:
    """What a cell says. `readings` holds each day that it can mean, by the order of day and month; none for a time alone."""

    readings: dict[str, date]
    time: time
    offset: timezone | None


class Times:
    """Reads the times of one file. `zone_name` is whose clock they show, None when nobody said.

    A day that can be read in two orders is decided by the event's date, else by the file's other rows (`learn`), else
    refused with both readings. A time without a day is on the day of the event.
    """

    def __init__(self, event: Event, zone_name: str | None, name: str) -> None:
        self._zone = zone_name
        if zone_name is not None:
            zone(zone_name)
        self._name = name
        self._start = event.starts.instant
        self._end = (event.ends or event.starts).instant
        self._day = event.starts.date
        self._days = (event.starts.date - _A_DAY, (event.ends or event.starts).date + _A_DAY)
        self._order: str | None = None
        self._instants: dict[datetime, datetime] = {}
        self._read: dict[str, Told] = {}
        self.zone_used = False

    def learn(self, cells: Iterable[str]) -> None:
        """Find the file's order of day and month from some of its cells; two orders in one file teach nothing."""
        orders = set()
        for cell in cells:
            try:
                clock = _clock(cell)
            except Unreadable:
                continue  # said when its row is read
            near = self._near(clock.readings)
            told = near if len(near) == 1 else clock.readings
            if len(told) == 1:
                orders |= set(told) - {""}
        self._order = orders.pop() if len(orders) == 1 else None

    def read(self, cell: str) -> Told | None:
        """The instant that `cell` tells; None when it is empty or a filler (1970, a dash).

        Raises Unreadable; InputError when the file needs a zone and nobody said which.
        """
        if cell in ("", "-", "--", "n/a", "N/A"):
            return None
        known = self._read.get(cell)
        if known is None:
            known = self._told(cell)
            if known is not None and len(self._read) < _MOST_KEPT:
                self._read[cell] = known
        return known

    def _told(self, cell: str) -> Told | None:
        clock = _clock(cell)
        if not clock.readings:
            return self._today(clock)
        day = self._settled(clock.readings)
        if day.year <= 1970:
            return None  # Webex writes 1970 for "not known" (webex.md 3.1)
        wall = datetime.combine(day, clock.time)
        if clock.offset is not None:
            instant = wall.replace(tzinfo=clock.offset).astimezone(UTC)
            return Told(instant, f"{instant:%Y-%m-%dT%H:%MZ}")
        return Told(self._instant(wall), f"{wall:%Y-%m-%dT%H:%M}")

    def _near(self, readings: dict[str, date]) -> dict[str, date]:
        first, last = self._days
        return {order: day for order, day in readings.items() if first <= day <= last}

    def _settled(self, readings: dict[str, date]) -> date:
        if len(set(readings.values())) == 1:
            return next(iter(readings.values()))
        near = self._near(readings)
        if len(near) == 1:
            return next(iter(near.values()))
        if self._order in readings:
            return readings[self._order]
        both = " or ".join(f"{day:%d.%m.%Y}" for day in readings.values())
        how = "both are" if near else "neither is"
        raise Unreadable(
            f"can be {both} ({how} near the event): write the year first, like {self._day.isoformat()} 10:00"
        )

    def _instant(self, wall: datetime) -> datetime:
        if self._zone is None:
            raise InputError(
                f"{self._name}: its times have no zone: say whose clock they show, such as --zone Europe/Brussels"
            )
        self.zone_used = True
        minute = wall.replace(second=0)
        known = self._instants.get(minute)
        if known is None:
            try:
                known = local_time(minute, self._zone).instant
            except TimeError as error:
                raise Unreadable(f"{error}, or with its offset (+01:00)") from error
            except OverflowError as error:
                raise Unreadable("is no date that can be reckoned with") from error
            self._instants[minute] = known
        return known + timedelta(seconds=wall.second)

    def _today(self, clock: _Clock) -> Told:
        """A time without a day, on the day that brings it nearest to the event."""
        begin, end = (local_of(at, self._zone or "UTC").wall for at in (self._start, self._end))
        walls = [datetime.combine(begin.date() + timedelta(days=shift), clock.time) for shift in (0, -1, 1)]
        best = self._instant(min(walls, key=lambda wall: max(begin - wall, wall - end, timedelta(0))))
        return Told(best, f"{clock.time:%H:%M}")


def is_time(cell: str) -> bool:
    """Whether `cell` tells a day and a time."""
    try:
        return bool(_clock(cell).readings)
    except Unreadable:
        return False


def _clock(cell: str) -> _Clock:
    """What `cell` says, without deciding anything. Raises Unreadable."""
    if len(cell) > _LONGEST:
        raise Unreadable("is no date and time")
    found = _YEAR_FIRST.fullmatch(cell) or _YEAR_LAST.fullmatch(cell) or _TIME_ALONE.fullmatch(cell)
    if found is None:
        raise Unreadable("is no date and time; write it like 2027-06-09 10:05" if cell else "is empty")
    told = {name: value or "" for name, value in found.groupdict().items()}
    told["year_first"] = told.get("y", "") if found.re is _YEAR_FIRST else ""
    readings = _days(told) if told.get("y") else {}
    return _Clock(readings, _time(found, cell), _offset(told.get("zone")))


def _days(told: dict[str, str]) -> dict[str, date]:
    """Each day that the digits can mean. Dots are only written between day, month and year, in that order."""
    first, second, year = int(told["a"]), int(told["b"]), int(told["y"])
    year += 2000 if len(told["y"]) == 2 else 0
    if not 1900 <= year <= 2200:
        raise Unreadable(f"has the year {year}")
    if told["year_first"]:
        orders = {"": (first, second)}
    elif told["sep"] == ".":
        orders = {"": (second, first)}
    else:
        orders = {DAY_FIRST: (second, first), MONTH_FIRST: (first, second)}
    readings = {}
    for order, (month, day) in orders.items():
        try:
            readings[order] = date(year, month, day)
        except ValueError:
            continue  # no such day in this order
    if not readings:
        raise Unreadable("is a day that the calendar does not have")
    return readings


def _time(found: re.Match[str], cell: str) -> time:
    hour = int(found["h"])
    if found["half"]:
        if not 1 <= hour <= 12:
            raise Unreadable(f"'{shown(cell)}' has hour {hour} with AM or PM")
        hour = hour % 12 + (12 if found["half"].lower() == "p" else 0)
    try:
        return time(hour, int(found["min"]), int(found["s"] or 0))
    except ValueError as error:
        raise Unreadable("has no such time of day") from error


def _offset(text: str | None) -> timezone | None:
    if not text:
        return None
    found = re.search(r"([+-])(\d{1,2}):?(\d{2})?$", text)
    if not found:
        return UTC
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    if minutes > 14 * 60:
        raise Unreadable("has an offset that no clock has")
    return timezone(timedelta(minutes=minutes if found[1] == "+" else -minutes))


def moment_of(text: str, event: Event) -> datetime:
    """The instant that a person means by `text`, on the event's clock where it has no offset. Raises InputError."""
    try:
        told = Times(event, event.time_zone, "the time").read(text.strip())
    except Unreadable as no:
        raise InputError(str(no)) from no
    if told is None:
        raise InputError("is no time; write it like 10:05 or 2027-06-09 10:05")
    return told.instant
