"""Attendance of a crowd: 1,000,000 stays of 100,000 people, ours beside a plain Python loop and pandas.

    python benchmarks/attendance.py [--stays N] [--people N]

Each contender gets the same stays, made anew in a process of its own, so that time and memory are of it alone.
All of them give the seconds that each address was there, every overlap once, cut to the event and its margins; the
sums must be equal. Ours also finds out who is who, who is missing and what is doubtful. pandas is no dependency of
the project: `pip install pandas` beside it to have it measured. Time is the best of three, memory the highest resident size above
that of the stays themselves. It prints a table and fails on a wrong sum only.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hybrid_sync.domain.attendance import AttendanceRules, attendance
from hybrid_sync.domain.events import Event
from hybrid_sync.domain.localtime import local_time
from hybrid_sync.domain.people import Registrant
from hybrid_sync.domain.presence import Segment

START = datetime(2027, 6, 9, 8, 0, tzinfo=UTC)
LASTS = timedelta(minutes=90)
MARGIN = timedelta(minutes=10)
FIRST, LAST = START - MARGIN, START + LASTS + MARGIN
RUNS = 3
SECOND = timedelta(seconds=1)


def an_event() -> Event:
    wall = START.replace(tzinfo=None) + timedelta(hours=2)
    return Event("water", "Clean water", local_time(wall), local_time(wall + LASTS))


def crowd(people: int) -> list[Registrant]:
    return [
        Registrant(f"id-{number}", "water", f"p{number}@example.org", f"First{number}", f"Last{number}")
        for number in range(people)
    ]


def stays(count: int, people: int) -> list[Segment]:
    """Devices that come and go, over two runs; one address in fifty is not registered. The same at every call."""
    chance = random.Random(20270609)
    found = []
    for number in range(count):
        who = chance.randrange(people)
        name = f"p{who}" if who % 50 else f"guest{who}"
        joined = START + timedelta(seconds=chance.randrange(-1200, 6600))
        left = joined + timedelta(seconds=chance.randrange(0, 3000))
        found.append(
            Segment(
                f"i1|{who}|{number}",
                "water",
                f"i{number % 2}",
                f"First{who}",
                f"{name}@example.org",
                joined,
                left,
            )
        )
    return found


# --- the contenders: each gives the seconds of all addresses together ---


def ours(rows: list[Segment], people: list[Registrant]) -> int:
    report = attendance(an_event(), people, rows, AttendanceRules(margin=MARGIN))
    everybody = (*report.present, *report.unmatched)
    return sum(
        round(sum((end - start for start, end in row.intervals), timedelta(0)) / SECOND) for row in everybody
    )


def plain_loop(rows: list[Segment], _: list[Registrant]) -> int:
    """What one writes in ten minutes: group by address, sort, sweep."""
    by_address: dict[str, list[tuple[datetime, datetime]]] = {}
    for row in rows:
        if row.joined is not None and row.left is not None:
            start, end = max(row.joined, FIRST), min(row.left, LAST)
            if start < end:
                by_address.setdefault(row.email, []).append((start, end))
    total = timedelta(0)
    for intervals in by_address.values():
        intervals.sort()
        until = FIRST
        for start, end in intervals:
            if end > until:
                total += end - max(start, until)
                until = end
    return round(total / SECOND)


def pandas(rows: list[Segment], _: list[Registrant]) -> int:
    """The same in columns: sort, running maximum of the leave times within each address, sum of what each stay adds."""
    import pandas as pd  # type: ignore[import-not-found,import-untyped,unused-ignore]

    frame = pd.DataFrame(
        {
            "email": [row.email for row in rows],
            "joined": pd.to_datetime([row.joined for row in rows], utc=True),
            "left": pd.to_datetime([row.left for row in rows], utc=True),
        }
    )
    frame["joined"] = frame["joined"].clip(lower=pd.Timestamp(FIRST))
    frame["left"] = frame["left"].clip(upper=pd.Timestamp(LAST))
    frame = frame[frame["joined"] < frame["left"]].sort_values(["email", "joined"])
    until = frame.groupby("email")["left"].cummax().groupby(frame["email"]).shift()
    begins = frame["joined"].where(until.isna() | (until < frame["joined"]), until)
    return round((frame["left"] - begins).clip(lower=pd.Timedelta(0)).sum() / pd.Timedelta(seconds=1))


CONTENDERS: dict[str, Callable[[list[Segment], list[Registrant]], int]] = {
    "ours": ours,
    "plain loop": plain_loop,
    "pandas": pandas,
}


def measure(name: str, count: int, people: int) -> dict[str, float]:
    """In this process: the best time in seconds, the memory above the input in MB, and the sum."""
    rows, registered = stays(count, people), crowd(people)
    if name == "pandas":
        importlib.import_module("pandas")
    before, best, total = _peak(), float("inf"), 0
    for _ in range(RUNS):
        began = time.perf_counter()
        total = CONTENDERS[name](rows, registered)
        best = min(best, time.perf_counter() - began)
    return {"seconds": best, "megabytes": _peak() - before, "total": total}


def _peak() -> float:
    """The highest resident size so far, in MB (Linux counts it in KB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stays", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--only", choices=CONTENDERS, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.only:
        print(json.dumps(measure(asked.only, asked.stays, asked.people)))
        return 0
    here = [sys.executable, __file__, "--stays", str(asked.stays), "--people", str(asked.people), "--only"]
    found: dict[str, dict[str, float]] = {}
    for name in CONTENDERS:
        if name == "pandas" and importlib.util.find_spec("pandas") is None:
            continue
        done = subprocess.run([*here, name], check=True, capture_output=True, text=True)
        found[name] = json.loads(done.stdout)
    mine = found["ours"]
    print(f"{asked.stays:,} stays of {asked.people:,} people; best of {RUNS}; ratio = ours to the other\n")
    print(f"{'':12}{'seconds':>9}{'ratio':>8}{'MB more':>10}{'ratio':>8}{'hours in all':>15}")
    for name, one in found.items():
        times, size = mine["seconds"] / one["seconds"], mine["megabytes"] / max(one["megabytes"], 1)
        print(
            f"{name:12}{one['seconds']:9.2f}{times:8.2f}{one['megabytes']:10.0f}{size:8.2f}{one['total'] / 3600:15,.1f}"
        )
    if "pandas" not in found:
        print("\npandas is not installed here, and was not measured (pip install pandas)")
    return 0 if len({one["total"] for one in found.values()}) == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
