"""The rules for a meeting's title, times, password and the like: what Webex refuses, and what it adjusts."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ..exchange import Refusal
from ..instants import parse, zone
from ..world import World

SHORTEST, LONGEST = timedelta(minutes=10), timedelta(hours=23, minutes=59)
MINUTES_BEFORE_HOST = {"meeting": (0, 5, 10, 15), "webinar": (0, 15, 30, 45, 60)}
EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")


def check_texts(data: Mapping[str, Any]) -> None:
    """Lengths and numbers that hold for creating and changing alike."""
    if "title" in data and not data["title"].strip():
        raise Refusal(400, "'title' must not be empty.")
    if len(data.get("title") or "") > 128:
        raise Refusal(400, "'title' cannot be longer than 128 characters.")
    if len(data.get("agenda") or "") > 1300:
        raise Refusal(400, "'agenda' cannot be longer than 1300 characters.")
    tags = data.get("integrationTags") or []
    if len(tags) > 3:
        raise Refusal(400, "The maximum size of 'integrationTags' is 3.")
    if any(not tag or len(tag) > 64 for tag in tags):
        raise Refusal(400, "Each of 'integrationTags' can be a maximum of 64 characters long.")
    for code in data.get("trackingCodes") or []:
        if len(code["name"]) > 120 or len(code["value"]) > 120:
            raise Refusal(400, "A tracking code's name and value cannot be longer than 120 characters.")
    if data.get("enabledLiveStream") and "liveStream" not in data:
        raise Refusal(400, "'liveStream' is required when 'enabledLiveStream' is true.")
    for name in ("password", "panelistPassword"):
        if name in data:
            check_password(data[name])


def check_password(password: str) -> None:
    """The site's complexity rules."""
    if len(password) < 6:
        raise Refusal(400, "Meeting password validation failed. At least 6 characters are required.")
    if password == password.lower() or password == password.upper():
        raise Refusal(
            400,
            "Meeting password validation failed. A mix of uppercase and lowercase letters (A, a, B, b, C, c, "
            "etc.) is required.",
        )
    if not any(letter.isdigit() for letter in password):
        raise Refusal(400, "Meeting password validation failed. At least one number is required.")


def make_password() -> str:
    """A password that keeps those rules."""
    return f"{secrets.choice('ABCDEFGHJKLMNPQRSTUVWXYZ')}{secrets.token_hex(4)}b7"


def check_zone(name: str) -> str:
    """An IANA name, as it is."""
    if zone(name) is None:
        raise Refusal(400, f"The time zone '{name}' is not supported.")
    return name


def read_times(
    world: World, data: Mapping[str, Any], zone_name: str, present: tuple[datetime, datetime] | None = None
) -> tuple[datetime, datetime]:
    """Start and end, to the minute and in UTC, after every rule about them.

    With `present` either may be missing; then it stays as it is and is not held against the clock.
    """
    now = world.now()
    minute = now.replace(second=0, microsecond=0)
    times = dict(zip(("start", "end"), present, strict=True)) if present else {}
    for name in ("start", "end"):
        if name not in data:
            continue
        instant = parse(data[name], zone(zone_name) or UTC)
        if instant is None:
            raise Refusal(400, f"'{name}' is not a valid date and time: '{data[name]}'.")
        instant = instant.replace(second=0, microsecond=0)
        if name == "start" and instant == minute:
            instant = minute + timedelta(minutes=1)
        if instant < minute:
            raise Refusal(400, "Parameter 'start' or 'end' is before current time.")
        times[name] = instant
    start, end = times["start"], times["end"]
    if start >= end:
        raise Refusal(400, "'start' cannot be after 'end'.")
    if end - start < SHORTEST:
        raise Refusal(400, "The duration cannot be shorter than 10 minutes.")
    if end - start > LONGEST:
        raise Refusal(400, "The duration cannot be longer than 23 hours 59 minutes.")
    if start >= now + timedelta(days=3652):
        raise Refusal(400, "'start' cannot be 10 years or more ahead.")
    return start, end


def check_minutes_before_host(data: Mapping[str, Any], scheduled_type: str) -> None:
    """Only certain numbers of minutes can be chosen."""
    allowed = MINUTES_BEFORE_HOST.get(scheduled_type, MINUTES_BEFORE_HOST["meeting"])
    if "joinBeforeHostMinutes" in data and data["joinBeforeHostMinutes"] not in allowed:
        raise Refusal(400, f"'joinBeforeHostMinutes' must be one of {', '.join(map(str, allowed))}.")


def check_reminder(world: World, data: Mapping[str, Any], start: datetime) -> None:
    """A reminder whose moment has passed cannot be asked for."""
    minutes = data.get("reminderTime", 0)
    if minutes and world.options.refuse_reminder_in_past and start - timedelta(minutes=minutes) < world.now():
        raise Refusal(400, "'reminderTime' is before current time.")


def check_email(address: str, name: str = "email") -> None:
    """The shape of a mail address."""
    if not EMAIL.fullmatch(address):
        raise Refusal(400, f"'{name}' is not a valid email address: '{address}'.")
