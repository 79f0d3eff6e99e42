"""The only module that reads the clock, and gives this process its name; whether zones still go as we write them."""

from __future__ import annotations

import os
import secrets
import socket
from datetime import UTC, datetime

from hybrid_sync.ports import Check, Clock
from hybrid_sync.render.vtimezone import check_rule


def clock_at(at: datetime | None) -> Clock:
    """The present; or, with `at`, a clock that stands there now and runs on (rehearsals and tests)."""
    if at is None:
        return lambda: datetime.now(UTC)
    started = datetime.now(UTC)
    return lambda: at + (datetime.now(UTC) - started)


def owner_name() -> str:
    """Who holds a lease: machine, process, and a mark against reused process numbers."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"


def zone_rule_check(zone: str, now: datetime) -> Check:
    """Whether the rule that we write into calendar objects is the zone's own for the next ten years.

    Where it is not (a law has changed), invitations for the years concerned are written in UTC (calendar.md B7).
    """
    what = "time zone rule"
    if check_rule(zone, now.year):
        return Check(what, True, f"{zone} goes by its yearly rule for ten years")
    return Check(
        what,
        None,
        f"{zone} leaves its yearly rule within ten years: invitations for those years give their times in UTC",
        "people see the right hour; tell them in the text which clock is meant, and look for a newer hybrid-sync",
    )
