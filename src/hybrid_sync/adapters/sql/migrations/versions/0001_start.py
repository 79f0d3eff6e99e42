"""All tables of the first version, and the triggers that keep the audit log append-only."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from hybrid_sync.adapters.sql.audit_guard import set_guard

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Instants are milliseconds since 1970 in UTC. SQLite's STRICT tables know INTEGER, not BIGINT.
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NUMBER = sa.Integer()
TEXT = sa.Text()
BYTES = sa.LargeBinary()


def _table(name: str, *parts: Any) -> None:
    op.create_table(name, *parts, sqlite_strict=True)


def upgrade() -> None:
    _table(
        "events",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("wall_start", TEXT, nullable=False),
        sa.Column("wall_end", TEXT, nullable=True),
        sa.Column("zone", TEXT, nullable=False),
        sa.Column("start_fold", NUMBER, nullable=False),
        sa.Column("end_fold", NUMBER, nullable=True),
        sa.Column("start_utc", BIG, nullable=False),
        sa.Column("end_utc", BIG, nullable=True),
        sa.Column("tzdata", TEXT, nullable=True),
        sa.Column("venue", TEXT, nullable=True),
        sa.Column("city", TEXT, nullable=True),
        sa.Column("country", TEXT, nullable=True),
        sa.Column("onsite", NUMBER, nullable=False),
        sa.Column("online", NUMBER, nullable=False),
        sa.Column("languages", TEXT, nullable=False),
        sa.Column("organisers", TEXT, nullable=False),
        sa.Column("description", TEXT, nullable=False),
        sa.Column("speakers", TEXT, nullable=False),
        sa.Column("moderators", TEXT, nullable=False),
        sa.Column("registration_url", TEXT, nullable=True),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("warnings", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=True),
        sa.Column("generation", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    _table(
        "attentions",
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("message", TEXT, nullable=False),
        sa.Column("opened_at", BIG, nullable=False),
        sa.Column("settled_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("event_id", "key", name="pk_attentions"),
    )
    _table(
        "audit",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("what", TEXT, nullable=False),
        sa.Column("target", TEXT, nullable=False),
        sa.Column("detail", TEXT, nullable=False),
        sa.Column("request_id", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_event_id", "audit", ["event_id"])
    _table(
        "intents",
        sa.Column("op_key", TEXT, nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("request_hash", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("attempts", NUMBER, nullable=False),
        sa.Column("sent_at", BIG, nullable=True),
        sa.Column("remote_id", TEXT, nullable=True),
        sa.Column("detail", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("op_key", name="pk_intents"),
    )
    op.create_index("ix_intents_state_event_id", "intents", ["state", "event_id"])
    _table(
        "checkins",
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("display_name", TEXT, nullable=False),
        sa.Column("email", TEXT, nullable=False),
        sa.Column("joined", BIG, nullable=True),
        sa.Column("left", BIG, nullable=True),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("device", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_checkins_event_id_events"),
        sa.PrimaryKeyConstraint("event_id", "key", name="pk_checkins"),
    )
    _table(
        "entries",
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("entry_id", TEXT, nullable=False),
        sa.Column("incarnation", NUMBER, nullable=False),
        sa.Column("body_digest", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_entries_event_id_events"),
        sa.PrimaryKeyConstraint("event_id", name="pk_entries"),
    )
    _table(
        "meetings",
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("meeting_id", TEXT, nullable=False),
        sa.Column("tag", TEXT, nullable=False),
        sa.Column("incarnation", NUMBER, nullable=False),
        sa.Column("number", TEXT, nullable=True),
        sa.Column("web_link", TEXT, nullable=True),
        sa.Column("password", TEXT, nullable=True),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("registration", NUMBER, nullable=False),
        sa.Column("host_email", TEXT, nullable=True),
        sa.Column("ignored", TEXT, nullable=False),
        sa.Column("written", TEXT, nullable=False),
        sa.Column("recreations", NUMBER, nullable=False),
        sa.Column("recreated_at", BIG, nullable=True),
        sa.Column("missing_since", BIG, nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_meetings_event_id_events"),
        sa.PrimaryKeyConstraint("event_id", name="pk_meetings"),
    )
    _table(
        "meeting_staff",
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("email_key", TEXT, nullable=False),
        sa.Column("meeting_id", TEXT, nullable=False),
        sa.Column("invitee_id", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_meeting_staff_event_id_events"),
        sa.PrimaryKeyConstraint("event_id", "email_key", name="pk_meeting_staff"),
    )
    _table(
        "sources",
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("registrant_id", TEXT, nullable=False),
        sa.Column("meeting_id", TEXT, nullable=False),
        sa.Column("source_id", TEXT, nullable=False),
        sa.Column("link", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_sources_event_id_events"),
        sa.PrimaryKeyConstraint("event_id", "registrant_id", name="pk_sources"),
    )
    _table(
        "messages",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("registrant_id", TEXT, nullable=False),
        sa.Column("email", TEXT, nullable=False),
        sa.Column("uid", TEXT, nullable=False),
        sa.Column("incarnation", NUMBER, nullable=False),
        sa.Column("sequence", NUMBER, nullable=False),
        sa.Column("method", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("message_id", TEXT, nullable=False),
        sa.Column("stamp", BIG, nullable=False),
        sa.Column("facts", TEXT, nullable=False),
        sa.Column("mime", BYTES, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("state_at", BIG, nullable=True),
        sa.Column("detail", TEXT, nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_messages_event_id_events"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("uid", "sequence", "method", name="uq_messages_uid_sequence_method"),
    )
    op.create_index("ix_messages_event_id_registrant_id", "messages", ["event_id", "registrant_id"])
    _table(
        "people",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("arrival", NUMBER, nullable=False),
        sa.Column("arrived_at", BIG, nullable=True),
        sa.Column("email", TEXT, nullable=False),
        sa.Column("email_key", TEXT, nullable=False),
        sa.Column("first_name", TEXT, nullable=False),
        sa.Column("last_name", TEXT, nullable=False),
        sa.Column("organisation", TEXT, nullable=True),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("mode", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("registered_at", BIG, nullable=True),
        sa.Column("incarnation", NUMBER, nullable=False),
        sa.Column("link_generation", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_people_event_id_events"),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("event_id", "email_key", name="uq_people_event_id_email_key"),
    )
    _table(
        "pulls",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("instances", TEXT, nullable=False),
        sa.Column("rows", NUMBER, nullable=False),
        sa.Column("added", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_pulls_event_id_events"),
        sa.PrimaryKeyConstraint("id", name="pk_pulls"),
    )
    op.create_index("ix_pulls_event_id", "pulls", ["event_id"])
    _table(
        "registrations",
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("email_key", TEXT, nullable=False),
        sa.Column("registration_id", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_registrations_event_id_events"),
        sa.PrimaryKeyConstraint("event_id", "email_key", name="pk_registrations"),
    )
    _table(
        "segments",
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("display_name", TEXT, nullable=False),
        sa.Column("email", TEXT, nullable=False),
        sa.Column("joined", BIG, nullable=True),
        sa.Column("left", BIG, nullable=True),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("device", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("source_id", TEXT, nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_segments_event_id_events"),
        sa.PrimaryKeyConstraint("event_id", "key", name="pk_segments"),
    )
    _table(
        "work",
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("due_at", BIG, nullable=True),
        sa.Column("lease_until", BIG, nullable=True),
        sa.Column("lease_ms", BIG, nullable=True),
        sa.Column("owner", TEXT, nullable=True),
        sa.Column("fence", BIG, nullable=False),
        sa.Column("woken_at", BIG, nullable=True),
        sa.Column("attempts", NUMBER, nullable=False),
        sa.Column("last_error", TEXT, nullable=True),
        sa.Column("waits", TEXT, nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_work_event_id_events"),
        sa.PrimaryKeyConstraint("event_id", name="pk_work"),
    )
    op.create_index("ix_work_due_at", "work", ["due_at"])
    _table(
        "chores",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("due_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_chores"),
    )
    _table(
        "tokens",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("ciphertext", TEXT, nullable=False),
        sa.Column("expires", BIG, nullable=False),
        sa.Column("refresh_expires", BIG, nullable=True),
        sa.Column("updated", BIG, nullable=False),
        sa.Column("problem", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_tokens"),
    )
    _table(
        "locks",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("until", BIG, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_locks"),
    )
    _table(
        "budgets",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("thousandths", BIG, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_budgets"),
    )
    _table(
        "deliveries",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_at", "deliveries", ["at"])
    set_guard(op.get_bind())
