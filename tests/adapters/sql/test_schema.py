"""The database itself: how it is made, upgraded, recognised, opened."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, text

from hybrid_sync.adapters.sql import current, head, is_current, journal_mode, open_engine, open_store, upgrade
from hybrid_sync.adapters.sql import engine as engines
from hybrid_sync.adapters.sql.engine import journal_mode_for, parse_url
from hybrid_sync.adapters.sql.tables import metadata
from hybrid_sync.errors import SettingsError


@pytest.fixture(params=["sqlite", "memory", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("empty_pg_url"))
    return "sqlite://" if request.param == "memory" else f"sqlite:///{tmp_path}/var/lib/hs.db"


def test_an_empty_database_is_brought_to_the_newest_schema(empty_url: str) -> None:
    engine = open_engine(empty_url)
    assert current(engine) is None
    assert not is_current(engine)
    assert upgrade(engine) == head()
    assert current(engine) == head()
    assert upgrade(engine) == head()
    engine.dispose()


def test_tables_and_revisions_say_the_same(empty_url: str) -> None:
    engine = open_engine(empty_url)
    upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_named_head_is_the_newest_revision() -> None:
    folder = Path(engines.__file__).parent / "migrations"
    assert ScriptDirectory(str(folder)).get_current_head() == head()


def test_all_sqlite_tables_are_strict(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    with engine.connect() as connection:
        lax = connection.execute(
            text(
                "SELECT name FROM pragma_table_list WHERE NOT strict AND schema = 'main' AND name NOT LIKE 'sqlite%'"
            )
        ).scalars()
        assert list(lax) == ["alembic_version"]
    engine.dispose()


def test_two_upgrades_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/hs.db"
    program = (
        "import sys; from hybrid_sync.adapters.sql import open_store; open_store(sys.argv[1], create=True)"
    )
    both = [subprocess.Popen([sys.executable, "-c", program, url]) for _ in range(2)]
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    open_store(url).close()


def test_a_new_sqlite_file_is_for_its_owner_only(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/hs.db", create=True).close()
    assert oct((tmp_path / "hs.db").stat().st_mode & 0o777) == "0o600"


def test_a_missing_database_is_not_made_by_looking_and_the_way_out_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="hybrid-sync db upgrade makes it"):
        open_store(f"sqlite:///{tmp_path}/hs.db")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_database_is_named_with_the_way_out(empty_pg_url: str) -> None:
    with pytest.raises(SettingsError, match="hybrid-sync db upgrade"):
        open_store(empty_pg_url)


def test_a_database_of_a_newer_program_is_left_alone(url: str) -> None:
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for create in (False, True):
        with pytest.raises(SettingsError, match="9999"):
            open_store(url, create=create)
    engine.dispose()


def test_a_database_of_an_older_program_asks_for_the_upgrade(url: str) -> None:
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(SettingsError, match=rf"0000, not {head()}: hybrid-sync db upgrade"):
        open_store(url)
    engine.dispose()


@pytest.mark.parametrize(
    "address", ["mysql://u:canary@h/d", "no address", "postgresql://u:canary@localhost:1/d"]
)
def test_an_address_that_will_not_do_is_refused_without_showing_its_password(address: str) -> None:
    with pytest.raises(SettingsError) as caught:
        open_store(address)
    assert "canary" not in str(caught.value)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hs.db").write_text("a shopping list, long enough to be mistaken for a file header " * 20)
    with pytest.raises(SettingsError, match="not a database"):
        open_store(f"sqlite:///{tmp_path}/hs.db")


@pytest.mark.parametrize("name", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_name_of_postgresql_means_psycopg_3(name: str) -> None:
    assert parse_url(f"{name}://u@h/d").drivername == "postgresql+psycopg"


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        ((3, 40, 1), "truncate"),
        ((3, 44, 5), "truncate"),
        ((3, 44, 6), "wal"),
        ((3, 45, 3), "truncate"),
        ((3, 50, 6), "truncate"),
        ((3, 50, 7), "wal"),
        ((3, 51, 2), "truncate"),
        ((3, 51, 3), "wal"),
        ((3, 53, 0), "wal"),
    ],
)
def test_wal_is_used_only_where_sqlite_has_mended_it(version: tuple[int, int, int], mode: str) -> None:
    assert journal_mode_for(version) == mode


def test_a_sqlite_connection_is_durable_patient_and_checks_references(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    version = sqlite3.sqlite_version_info
    assert journal_mode(engine) == journal_mode_for((version[0], version[1], version[2]))
    with engine.connect() as connection:
        values = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("synchronous", "busy_timeout", "foreign_keys", "trusted_schema")
        ]
    assert values == [2, 10_000, 1, 0]  # 2 is FULL
    engine.dispose()


def test_a_postgresql_connection_cannot_hang_for_ever(pg_server: URL) -> None:
    engine = open_engine(pg_server.render_as_string(hide_password=False))
    assert journal_mode(engine) == "postgresql"
    with engine.connect() as connection:
        values = [
            connection.exec_driver_sql(f"SHOW {name}").scalar_one()
            for name in (
                "statement_timeout",
                "lock_timeout",
                "idle_in_transaction_session_timeout",
                "TimeZone",
            )
        ]
    assert values == ["1min", "10s", "5s", "UTC"]
    engine.dispose()


def test_opening_the_store_does_not_load_alembic(sqlite_url: str) -> None:
    program = (
        "import sys; from hybrid_sync.adapters.sql import open_store; open_store(sys.argv[1]);"
        "print([name for name in sys.modules if re.match('alembic|mako', name)])"
    )
    command = [sys.executable, "-c", "import re;" + program, sqlite_url]
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=True)
    assert re.sub(r"\s", "", done.stdout) == "[]"
