"""Tries the calls that are named, or all of them, and prints what was read; `--write` puts the tables into the document."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.reliability.matrix.table import DOC, TABLES, row, table


def main(arguments: list[str]) -> None:
    text = DOC.read_text()
    wanted = [name for name in arguments if name != "--write"]
    for which, calls in TABLES.items():
        rows = {}
        for name, call in calls.items():
            if wanted and name not in wanted:
                continue
            rows[name] = row(call, Path(tempfile.mkdtemp()))
            for kind, cell in rows[name].items():
                print(
                    f"{name} | {kind}: {cell}",
                    *(f"\n    {one}" for one in (*cell.told, *cell.wrong)),
                    flush=True,
                )
        if "--write" in arguments:
            before, _, rest = text.partition(f"<!-- {which} -->")
            _, _, after = rest.partition("<!-- end -->")
            text = f"{before}<!-- {which} -->\n{table(rows)}\n<!-- end -->{after}"
    if "--write" in arguments:
        DOC.write_text(text)


main(sys.argv[1:])
