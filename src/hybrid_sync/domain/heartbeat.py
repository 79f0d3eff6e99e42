"""How old the heartbeat of a standing process may grow before somebody restarts it (reliability.md 1.4)."""

from __future__ import annotations

from datetime import timedelta

SHORTEST_PATIENCE = timedelta(seconds=30)
"""A tick may wait ten seconds for a locked database; a restart would not make that faster."""


def patience(poll: timedelta) -> timedelta:
    """How old a heartbeat may grow: three polls, and never less than `SHORTEST_PATIENCE`."""
    return max(3 * poll, SHORTEST_PATIENCE)
