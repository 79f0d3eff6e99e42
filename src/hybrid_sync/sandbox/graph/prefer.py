"""The Prefer header: the zone of returned times, and ids that do not change."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from ..exchange import Refusal, Request
from ..world import World
from . import zones

_ZONE = re.compile(r'outlook\.timezone\s*=\s*"([^"]+)"', re.IGNORECASE)


@dataclass(frozen=True)
class Preference:
    """What one request prefers; the next request has to say it again."""

    zone_name: str = "UTC"
    zone: tzinfo = UTC
    immutable_ids: bool = False
    applied: str = ""

    def show(self, instant: datetime) -> dict[str, str]:
        """A dateTimeTimeZone: no offset, seven digits of a second, and the zone beside it."""
        local = instant.astimezone(self.zone).replace(tzinfo=None)
        return {"dateTime": f"{local:%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": self.zone_name}


def preference(world: World, request: Request) -> Preference:
    """Read the header; an unknown zone is 400, a malformed value 500, as the real service answers."""
    header = request.headers.get("prefer", "")
    immutable = bool(re.search(r'IdType\s*=\s*"ImmutableId"', header, re.IGNORECASE))
    applied = 'IdType="ImmutableId"' if immutable else ""
    if "outlook.timezone" not in header.lower():
        return Preference(immutable_ids=immutable, applied=applied)
    named = _ZONE.search(header)
    if named is None:
        raise Refusal(500, "An internal server error occurred.", code="ErrorInternalServerError")
    found = zones.find(named[1], world.options.iana_zones)
    if found is None:
        raise Refusal(
            400, f"The time zone '{named[1]}' is not supported.", code="TimeZoneNotSupportedException"
        )
    both = ", ".join(one for one in (f'outlook.timezone="{named[1]}"', applied) if one)
    return Preference(named[1], found, immutable, both)
