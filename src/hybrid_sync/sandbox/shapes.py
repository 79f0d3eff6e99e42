"""A small language for what JSON a call takes, and the check of a value against it.

A shape is `TEXT`, `FLAG`, `NUMBER`, `ANY`, a tuple of allowed words, a list with the shape of its items, or
`Fields` for an object. Unknown names and wrong types are both problems, because both providers are strict
about their bodies and the sandbox must not be kinder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

TEXT = "string"
FLAG = "boolean"
NUMBER = "number"
ANY = "any"


@dataclass(frozen=True)
class Fields:
    """An object: its known names, and which of them must be there or may be null."""

    known: Mapping[str, Shape]
    required: frozenset[str] = frozenset()
    nullable: frozenset[str] = field(default_factory=frozenset)


Shape = str | tuple[str, ...] | list[Any] | Fields


def flags(names: str) -> dict[str, Shape]:
    """A table of yes/no fields from names separated by blanks."""
    return dict.fromkeys(names.split(), FLAG)


def texts(names: str) -> dict[str, Shape]:
    """A table of text fields from names separated by blanks."""
    return dict.fromkeys(names.split(), TEXT)


def problems(value: Any, shape: Shape, where: str = "") -> Iterator[str]:
    """Every way in which the value does not fit, each as one sentence."""
    if isinstance(shape, Fields):
        yield from _object_problems(value, shape, where)
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield f"'{where}' must be an array"
            return
        for index, item in enumerate(value):
            yield from problems(item, shape[0], f"{where}[{index}]")
    elif isinstance(shape, tuple):
        if value not in shape:
            yield f"'{where}' must be one of {', '.join(shape)}"
    elif shape == FLAG and not isinstance(value, bool):
        yield f"'{where}' must be a boolean"
    elif shape == TEXT and not isinstance(value, str):
        yield f"'{where}' must be a string"
    elif shape == NUMBER and (isinstance(value, bool) or not isinstance(value, int | float)):
        yield f"'{where}' must be a number"


def _object_problems(value: Any, shape: Fields, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"'{where or 'body'}' must be an object"
        return
    inside = f"{where}." if where else ""
    for name in sorted(shape.required - value.keys()):
        yield f"'{inside}{name}' is required"
    for name, item in value.items():
        if name not in shape.known:
            yield f"'{inside}{name}' is not a known property"
        elif item is None:
            if name not in shape.nullable:
                yield f"'{inside}{name}' must not be null"
        else:
            yield from problems(item, shape.known[name], f"{inside}{name}")
