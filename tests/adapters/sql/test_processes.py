"""Several processes on one database, and processes that are killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from tests.builders import NOW, a_person, an_event

from hybrid_sync.adapters.sql import check, open_store

CLAIMER = str(Path(__file__).with_name("claimer.py"))


def start(*arguments: str) -> subprocess.Popen[str]:
    """A process that has opened the store and waits for a line."""
    command = [sys.executable, CLAIMER, *arguments]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_processes_that_claim_at_once_never_share_an_event(url: str) -> None:
    store = open_store(url)
    with store.begin() as tx:
        for number in range(40):
            tx.events.save(an_event(id=f"e{number}"))
            tx.work.wake(f"e{number}", NOW)
    workers = [start("claim", url, "w1"), start("claim", url, "w2")]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    done = [line for worker in workers for line in worker.communicate(timeout=60)[0].split()]
    assert [worker.returncode for worker in workers] == [0, 0]
    assert sorted(done) == sorted(f"e{number}" for number in range(40))
    store.close()


def test_a_process_killed_in_mid_transaction_leaves_no_trace(url: str) -> None:
    store = open_store(url)
    with store.begin() as tx:
        tx.events.save(an_event())
        tx.people.save([a_person()])
    victim = start("hang", url)
    victim.kill()
    victim.communicate(timeout=60)
    assert all(line.ok for line in check(store.engine))
    with store.begin() as tx:
        assert tx.people.of("water") == [a_person()]
        tx.people.save([a_person("bob")])
    with store.read() as tx:
        assert len(tx.people.of("water")) == 2
    store.close()


def test_a_reader_sees_what_was_committed_while_another_process_writes(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    with store.begin() as tx:
        tx.events.save(an_event())
    writer = start("claim", sqlite_url, "w1")
    with store.begin() as tx:
        tx.events.save(an_event(id="second"))
        with store.read() as look:
            assert [event.id for event in look.events.all()] == ["water"]
    writer.communicate("go\n", timeout=60)
    assert writer.returncode == 0
    store.close()


def test_a_database_that_stays_locked_is_no_providers_answer(sqlite_url: str) -> None:
    """Else a step could take it for the answer of the outside call that it has just made."""
    store = open_store(sqlite_url)
    other = open_store(sqlite_url)
    with other.engine.connect() as impatient:
        impatient.exec_driver_sql("PRAGMA busy_timeout=10")
    with store.begin(), pytest.raises(OperationalError, match="locked"), other.begin():
        pass
    with other.begin() as tx:
        tx.events.save(an_event())
    store.close()
    other.close()
