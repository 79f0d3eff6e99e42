"""What a tick costs grows with what is due, not with what is stored. Counts of statements and of SQLite's own steps; never times."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from tests.builders import NOW, an_event, wall
from tests.world import World, online

from hybrid_sync.adapters.sql import SqlStore, open_store
from hybrid_sync.adapters.sql.tables import metadata
from hybrid_sync.domain.localtime import local_time
from hybrid_sync.ports import RECORD_CHANGES, AuditLine
from hybrid_sync.wiring import App

DUE = 3
LEASE = timedelta(seconds=60)


class Counted:
    """The statements that an engine ran, and the steps that SQLite took for them."""

    def __init__(self) -> None:
        self.statements: list[tuple[str, Any]] = []
        self.steps = 0

    @property
    def shapes(self) -> list[str]:
        """The statements without how many values stand in a list of values."""
        return [re.sub(r"\?(, \?)+", "?, ...", statement) for statement, _ in self.statements]


@contextmanager
def counted(engine: Engine) -> Iterator[Counted]:
    found = Counted()

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _x: Any, _many: bool) -> None:
        found.statements.append((statement, parameters))

    def step() -> int:
        found.steps += 1
        return 0

    def count_steps(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.set_progress_handler(step, 1)

    event.listen(engine, "before_cursor_execute", note)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "checkout", count_steps)
    yield found
    event.remove(engine, "before_cursor_execute", note)
    if engine.dialect.name == "sqlite":
        event.remove(engine, "checkout", count_steps)


def store_past(store: SqlStore, count: int) -> None:
    """Events that were over long ago, each with its line of work, its entry in the trail, and a settled question."""
    with store.begin(now=NOW) as tx:
        for number in range(count):
            name = f"past{number}"
            tx.events.save(an_event("2024-06-09 10:00", "2024-06-09 11:30", id=name))
            tx.work.wake(name, NOW + timedelta(days=400))
            tx.audit.add(AuditLine(NOW, name, "organiser", "event.publish", name, ""))
            tx.attentions.open(name, "k", "?", NOW)
            tx.attentions.settle(name, "k", NOW)


def with_due(app: App) -> App:
    """Some events with people, everything outside as it should be, and all of them due."""
    for number in range(DUE):
        name = f"due{number}"
        app.desk.import_event(replace(an_event(title=f"Event {number}"), id=name))
        app.desk.publish(name)
        app.desk.register(name, [online("ada"), online("bob")])
    app.converge.all_due()
    app.converge.all_due()
    app.chores()
    return app


def make_due(app: App) -> None:
    with app.store.begin() as tx:
        for number in range(DUE):
            tx.work.wake(f"due{number}", app.clock())


def tick(app: App) -> None:
    """What the engine does: claim what is due, one pass over each, the chores."""
    with app.store.begin() as tx:
        leases = tx.work.claim("test", app.clock(), LEASE, DUE)
    assert len(leases) == DUE
    for lease in leases:
        assert app.loop.reconcile(lease).converged
    app.chores()


def look_around(app: App) -> None:
    """What is read now and then beside the ticks: feeds, what is due, questions, the round over the staff entries."""
    assert len(app.public_calendar.events()) == DUE
    with app.store.read() as tx:
        assert tx.work.all_due(app.clock()) == []
        assert tx.attentions.unsettled() == []
        assert tx.intents.pending() == []
        assert len(tx.entries.coming(app.clock())) == DUE
    assert app.store.recompute_utc(app.clock()) == ()  # type: ignore[attr-defined]


def a_world(folder: Path, stored: int) -> tuple[World, App]:
    folder.mkdir()
    world = World(folder)
    world.__enter__()
    app = world.app()
    store_past(app.store, stored)  # type: ignore[arg-type]
    with_due(app)
    # Chores of every few minutes and every hour are due in the measured tick. Those of once a day look through the past
    # on purpose (retention), and are no part of a tick.
    world.sandbox.clock.advance(2 * 3600)
    make_due(app)
    return world, app


def measured(folder: Path, stored: int) -> Counted:
    world, app = a_world(folder, stored)
    try:
        with counted(app.store.engine) as found:  # type: ignore[attr-defined]
            tick(app)
            look_around(app)
    finally:
        world.__exit__()
    return found


def test_a_tick_with_a_thousand_stored_events_costs_what_one_with_ten_costs(tmp_path: Path) -> None:
    few, many = measured(tmp_path / "few", 10), measured(tmp_path / "many", 1000)
    assert sorted(few.shapes) == sorted(many.shapes)
    assert few.steps > 100
    # A tree of a thousand is a few steps deeper than one of ten; it is not a hundred times as long.
    assert many.steps < 1.1 * few.steps


def whole_tables(engine: Engine, statements: Iterable[tuple[str, Any]]) -> tuple[int, list[str]]:
    """How often SQLite goes by an index, and the steps in which it reads a table from end to end."""
    tables = "|".join(metadata.tables)
    searched, whole = 0, []
    with engine.connect() as connection:
        for statement, parameters in dict.fromkeys(map(_hashable, statements)):
            if not statement.startswith(("SELECT", "UPDATE", "DELETE", "INSERT")):
                continue
            if "LIMIT" in statement and not re.search("WHERE|ORDER BY", statement):
                continue  # "is there any": it stops at the first row
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
                searched += row[3].startswith("SEARCH")
                whole += [row[3]] if re.match(rf"SCAN ({tables})\b", row[3]) else []
    return searched, whole


def test_nothing_on_the_way_of_a_tick_reads_a_table_from_end_to_end(tmp_path: Path) -> None:
    world, app = a_world(tmp_path / "world", 10)
    engine: Engine = app.store.engine  # type: ignore[attr-defined]
    try:
        with counted(engine) as found:
            tick(app)
            look_around(app)
        with counted(engine) as control, app.store.read() as tx:
            tx.work.rows()
            tx.events.all()
        searched, whole = whole_tables(engine, found.statements)
        _, seen = whole_tables(engine, control.statements)
    finally:
        world.__exit__()
    assert searched > 20
    assert whole == []
    # The control: what does read everything is seen.
    assert [step.split()[:2] for step in seen] == [["SCAN", "work"], ["SCAN", "events"]]


def _hashable(one: tuple[str, Any]) -> tuple[str, Any]:
    """A statement with its parameters; of many rows at once the first."""
    statement, parameters = one
    return statement, tuple(parameters[0] if isinstance(parameters, list) else parameters)


@pytest.mark.long  # SQLite's plans are asked for at every change; these take half a minute to fill the tables
@pytest.mark.parametrize("what", ["entries", "feed", "due", "claim"])
def test_postgresql_uses_its_indexes_for_what_is_coming(pg_url: str, what: str) -> None:
    """With tables that are large enough for its planner to care."""
    store = open_store(pg_url, clock=lambda: NOW)
    store_past(store, 2000)
    with store.begin(now=NOW) as tx:
        tx.events.save(an_event())
        tx.work.wake("water", NOW)
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    with counted(store.engine) as found, store.begin() as tx:
        match what:
            case "entries":
                assert tx.entries.coming(NOW) == []
            case "feed":
                assert [one.id for one in tx.events.ending_since(NOW)] == ["water"]
                assert tx.audit.record_changes(ending_since=NOW) == {}
            case "due":
                assert tx.work.all_due(NOW) == ["water"]
            case "claim":
                assert len(tx.work.claim("w", NOW, LEASE, 10)) == 1
    with store.engine.connect() as connection:
        for statement, parameters in found.statements:
            plan = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
            steps = "\n".join(row[0] for row in plan)
            assert not re.search(r"Seq Scan on (events|work|audit)", steps), f"{statement}\n{steps}"
    store.close()


def test_what_is_coming_is_told_by_the_event_s_end_and_state(store: SqlStore) -> None:
    from hybrid_sync.domain.events import EventState
    from hybrid_sync.ports import EntryRecord

    def entry(event_id: str, state: str = "made") -> EntryRecord:
        return EntryRecord(event_id, f"entry-{event_id}", 1, state)

    with store.begin(now=NOW) as tx:
        tx.events.save(an_event("2027-05-03 10:00", "2027-05-03 11:00", id="over"))  # ends exactly at NOW
        tx.events.save(an_event("2027-05-03 10:00", "2027-05-03 11:01", id="running"))
        tx.events.save(an_event(id="open", ends=None))
        tx.events.save(an_event(id="cancelled", state=EventState.CANCELLED))
        tx.events.save(an_event(id="gone"))
        for name in ("water", "over", "running", "open", "cancelled"):
            tx.entries.save(entry(name))
        tx.entries.save(entry("gone", "cancelled"))
    with store.read() as tx:
        assert [one.event_id for one in tx.entries.coming(NOW)] == ["running", "water"]
        assert [one.id for one in tx.events.ending_since(NOW)] == [
            "over",
            "running",
            "cancelled",
            "gone",
            "water",
        ]


def test_the_last_change_is_told_of_those_that_end_then_or_later(store: SqlStore) -> None:
    with store.begin(now=NOW) as tx:
        tx.events.save(an_event("2024-06-09 10:00", "2024-06-09 11:30", id="past"))
        for name in ("water", "past"):
            tx.audit.add(AuditLine(NOW, name, "organiser", "event.edit", name, "title"))
            tx.audit.add(AuditLine(NOW + timedelta(1), name, "worker", "mail.invitation", "ada", "sent"))
    with store.read() as tx:
        assert tx.audit.record_changes(ending_since=NOW) == {"water": NOW}
        assert set(tx.audit.record_changes()) == {"water", "past"}


def test_every_change_that_the_desk_makes_to_a_record_is_one_that_feeds_look_for(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        app = world.app()
        app.desk.import_event(an_event())
        app.desk.import_event(an_event(title="Clean water, again"))
        app.desk.edit("water", title="Water")
        app.desk.publish("water")
        app.desk.reschedule("water", local_time(wall("2027-06-10 10:00")))
        app.desk.cancel("water")
        with app.store.read() as tx:
            told = {line.what for line in tx.audit.of("water")}
    assert {what for what in told if what.startswith("event.")} == set(RECORD_CHANGES)


def test_the_bytes_of_a_mail_are_read_one_at_a_time(tmp_path: Path) -> None:
    """Ten thousand invitations would be hundreds of megabytes at once."""
    with World(tmp_path) as world:
        app = world.app()
        app.desk.import_event(an_event())
        app.desk.publish("water")
        app.desk.register("water", [online(f"p{number}") for number in range(5)])
        with counted(app.store.engine) as found:  # type: ignore[attr-defined]
            app.converge.event("water")
        assert len(world.mails()) == 5
    reads = [
        statement
        for statement, _ in found.statements
        if statement.startswith("SELECT") and "messages.mime" in statement
    ]
    assert len(reads) == 5
    assert all("messages.uid = ?" in statement for statement in reads)
