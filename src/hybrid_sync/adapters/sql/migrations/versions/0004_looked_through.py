"""When an event was found to hold nobody's data any more, so that retention looks at what is due and not at all the past.

Whatever is written about an event's people afterwards, by whichever way, takes the note back: that is the triggers' part.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Instants are milliseconds since 1970 in UTC. SQLite's STRICT tables know INTEGER, not BIGINT.
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

PERSONAL = (
    "people",
    "messages",
    "segments",
    "checkins",
    "sources",
    "registrations",
    "certificates",
    "replies",
    "bounces",
    "meeting_staff",
)
"""Tables whose rows are about people of an event (privacy.STILL_HELD; a test compares)."""

_TAKE_BACK = (
    "UPDATE events SET people_gone = NULL, stays_gone = NULL "
    "WHERE id = NEW.event_id AND (people_gone IS NOT NULL OR stays_gone IS NOT NULL)"
)

# On PostgreSQL somebody else may be noting at this moment that there is nothing: the row's lock is waited for, and the
# UPDATE after it sees what they wrote (a statement of its own has a snapshot of its own in READ COMMITTED).
_FUNCTION = f"""CREATE FUNCTION look_through_again() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
        PERFORM 1 FROM events WHERE id = NEW.event_id FOR KEY SHARE;
        {_TAKE_BACK};
        RETURN NULL;
    END $$"""


def upgrade() -> None:
    for name in ("people_gone", "stays_gone", "names_gone"):
        op.add_column("events", sa.Column(name, BIG, nullable=True))
        open_ = sa.text(f"{name} IS NULL")
        op.create_index(
            f"ix_events_{name}",
            "events",
            ["end_utc", "start_utc"],
            sqlite_where=open_,
            postgresql_where=open_,
        )
    op.create_index("ix_intents_sent_at", "intents", ["sent_at"])
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        for table in PERSONAL:
            for verb in ("insert", "update"):
                connection.exec_driver_sql(
                    f"CREATE TRIGGER {table}_{verb}_look_through_again AFTER {verb.upper()} ON {table} "
                    f"BEGIN {_TAKE_BACK}; END"
                )
        return
    connection.exec_driver_sql(_FUNCTION)
    for table in PERSONAL:
        connection.exec_driver_sql(
            f"CREATE TRIGGER {table}_look_through_again AFTER INSERT OR UPDATE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION look_through_again()"
        )
