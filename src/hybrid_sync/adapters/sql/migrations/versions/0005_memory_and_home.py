"""What is remembered of restores and of staff entries gets columns of its own, and the database knows where it is at home.

Both stood in rows of `intents` that were none. Those rows are taken over and go.
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Instants are milliseconds since 1970 in UTC. SQLite's STRICT tables know INTEGER, not BIGINT.
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text()
NUMBER = sa.Integer()

COPIED = "store.copied"
RESTORED = "store.restored:"
WRITTEN = "graph.calendar.written:"
REFUSED = "graph.calendar.update:"


def upgrade() -> None:
    for column in (
        sa.Column("wish", TEXT, nullable=True),
        sa.Column("stood", TEXT, nullable=True),
        sa.Column("invited", TEXT, nullable=True),
        sa.Column("writes", NUMBER, nullable=True),
        sa.Column("refused_change", TEXT, nullable=True),
        sa.Column("refused_words", TEXT, nullable=True),
        sa.Column("noted_at", BIG, nullable=True),
    ):
        op.add_column("entries", column)
    op.create_index("ix_entries_noted_at", "entries", ["noted_at"])
    op.create_table(
        "restores",
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("floor", NUMBER, nullable=False),
        sa.Column("before", TEXT, nullable=False),
        sa.Column("told_from", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_restores_event_id_events"),
        sa.PrimaryKeyConstraint("event_id", name="pk_restores"),
        sqlite_strict=True,
    )
    op.create_index("ix_restores_at", "restores", ["at"])
    op.create_table(
        "home",
        sa.Column("id", NUMBER, nullable=False, autoincrement=False),
        sa.Column("copied", NUMBER, nullable=False),
        sa.Column("cluster", TEXT, nullable=False),
        sa.Column("database_oid", BIG, nullable=False),
        sa.Column("table_oid", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_home"),
        sqlite_strict=True,
    )
    connection = op.get_bind()
    entries, intents, restores = (
        sa.Table(name, sa.MetaData(), autoload_with=connection) for name in ("entries", "intents", "restores")
    )

    def taken(*which: sa.ColumnElement[bool]) -> dict[str, Any]:
        """The rows by key; they are in `intents` no more."""
        rows = {row.op_key: row for row in connection.execute(sa.select(intents).where(*which))}
        connection.execute(sa.delete(intents).where(*which))
        return rows

    written = taken(intents.c.op_key.startswith(WRITTEN))
    refused = taken(intents.c.op_key.startswith(REFUSED), intents.c.state == "failed")
    for entry in connection.execute(sa.select(entries)).all():
        name = f"{entry.event_id}:{entry.incarnation}"
        values: dict[str, Any] = {}
        if (last := written.get(WRITTEN + name)) is not None:
            stood, *invited = (last.detail or "").split() or [""]
            values |= {"wish": last.request_hash, "stood": stood, "invited": json.dumps(invited)}
            values |= {"writes": last.attempts, "noted_at": last.sent_at}
        if (no := refused.get(REFUSED + name)) is not None:
            values |= {"refused_change": no.request_hash, "refused_words": no.detail}
            values |= {"noted_at": max(values.get("noted_at") or 0, no.sent_at or 0)}
        if values:
            connection.execute(sa.update(entries).where(entries.c.event_id == entry.event_id).values(values))

    events = sa.Table("events", sa.MetaData(), autoload_with=connection)
    there = set(connection.execute(sa.select(events.c.id)).scalars())
    for row in taken(intents.c.op_key.startswith(RESTORED)).values():
        if row.event_id not in there or row.sent_at is None:
            continue
        told = dict(pair.rsplit("=", 1) for pair in (row.detail or "").split())
        values = {
            "event_id": row.event_id,
            "at": row.sent_at,
            "floor": row.attempts,
            "before": json.dumps(row.request_hash.split()),
            "told_from": json.dumps({who: int(number) for who, number in told.items()}, sort_keys=True),
        }
        connection.execute(sa.insert(restores).values(values))

    # "done" meant that nobody had said yet that the copy was put back.
    marks = taken(intents.c.op_key == COPIED)
    copied = int(any(mark.state == "done" for mark in marks.values()))
    place: tuple[str, int, int] = ("", 0, 0) if connection.dialect.name == "sqlite" else _place(connection)
    connection.execute(
        sa.text("INSERT INTO home VALUES (1, :copied, :cluster, :database_oid, :table_oid)"),
        {"copied": copied, "cluster": place[0], "database_oid": place[1], "table_oid": place[2]},
    )


def _place(connection: sa.Connection) -> tuple[str, int, int]:
    """PostgreSQL: this server, if this role may ask for its name, this database, the table just made."""

    def told(query: str) -> Any:
        return connection.exec_driver_sql(query).scalar_one()

    may_ask = told("SELECT has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')")
    return (
        told("SELECT system_identifier::text FROM pg_catalog.pg_control_system()") if may_ask else "",
        told("SELECT oid::bigint FROM pg_database WHERE datname = current_database()"),
        told("SELECT 'home'::regclass::oid::bigint"),
    )
