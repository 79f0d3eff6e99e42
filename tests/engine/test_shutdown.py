"""A worker process that is told to stop."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.engine.pg import pg_server, pg_store, pg_template, pg_url, put_due
from tests.engine.workbench import PATIENCE

from hybrid_sync.adapters.sql import SqlStore

__all__ = ["pg_server", "pg_store", "pg_template", "pg_url"]  # fixtures
Due = Callable[..., list[str]]
PROGRAM = str(Path(__file__).with_name("worker_program.py"))


def stopped(url: str, seconds: float, grace: float) -> tuple[int, list[str]]:
    """Start a worker, send SIGTERM in mid-pass; exit code and the lines it printed from then on."""
    command = [sys.executable, PROGRAM, url, str(seconds), str(grace)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    process.send_signal(signal.SIGTERM)
    try:
        output, _ = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        pytest.fail(f"the worker did not stop within {PATIENCE:.0f} s")
    return process.returncode, output.splitlines()


def test_a_running_pass_may_end_and_nothing_new_is_begun(store: SqlStore, url: str, due: Due) -> None:
    due(3)
    assert stopped(url, seconds=0.2, grace=20) == (0, ["finished", "left"])
    with store.read() as tx:
        rows = tx.work.rows()
    assert [row.leased_until for row in rows] == [None, None, None]
    assert [row.due_at is None for row in rows] == [False, False, True]


def test_a_pass_that_hangs_does_not_keep_the_process_alive(store: SqlStore, url: str, due: Due) -> None:
    due(1)
    assert stopped(url, seconds=600, grace=0.1) == (0, ["left e0"])


def test_on_the_queue_a_running_pass_may_end_and_nothing_new_is_begun(
    pg_store: SqlStore, pg_url: str
) -> None:
    put_due(pg_store, 3)
    assert stopped(pg_url, seconds=0.2, grace=20) == (0, ["finished", "left"])
    with pg_store.read() as tx:
        rows = tx.work.rows()
    assert [row.leased_until for row in rows] == [None, None, None]
    assert [row.due_at is None for row in rows] == [False, False, True]


def test_on_the_queue_a_pass_that_hangs_does_not_keep_the_process_alive(
    pg_store: SqlStore, pg_url: str
) -> None:
    put_due(pg_store, 1)
    assert stopped(pg_url, seconds=600, grace=0.1) == (0, ["left e0"])
