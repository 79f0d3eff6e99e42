"""Names of time zones as Exchange knows them, both ways."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo

from hybrid_sync.adapters.graph.windows_zones import OTHER_SPELLINGS, WINDOWS_ZONES
from hybrid_sync.domain.localtime import zone
from hybrid_sync.errors import InputError


@cache
def _windows_by_iana() -> dict[str, str]:
    return {iana: windows for windows, names in WINDOWS_ZONES.items() for iana in names.split()}


def exchange_zone(iana: str) -> str:
    """The Windows name where CLDR knows one, else the IANA name.

    Brussels is "Romance Standard Time". IANA names are taken by some tenants and not by others, Brussels among them
    (calendar.md A3).
    """
    return _windows_by_iana().get(OTHER_SPELLINGS.get(iana, iana), iana)


def zone_named(name: str) -> ZoneInfo | None:
    """The zone that an answer names, by its Windows or its IANA name; None when nobody knows it."""
    known = WINDOWS_ZONES.get(name)
    try:
        return zone(known.split()[0] if known else name)
    except InputError:
        return None
