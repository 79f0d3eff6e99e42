"""Tries the calls that are named, or all of them, and prints what was read; `--write` puts it into the tables of the document."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.reliability.matrix.table import CALLS, DOC, TABLES, Cell, row, said, table


def main(arguments: list[str]) -> None:
    wanted = [name for name in arguments if name != "--write"]
    for which, calls in TABLES.items():
        tried = {name: _tried(name) for name in calls if not wanted or name in wanted}
        if "--write" in arguments and tried:
            _write(which, tried)


def _tried(name: str) -> dict[str, Cell]:
    cells = row(CALLS[name], Path(tempfile.mkdtemp()))
    for kind, cell in cells.items():
        print(f"{name} | {kind}: {cell}", *(f"\n    {one}" for one in (*cell.told, *cell.wrong)), flush=True)
    return cells


def _write(which: str, tried: dict[str, dict[str, Cell]]) -> None:
    """The other calls keep what the document says of them."""
    text = DOC.read_text()
    rows = {name: tried.get(name) or said(text, name) for name in TABLES[which]}
    before, _, rest = text.partition(f"<!-- {which} -->")
    _, _, after = rest.partition("<!-- end -->")
    DOC.write_text(
        f"{before}<!-- {which} -->\n{table({name: one for name, one in rows.items() if one})}\n<!-- end -->{after}"
    )


main(sys.argv[1:])
