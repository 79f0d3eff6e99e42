"""How old the heartbeat of a standing process may grow before somebody restarts it (reliability.md 1.4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

SHORTEST_PATIENCE = timedelta(seconds=30)
"""A tick may wait ten seconds for a locked database; a restart would not make that faster."""


def patience(poll: timedelta) -> timedelta:
    """How old a heartbeat may grow: three polls, and never less than `SHORTEST_PATIENCE`."""
    return max(3 * poll, SHORTEST_PATIENCE)


CHORE = "heartbeat"
"""A chore that does nothing. That it was done says, to whoever has the store, that a worker lives somewhere."""

EVERY = timedelta(minutes=1)

SILENT_AFTER = timedelta(minutes=5)
"""Chores run one after another, and one that waits for Webex may take a while."""


def last_beat(chores: Mapping[str, datetime], now: datetime) -> datetime | None:
    """When a worker last gave a sign of life, from when each chore is due again; None when none ever did."""
    due = chores.get(CHORE)
    return None if due is None else min(due - EVERY, now)
