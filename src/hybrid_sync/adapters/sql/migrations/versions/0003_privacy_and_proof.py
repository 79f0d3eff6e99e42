"""Chained audit lines; tombstones of people who were erased; indexes, so that cost grows with what is due."""

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
    op.create_index("ix_events_end_utc_start_utc", "events", ["end_utc", "start_utc"])
    op.create_index("ix_attentions_settled_at", "attentions", ["settled_at"])
    op.drop_index("ix_audit_event_id", table_name="audit")
    op.create_index("ix_audit_event_id_what_at", "audit", ["event_id", "what", "at"])
    unsent = sa.text("state IN ('pending', 'sending', 'refused')")
    op.create_index(
        "ix_messages_unsent", "messages", ["state", "stamp"], sqlite_where=unsent, postgresql_where=unsent
    )
