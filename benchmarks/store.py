"""Benchmarks of a tick and of the command line's start: what is stored must not matter to what is due."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, insert

from hybrid_sync.adapters.sql import SqlStore, open_store
from hybrid_sync.adapters.sql.tables import audit, events, work
from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.localtime import local_time
from hybrid_sync.sync.loop import Loop, Pace
from hybrid_sync.sync.public_calendar import PublicCalendar

Rows = list[dict[str, Any]]

NOW = datetime(2027, 5, 3, 9, 0, tzinfo=UTC)
DUE = 10
TICKS = 20
LEASE = timedelta(seconds=60)


def ticks(folder: Path, stored: list[int]) -> Rows:
    """The store's share of a tick with 10 events due: claim, the loop's own reading and writing for each, the round
    over staff entries, and the feed. The outside is left out, so that nothing hides a slow query."""
    folder.mkdir(parents=True, exist_ok=True)
    found: Rows = []
    for count in stored:
        found.append(_tick(f"sqlite:///{folder}/tick{count}.db", "sqlite", count))
    with _postgresql() as address:
        for count in stored if address else ():
            found.append(_tick(address(), "postgresql", count))
    for row in found:
        first = next(one for one in found if one["database"] == row["database"])
        row["ratio"] = round(row["ms"] / first["ms"], 2)
    return found


def _tick(url: str, database: str, count: int) -> dict[str, Any]:
    store = open_store(url, clock=lambda: NOW, create=True)
    try:
        _fill(store.engine, count)
        loop = Loop(store, (), lambda: NOW, Pace(chance=lambda: 0.5))
        feed = PublicCalendar(store, lambda: NOW, timedelta(days=30))
        times, seen = [], _Seen()
        for number in range(TICKS):
            _make_due(store)
            with _watched(store.engine, seen if number == 0 else None):
                began = time.perf_counter()
                with store.begin() as tx:
                    leases = tx.work.claim("benchmark", NOW, LEASE, DUE)
                for lease in leases:
                    loop.reconcile(lease)
                with store.read() as tx:
                    tx.entries.coming(NOW)
                feed.events()
                times.append(time.perf_counter() - began)
            if len(leases) != DUE:
                raise RuntimeError(f"{len(leases)} events were due, not {DUE}")
        del times[0]  # the watched one
        return {
            "database": database,
            "events stored": count,
            "due": DUE,
            "statements": seen.statements,
            # SQLite's driver does not tell how many rows a SELECT gives; its steps say more.
            "rows": seen.rows if database == "postgresql" else None,
            "sqlite steps": seen.steps or None,
            "ms": round(statistics.median(times) * 1000, 2),
        }
    finally:
        store.close()


class _Seen:
    statements = 0
    rows = 0
    steps = 0


@contextmanager
def _watched(engine: Engine, seen: _Seen | None) -> Iterator[None]:
    """Count statements, the rows that come back, and the steps of SQLite's own machine."""
    if seen is None:
        yield
        return

    def after(_c: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            seen.statements += 1
            seen.rows += max(cursor.rowcount, 0)

    def step() -> int:
        seen.steps += 1
        return 0

    def out(connection: Any, *_: Any) -> None:
        connection.set_progress_handler(step, 1)

    def back(connection: Any, *_: Any) -> None:
        connection.set_progress_handler(None, 1)

    listeners: list[tuple[str, Any]] = [("after_cursor_execute", after)]
    if engine.dialect.name == "sqlite":
        listeners += [("checkout", out), ("checkin", back)]
    for name, listener in listeners:
        event.listen(engine, name, listener)
    yield
    for name, listener in listeners:
        event.remove(engine, name, listener)


def _fill(engine: Engine, count: int) -> None:
    """`count` events of the years before, each with a line of work and of the trail; ten that are coming."""
    from hybrid_sync.adapters.sql.events import _row

    wall = datetime(2027, 6, 9, 10)  # noqa: DTZ001 - a wall time
    coming = Event(
        "due0",
        "Clean water",
        local_time(wall),
        local_time(wall + timedelta(minutes=90)),
        state=EventState.PUBLISHED,
    )
    past = Event(
        "past0",
        "Old water",
        local_time(wall.replace(year=2024)),
        local_time(wall.replace(year=2024, hour=11)),
        state=EventState.PUBLISHED,
    )
    rows = [{**_row(past, None), "id": f"past{number}"} for number in range(count)]
    rows += [{**_row(coming, None), "id": f"due{number}"} for number in range(DUE)]
    with engine.begin() as connection:
        for batch in (rows[start : start + 5000] for start in range(0, len(rows), 5000)):
            connection.execute(insert(events), batch)
            told = {"fence": 0, "attempts": 0, "due_at": None}
            connection.execute(insert(work), [{"event_id": row["id"], **told} for row in batch])
            line = {"at": NOW, "actor": "organiser", "what": "event.publish", "detail": ""}
            connection.execute(
                insert(audit), [{"event_id": row["id"], "target": row["id"], **line} for row in batch]
            )
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _make_due(store: SqlStore) -> None:
    with store.begin() as tx:
        for number in range(DUE):
            tx.work.wake(f"due{number}", NOW)


@contextmanager
def _postgresql() -> Iterator[Any]:
    """Gives addresses of new databases on a server of our own; None where there is no PostgreSQL to be had."""
    import pytest

    sys.path.insert(0, str(Path(__file__).parents[1]))
    try:
        from tests.adapters.sql.postgres_server import as_text, new_database, postgres_server

        with postgres_server() as server:
            yield lambda: as_text(new_database(server))
    except pytest.skip.Exception:
        yield None


def command_line(folder: Path, runs: int) -> Rows:
    """How long commands take from start to end, and how many modules they import."""
    folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{folder}/cli.db"
    open_store(url, create=True).close()
    from places import environment

    values = environment({"store": {"url": url}, "web": {"secret": "s" * 40}})
    program = [sys.executable, "-m", "hybrid_sync"]
    found = []
    for words in (["--version"], ["--help"], ["event", "list"]):
        times, spent = [], _spent()
        for _ in range(runs):
            began = time.perf_counter()
            subprocess.run([*program, *words], check=True, capture_output=True, env=values)
            times.append(time.perf_counter() - began)
        processor = round((_spent() - spent) / runs * 1000)
        told = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "hybrid_sync", *words],
            capture_output=True,
            text=True,
            env=values,
            check=True,
        )
        found.append(
            {
                "command": " ".join(words),
                "runs": runs,
                "median ms": round(statistics.median(times) * 1000),
                "processor ms": processor,
                "modules": sum(line.startswith("import time:") for line in told.stderr.splitlines()) - 1,
            }
        )
    return found


def _spent() -> float:
    """Processor seconds of all children so far: a busy machine makes them wait, and not work, longer."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def attendance(stays: int, people: int) -> Rows:
    """benchmarks/attendance.py, which says what it does."""
    import json

    found = []
    for who in ("ours", "plain loop"):
        command = [sys.executable, str(Path(__file__).with_name("attendance.py")), "--stays", str(stays)]
        done = subprocess.run(
            [*command, "--people", str(people), "--only", who], check=True, capture_output=True, text=True
        )
        told = json.loads(done.stdout)
        found.append(
            {
                "who": who,
                "stays": stays,
                "people": people,
                "seconds": round(told["seconds"], 2),
            }
        )
    return found
