"""Benchmarks of the whole loop on the sandbox: calls, latencies, memory, and the plain script beside it."""

from __future__ import annotations

import math
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from places import EVENT_ID, LEASE_SECONDS, NONE, Latency, Places, Process, places, until
from sqlalchemy import event as sql_event

BATCH = 40
"""Registrants in one call to Webex (adapters.webex)."""
PAGE = 100
"""Registrants on one page of its list."""

Rows = list[dict[str, Any]]


def calls_per_registrant(folder: Path, counts: list[int]) -> Rows:
    """Calls to Webex until everybody is registered, in one process, beside the least possible.

    The least: one call that makes the meeting, the batches, and the pages of the list read once, because an answer to
    an addition is not trusted unseen.
    """
    found = []
    for count in counts:
        with places(folder / f"calls{count}") as world:
            app = world.record(count)
            app.desk.publish(EVENT_ID)
            # Without the mails, which change nothing about these calls and take most of the time.
            steps = tuple(step for step in app.loop.steps if step.name != "invitations")
            replace(app.converge, loop=replace(app.loop, steps=steps)).event(EVENT_ID)
            routes = world.webex_routes()
        used = sum(routes.values())
        about = sum(number for route, number in routes.items() if "/registrants" in route)
        least = 1 + math.ceil(count / BATCH) + max(1, math.ceil(count / PAGE))
        found.append(
            {
                "registrants": count,
                "calls": used,
                "about registrants": about,
                "least possible": least,
                "ratio": round(used / least, 2),
                "one POST each": 1 + count,
            }
        )
    return found


def published(folder: Path, count: int, latency: Latency, no_change: bool) -> tuple[dict[str, Any], Rows]:
    """From `event publish` to the last invitation with a standing worker process; then, on the same event, a pass that
    changes nothing."""
    with places(folder / f"published{count}-{latency.webex:g}", latency) as world:
        app = world.record(count)
        worker = world.worker()
        time.sleep(3)  # noqa: TID251 - it stands and ticks, as it does in life
        idle = worker.peak()
        app.desk.publish(EVENT_ID)
        took = until(
            lambda: _alive(worker) and len(world.sandbox.inbox) >= count, 3600, f"{count} invitations"
        )
        # The staff entry and the last look of the pass come with it or just before.
        calls, peak = world.calls(), worker.peak()
        worker.stop()
        summed = latency.of(calls)
        row = {
            "registrants": count,
            "latency": "real" if latency != NONE else "none",
            "seconds": round(took, 1),
            "sum of latencies": round(summed, 1),
            "ratio": round(took / summed, 2) if summed else None,
            "ours per mail (ms)": round((took - summed) / count * 1000, 1),
            "webex calls": calls["webex"],
            "graph calls": calls["graph"],
            "mails": calls["mail"],
            "connections": calls["connect"],
            "invited twice": sum(number > 1 for number in world.invited().values()),
            "worker idle MB": round(idle),
            "worker peak MB": round(peak),
        }
        return row, [unchanged(world, count)] if no_change else []


def no_change(folder: Path, counts: list[int]) -> Rows:
    """A pass over an event where nothing changed, without latencies."""
    found = []
    for count in counts:
        with places(folder / f"still{count}") as world:
            app = world.record(count)
            app.desk.publish(EVENT_ID)
            _converge(app)
            found.append(unchanged(world, count))
    return found


def unchanged(world: Places, count: int) -> dict[str, Any]:
    """What one more pass costs the service, opened anew on the same store."""
    world.sandbox.faults.clear()
    app = world.app()
    _converge(app)
    queries: Counter[str] = Counter()
    engine = app.store.engine  # type: ignore[attr-defined]

    def count_query(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        queries[statement.split()[0]] += 1

    before = world.calls()
    sql_event.listen(engine, "before_cursor_execute", count_query)
    began = time.perf_counter()
    report = app.converge.event(EVENT_ID)
    took = time.perf_counter() - began
    sql_event.remove(engine, "before_cursor_execute", count_query)
    after = world.calls()
    writes = [
        call for call in world.sandbox.calls[sum(before.values()) :] if call.writing and call.route != "smtp"
    ]
    return {
        "registrants": count,
        "webex calls": after["webex"] - before["webex"],
        "graph calls": after["graph"] - before["graph"],
        "mails": after["mail"] - before["mail"],
        "writing calls": len(writes),
        "queries": sum(number for kind, number in queries.items() if kind not in ("PRAGMA", "BEGIN")),
        "ms": round(took * 1000),
        "changed": report.wrote,
    }


def beside_the_plain_script(folder: Path, count: int, latency: Latency, lease: float = LEASE_SECONDS) -> Rows:
    """The same job by both, undisturbed; and killed in the middle and run again."""
    found = []
    for who in ("hybrid-sync", "plain script"):
        for killed in (False, True):
            name = f"{who.split()[0]}-{killed}"
            with places(folder / name, latency, lease) as world:
                found.append({"who": who, "killed": killed, **_job(world, who, count, killed)})
    return found


def _job(world: Places, who: str, count: int, killed: bool) -> dict[str, Any]:
    app = world.record(count)
    app.desk.publish(EVENT_ID)

    def start() -> Process:
        return world.worker() if who == "hybrid-sync" else world.plain_script(count)

    def done(process: Process) -> bool:
        if who == "hybrid-sync":
            return _alive(process) and len(world.invited()) == count and not _unfinished(app)
        return not process.running()

    began = time.perf_counter()
    process = start()
    if killed:
        until(lambda: len(world.sandbox.inbox) >= count // 2, 600, "half of the invitations")
        process.kill()
        process = start()
    until(lambda: done(process), 1200, f"the end of {who}")
    took = time.perf_counter() - began
    peak = process.peak()
    if process.running():
        process.stop()
    else:
        process.wait()
    calls, invited = world.calls(), world.invited()
    registered = Counter(
        one.email for meeting in world.sandbox.state.meetings.values() for one in meeting.registrants.values()
    )
    return {
        "registrants": count,
        "seconds": round(took, 1),
        "webex calls": calls["webex"],
        "connections": calls["connect"],
        "mails": calls["mail"],
        "meetings": len(world.sandbox.state.meetings),
        "staff entries": len([one for one in world.sandbox.state.events.values() if not one.cancelled]),
        "registered twice": sum(number > 1 for number in registered.values()),
        "invited twice": sum(number > 1 for number in invited.values()),
        "not invited": count - len(invited),
        "peak MB": round(peak),
    }


def _unfinished(app: Any) -> bool:
    with app.store.read() as tx:
        return bool(tx.messages.pending(EVENT_ID) or tx.intents.pending())


def _alive(process: Process) -> bool:
    if not process.running():
        raise RuntimeError("the worker ended by itself: see process.log")
    return True


def _converge(app: Any) -> None:
    report = app.converge.event(EVENT_ID)
    if not report.converged:
        raise RuntimeError(f"the event did not converge: {report.outcomes[-1]}")
