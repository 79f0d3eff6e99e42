"""The matrix: what comes of each kind of fault on each kind of call.

A cell is one wish in a world of many events: the one call that it takes meets the fault, another event goes on beside it,
the fault ends and time passes, and in the end everything must be as if nothing had happened. What the organiser reads
meanwhile is judged by words.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hybrid_sync.sandbox import Fault
from tests.reliability.matrix import imap, others
from tests.reliability.matrix.calls import READING, WRITING, Call
from tests.reliability.matrix.kinds import HTTP, needs_haste
from tests.reliability.matrix.stage import Stage, Told

DOC = Path(__file__).parents[3] / "docs" / "reliability.md"
TABLES: dict[str, dict[str, Call]] = {
    "writing": WRITING | others.WRITING,
    "reading": READING | others.READING,
    "mail": others.MAIL,
    "mailbox": imap.MAILBOX,
}
CALLS = {name: call for table in TABLES.values() for name, call in table.items()}

SIGNS = {"": "·", "later": "l", "unknown": "?", "attention": "A", "refused": "A", "link": "L", "doctor": "D"}
NO_CELL = "–"
"""That kind of fault makes no sense on that call."""


@dataclass(frozen=True)
class Cell:
    """What came of it: what was read at the pass that met the fault, and whether a person had to type something."""

    told: tuple[Told, ...]
    by_person: bool
    wrong: tuple[str, ...] = ()

    def __str__(self) -> str:
        first = self.told[0].result if self.told else ""
        return SIGNS[first] + ("!" if self.by_person else "")


def row(call: Call, folder: Path, only: tuple[str, ...] | None = None) -> dict[str, Cell]:
    """Every kind of fault on that call, or only some, in one world."""
    kinds = {name: fault for name, fault in call.kinds.items() if only is None or name in only}
    with call.where(folder, len(kinds)) as stage:
        call.before(stage)
        return {name: _cell(stage, call, number, fault) for number, (name, fault) in enumerate(kinds.items())}


def _cell(stage: Stage, call: Call, number: int, fault: dict[str, Any]) -> Cell:
    event = call.event(number)
    call.want(stage, event, number)
    hurry = needs_haste(fault)
    app = stage.hasty if hurry else stage.app
    through = stage.spoilt()
    rule = stage.faults.add(Fault(call.method, call.path, **fault))
    told, report = call.act(stage, app, event)
    wrong = [] if stage.faults.hits(rule) == 1 else ["the call was not made"]
    for one in told:
        wrong += call.judge(one, event, call.system, fault)
    if hurry and not wrong and call.kinds is HTTP:
        stage.wait_for(through + 1)
    wrong += call.others(stage, number)
    stage.faults.clear()
    found, by_person = call.settle(stage, event, report)
    wrong += found + call.good(stage, event, number)
    return Cell(tuple(told), by_person, tuple(wrong))


def table(rows: Mapping[str, Mapping[str, object]]) -> str:
    """Markdown: a row for each call, a column for each kind of fault."""
    kinds = list(max(rows.values(), key=len))
    lines = ["| call | " + " | ".join(kinds) + " |", "|---" + "|:-:" * len(kinds) + "|"]
    for name, cells in rows.items():
        lines.append(f"| {name} | " + " | ".join(str(cells.get(kind, NO_CELL)) for kind in kinds) + " |")
    return "\n".join(lines)


def said(text: str, name: str) -> dict[str, str]:
    """What the document says about that call, by kind of fault."""
    for which in TABLES:
        part = text.partition(f"<!-- {which} -->")[2].partition("<!-- end -->")[0].strip().splitlines()
        lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in part]
        for cells in lines[2:]:
            if cells[0] == name:
                return dict(zip(lines[0][1:], cells[1:], strict=True))
    return {}
