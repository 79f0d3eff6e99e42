"""The statements that every room uses, written once for both databases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from hybrid_sync.domain.plan import in_batches
from hybrid_sync.errors import NotFound

ROWS_AT_ONCE = 1_000


def insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT in the words of this database."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def upsert(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], keep: Iterable[str] = ()
) -> int:
    """Insert or change by primary key; returns how many rows are new or really differ.

    An equal row is not written at all. Columns in `keep` stay as they were first written.
    """
    if not rows:
        return 0
    keys = [column.name for column in table.primary_key]
    statement = insert(connection, table)
    changing = [name for name in rows[0] if name not in keys and name not in set(keep)]
    statement = statement.on_conflict_do_update(
        index_elements=keys,
        set_={name: statement.excluded[name] for name in changing},
        where=or_(*(table.c[name].is_distinct_from(statement.excluded[name]) for name in changing)),
    )
    changed = 0
    for batch in in_batches(rows, ROWS_AT_ONCE):
        result = connection.execute(statement, list(batch), execution_options={"preserve_rowcount": True})
        changed += result.rowcount
    return changed


def no_event(event_id: str) -> NotFound:
    """The error for an event that is not in the store."""
    return NotFound(f"there is no event '{event_id}': hybrid-sync event list shows those there are")


def is_missing_reference(error: IntegrityError) -> bool:
    """Whether a row points at an event that is not there (and not, say, two rows with one key)."""
    original = error.orig
    return (
        getattr(original, "sqlite_errorname", None) == "SQLITE_CONSTRAINT_FOREIGNKEY"
        or getattr(original, "sqlstate", None) == "23503"
    )
