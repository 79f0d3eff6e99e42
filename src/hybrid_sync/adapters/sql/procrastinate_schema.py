"""The tables of Procrastinate's queue: a PostgreSQL schema of their own in the database of the store.

Procrastinate ships its tables as one file and each later change as another, and leaves it to the user to know which ones
ran (reliability.md 2.3). Ours are noted in `applied` in that schema, with the version that brought them.
"""

from __future__ import annotations

from importlib import metadata
from importlib.resources import files
from importlib.resources.abc import Traversable

from sqlalchemy import Connection, Engine, text

from hybrid_sync.adapters.sql.engine import look
from hybrid_sync.errors import SettingsError

SCHEMA = "hybrid_sync_queue"

_LOCK = 4834730
_EXISTS = text("SELECT to_regclass(:name) IS NOT NULL")


def queue_address(engine: Engine) -> str:
    """How Procrastinate reaches its tables, for libpq. Holds the password.

    Raises SettingsError, with the way out, where there is no PostgreSQL, no Procrastinate, or no such tables as it needs.
    """
    _require_postgresql(engine)
    wanted = set(_migrations())
    with look(engine) as connection:
        done = _applied(connection)
    if not wanted <= done:
        raise SettingsError("the tables of Procrastinate's queue are missing or old: hybrid-sync db upgrade")
    from psycopg.conninfo import make_conninfo

    given = {**engine.url.translate_connect_args(username="user", database="dbname"), **engine.url.query}
    limits = "-c lock_timeout=10s -c idle_in_transaction_session_timeout=60s -c timezone=UTC"
    options = f"{given.get('options', '')} {limits} -c search_path={SCHEMA}".strip()
    return make_conninfo(
        **(
            given
            | {
                "application_name": "hybrid-sync queue",
                "connect_timeout": 10,
                "keepalives_idle": 30,
                "keepalives_interval": 10,
                "keepalives_count": 3,
                "options": options,
            }
        )
    )


def upgrade_queue(engine: Engine) -> str:
    """Make Procrastinate's tables, or bring them to what the installed version needs; returns that version.

    Each step is one transaction. Nothing happens when they are there already.
    """
    _require_postgresql(engine)
    version = metadata.version("procrastinate")
    migrations = _migrations()
    with engine.begin() as connection:
        _prepare(connection)
        if not connection.execute(_EXISTS, {"name": f"{SCHEMA}.procrastinate_jobs"}).scalar_one():
            _run(connection, files("procrastinate.sql").joinpath("schema.sql"))
            for name in migrations:  # the one file holds them all
                _note(connection, name, version)
    for name in sorted(migrations):
        with engine.begin() as connection:
            _prepare(connection)
            if name not in _applied(connection):
                _run(connection, migrations[name])
                _note(connection, name, version)
    return version


def _require_postgresql(engine: Engine) -> None:
    if engine.dialect.name != "postgresql":
        raise SettingsError('[engine] kind = "procrastinate" needs a PostgreSQL database in [store] url')


def _migrations() -> dict[str, Traversable]:
    """The files of the installed version by name; their order is that of their names."""
    try:
        folder = files("procrastinate.sql").joinpath("migrations")
    except ModuleNotFoundError as error:
        raise SettingsError(
            "[engine] kind = \"procrastinate\" needs its package: pip install 'hybrid-sync[postgres]'"
        ) from error
    return {file.name: file for file in folder.iterdir() if file.name.endswith(".sql")}


def _prepare(connection: Connection) -> None:
    """One upgrade at a time, in our schema, however long a large table takes."""
    connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
    connection.execute(text(f"SET LOCAL search_path = {SCHEMA}"))
    connection.execute(
        text(
            "CREATE TABLE IF NOT EXISTS applied"
            " (file text PRIMARY KEY, version text NOT NULL, at timestamptz NOT NULL DEFAULT now())"
        )
    )


def _applied(connection: Connection) -> set[str]:
    if not connection.execute(_EXISTS, {"name": f"{SCHEMA}.applied"}).scalar_one():
        return set()
    return set(connection.execute(text(f"SELECT file FROM {SCHEMA}.applied")).scalars())


def _note(connection: Connection, name: str, version: str) -> None:
    connection.execute(
        text("INSERT INTO applied (file, version) VALUES (:file, :version)"),
        {"file": name, "version": version},
    )


def _run(connection: Connection, file: Traversable) -> None:
    """A file of many statements, past SQLAlchemy, which would read its colons and percent signs."""
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor:
        cursor.execute(file.read_text(encoding="utf-8"))
