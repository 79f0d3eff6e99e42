"""Results as tables for a terminal and for docs/benchmarks.md."""

from __future__ import annotations

from typing import Any

Rows = list[dict[str, Any]]

TITLES = {
    "calls": "Calls to Webex until everybody is registered",
    "published": "From publish to the last invitation, with real latencies",
    "no change": "A pass over an event where nothing changed",
    "large": "Large events: time and memory of the worker process",
    "plain script": "Beside the plain script, undisturbed and killed in the middle",
    "command line": "Start of the command line",
    "tick": "The store's share of a tick with 10 events due",
    "attendance": "Attendance of a crowd (benchmarks/attendance.py)",
}


def cells(rows: Rows) -> list[list[str]]:
    """Header and lines as text."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return [names, *([_cell(row.get(name)) for name in names] for row in rows)]


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def text(rows: Rows) -> str:
    lines = cells(rows)
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines
    )


def markdown(results: dict[str, Any]) -> str:
    """docs/benchmarks.md: what was measured, how, and the last figures."""
    parts = [HEAD]
    for name, title in TITLES.items():
        if name not in results:
            continue
        found = results[name]
        header, *lines = cells(found["rows"])
        table = [f"| {' | '.join(line)} |" for line in (header, ["---:"] * len(header), *lines)]
        small = " Small numbers (`--quick`)." if found["quick"] else ""
        parts += [
            f"## {title}",
            NOTES[name] + small,
            "\n".join(table),
            f"Took {found['took']:.0f} s; {found['machine']}.",
        ]
    return "\n\n".join(parts) + "\n"


HEAD = """# Benchmarks

`benchmarks/run` prints these tables, writes `benchmarks/results.json`, and with `--docs` this page and its picture; `--quick` takes
less than a minute, `--only NAME` runs one table. Everything runs on one machine against the sandbox, which answers over real
sockets; with "real latencies" each Webex call takes 300 ms, each Graph call 200 ms, each SMTP connection (TCP, TLS, sign-in)
150 ms and each mail 80 ms longer than it would by itself. The allowances (280 Webex calls and 25 mails a minute by default) are out of
the way: with them, mail takes a minute for every 25 people, whatever the rest does. Compare counts and ratios; times are of this
machine on that day. Nothing asserts a time; what must not grow is asserted as a count in `tests/adapters/sql/test_cost.py`.

![Calls to Webex, time beside the sum of latencies, cost of a tick, and what a kill doubles](benchmarks.svg)"""

NOTES = {
    "calls": "The least possible: one call that makes the meeting, batches of 40, and the list read once in pages of 100, "
    "because an addition is believed when it is seen. The others look for a meeting that a lost call may have made, ask who we "
    "are, read the meeting, and read the list before adding.",
    "published": "A standing worker (`poll_seconds = 1`), `event publish`, and the clock until the last mail is taken. The sum of latencies is "
    "that of every outside call made, one after another; what exceeds it is ours, half a second of the clock's tick included. Each mail is two "
    "durable commits.",
    "no change": "A second run makes no writing call (P2). Queries are those of one event, however many people it has.",
    "large": "Memory is the highest resident size of the worker process (VmHWM), beside what it had when it stood idle.",
    "plain script": "`benchmarks/plain_script.py`: the SDK, one POST per registrant, one SMTP connection per mail, no ledger. Killed with "
    "SIGKILL after half of the mails and started again. Ours then waits until the dead worker's lease has run out (20 s here, 180 s by "
    "default). A person counts as invited twice when two different calendar objects reached them, and as registered twice when they stand in two meetings.",
    "command line": "Median from start to end of the process; modules are those that were imported.",
    "tick": "Claim, the loop's own reading and writing for ten due events, the round over staff entries, the feed; without the outside. "
    "Rows are those that came back or were changed; steps are those of SQLite's own machine, the same at every run. Median of 19.",
    "attendance": "The union of all devices' stays, and who is who, beside a loop that one writes in ten minutes and that does the "
    "first half only. With memory, and beside pandas: `python benchmarks/attendance.py`.",
}
