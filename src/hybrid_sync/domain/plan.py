"""A plan: what would be done outside, as values that can be printed, compared, checked and carried out.

A change is frozen and carries both sides. `Hold` is "not now, because": it is never carried out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from hybrid_sync.errors import UnsafePlan


@dataclass(frozen=True)
class Change:
    """One thing to do. `kind` is a word of design.md 6 (meeting.create ...), `target` names whom or what it is for.

    `wanted` and `seen` are the two sides (None where there is none); `reason` is a sentence for people.
    """

    kind: str
    target: str
    reason: str
    wanted: Any = field(default=None, repr=False, compare=True)
    seen: Any = field(default=None, repr=False, compare=True)

    @property
    def acts(self) -> bool:
        return True


@dataclass(frozen=True)
class Hold(Change):
    """Wanted, but not now. `until` is when to look again (UTC); None when only an event from outside can end it."""

    until: datetime | None = None

    @property
    def acts(self) -> bool:
        return False


@dataclass(frozen=True)
class Expected(Change):
    """What will be due once something else exists ("after the meeting is made: 40 to add"). Never carried out."""

    count: int = 0

    @property
    def acts(self) -> bool:
        return False


@dataclass(frozen=True)
class Plan:
    """Everything that one look at an event says should be done."""

    event_id: str
    changes: tuple[Change, ...] = ()

    @property
    def actions(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.acts)


T = TypeVar("T")

MOST_REMOVED = 0.30
FEWEST_FOR_THE_RULE = 10


def check_removals(removals: int, present: int, what: str) -> None:
    """Raise UnsafePlan when more than 30 % of at least 10 would go (design.md 5): more likely a mistake than a wish."""
    if present >= FEWEST_FOR_THE_RULE and removals > MOST_REMOVED * present:
        raise UnsafePlan(
            f"the plan would remove {removals} of {present} {what}, more than 30 %; "
            "if that is meant, run hybrid-sync sync with --force"
        )


def in_batches(items: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    """`items` in runs of at most `size`, in order."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
