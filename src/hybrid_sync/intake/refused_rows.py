"""Rows of a file that cannot be taken, whatever the file is about: the rest is taken, and these are named (P8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class RefusedRow:
    """A row, or among the notes of a reading a cell, that somebody should look at. `line` counts from 1."""

    file: str
    line: int
    field: str
    reason: str
    value_shown: str = ""

    def __str__(self) -> str:
        value = f" (read: '{self.value_shown}')" if self.value_shown else ""
        return f"{self.file}, line {self.line}, {self.field}: {self.reason}{value}"


class RowRefusal(Exception):
    """Leaves the reading of one row; never leaves intake."""

    def __init__(self, field: str, reason: str, value: str = "") -> None:
        super().__init__(reason)
        self.field, self.reason, self.value = field, reason, value


def taken_and_refused(file: str, taken: int, refused: Sequence[RefusedRow]) -> str:
    """One line: how many rows there were, how many were taken and refused, and what for."""
    text = f"{file}: {taken} of {taken + len(refused)} rows taken, {len(refused)} refused"
    fields = Counter(row.field for row in refused)
    return text + (
        " (" + ", ".join(f"{n} for {name}" for name, n in fields.most_common()) + ")" if fields else ""
    )
