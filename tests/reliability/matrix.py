"""Each kind of fault on each kind of call: what comes of it. The table of docs/reliability.md is written from here.

    python -m tests.reliability.matrix --write

A cell is one event in a world of many: something is wanted of it, the one call meets the fault, another event goes on
beside it, time passes, and in the end the event must be as if nothing had happened.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from hybrid_sync.domain.people import RegistrantStatus
from hybrid_sync.sandbox import Fault
from hybrid_sync.sync.loop import Report
from hybrid_sync.wiring import App
from tests.builders import an_event
from tests.world import World, online

DOC = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- matrix -->", "<!-- end of matrix -->"

KINDS: dict[str, dict[str, Any]] = {
    "dropped before": {"drop": "before"},
    "dropped after it was done": {"drop": "after"},
    "401": {"status": 401},
    "403": {"status": 403},
    "404": {"status": 404},
    "409": {"status": 409},
    "412": {"status": 412},
    "423": {"status": 423},
    "429": {"status": 429},
    "429 with a time": {"status": 429, "retry_after": 20},
    "500": {"status": 500},
    "502": {"status": 502},
    "502 although it was done": {"status": 502, "effect": True},
    "503 with a time": {"status": 503, "retry_after": 20},
    "504": {"status": 504},
    "504 although it was done": {"status": 504, "effect": True},
    "answer broken off": {"body": "truncated"},
    "answer is a page": {"body": "html"},
    "slow": {"delay": 0.3},
}

Want = Callable[[App, str, int], None]


def made(app: App, event: str, number: int) -> None:
    """A new event is published."""
    app.desk.import_event(replace(an_event(title=event), id=event))
    app.desk.register(event, [online("ada")])
    app.desk.publish(event)


def edited(app: App, event: str, number: int) -> None:
    app.desk.edit(event, title=f"{event}, edition {number}")


def joined(app: App, event: str, number: int) -> None:
    app.desk.register(event, [online(f"p{number}")])


def left(app: App, event: str, number: int) -> None:
    app.desk.set_status(event, "ada@example.org", RegistrantStatus.WITHDRAWN)


def cancelled(app: App, event: str, number: int) -> None:
    app.desk.cancel(event)


@dataclass(frozen=True)
class Call:
    """One kind of call: which it is on the wire, and what makes the service send it."""

    method: str
    path: str
    want: Want


GRAPH = "/graph/v1.0/users/*/events"
CALLS: dict[str, Call] = {
    "meeting: create": Call("POST", "/v1/meetings", made),
    "meeting: change": Call("PATCH", "/v1/meetings/*", edited),
    "meeting: cancel": Call("DELETE", "/v1/meetings/*", cancelled),
    "meeting: look": Call("GET", "/v1/meetings/?*", edited),
    "meeting: find": Call("GET", "/v1/meetings", made),
    "people: add": Call("POST", "/v1/meetings/*/registrants/bulkInsert", joined),
    "people: remove": Call("POST", "/v1/meetings/*/registrants/bulkDelete", left),
    "people: list": Call("GET", "/v1/meetings/*/registrants", joined),
    "entry: create": Call("POST", GRAPH, made),
    "entry: change": Call("PATCH", GRAPH + "/*", edited),
    "entry: cancel": Call("POST", GRAPH + "/*/cancel", cancelled),
    "entry: look": Call("GET", GRAPH + "/*", edited),
}


BELIEVED = {("meeting: cancel", "404"), ("entry: cancel", "404"), ("people: remove", "404")}
"""What is to be deleted is not there: nothing is left to do, so it is believed. A person whose removal met a false 404 is
seen at the next look and asked about; a meeting or an entry is not looked for any more.
"""


@dataclass(frozen=True)
class Cell:
    """What came of it. `first` is the outcome of the pass that met the fault; `by_person` whether one had to force it."""

    first: str
    words: str
    by_person: bool
    wrong: tuple[str, ...] = ()

    def __str__(self) -> str:
        return {
            "later": "later",
            "unknown": "looks first",
            "": "at once",
            "attention": "asks",
            "refused": "asks",
        }[self.first] + (", forced" if self.by_person else "")


def row(call: Call, folder: Path) -> dict[str, Cell]:
    """Every kind of fault on that call, in one world."""
    with World(folder) as world:
        app = world.app()
        made(app, "other", 0)
        app.converge.event("other")
        return {
            name: _cell(world, app, call, number, fault) for number, (name, fault) in enumerate(KINDS.items())
        }


def _cell(world: World, app: App, call: Call, number: int, fault: dict[str, Any]) -> Cell:
    event = f"e{number}"
    if call.want is not made:
        made(app, event, number)
        app.converge.event(event)
    call.want(app, event, number)
    rule = world.sandbox.faults.add(Fault(call.method, call.path, **fault))
    report = app.converge.event(event)
    wrong = [] if world.sandbox.faults.hits(rule) == 1 else ["the call was not made"]
    edited(app, "other", number)
    if not app.converge.event("other").converged:
        wrong.append("another event did not go on")
    troubled = [one for one in report.outcomes if one.result in ("later", "unknown", "attention", "refused")]
    report, by_person = _calm(world, app, event, report)
    if not report.converged:
        wrong.append(f"not converged: {report.outcomes}")
    wrong += _counts(world, app, event)
    before = len(world.sandbox.writes()), len(world.sandbox.inbox)
    app.converge.event(event)
    if (len(world.sandbox.writes()), len(world.sandbox.inbox)) != before:
        wrong.append("a further pass wrote something")
    world.sandbox.faults.clear()
    first = troubled[0] if troubled else None
    return Cell(first.result if first else "", first.detail if first else "", by_person, tuple(wrong))


def _calm(world: World, app: App, event: str, report: Report) -> tuple[Report, bool]:
    """Time passes; what does not settle by itself within a quarter of an hour is forced, as the words say."""
    for _ in range(6):
        if report.converged:
            return report, False
        world.sandbox.clock.advance(timedelta(seconds=150))
        report = app.converge.event(event)
    for _ in range(4):
        report = app.converge.event(event, force=True)
        if report.converged:
            break
        world.sandbox.clock.advance(timedelta(seconds=150))
    return report, True


def _counts(world: World, app: App, event_id: str) -> list[str]:
    """One of everything that is wanted."""
    with app.store.read() as tx:
        event, people, meeting = tx.events.get(event_id), tx.people.of(event_id), tx.meetings.get(event_id)
        pending = [one for one in tx.intents.pending() if one.event_id == event_id]
        pending += tx.messages.pending(event_id)
    there = event.state.value == "published"
    found = ["something is pending"] if pending else []
    tag = meeting.tag if meeting else ""
    ours = [one for one in world.meetings() if one.fields.get("integrationTags") == [tag]]
    if len(ours) != there:
        found.append(f"{len(ours)} meetings")
    entries = [one for one in world.calendar_entries() if one.data["subject"].endswith(event.title)]
    if len(entries) != there:
        found.append(f"{len(entries)} entries")
    registered = sorted(one.email for each in ours for one in each.registrants.values())
    if registered != sorted(one.email for one in people if there and one.is_coming):
        found.append(f"registered: {registered}")
    return found


def table(rows: dict[str, dict[str, Cell]]) -> str:
    """Markdown: a row for each kind of fault, a column for each call."""
    lines = ["| fault | " + " | ".join(rows) + " |", "|---" * (len(rows) + 1) + "|"]
    for kind in KINDS:
        lines.append(f"| {kind} | " + " | ".join(str(cells[kind]) for cells in rows.values()) + " |")
    return "\n".join(lines)


def column(text: str, call: str) -> dict[str, str]:
    """What the document says about that call, by kind of fault."""
    part = text.partition(BEGIN)[2].partition(END)[0].strip().splitlines()
    head, *body = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in part if "---" not in line
    ]
    place = head.index(call)
    return {cells[0]: cells[place] for cells in body}


def main() -> None:
    rows = {}
    for name, call in CALLS.items():
        rows[name] = row(call, Path(tempfile.mkdtemp()))
        for kind, cell in rows[name].items():
            print(
                f"{name} | {kind}: {cell} {'WRONG ' + str(cell.wrong) if cell.wrong else ''} {cell.words[:150]}"
            )
    if "--write" in sys.argv:
        text = DOC.read_text()
        before, _, rest = text.partition(BEGIN)
        _, _, after = rest.partition(END)
        DOC.write_text(f"{before}{BEGIN}\n{table(rows)}\n{END}{after}")


if __name__ == "__main__":
    main()
