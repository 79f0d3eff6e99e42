"""What the tables are made of: naming, strictness, and the kinds of columns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, Text

from hybrid_sync.adapters.sql.columns import Instant, big_integer

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def a_table(name: str, *parts: Any) -> Table:
    return Table(name, metadata, *parts, sqlite_strict=True)


def text(name: str, **options: Any) -> Column[Any]:
    return Column(name, Text, **{"nullable": False, **options})


def number(name: str, **options: Any) -> Column[Any]:
    return Column(name, Integer, **{"nullable": False, **options})


def instant(name: str, **options: Any) -> Column[Any]:
    return Column(name, Instant, **{"nullable": False, **options})


def of_event(**options: Any) -> Column[Any]:
    return Column("event_id", Text, ForeignKey("events.id"), nullable=False, **options)


def serial() -> Column[Any]:
    """Counts up in the order of writing."""
    return Column("id", big_integer(), primary_key=True, autoincrement=True)
