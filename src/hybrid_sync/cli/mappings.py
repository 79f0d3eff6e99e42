"""`--map FIELD=COLUMN`, which every import takes, and what was told for an earlier file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hybrid_sync.errors import InputError


def told(pairs: Sequence[str] | None) -> dict[str, str]:
    """Field -> column. Raises InputError with every pair that is not one."""
    mapping: dict[str, str] = {}
    problems = []
    for pair in pairs or ():
        field, sign, column = (part.strip() for part in pair.partition("="))
        if not (field and sign and column):
            problems.append(f"--map '{pair}': write it like --map email='E-mail address'")
        elif field in mapping:
            problems.append(f"--map {field} is given twice")
        mapping[field] = column
    if problems:
        raise InputError(problems)
    return mapping


def words(mapping: Mapping[str, str], remembered: Mapping[str, str]) -> str | None:
    """What to say of the columns: which are used from an earlier file, or kept for the next one."""
    if mapping:
        return f"columns kept for the next file of this kind: {_listed(mapping)}"
    if remembered:
        return f"columns as told for an earlier file: {_listed(remembered)} (--map tells others)"
    return None


def _listed(mapping: Mapping[str, str]) -> str:
    return ", ".join(f"{field} is '{column}'" for field, column in mapping.items())
