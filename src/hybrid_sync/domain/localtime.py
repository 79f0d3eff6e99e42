"""Wall clock and instant.

The wall time in an IANA zone is the truth of an event; UTC is derived from it (P3). A time that the
clock skips in spring, or shows twice in autumn, is refused with both readings.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hybrid_sync.errors import InputError, TimeError

BRUSSELS = "Europe/Brussels"


def zone(name: str) -> ZoneInfo:
    """The IANA zone of that name. Raises InputError for an unknown one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(f"'{name}' is not an IANA time zone (write it like Europe/Brussels)") from error


def aware(moment: datetime) -> datetime:
    """`moment` in UTC. Raises ValueError for a naive one: an instant without a zone is a mistake in our code."""
    if moment.tzinfo is None:
        raise ValueError(f"naive datetime {moment.isoformat()} where an instant is needed")
    return moment.astimezone(UTC)


@dataclass(frozen=True, order=False)
class LocalTime:
    """A wall time in a zone, to the minute. `fold` is 1 for the second showing of a repeated hour.

    Build it with `local_time`, which refuses times that do not exist or exist twice.
    """

    wall: datetime
    zone: str = BRUSSELS
    fold: int = 0

    def __post_init__(self) -> None:
        if self.wall.tzinfo is not None:
            raise ValueError("LocalTime holds a wall time; give the zone by name")

    @property
    def aware(self) -> datetime:
        """With the zone attached, for printing. Do not subtract two of these: Python then counts wall time."""
        return self.wall.replace(tzinfo=ZoneInfo(self.zone), fold=self.fold)

    @property
    def instant(self) -> datetime:
        """The instant in UTC."""
        return self.aware.astimezone(UTC)

    @property
    def abbreviation(self) -> str:
        """What the clock is called on that very day: CET in winter, CEST in summer."""
        return self.aware.strftime("%Z")

    @property
    def date(self) -> date:
        return self.wall.date()

    @property
    def time(self) -> time:
        return self.wall.time()

    def isoformat(self) -> str:
        """ISO 8601 with the offset of that day, e.g. 2024-03-13T14:00:00+01:00."""
        return self.aware.isoformat()

    def moved(self, by: timedelta) -> LocalTime:
        """The wall time `by` later (wall arithmetic, as a person moves an appointment)."""
        return local_time(self.wall + by, self.zone)


def local_time(wall: datetime, zone_name: str = BRUSSELS, fold: int | None = None) -> LocalTime:
    """A checked LocalTime; seconds are dropped, as every calendar and Webex do.

    `fold` chooses between the two showings of a repeated hour (0 the first, 1 the second).
    Raises TimeError with both readings for a skipped time, and for a repeated one without `fold`.
    """
    tz = zone(zone_name)
    wall = wall.replace(second=0, microsecond=0, tzinfo=None, fold=0)
    first = wall.replace(tzinfo=tz, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=tz, fold=1).astimezone(UTC)
    if first == second:
        return LocalTime(wall, zone_name)
    if first > second:
        # PEP 495: in a gap, fold=0 uses the offset from before the change, which lands later on the clock.
        raise TimeError(_both("does not exist", wall, zone_name, second, first), (second, first))
    if fold is None:
        raise TimeError(_both("exists twice", wall, zone_name, first, second), (first, second))
    return LocalTime(wall, zone_name, fold)


def _both(verb: str, wall: datetime, zone_name: str, one: datetime, two: datetime) -> str:
    tz = ZoneInfo(zone_name)

    def shown(instant: datetime) -> str:
        local = instant.astimezone(tz)
        return f"{local:%H:%M %Z} ({instant:%H:%M} UTC)"

    return (
        f"{wall:%Y-%m-%d %H:%M} {verb} in {zone_name}, because the clock changes that night; "
        f"it could mean {shown(one)} or {shown(two)}: say which by writing a time outside the changed hour"
    )


def local_of(instant: datetime, zone_name: str = BRUSSELS) -> LocalTime:
    """The wall time that the clock in `zone_name` shows at `instant`."""
    local = aware(instant).astimezone(zone(zone_name))
    return LocalTime(local.replace(tzinfo=None, fold=0, second=0, microsecond=0), zone_name, local.fold)
