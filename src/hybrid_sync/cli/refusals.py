"""Rows of a file that were refused, or that somebody should look at, in words and in JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from hybrid_sync.cli import output

if TYPE_CHECKING:
    from hybrid_sync.intake.refused_rows import RefusedRow

ERASED = "was erased at their request; registrants add --after-erasure brings them back if they ask for it"
"""Why a row is not taken."""

MOST_LINES = 50
"""Rows told one by one; the rest is in --json, or told with -v."""


def tell_rows(rows: Sequence[RefusedRow], verbose: bool, tell: Callable[[str], None]) -> None:
    """One line each, up to a number that a person reads."""
    most = len(rows) if verbose else MOST_LINES
    for row in rows[:most]:
        tell(str(row))
    if len(rows) > most:
        output.say(f"… and {len(rows) - most} more like these (all of them with -v, or --json)")


def row_json(row: RefusedRow) -> dict[str, Any]:
    return {"line": row.line, "field": row.field, "reason": row.reason, "value": row.value_shown}
