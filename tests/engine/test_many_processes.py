"""Workers and web processes on one store, killed and halted at random while people go on: one of everything at the end.

The long versions run with `pytest -m long`; what the last run came to stands in docs/reliability.md.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from tests.engine.havoc import havoc
from tests.engine.many import a_field
from tests.engine.pg import pg_server, pg_store, pg_template, pg_url

__all__ = ["pg_server", "pg_store", "pg_template", "pg_url"]  # fixtures

WORKER, WEB, SYNC = ("worker",), ("serve", "--web-only"), ("sync",)
ALL = [WORKER, WORKER, WORKER, WEB, WEB]
EVENTS = ["water", "wind", "soil"]


def a_run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    kind: str,
    standing: list[tuple[str, ...]],
    seed: int,
    seconds: float,
) -> None:
    chance = Random(seed)
    with a_field(tmp_path, monkeypatch, url, kind) as field:
        field.events(*EVENTS)
        for words in standing:
            field.start(*words)
        field.ready()
        with field.visitors(EVENTS, seed):
            havoc(field, chance, EVENTS, seconds, beside=SYNC if "sqlite" in url else None)
        field.settle()
        field.ready()  # one that was started a moment ago has no hand on its signals yet
        assert [process.end() for process in field.processes] == [0] * len(standing)
        field.judge()
        print(
            f"{kind}, {len(standing)} processes, seed {seed}: {field.kills - field.halts} kills, {field.halts} halts, {field.deeds} deeds, "
            f"{field.people} people, {len(field.checked_in)} checked in, {field.pressed} buttons pressed, "
            f"{len(field.sandbox.calls)} calls, {len(field.sandbox.inbox)} mails; pages: {dict(field.visits.answers)}"
        )


@pytest.mark.parametrize("kind", [pytest.param("embedded", marks=pytest.mark.long), "procrastinate"])
def test_three_workers_and_two_web_processes_are_killed_on_postgresql(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pg_url: str, kind: str
) -> None:
    a_run(tmp_path, monkeypatch, pg_url, kind, ALL, seed=6, seconds=9)


@pytest.mark.long
def test_the_worker_and_a_sync_beside_it_are_killed_on_sqlite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_run(tmp_path, monkeypatch, f"sqlite:///{tmp_path}/s.db", "embedded", [WORKER], seed=6, seconds=8)


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("kind", ["embedded", "procrastinate"])
def test_for_a_minute_three_workers_and_two_web_processes_are_killed_on_postgresql(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pg_url: str, kind: str, seed: int
) -> None:
    a_run(tmp_path, monkeypatch, pg_url, kind, ALL, seed=seed, seconds=50)


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_for_a_minute_the_worker_and_a_sync_beside_it_are_killed_on_sqlite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    url = f"sqlite:///{tmp_path}/s.db"
    a_run(tmp_path, monkeypatch, url, "embedded", [WORKER, WEB], seed=seed, seconds=40)
