"""Reading a dateTimeTimeZone: wall time without an offset, and the name of its zone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from ..exchange import Refusal
from ..instants import parse
from ..world import World
from . import zones

_WALL_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d)?(\.\d{1,7})?")


def read(world: World, value: Mapping[str, str], name: str) -> tuple[datetime, str]:
    """The instant and the zone name that Graph keeps."""
    where = zones.find(value["timeZone"], world.options.iana_zones)
    if where is None:
        raise Refusal(
            400,
            f"A valid time zone is needed in '{name}': '{value['timeZone']}' is not supported.",
            code="TimeZoneNotSupportedException",
        )
    text = value["dateTime"]
    wall = _WALL_TIME.fullmatch(text)
    instant = parse(text, where)
    if instant is None:
        raise Refusal(400, f"'{name}' holds no valid date and time: '{text}'.", code="ErrorInvalidParameter")
    if wall is None:
        if world.options.offset_in_date_time == "refuse":
            raise Refusal(
                400, f"The dateTime of '{name}' must not carry an offset.", code="ErrorInvalidParameter"
            )
        return instant, "UTC"
    return instant, zones.windows_name(value["timeZone"])


def read_bound(query: Mapping[str, str], name: str) -> datetime:
    """A bound of a calendar view: any ISO 8601 text, UTC without an offset."""
    instant = parse(query[name], UTC)
    if instant is None:
        raise Refusal(
            400, f"'{name}' is not a valid date and time: '{query[name]}'.", code="ErrorInvalidParameter"
        )
    return instant
