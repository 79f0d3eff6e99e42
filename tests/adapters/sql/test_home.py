"""A database knows where it is at home, and a copy of it knows that it is not there."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, make_url
from tests.adapters.sql.postgres_server import _binaries, as_text, new_database
from tests.adapters.sql.test_restored import moved, published, questions, written
from tests.builders import utc
from tests.world import World

from hybrid_sync.adapters.sql import SqlStore, backup, check, current, open_engine, open_store, schema
from hybrid_sync.adapters.sql.home import is_copy, settle
from hybrid_sync.sync.restored import note_restore


def at_home(url: str) -> bool:
    """What a process that is started now finds, and `db check` says the same."""
    engine = open_engine(url)
    with engine.connect() as connection:
        home = not is_copy(connection)
    told = [one.advice for one in check(engine) if one.what == "restored from a backup"]
    assert told == ([] if home else ["hybrid-sync db restored, before the worker starts"])
    engine.dispose()
    return home


def settled(url: str) -> None:
    """What `db restored` does among other things."""
    store = open_store(url)
    with store.begin() as tx:
        tx.home.settle()
    store.close()


def change(url: str, *statements: str) -> None:
    """Something that a person does to the database, in a connection of their own."""
    engine = open_engine(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.commit()
    engine.dispose()


class Tools:
    """PostgreSQL's own programs."""

    def __init__(self, server: URL) -> None:
        found = _binaries()
        if found is None or not (found / "pg_dump").exists():
            pytest.skip("no pg_dump here: apt-get install postgresql-client")
        self._programs, self._host = found, str(server.query["host"])

    def __call__(self, program: str, url: str, *arguments: str) -> None:
        where = ["--host", self._host, "--username", "postgres", "--dbname", str(make_url(url).database)]
        command = [str(self._programs / program), *where, *arguments]
        subprocess.run(command, check=True, timeout=120, stdout=subprocess.DEVNULL)


@pytest.fixture
def tools(pg_server: URL) -> Tools:
    return Tools(pg_server)


# --- what is no copy ---


def test_a_database_is_at_home_where_it_was_made(url: str) -> None:
    assert at_home(url)


def test_what_rewrites_the_tables_moves_nothing(pg_url: str) -> None:
    change(pg_url, "VACUUM FULL", "CLUSTER home USING pk_home", "REINDEX TABLE home", "ANALYZE")
    change(pg_url, "ALTER TABLE home ALTER COLUMN copied TYPE bigint")
    assert at_home(pg_url)


def test_who_may_not_ask_for_the_servers_name_goes_by_database_and_table(
    pg_server: URL, empty_pg_url: str
) -> None:
    """Some hosts let nobody ask. The service needs no more rights than its tables."""
    name = make_url(empty_pg_url).database
    forbid = "FUNCTION pg_control_system() FROM PUBLIC"
    change(empty_pg_url, f"CREATE ROLE plain_{name} LOGIN", f'ALTER DATABASE "{name}" OWNER TO plain_{name}')
    change(empty_pg_url, f"REVOKE EXECUTE ON {forbid}", f"GRANT CREATE ON SCHEMA public TO plain_{name}")
    url = as_text(make_url(empty_pg_url).set(username=f"plain_{name}"))
    open_store(url, create=True).close()
    assert at_home(url)
    # The same table asked by one who may: what is not written down tells nothing.
    assert at_home(empty_pg_url)
    settled(empty_pg_url)
    assert at_home(url)
    assert at_home(empty_pg_url)
    copy = new_database(pg_server, str(name), settled=False)
    assert not at_home(as_text(copy.set(username=f"plain_{name}")))


# --- what is one ---


def test_a_copy_of_a_file_that_db_backup_made_is_one_until_it_is_said(
    sqlite_url: str, tmp_path: Path
) -> None:
    engine = open_engine(sqlite_url)
    backup(engine, tmp_path / "copy.db")
    engine.dispose()
    assert at_home(sqlite_url)
    copy = f"sqlite:///{tmp_path}/copy.db"
    assert not at_home(copy)
    settled(copy)
    assert at_home(copy)


def test_a_database_made_from_this_one_as_template_is_a_copy(pg_server: URL, pg_url: str) -> None:
    copy = as_text(new_database(pg_server, str(make_url(pg_url).database), settled=False))
    assert (at_home(pg_url), at_home(copy)) == (True, False)
    settled(copy)
    assert at_home(copy)


def test_a_database_on_another_server_is_a_copy_though_all_numbers_are_the_same(pg_url: str) -> None:
    """As pg_upgrade leaves it."""
    change(pg_url, "UPDATE home SET cluster = '1'")
    assert not at_home(pg_url)
    settled(pg_url)
    assert at_home(pg_url)


def test_a_database_that_tells_nothing_of_its_home_is_a_copy(url: str) -> None:
    change(url, "DELETE FROM home")
    assert not at_home(url)
    settled(url)
    assert at_home(url)


# --- dumps, with the real programs ---


@pytest.fixture
def pg_world(pg_url: str, tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, url=pg_url) as world:
        yield world


def test_a_plain_dump_in_another_database_is_a_copy(
    pg_server: URL, pg_url: str, tools: Tools, tmp_path: Path
) -> None:
    dump, other = tmp_path / "hs.sql", as_text(new_database(pg_server))
    tools("pg_dump", pg_url, "--format=plain", "--no-owner", f"--file={dump}")
    tools("psql", other, "--quiet", "--set=ON_ERROR_STOP=1", f"--file={dump}")
    assert (at_home(pg_url), at_home(other)) == (True, False)
    settled(other)
    assert at_home(other)


def test_a_dump_that_was_put_back_does_nothing_outside_until_it_is_said_and_then_asks(
    pg_world: World, tools: Tools, tmp_path: Path
) -> None:
    """As deploy/runbook.md has it. The event was moved after the dump: the record of the dump would move it back."""
    world = pg_world
    published(world, "water")
    dump = tmp_path / "hs.dump"
    tools("pg_dump", world.url, "--format=custom", f"--file={dump}")
    app = world.app()
    moved(app, "water", 1)
    assert app.converge.event("water").converged
    before = written(world)
    assert [meeting.start for meeting in world.meetings()] == [utc("2027-07-01 13:00")]
    for open_app in world.apps:
        open_app.close()
    world.apps.clear()

    tools("pg_restore", world.url, "--clean", "--if-exists", "--exit-on-error", "--no-owner", str(dump))
    app = world.app()
    world.sandbox.clock.advance(24 * 3600)
    for force in (False, True):
        assert not app.converge.event("water", force=force).converged
        assert app.loop.plan("water", force=force).actions == ()
    app.chores()
    assert written(world) == before
    assert "hybrid-sync db restored" in questions(app, "water")["restored"]
    assert not at_home(world.url)

    note_restore(app.store, app.clock())
    assert at_home(world.url)
    assert app.converge.event("water").needs_attention
    assert "in Webex the meeting is at 2027-07-01 15:00 to 16:30 CEST" in questions(app, "water")["restored"]
    assert written(world) == before
    moved(app, "water", 1)
    assert app.converge.event("water").converged
    assert [meeting.start for meeting in world.meetings()] == [utc("2027-07-01 13:00")]


def test_after_pg_upgrade_it_asks_nothing_where_the_outside_is_in_line(pg_world: World) -> None:
    app = published(pg_world, "water")
    change(pg_world.url, "UPDATE home SET cluster = '1'")
    before = written(pg_world)
    assert not app.converge.event("water").converged
    assert "hybrid-sync db restored" in questions(app, "water")["restored"]
    note_restore(app.store, app.clock())
    assert app.converge.event("water").converged
    assert (written(pg_world), questions(app, "water")) == (before, {})
    moved(app, "water", 1)
    assert app.converge.event("water").converged


# --- from earlier schemas ---


def earlier(engine: Engine) -> None:
    """A database of the revision before homes were known."""
    from tests.adapters.sql.test_upgrade import make

    make(engine, "0004")


def test_a_copy_of_an_older_schema_is_one_after_the_upgrade_too(tmp_path: Path) -> None:
    """Copied before the upgrade, by this program or the one before: both leave the same mark."""
    engine = open_engine(f"sqlite:///{tmp_path}/hs.db")
    earlier(engine)
    backup(engine, tmp_path / "copy.db")
    engine.dispose()
    for name, home in (("hs", True), ("copy", False)):
        url = f"sqlite:///{tmp_path}/{name}.db"
        engine = open_engine(url)
        assert current(engine) == "0004"
        assert schema.upgrade(engine) == schema.head()
        engine.dispose()
        assert at_home(url) == home


def test_an_upgrade_makes_a_postgresql_database_at_home_where_it_is(empty_pg_url: str) -> None:
    engine = open_engine(empty_pg_url)
    earlier(engine)
    schema.upgrade(engine)
    with engine.begin() as connection:
        [before] = connection.exec_driver_sql("SELECT * FROM home").all()
        # The revision writes down what the program would.
        settle(connection)
        assert connection.exec_driver_sql("SELECT * FROM home").all() == [before]
    engine.dispose()
    assert all(before[2:])
    assert at_home(empty_pg_url)


def test_whoever_reads_knows_it_from_one_statement(url: str) -> None:
    """It is asked before every pass."""
    from tests.adapters.sql.test_cost import counted

    store: SqlStore = open_store(url)
    with store.read() as tx:
        assert not tx.home.is_copy()
    with counted(store.engine) as found, store.read() as tx:
        assert not tx.home.is_copy()
    selects = [statement for statement, _ in found.statements if statement.startswith("SELECT")]
    assert len(selects) == 1
    store.close()
