"""A worker dies, or stands still, in the middle of a call: another takes the event over, and nothing is done twice.

How long it took is printed; docs/engines.md tells what was measured. Nothing here asserts a time.
"""

from __future__ import annotations

import re
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.engine.many import Field, a_field
from tests.engine.pg import pg_server, pg_store, pg_template, pg_url
from tests.engine.processes import PATIENCE, Process, until

from hybrid_sync.sandbox import Fault

__all__ = ["pg_server", "pg_store", "pg_template", "pg_url"]  # fixtures

KINDS = pytest.mark.parametrize("kind", [pytest.param("embedded", marks=pytest.mark.long), "procrastinate"])


def in_the_middle(field: Field, delay: float = 30) -> tuple[Process, Process, datetime]:
    """A worker whose call for the meeting took effect and is not answered yet, one that has nothing to do, and the end
    of the lease of the first.
    """
    field.sandbox.faults.add(Fault("POST", "/v1/meetings", delay=delay, delay_at="after"))
    workers = field.start("worker"), field.start("worker")
    # Both stand before there is work: on a busy machine a start takes longer than the lease.
    field.ready()
    field.events("water")
    until(lambda: len(field.sandbox.state.meetings) == 1, PATIENCE, workers[0].said)
    [held] = field.app.engine_state().holders
    first, second = sorted(workers, key=lambda one: f":{one.running.pid}:" not in held.owner)
    return first, second, held.until


def holder(field: Field) -> str:
    """The number of the process that has the event in hand, "" when nobody has."""
    found = [re.split(":", one.owner)[1] for one in field.app.engine_state().holders]
    return found[0] if found else ""


def answered(field: Field) -> int:
    """Writing calls without the one that was held up, which is noted when its answer goes out."""
    return len([call for call in field.sandbox.writes() if not call.fault])


@KINDS
def test_another_worker_takes_over_from_one_that_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pg_url: str, kind: str
) -> None:
    with a_field(tmp_path, monkeypatch, pg_url, kind, lease=10) as field:
        first, second, until_then = in_the_middle(field)
        first.kill()
        died, left = time.monotonic(), (until_then - datetime.now(UTC)).total_seconds()
        # Or it has ended its pass already, before anybody looked.
        until(
            lambda: holder(field) == str(second.running.pid) or not field.unsettled(), PATIENCE, second.said
        )
        taken = time.monotonic()
        field.settle()
        print(
            f"{kind}: killed with {left:.1f} s of its lease left, taken over {taken - died:.1f} s after the kill, "
            f"all done {time.monotonic() - died:.1f} s after it"
        )
        assert second.end() == 0
        field.judge()


@KINDS
def test_a_worker_that_stood_still_past_its_lease_changes_nothing_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pg_url: str, kind: str
) -> None:
    with a_field(tmp_path, monkeypatch, pg_url, kind, lease=10) as field:
        first, second, _ = in_the_middle(field, delay=16)
        first.running.send_signal(signal.SIGSTOP)
        field.settle()
        mails, meetings = len(field.sandbox.inbox), dict(field.sandbox.state.meetings)
        writes = answered(field)
        first.running.send_signal(signal.SIGCONT)
        until(lambda: "has passed" in first.said(), PATIENCE, first.said)
        assert [first.end(), second.end()] == [0, 0]
        assert answered(field) == writes
        assert len(field.sandbox.inbox) == mails
        assert field.sandbox.state.meetings == meetings
        field.judge()
