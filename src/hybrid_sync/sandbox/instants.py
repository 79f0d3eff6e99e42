"""Times on the wire: reading ISO 8601 and writing it the way the two providers do."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

EPOCH_TEXT = "1970-01-01T00:00:00.000Z"


def zone(name: str) -> ZoneInfo | None:
    """The IANA zone of that exact name, or None."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None  # ZoneInfo raises any of the three for names that are no zone


def parse(text: str, naive_in: tzinfo = UTC) -> datetime | None:
    """An instant in UTC from any ISO 8601 text; without an offset it is read in `naive_in`. None if it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=naive_in)
    return moment.astimezone(UTC)


def show(instant: datetime, where: tzinfo = UTC) -> str:
    """Seconds precision; a Z in UTC, an offset elsewhere, as Webex answers."""
    local = instant.astimezone(where).replace(microsecond=0)
    return local.isoformat().replace("+00:00", "Z") if where is UTC else local.isoformat()


def show_milliseconds(instant: datetime, where: tzinfo = UTC) -> str:
    """As `show`, with three more digits: Webex writes device times like this."""
    text = instant.astimezone(where).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z") if where is UTC else text
