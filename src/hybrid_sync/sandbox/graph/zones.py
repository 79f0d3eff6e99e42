"""The time zone names that Graph takes: Windows names, and an old fixed list of IANA names.

The pairs follow CLDR's windowsZones (territory 001); a conformance test compares them. They are a choice: a
Windows name that is missing here is refused, although a real mailbox server would know it.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from ..instants import zone

WINDOWS = {
    "Dateline Standard Time": "Etc/GMT+12",
    "Hawaiian Standard Time": "Pacific/Honolulu",
    "Alaskan Standard Time": "America/Anchorage",
    "Pacific Standard Time": "America/Los_Angeles",
    "US Mountain Standard Time": "America/Phoenix",
    "Mountain Standard Time": "America/Denver",
    "Central Standard Time": "America/Chicago",
    "Eastern Standard Time": "America/New_York",
    "Atlantic Standard Time": "America/Halifax",
    "Newfoundland Standard Time": "America/St_Johns",
    "E. South America Standard Time": "America/Sao_Paulo",
    "UTC": "Etc/UTC",
    "Azores Standard Time": "Atlantic/Azores",
    "GMT Standard Time": "Europe/London",
    "Greenwich Standard Time": "Atlantic/Reykjavik",
    "Morocco Standard Time": "Africa/Casablanca",
    "W. Europe Standard Time": "Europe/Berlin",
    "Central Europe Standard Time": "Europe/Budapest",
    "Romance Standard Time": "Europe/Paris",
    "Central European Standard Time": "Europe/Warsaw",
    "W. Central Africa Standard Time": "Africa/Lagos",
    "GTB Standard Time": "Europe/Bucharest",
    "E. Europe Standard Time": "Europe/Chisinau",
    "FLE Standard Time": "Europe/Kiev",
    "Egypt Standard Time": "Africa/Cairo",
    "South Africa Standard Time": "Africa/Johannesburg",
    "Israel Standard Time": "Asia/Jerusalem",
    "Turkey Standard Time": "Europe/Istanbul",
    "Russian Standard Time": "Europe/Moscow",
    "E. Africa Standard Time": "Africa/Nairobi",
    "Arabian Standard Time": "Asia/Dubai",
    "India Standard Time": "Asia/Calcutta",
    "China Standard Time": "Asia/Shanghai",
    "Singapore Standard Time": "Asia/Singapore",
    "Tokyo Standard Time": "Asia/Tokyo",
    "AUS Eastern Standard Time": "Australia/Sydney",
    "New Zealand Standard Time": "Pacific/Auckland",
}
OTHER_NAMES = {
    "Europe/Brussels": "Romance Standard Time",
    "Europe/Copenhagen": "Romance Standard Time",
    "Europe/Madrid": "Romance Standard Time",
    "Europe/Amsterdam": "W. Europe Standard Time",
    "Europe/Luxembourg": "W. Europe Standard Time",
    "Europe/Rome": "W. Europe Standard Time",
    "Europe/Stockholm": "W. Europe Standard Time",
    "Europe/Vienna": "W. Europe Standard Time",
    "Europe/Zurich": "W. Europe Standard Time",
    "Europe/Prague": "Central Europe Standard Time",
    "Europe/Dublin": "GMT Standard Time",
    "Europe/Lisbon": "GMT Standard Time",
}
LISTED = (
    "Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles", "America/Phoenix", "America/Denver",
    "America/Chicago", "America/Mexico_City", "America/Bogota", "America/New_York", "America/Caracas",
    "America/Halifax", "America/St_Johns", "America/Sao_Paulo", "Atlantic/Azores", "Africa/Casablanca", "Etc/GMT",
    "Europe/London", "Atlantic/Reykjavik", "Europe/Berlin", "Europe/Budapest", "Europe/Paris", "Europe/Warsaw",
    "Africa/Lagos", "Europe/Bucharest", "Africa/Cairo", "Africa/Johannesburg", "Europe/Istanbul",
    "Asia/Jerusalem", "Europe/Moscow", "Africa/Nairobi", "Asia/Dubai", "Asia/Kolkata", "Asia/Shanghai",
    "Asia/Singapore", "Asia/Tokyo", "Asia/Seoul", "Australia/Sydney", "Pacific/Auckland",
)  # fmt: skip
"""From an old page on dateTimeTimeZone: Paris is in it, Brussels is not."""


def find(name: str, iana: str) -> ZoneInfo | None:
    """The zone of that name, if this mailbox server takes it. Names are exact: no other case, no blanks."""
    if name in WINDOWS:
        return zone(WINDOWS[name])
    if name in LISTED or iana == "all":
        return zone(name)
    return None


def windows_name(name: str) -> str:
    """How Graph names a zone afterwards: IANA in, a Windows name back."""
    if name in WINDOWS:
        return name
    by_iana = {iana: windows for windows, iana in WINDOWS.items()}
    return by_iana.get(name) or OTHER_NAMES.get(name, name)


def supported(standard: str, iana: str) -> list[dict[str, str]]:
    """What supportedTimeZones answers."""
    if standard == "Iana":
        names = sorted({*LISTED, *(OTHER_NAMES if iana == "all" else ())})
        return [{"alias": name, "displayName": name} for name in names]
    return [{"alias": name, "displayName": f"({iana_name}) {name}"} for name, iana_name in WINDOWS.items()]
