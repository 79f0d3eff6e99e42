"""Times as records write them: wall times, or times with an offset that must be the zone's on that day."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from hybrid_sync.domain.localtime import LocalTime, local_time, zone
from hybrid_sync.errors import InputError
from hybrid_sync.intake.characters import shown

_WALL = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?")


def as_datetime(value: object) -> datetime:
    """A TOML datetime, or text such as "2024-03-13 14:00", naive or with its offset. Raises InputError."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        raise InputError(f"is the day {value.isoformat()} without a time: write {value.isoformat()}T14:00:00")
    if isinstance(value, str) and _WALL.fullmatch(value.strip()):
        try:
            return datetime.fromisoformat(
                re.sub(r"[T ](\d):", r"T0\1:", value.strip()).replace(" ", "T", 1).replace(" ", "")
            )
        except ValueError as error:
            raise InputError(f"'{shown(value)}' is not a date and time ({error})") from error
    raise InputError(f"'{shown(str(value))}' is not a date and time: write 2024-03-13T14:00:00")


def with_offset(moment: datetime, zone_name: str) -> LocalTime:
    """A time with the offset that the zone has then. Raises InputError for another, naming the right one."""
    wall = moment.replace(tzinfo=None)
    for fold in (0, 1):
        found = local_time(wall, zone_name, fold)  # a wall time that does not exist is refused here
        if found.instant == moment.replace(second=0, microsecond=0).astimezone(UTC):
            return found
    right = local_time(wall, zone_name, 0)
    raise InputError(
        f"{moment.isoformat()} has the offset {moment:%z}, but {zone_name} has {right.aware:%z} at that "
        f"time: write the wall time alone ({right.wall.isoformat()}) or its right offset"
    )


def moment_text(moment: LocalTime) -> str:
    """`moment` as a TOML datetime without an offset, or with it in the hour that exists twice."""
    # An hour that exists twice can only be told by its offset.
    twice = (
        moment.wall.replace(tzinfo=zone(moment.zone), fold=0).utcoffset()
        != moment.wall.replace(tzinfo=zone(moment.zone), fold=1).utcoffset()
    )
    return moment.isoformat() if twice else moment.wall.isoformat()
