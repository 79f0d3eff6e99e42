"""The queue's tables: made, brought up from any older version, and what is missing is said in words."""

from __future__ import annotations

import sys
from importlib.resources import files

import pytest
from sqlalchemy import URL, text
from tests.adapters.sql.postgres_server import as_text, new_database
from tests.engine.pg import pg_server, pg_store, pg_template, pg_url

from hybrid_sync.adapters.sql import SqlStore, open_engine, open_store, queue_address, upgrade_queue
from hybrid_sync.adapters.sql.procrastinate_schema import SCHEMA
from hybrid_sync.errors import SettingsError
from hybrid_sync.settings import Settings

__all__ = ["pg_server", "pg_store", "pg_template", "pg_url"]  # fixtures

_SHAPE = """
SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
  FROM information_schema.columns WHERE table_schema = :schema
UNION SELECT 'function ' || p.proname || ' ' || md5(p.prosrc)
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = :schema
UNION SELECT 'index ' || indexname FROM pg_indexes WHERE schemaname = :schema
"""


def shape(store: SqlStore) -> set[str]:
    with store.engine.connect() as connection:
        return set(connection.execute(text(_SHAPE), {"schema": SCHEMA}).scalars())


def test_a_second_upgrade_changes_nothing(pg_store: SqlStore) -> None:
    before = shape(pg_store)
    assert upgrade_queue(pg_store.engine).startswith("3.")
    assert shape(pg_store) == before


@pytest.mark.parametrize("known", ["00.00.00_01", "02.14.01_01", "03.01.00_50"])
def test_tables_of_an_older_version_become_what_a_new_database_has(
    pg_server: URL, pg_store: SqlStore, known: str
) -> None:
    older = open_store(as_text(new_database(pg_server)), create=True)
    steps = sorted(
        (file.name, file.read_text(encoding="utf-8"))
        for file in files("procrastinate.sql").joinpath("migrations").iterdir()
        if file.name.endswith(".sql")
    )
    with older.engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
        connection.execute(
            text(
                f"CREATE TABLE {SCHEMA}.applied (file text PRIMARY KEY, version text NOT NULL,"
                " at timestamptz NOT NULL DEFAULT now())"
            )
        )
    for name, statements in steps:
        if name[:11] <= known:
            with older.engine.begin() as connection:
                connection.execute(text(f"SET LOCAL search_path = {SCHEMA}"))
                driver = connection.connection.driver_connection
                assert driver is not None
                driver.cursor().execute(statements)
                connection.execute(
                    text("INSERT INTO applied (file, version) VALUES (:n, 'old')"), {"n": name}
                )
    with pytest.raises(SettingsError, match="db upgrade"):
        queue_address(older.engine)
    upgrade_queue(older.engine)
    assert shape(older) >= shape(pg_store)
    assert SCHEMA in queue_address(older.engine)
    older.close()


def test_missing_tables_are_said_with_the_command_that_makes_them(pg_server: URL) -> None:
    store = open_store(as_text(new_database(pg_server)), create=True)
    with pytest.raises(SettingsError, match="hybrid-sync db upgrade"):
        queue_address(store.engine)
    store.close()


def test_sqlite_is_refused_by_the_settings_and_by_the_wiring() -> None:
    with pytest.raises(ValueError, match=r"needs a PostgreSQL database in \[store\] url"):
        Settings.model_validate({"engine": {"kind": "procrastinate"}})
    with pytest.raises(SettingsError, match="needs a PostgreSQL database"):
        queue_address(open_engine("sqlite://"))


def test_without_its_package_it_says_what_to_install(
    pg_store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "procrastinate"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "procrastinate", None)
    with pytest.raises(SettingsError, match=r"pip install 'hybrid-sync\[postgres\]'"):
        queue_address(pg_store.engine)
