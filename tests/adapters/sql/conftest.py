"""One store after another: SQLite in a file, SQLite in memory, PostgreSQL. The contract runs on each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL
from tests.adapters.sql.postgres_server import as_text, new_database, postgres_server, unhurried
from tests.builders import NOW, an_event

from hybrid_sync.adapters.sql import SqlStore, open_store

TZDATA = "2026f (test)"


@pytest.fixture(scope="session")
def pg_server() -> Iterator[URL]:
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def pg_template(pg_server: URL) -> str:
    """A database with all tables, to be copied."""
    url = new_database(pg_server)
    open_store(as_text(url), create=True).close()
    assert url.database is not None
    return url.database


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "hs.db"
    open_store(f"sqlite:///{file}", create=True).close()
    return file


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    file = tmp_path / "hs.db"
    shutil.copy(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture
def pg_url(pg_server: URL, pg_template: str) -> str:
    return as_text(new_database(pg_server, pg_template))


@pytest.fixture
def empty_pg_url(pg_server: URL) -> str:
    return as_text(new_database(pg_server))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """Databases that several connections share."""
    return str(request.getfixturevalue({"sqlite": "sqlite_url", "postgresql": "pg_url"}[request.param]))


@pytest.fixture(params=["sqlite", "memory", "postgresql"])
def bare_store(request: pytest.FixtureRequest) -> Iterator[SqlStore]:
    """A store without events."""
    if request.param == "memory":
        store = open_store("sqlite://", clock=lambda: NOW, tzdata=TZDATA, create=True)
    else:
        fixture = {"sqlite": "sqlite_url", "postgresql": "pg_url"}[request.param]
        store = open_store(unhurried(request.getfixturevalue(fixture)), clock=lambda: NOW, tzdata=TZDATA)
    yield store
    store.close()


@pytest.fixture
def store(bare_store: SqlStore) -> SqlStore:
    """A store with the usual event, "water"."""
    with bare_store.begin() as transaction:
        transaction.events.save(an_event())
    return bare_store
