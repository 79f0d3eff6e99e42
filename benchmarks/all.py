"""Runs the benchmarks: `benchmarks/run --help`. Counts and ratios first; times are of one machine on one day."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import loop
import store
from picture import picture
from places import NONE, Latency
from tables import TITLES, markdown, text

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
RESULTS = HERE / "results.json"
REAL = Latency()

Rows = list[dict[str, Any]]


def parts(quick: bool, folder: Path) -> dict[str, Callable[[], Rows]]:
    """Name -> what runs it."""

    def published() -> Rows:
        counts = [10] if quick else [40, 250]
        return [loop.published(folder, count, REAL, no_change=False)[0] for count in counts]

    def large() -> Rows:
        if quick:
            return [loop.published(folder, 100, NONE, no_change=False)[0]]
        # 10,000 with latencies would be 10,000 times 80 ms of waiting for the mail server: a quarter of an hour.
        return [
            loop.published(folder, count, delay, False)[0] for count, delay in ((2000, REAL), (10_000, NONE))
        ]

    def beside() -> Rows:
        if quick:
            return loop.beside_the_plain_script(folder, 10, Latency(0.05, 0.05, 0.05, 0.05), lease=5)
        return loop.beside_the_plain_script(folder, 100, REAL)

    return {
        "calls": lambda: loop.calls_per_registrant(folder, [1, 40] if quick else [1, 40, 250, 2000]),
        "published": published,
        "no change": lambda: loop.no_change(folder, [10, 40] if quick else [10, 400, 2000]),
        "large": large,
        "plain script": beside,
        "command line": lambda: store.command_line(folder, 3 if quick else 20),
        "tick": lambda: store.ticks(folder / "tick", [10, 1000] if quick else [10, 1000, 100_000]),
        "attendance": lambda: store.attendance(*((20_000, 2_000) if quick else (200_000, 20_000))),
    }


def machine() -> str:
    """What it ran on, and what else ran there."""
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} processors ({platform.machine()}), {platform.system()}, Python {platform.python_version()}; "
        f"load average {load:.1f} at the start"
    )


def _kept() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="benchmarks/run",
        description="Everything runs on this machine against the sandbox, with the latencies of real services where it says so.",
    )
    parser.add_argument("--quick", action="store_true", help="small numbers, within a minute")
    parser.add_argument(
        "--only",
        nargs="*",
        choices=list(TITLES),
        help="these only (none: only write what --docs writes); the others keep their last results",
    )
    parser.add_argument(
        "--docs", action="store_true", help="write docs/benchmarks.md and docs/benchmarks.svg too"
    )
    asked = parser.parse_args()
    kept: dict[str, Any] = {}
    folder = Path(tempfile.mkdtemp(prefix="hybrid-sync-benchmarks-"))
    try:
        for name, run in parts(asked.quick, folder).items():
            if asked.only is not None and name not in asked.only:
                continue
            on = machine()
            began = time.perf_counter()
            rows = run()
            if asked.only is not None:
                kept = _kept()
            kept[name] = {
                "machine": on,
                "took": round(time.perf_counter() - began, 1),
                "rows": rows,
                "quick": asked.quick,
            }
            print(f"\n{TITLES[name]}  ({kept[name]['took']:.0f} s, {on})\n\n{text(rows)}", flush=True)
            RESULTS.write_text(json.dumps(kept, indent=1))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if asked.docs:
        kept = kept or _kept()
        (DOCS / "benchmarks.md").write_text(markdown(kept))
        (DOCS / "benchmarks.svg").write_text(picture(kept))
        print("\nwritten: docs/benchmarks.md, docs/benchmarks.svg")
    print(f"\nresults: {RESULTS.relative_to(HERE.parent)}")
    return 0
