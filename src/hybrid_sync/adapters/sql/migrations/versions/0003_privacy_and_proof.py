"""Chained audit lines; tombstones of people who were erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Instants are milliseconds since 1970 in UTC. SQLite's STRICT tables know INTEGER, not BIGINT.
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text()


def upgrade() -> None:
    op.add_column("audit", sa.Column("chain", TEXT, nullable=True))
    op.create_table(
        "tombstones",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_tombstones"),
        sqlite_strict=True,
    )
