"""Whether zones still go as we write them into calendar objects."""

from __future__ import annotations

from datetime import datetime

from hybrid_sync.ports import Check
from hybrid_sync.render.vtimezone import check_rule


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
