"""A process is halted in mid-transaction, with locks that all others need: PostgreSQL shuts it out, and they go on.

They wait for a lock up to 10 s and would then fail: the halted process must have lost it before (docs/engines.md).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.builders import NOW
from tests.engine.pg import pg_server, pg_store, pg_template, pg_url, put_due

from hybrid_sync.adapters.sql import SharedBudget, SqlStore
from hybrid_sync.domain.audit_chain import verify
from hybrid_sync.ports import AuditLine

__all__ = ["pg_server", "pg_store", "pg_template", "pg_url"]  # fixtures

PROGRAM = str(Path(__file__).with_name("halting_program.py"))


def halted(url: str, words: str) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, PROGRAM, url, words], stdout=subprocess.PIPE, text=True)
    _, status = os.waitpid(process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status), "it ended before it halted"
    return process


def others_go_on(store: SqlStore, writers: int = 3) -> None:
    """Several at once do what the halted one was at, on the same rows; what one of them raises is raised here."""
    trouble: list[BaseException] = []

    def one(number: int) -> None:
        try:
            SharedBudget(store.engine, "webex", "webex:a", 6000, chance=lambda: 0.0).take()
            with store.begin() as tx:
                tx.work.wake("e0", NOW)
                tx.audit.add(AuditLine(NOW, "e0", "worker", "mail.invitation", f"writer {number}", "sent"))
        except BaseException as error:  # noqa: BLE001  raised below
            trouble.append(error)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trouble == []


@pytest.mark.parametrize("words", ["LOCK TABLE audit", "INSERT INTO audit", "UPDATE budgets"])
def test_a_process_that_is_halted_with_a_lock_does_not_hold_up_the_others(
    pg_store: SqlStore, pg_url: str, words: str
) -> None:
    put_due(pg_store, 1)
    others_go_on(pg_store, 1)
    process = halted(pg_url, words)
    try:
        others_go_on(pg_store)
        process.send_signal(signal.SIGCONT)
        output, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    # What it had begun is undone as a whole; its next try goes to the end of the chain.
    assert output.split("\n") == ["shut out", "done", ""]
    with pg_store.read() as tx:
        told = [line.target for line in tx.audit.of("e0")]
        verdict = verify(tx.audit.kept(), None)
    assert sorted(told) == ["the halted one", *(f"writer {number}" for number in (0, 0, 1, 2))]
    assert told[-1] == "the halted one"
    assert (verdict.lines, verdict.whole) == (5, True)
