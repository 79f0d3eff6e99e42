"""What the daily look of retention costs grows with what is due, not with what is stored. Counts, never times."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from tests.adapters.sql.test_cost import counted, whole_tables
from tests.builders import NOW, a_person, a_stay, an_event, utc
from tests.world import World

from hybrid_sync.adapters.sql import SqlStore, open_store
from hybrid_sync.domain.people import ERASED_NAME
from hybrid_sync.ports import AuditLine, Intent
from hybrid_sync.wiring import App

LATER = utc("2029-01-10 09:00")
"""Everything of the usual event is due by then."""
DUE = 3


def store_past(store: SqlStore, count: int, *, cleared: bool = True) -> None:
    """Events long over, each with a person and a stay; cleared ones say no more who. Lines and intents of lately."""
    lately = LATER - timedelta(days=5)
    with store.begin(now=NOW) as tx:
        for number in range(count):
            event_id = f"{'past' if cleared else 'due'}{number}"
            tx.events.save(an_event("2024-06-09 10:00", "2024-06-09 11:30", id=event_id))
            hidden = {"email": f"erased-{number}@erased.invalid", "first_name": ERASED_NAME, "last_name": ""}
            person = {"id": f"of-{event_id}", "event_id": event_id} | (hidden if cleared else {})
            tx.people.save([a_person("ada", **person)])
            if not cleared:
                tx.attendance.upsert([a_stay("ada", "08:00", "09:00", event_id=event_id)])
            tx.audit.add(AuditLine(lately, event_id, "organiser", "event.edit", event_id, ""))
            tx.intents.put(Intent(f"x:{event_id}", event_id, "mail", "", "done", 1, lately))
            tx.attentions.open(event_id, "k", "?", lately)
            tx.attentions.settle(event_id, "k", lately)
            tx.deliveries.first(event_id, lately)


def prepared(folder: Path, stored: int) -> tuple[World, App]:
    """A day after retention first looked through all of it; then some become due again."""
    folder.mkdir()
    world = World(folder)
    world.__enter__()
    app = world.app(world.settings(retention={"speaker_days": 400}))
    store_past(app.store, stored)  # type: ignore[arg-type]
    world.sandbox.clock.set(LATER)
    app.retention.purge()
    store_past(app.store, DUE, cleared=False)  # type: ignore[arg-type]
    world.sandbox.clock.advance(24 * 3600)
    return world, app


def test_the_daily_look_costs_the_same_with_ten_cleared_events_as_with_a_thousand(tmp_path: Path) -> None:
    found = {}
    for stored in (10, 1000):
        world, app = prepared(tmp_path / str(stored), stored)
        try:
            with counted(app.store.engine) as cost:  # type: ignore[attr-defined]
                told = app.retention.purge(dry_run=True)
                done = app.retention.purge()
        finally:
            world.__exit__()
        assert sorted(told.events) == sorted(done.events) == ["due0", "due1", "due2"]
        assert dict(told.stays) == dict(done.stays) == {"due0": 1, "due1": 1, "due2": 1}
        found[stored] = cost
    few, many = found[10], found[1000]
    assert sorted(few.shapes) == sorted(many.shapes)
    assert few.steps > 1000
    # A tree of a thousand is a few steps deeper than one of ten; it is not a hundred times as long.
    assert many.steps < 1.1 * few.steps


def test_nothing_in_the_daily_look_reads_a_table_from_end_to_end(tmp_path: Path) -> None:
    world, app = prepared(tmp_path / "world", 10)
    engine = app.store.engine  # type: ignore[attr-defined]
    try:
        with counted(engine) as found:
            app.retention.purge()
        searched, whole = whole_tables(engine, found.statements)
    finally:
        world.__exit__()
    assert searched > 20
    # The trail is read in its order, and only up to the first line that stays.
    assert {step for step in whole if not step.startswith("SCAN audit")} == set()


def test_without_the_notes_it_would_read_all_the_past(tmp_path: Path) -> None:
    """The negative control: what is noted is what is not read again."""
    steps = []
    for stored in (10, 200):
        world, app = prepared(tmp_path / str(stored), stored)
        engine = app.store.engine  # type: ignore[attr-defined]
        with engine.begin() as connection:
            connection.exec_driver_sql(
                "UPDATE events SET people_gone = NULL, stays_gone = NULL, names_gone = NULL"
            )
        try:
            with counted(engine) as cost:
                app.retention.purge()
        finally:
            world.__exit__()
        steps.append(cost.steps)
    assert steps[1] > 2 * steps[0]


@pytest.mark.long  # as in test_cost: the tables must be large enough for PostgreSQL's planner to care
def test_postgresql_uses_its_indexes_for_what_is_due(pg_url: str) -> None:
    store = open_store(pg_url, clock=lambda: NOW)
    store_past(store, 2000)
    while True:
        with store.begin() as tx:
            if not sum(tx.privacy.note_gone(what, LATER, LATER) for what in ("people", "stays", "names")):
                break
    store_past(store, DUE, cleared=False)
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    with counted(store.engine) as found, store.begin() as tx:
        assert len(tx.privacy.holding("people", LATER)) == DUE
        assert len(tx.privacy.holding("stays", LATER)) == DUE
        assert tx.privacy.note_gone("people", LATER, LATER) == 0
        assert not any(tx.privacy.lines(LATER - timedelta(days=180), LATER).values())
    with store.engine.connect() as connection:
        for statement, parameters in found.statements:
            plan = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
            steps = "\n".join(row[0] for row in plan)
            assert not re.search(r"Seq Scan on (events|intents|deliveries|attentions)", steps), (
                f"{statement}\n{steps}"
            )
    store.close()
