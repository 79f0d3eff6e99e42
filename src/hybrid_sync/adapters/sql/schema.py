"""The schema's version: which one the database has, and the way up. Alembic is loaded only to go up."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from hybrid_sync.adapters.sql.engine import look, sqlite_file
from hybrid_sync.errors import SettingsError

HEAD = "0005"
"""The newest revision; written here so that opening the store need not load Alembic. A test compares."""

SCRIPTS = "hybrid_sync.adapters.sql:migrations"


def head() -> str:
    """The revision that this program works with."""
    return HEAD


def current(engine: Engine) -> str | None:
    """The revision that the database has; None for an empty or missing one, which stays as it is."""
    file = sqlite_file(engine.url)
    if file is not None and not Path(file).exists():
        return None  # connecting would create it
    with look(engine) as connection:
        return _revision(connection)


def is_current(engine: Engine) -> bool:
    return current(engine) == HEAD


def require_current(engine: Engine) -> None:
    """Raise SettingsError, with the command to type next, unless the database fits this program."""
    found = current(engine)
    if found == HEAD:
        return
    where = engine.url.render_as_string(hide_password=True)
    if found is None:
        raise SettingsError(f"there is no hybrid-sync database at {where}: hybrid-sync db upgrade makes it")
    if found > HEAD:
        raise SettingsError(
            f"the database at {where} (schema {found}) was made by a newer hybrid-sync than this (schema {HEAD})"
        )
    raise SettingsError(f"the database at {where} has schema {found}, not {HEAD}: hybrid-sync db upgrade")


def upgrade(engine: Engine) -> str:
    """Bring the database to the newest schema, in one transaction, and return its revision.

    Nothing happens when it is there already.

    Makes a missing SQLite file, readable by its owner only, because it will hold join links. Raises SettingsError
    for a database that a newer program has made.
    """
    from alembic import command
    from alembic.config import Config

    if is_current(engine):
        return HEAD
    _make_private_file(engine)
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            # One upgrade at a time; SQLite sees to that with its write lock. Large tables may take their time.
            connection.execute(text("SELECT pg_advisory_xact_lock(4834729)"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        found = _revision(connection)
        if found is not None and found > HEAD:
            raise SettingsError(
                f"the database has schema {found}, this hybrid-sync only knows {HEAD}: upgrade it"
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return HEAD


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _make_private_file(engine: Engine) -> None:
    file = sqlite_file(engine.url)
    if file is None or Path(file).exists():
        return
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
