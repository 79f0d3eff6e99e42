"""An upgrade from each earlier schema, with data in every table: all of it is there afterwards, and nothing is done twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, MetaData, Table, create_engine, select, text
from tests.builders import NOW, an_event
from tests.world import World, online, publish, sync

from hybrid_sync.adapters.sql import current, head, open_engine, schema
from hybrid_sync.adapters.sql.columns import Json, milliseconds
from hybrid_sync.adapters.sql.tables import metadata
from hybrid_sync.domain.audit_chain import verify
from hybrid_sync.domain.restored import Restored
from hybrid_sync.ports import EntryRecord, Refusal
from hybrid_sync.wiring import App

EARLIER = ("0001", "0002", "0003", "0004")


def make(engine: Engine, revision: str) -> None:
    """The empty database of an earlier program."""
    config = Config()
    config.set_main_option("script_location", schema.SCRIPTS)
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def reflected(engine: Engine) -> list[Table]:
    """The tables that are there, each after those that it refers to."""
    found = MetaData()
    found.reflect(engine)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def numbered(table: Table) -> bool:
    """Whether the database counts the rows itself."""
    return "id" in table.c and table.c["id"].type.python_type is int


def copied(source: Engine, target: Engine) -> None:
    """Every row of a lived life, as far as the earlier schema has room for it."""
    there = {table.name: table for table in reflected(source)}
    for table in reflected(target):
        names = [name for name in table.c.keys() if not (name == "id" and numbered(table))]  # noqa: SIM118
        now = there[table.name]
        query = select(*(now.c[name] for name in names))
        if numbered(now):
            query = query.order_by(now.c["id"])
        with source.connect() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        if rows:
            with target.begin() as connection:
                connection.execute(table.insert(), rows)


def filled(target: Engine) -> None:
    """Where that life left a table empty, a row of an event that is long over."""
    for table in reflected(target):
        with target.begin() as connection:
            if connection.execute(text(f"SELECT count(*) FROM {table.name}")).scalar_one():
                continue
            connection.execute(table.insert(), {column.name: any_value(table, column) for column in table.c
                                                if not (column.name == "id" and numbered(table))})  # fmt: skip


def any_value(table: Table, column: Any) -> Any:
    if column.name == "event_id":
        return "past"
    if isinstance(metadata.tables[table.name].c[column.name].type, Json):
        return "{}" if column.name in ("columns", "waits", "facts") else "[]"
    kind = column.type.python_type
    return {int: 1, str: f"{table.name} {column.name}", bytes: b"bytes"}[kind]


def counted(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            table.name: connection.execute(text(f"SELECT count(*) FROM {table.name}")).scalar_one()
            for table in reflected(engine)
        }


def contents(engine: Engine, tables: list[Table]) -> dict[str, list[str]]:
    """Every row, in the columns that `tables` have."""
    with engine.connect() as connection:
        return {table.name: sorted(map(repr, connection.execute(select(table)).all())) for table in tables}


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("empty_pg_url"))
    return f"sqlite:///{tmp_path}/old.db"


@pytest.mark.parametrize("revision", EARLIER)
def test_an_upgrade_keeps_every_row_and_the_next_sync_makes_no_writing_call(
    revision: str, empty: str, tmp_path: Path
) -> None:
    with World(tmp_path) as world:
        before = world.app()
        before.desk.import_event(an_event("2020-06-09 10:00", "2020-06-09 11:30", id="past"))
        publish(before, online("ada"), online("bob"))
        before.privacy.erase("eve@example.org")
        assert sync(before).converged
        with before.store.read() as tx:
            entry = tx.entries.get("water")
        assert entry is not None
        before.close()

        engine = open_engine(empty)
        make(engine, revision)
        source = create_engine(world.url)
        copied(source, engine)
        filled(engine)
        remembered(engine, entry)
        source.dispose()
        rows = counted(engine)
        assert min(rows.values()) > 0, rows
        tables = reflected(engine)
        held = contents(engine, tables)
        assert current(engine) == revision

        assert schema.upgrade(engine) == head()
        now = contents(engine, tables)
        moved = [row for row in held["intents"] if any(key in row for key in MOVED)]
        assert len(moved) == len(MOVED)
        held["intents"] = [row for row in held["intents"] if row not in moved]
        assert now == held
        engine.dispose()

        calls = len(world.sandbox.writes())
        mails = len(world.sandbox.inbox)
        world.url = empty
        after = world.app()
        # The room's answer is kept since the second.
        taken_over(after, entry if revision >= "0002" else replace(entry, room_answer=None))
        report = sync(after)
        assert report.converged, report
        assert len(world.sandbox.writes()) == calls
        assert len(world.sandbox.inbox) == mails
        read_all(after, revision)
        let_go(after)


def remembered(engine: Engine, entry: EntryRecord) -> None:
    """What earlier programs kept in rows of `intents`: of the entry, of a refused change, of a restore."""
    intents = Table("intents", MetaData(), autoload_with=engine)
    written = entry.written
    at = milliseconds(NOW)
    rows = (
        (
            0,
            "water",
            "done",
            written.wish,
            written.writes,
            " ".join([written.stood, *sorted(written.invited)]),
        ),
        (1, "water", "failed", "a change", 1, "403 and words"),
        (2, "water", "done", "", 777, "id-gone=777 another=778"),
        (3, "past", "done", "title=1 starts=2", 5, ""),
        # Of an entry before the last, and of an event that was never imported again: nothing asks for them any more.
        (4, "past", "done", "wish", 1, "stood"),
        (5, "nowhere", "done", "title=1", 5, ""),
        (6, "", "withdrawn", "", 0, None),
    )
    with engine.begin() as connection:
        for number, event_id, state, digest, attempts, detail in rows:
            told = {"op_key": MOVED[number], "event_id": event_id, "kind": "x", "state": state}
            told |= {"request_hash": digest, "attempts": attempts, "sent_at": at, "detail": detail}
            connection.execute(intents.insert(), told)


MOVED = (
    "graph.calendar.written:water:1",
    "graph.calendar.update:water:1",
    "store.restored:water",
    "store.restored:past",
    "graph.calendar.written:past:7",
    "store.restored:nowhere",
    "store.copied",
)


def taken_over(app: Any, entry: EntryRecord) -> None:
    """The rooms of their own hold it."""
    with app.store.read() as tx:
        assert tx.entries.get("water") == replace(entry, refused=Refusal("a change", "403 and words"))
        assert tx.restores.get("water") == Restored("water", NOW, 777, (), {"id-gone": 777, "another": 778})
        assert tx.restores.get("past") == Restored("past", NOW, 5, ("title=1", "starts=2"), {})
        assert not tx.home.is_copy()


def let_go(app: App) -> None:
    """What an earlier program left of the event that is long over goes, is noted as gone, and is seen when it comes again."""
    assert app.retention.purge().events == ("past",)
    app.converge.event("past")
    over = app.clock()
    with app.store.begin() as tx:
        assert tx.privacy.holding("people", over) == []
        assert tx.privacy.note_gone("people", over, over) == 1
        tx.registrations.put("past", {"eve@example.org": "r1"})
        assert tx.privacy.holding("people", over) == ["past"]


def read_all(app: Any, revision: str) -> None:
    """Every room gives what it holds."""
    with app.store.begin() as tx:
        assert {event.id for event in tx.events.all()} == {"water", "past"}
        assert len(tx.people.of("water")) == 2
        meeting = tx.meetings.get("water")
        assert meeting is not None
        assert meeting.state == "made"
        assert tx.registrations.of("water")
        assert tx.entries.get("water") is not None
        assert len(tx.messages.of("water")) >= 1
        assert tx.attendance.of("past")
        assert tx.attendance.pulls("past")
        assert tx.attentions.unsettled("past") or tx.attentions.unsettled("past") == []
        assert len(tx.audit.of("water")) > 3
        assert tx.work.rows()
        assert tx.figures.at(app.clock()).schema == head()
        if revision >= "0002":
            assert tx.matches.of("past")
            assert tx.imports.of("past")
    with app.store.read() as tx:
        old = verify(tx.audit.kept())
    # Chains are kept since the third.
    assert (old.unchained, old.whole) == (0 if revision >= "0003" else old.lines, True)
    app.desk.edit("water", title="Another title")
    with app.store.read() as tx:
        new = verify(tx.audit.kept())
    assert new.lines - new.unchained >= 1
    assert new.whole
