"""Finds every text that the code and its templates ask the catalogue for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, nodes

SHORTHANDS = {"say": "report", "t": "report"}
"""Names under which the words of one context are asked for (render/report_words.py), and that context.

What they are asked for may be put in a table first; such a text is found by `every_string` alone.
"""
THE_SHORTHAND_ITSELF = "report_words.py"


@dataclass(frozen=True)
class Asked:
    """One call: `several` is the plural of a count. `where` is "file:line"."""

    context: str
    text: str
    several: str | None
    where: str

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.text


def everything_asked(source: Path) -> list[Asked]:
    """Every call of `words.text(...)` and `words.count(...)` under `source`, and of their shorthands.

    Fails on one whose context and text are not written out: that could not be translated, and would be missed here.
    """
    found: list[Asked] = []
    for path in sorted(source.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                values = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args]
                found += _asked(ast.unparse(node.func), values, path, node.lineno)
    for path in sorted(source.rglob("templates/*.html")):
        for call in _template(path).find_all(nodes.Call):
            values = [arg.value if isinstance(arg, nodes.Const) else None for arg in call.args]
            found += _asked(_name(call.node), values, path, call.lineno)
    return found


def every_string(source: Path) -> set[str]:
    """Every text that stands written out in the code or in a template."""
    strings: set[str] = set()
    for path in source.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        strings |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
    for path in source.rglob("templates/*.html"):
        strings |= {
            node.value for node in _template(path).find_all(nodes.Const) if isinstance(node.value, str)
        }
    return strings


def _template(path: Path) -> nodes.Template:
    return Environment().parse(path.read_text(encoding="utf-8"))


def _name(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_name(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else ""


def _asked(called: str, values: list[object], path: Path, line: int) -> Iterator[Asked]:
    said_by, _, kind = called.rpartition(".")
    where = f"{path.name}:{line}"
    if kind in ("text", "count") and said_by.endswith("words") and path.name != THE_SHORTHAND_ITSELF:
        wanted = values[: 2 if kind == "text" else 3]
        assert len(wanted) >= 2, f"{where}: too few texts"
        assert all(isinstance(value, str) and value for value in wanted), f"{where}: not written out"
        context, text, *several = (str(value) for value in wanted)
        yield Asked(context, text, several[0] if several else None, where)
    elif called in SHORTHANDS and values and isinstance(values[0], str):
        yield Asked(SHORTHANDS[called], values[0], None, where)
    elif said_by in SHORTHANDS and kind == "count" and isinstance(values[0], str):
        yield Asked(SHORTHANDS[said_by], values[0], str(values[1]), where)
