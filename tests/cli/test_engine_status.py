"""`engine status`, and what the commands that stand say when the engine of the settings cannot be had."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hybrid_sync.adapters.sql import open_store
from tests.cli.kit import NOW, Cli

NOON = datetime.fromisoformat(NOW)


def test_a_quiet_engine(cli: Cli) -> None:
    told = cli.ok("engine", "status", "--json").json
    told.pop("at")
    assert told == {
        "kind": "embedded",
        "due": 0,
        "leased": 0,
        "stalled": 0,
        "due_lag_seconds": 0,
        "workers": [],
        "queue": None,
    }


def test_what_is_due_held_and_left_behind_is_counted(published: Cli) -> None:
    store = open_store(f"sqlite:///{published.folder}/test.db")
    with store.begin() as tx:
        event = tx.events.get("water")
        for name in ("held", "left"):
            tx.events.save(replace(event, id=name))
            tx.work.wake(name, NOON)
        tx.work.claim("one:1:a", NOON, timedelta(hours=2), 1, "held")
        tx.work.claim("two:2:b", NOON, timedelta(minutes=1), 1, "left")
    store.close()
    published.at = "2027-05-03T10:00:00Z"
    told = published.ok("engine", "status", "--json").json
    assert (told["due"], told["leased"], told["stalled"]) == (2, 1, 1)
    assert told["workers"] == [{"owner": "one:1:a", "events": 1, "lease_until": "2027-05-03T11:00:00Z"}]
    assert told["due_lag_seconds"] in (3600, 3601, 3602)
    words = published.ok("engine", "status").out
    assert "held by one:1:a" in words


@pytest.mark.parametrize("command", ["worker", "serve"])
def test_the_queue_on_sqlite_is_refused_in_words(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("HYBRID_SYNC_ENGINE__KIND", "procrastinate")
    ran = cli(command, "--stop-after", "1s")
    assert ran.code == 2
    assert "needs a PostgreSQL database" in ran.err
