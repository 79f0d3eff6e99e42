"""Connections: SQLite made durable and fair, PostgreSQL with limits on how long it may keep us waiting."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from hybrid_sync.errors import SettingsError

OLDEST_SQLITE = (3, 37, 0)
"""The first with STRICT tables."""

BUSY_TIMEOUT_MS = 10_000

_READ_ONLY = "hybrid_sync_read_only"  # an execution option of ours

LONGEST_PAUSE_S = 5
"""A writer on PostgreSQL that says nothing for so long in mid-transaction is shut out, and its locks are free: others wait
for locks up to 10 s, and go on. Nothing outside is ever asked in a transaction, so only a process that stands still pauses."""

_POSTGRESQL_OPTIONS = (
    "-c statement_timeout=60s -c lock_timeout=10s "
    f"-c idle_in_transaction_session_timeout={LONGEST_PAUSE_S}s -c timezone=UTC"
)
CLUSTER = "cluster"
"""Where a connection to PostgreSQL notes the server's system identifier (`Connection.info`)."""

_MAY_ASK_CLUSTER = "SELECT has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')"
_ASK_CLUSTER = "SELECT system_identifier::text FROM pg_catalog.pg_control_system()"

_A_LOOK_MAY_PAUSE = "SET LOCAL idle_in_transaction_session_timeout = '60s'"


def open_engine(url: str) -> Engine:
    """An engine for `sqlite:///path`, `sqlite://` (memory) or `postgresql://...`; nothing is connected yet.

    Raises SettingsError for another database, a missing driver or an SQLite library that is too old.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(parsed)
    return _postgresql_engine(parsed)


def parse_url(url: str) -> URL:
    """The address of the store with its driver. Raises SettingsError; never repeats the address, it may hold a password."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise SettingsError(
            "[store] url is not a database address like sqlite:///var/hybrid-sync.db"
        ) from error
    backend = parsed.drivername.partition("+")[0]
    if backend == "sqlite":
        return parsed
    if backend in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    raise SettingsError(f"[store] url: '{backend}' is not supported, only sqlite and postgresql")


def sqlite_file(url: URL) -> str | None:
    """The path of the SQLite file; None for PostgreSQL and for a database in memory."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return url.database


def journal_mode_for(version: tuple[int, int, int]) -> str:
    """WAL where it is safe, else TRUNCATE.

    SQLite 3.7.0 to 3.51.2 can corrupt a WAL database when two connections write and checkpoint at once; mended in
    3.51.3, 3.50.7 and 3.44.6. Debian 12 has 3.40.1 without the patch.
    """
    mended = (
        version >= (3, 51, 3)
        or (3, 50, 7) <= version < (3, 51, 0)
        or (3, 44, 6) <= version < (3, 45, 0)
    )  # fmt: skip
    return "wal" if mended else "truncate"


def journal_mode(engine: Engine) -> str:
    """What SQLite really uses now ("wal", "truncate", "memory"); "postgresql" there."""
    if engine.dialect.name != "sqlite":
        return engine.dialect.name
    with look(engine) as connection:
        return str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one())


@contextmanager
def look(engine: Engine) -> Iterator[Connection]:
    """One consistent look at the database, which refuses to write meanwhile."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.execution_options(**{_READ_ONLY: True})
        else:
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            if engine.dialect.name == "postgresql":
                # It holds nobody up, and a report of ten thousand people is read in pieces.
                connection.exec_driver_sql(_A_LOOK_MAY_PAUSE)
            yield connection


def _sqlite_engine(url: URL) -> Engine:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise SettingsError(
            f"SQLite {sqlite3.sqlite_version} is too old; hybrid-sync needs "
            f"{'.'.join(map(str, OLDEST_SQLITE))} or newer, or PostgreSQL"
        )
    options: dict[str, Any] = {"connect_args": {"check_same_thread": False}}
    if sqlite_file(url) is None:
        # One connection is the whole database; whoever wants it waits for its turn in the pool.
        options |= {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}
    # hide_parameters: messages, links and passwords must not come out in an error's text.
    engine = create_engine(url, hide_parameters=True, **options)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    """The pragmas of every connection (reliability.md 3.3)."""
    connection.isolation_level = None  # we say BEGIN ourselves; Python's own begins come too late
    version = sqlite3.sqlite_version_info
    for statement in (
        f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
        f"PRAGMA journal_mode={journal_mode_for((version[0], version[1], version[2]))}",
        "PRAGMA synchronous=FULL",  # an intent must outlive a power cut
        "PRAGMA foreign_keys=ON",
        "PRAGMA trusted_schema=OFF",
    ):
        connection.execute(statement).close()


def _begin_sqlite(connection: Connection) -> None:
    """Writers take the write lock at once: a reader that turns writer fails without waiting (SQLITE_BUSY_SNAPSHOT)."""
    looks = connection.get_execution_options().get(_READ_ONLY)
    connection.exec_driver_sql(f"PRAGMA query_only={int(bool(looks))}")
    connection.exec_driver_sql("BEGIN" if looks else "BEGIN IMMEDIATE")


def _postgresql_engine(url: URL) -> Engine:
    connect_args = {
        "application_name": "hybrid-sync",
        "connect_timeout": 10,
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "options": " ".join(filter(None, (_POSTGRESQL_OPTIONS, url.query.get("options")))),  # type: ignore[arg-type]
    }
    try:
        # Pre-ping: after a restart of the server the first use finds out and connects anew.
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=connect_args)
    except ModuleNotFoundError as error:
        raise SettingsError("PostgreSQL needs its driver: pip install 'hybrid-sync[postgres]'") from error
    event.listen(engine, "connect", _note_cluster)
    event.listen(engine, "handle_error", _without_row)
    return engine


def _note_cluster(connection: Any, record: Any) -> None:
    """Once per connection, so that it costs no look a statement. "" where the role may not ask."""
    connection.autocommit = True
    may_ask = connection.execute(_MAY_ASK_CLUSTER).fetchone()[0]
    record.info[CLUSTER] = connection.execute(_ASK_CLUSTER).fetchone()[0] if may_ask else ""
    connection.autocommit = False


def _without_row(context: ExceptionContext) -> None:
    """Cut PostgreSQL's DETAIL from an error: it shows the whole failing row, join links and all."""
    diagnosis = getattr(context.original_exception, "diag", None)
    wrapped = context.sqlalchemy_exception
    if diagnosis is None or not diagnosis.message_primary or wrapped is None:
        return
    context.original_exception.args = (diagnosis.message_primary,)
    wrapped.args = (f"({type(context.original_exception).__name__}) {diagnosis.message_primary}",)
