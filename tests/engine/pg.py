"""PostgreSQL with our tables and the queue's, one database for each test; imported by the tests that need it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import URL, text
from tests.adapters.sql.postgres_server import as_text, new_database, postgres_server, unhurried
from tests.builders import NOW, an_event

from hybrid_sync.adapters.sql import SqlStore, open_store, upgrade_queue
from hybrid_sync.adapters.sql.procrastinate_schema import SCHEMA

__all__ = ["pg_server", "pg_store", "pg_template", "pg_url"]


@pytest.fixture(scope="session")
def pg_server() -> Iterator[URL]:
    pytest.importorskip("procrastinate", reason="pip install 'hybrid-sync[postgres]'")
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def pg_template(pg_server: URL) -> str:
    """A database with all tables, to be copied."""
    url = new_database(pg_server)
    store = open_store(as_text(url), create=True)
    upgrade_queue(store.engine)
    store.close()
    assert url.database is not None
    return url.database


@pytest.fixture
def pg_url(pg_server: URL, pg_template: str) -> str:
    return as_text(new_database(pg_server, pg_template))


@pytest.fixture
def pg_store(pg_url: str) -> Iterator[SqlStore]:
    store = open_store(unhurried(pg_url))
    yield store
    store.close()


def put_due(store: SqlStore, count: int, at: datetime = NOW) -> list[str]:
    """Events that are due at `at`."""
    ids = [f"e{number}" for number in range(count)]
    with store.begin() as tx:
        for event_id in ids:
            tx.events.save(an_event(id=event_id))
            tx.work.wake(event_id, at)
    return ids


def jobs(store: SqlStore, status: str = "%") -> int:
    """How many jobs stand in the queue, rescues aside."""
    query = f"SELECT count(*) FROM {SCHEMA}.procrastinate_jobs WHERE args ? 'event_id' AND status::text LIKE '{status}'"
    with store.engine.connect() as connection:
        return int(connection.execute(text(query)).scalar_one())


def waiting(store: SqlStore) -> set[str]:
    """The events that have a job which nobody has taken yet. One that is being worked on may have another."""
    query = f"SELECT args->>'event_id' FROM {SCHEMA}.procrastinate_jobs WHERE args ? 'event_id' AND status = 'todo'"
    with store.engine.connect() as connection:
        return set(connection.execute(text(query)).scalars())


def change(store: SqlStore, statement: str) -> int:
    """Meddle with the queue's tables; gives the number of rows."""
    with store.engine.begin() as connection:
        connection.execute(text(f"SET LOCAL search_path = {SCHEMA}"))
        return connection.execute(text(statement)).rowcount
