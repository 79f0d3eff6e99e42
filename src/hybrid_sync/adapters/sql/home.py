"""Where the database is at home: what tells a copy of it that it is one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, literal_column, select

from hybrid_sync.adapters.sql.engine import CLUSTER
from hybrid_sync.adapters.sql.statements import upsert
from hybrid_sync.adapters.sql.tables import home

_ONLY = 1
"""The key of the one row."""

_PLACE: tuple[ColumnElement[Any], ...] = (
    literal_column("(SELECT oid::bigint FROM pg_database WHERE datname = current_database())").label(
        "database_now"
    ),
    literal_column("'home'::regclass::oid::bigint").label("table_now"),
)
"""A table keeps its OID for life, whatever rewrites it (VACUUM FULL, CLUSTER); whoever makes it again gets another."""


class SqlHome:
    """ports.Home."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def is_copy(self) -> bool:
        return is_copy(self._connection)

    def settle(self) -> None:
        settle(self._connection)


def is_copy(connection: Connection) -> bool:
    """One statement. A database that tells nothing of its home is none that was made here."""
    row = connection.execute(select(home, *_place(connection)).where(home.c.id == _ONLY)).one_or_none()
    if row is None or row.copied:
        return True
    if not _place(connection):
        return False
    # Who may not ask for the server's identifier goes by the other two.
    elsewhere = row.cluster and _cluster(connection) not in ("", row.cluster)
    return bool(elsewhere) or (row.database_oid, row.table_oid) != (row.database_now, row.table_now)


def settle(connection: Connection) -> None:
    """Write down that it is at home here."""
    place = _place(connection)
    database, table = connection.execute(select(*place)).one() if place else (0, 0)
    row = {
        "id": _ONLY,
        "copied": 0,
        "cluster": _cluster(connection),
        "database_oid": database,
        "table_oid": table,
    }
    upsert(connection, home, [row])


def _place(connection: Connection) -> tuple[ColumnElement[Any], ...]:
    """A copied SQLite file cannot be told by where it lies: it may be moved."""
    return _PLACE if connection.dialect.name == "postgresql" else ()


def _cluster(connection: Connection) -> str:
    return str(connection.info.get(CLUSTER, ""))
