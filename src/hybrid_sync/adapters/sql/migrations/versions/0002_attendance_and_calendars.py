"""Matches, aliases, imports, mappings, certificates; replies, bounces, mailboxes, published calendars."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Instants are milliseconds since 1970 in UTC. SQLite's STRICT tables know INTEGER, not BIGINT.
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NUMBER = sa.Integer()
TEXT = sa.Text()


def _text(name: str, nullable: bool = False) -> Any:
    return sa.Column(name, TEXT, nullable=nullable)


def _number(name: str) -> Any:
    return sa.Column(name, NUMBER, nullable=False)


def _instant(name: str, nullable: bool = False) -> Any:
    return sa.Column(name, BIG, nullable=nullable)


def _table(name: str, *columns: Any, key: tuple[str, ...], of_event: bool = True) -> None:
    parts = list(columns)
    if of_event:
        parts.append(sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=f"fk_{name}_event_id_events"))
    op.create_table(name, *parts, sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"), sqlite_strict=True)


def upgrade() -> None:
    _table(
        "matches",
        _text("event_id"),
        _text("stay_key"),
        _text("registrant_id", nullable=True),
        _text("actor"),
        _instant("at"),
        key=("event_id", "stay_key"),
    )
    _table(
        "aliases",
        _text("alias_key"),
        _text("email_key"),
        _text("event_id"),
        _instant("at"),
        key=("alias_key",),
        of_event=False,
    )
    op.create_index("ix_aliases_email_key", "aliases", ["email_key"])
    _table(
        "imports",
        _text("event_id"),
        _text("sha256"),
        _text("kind"),
        _text("name"),
        _text("layout"),
        _text("zone", nullable=True),
        _number("rows"),
        _number("added"),
        _instant("at"),
        key=("event_id", "sha256"),
    )
    _table(
        "mappings",
        _text("event_id"),
        _text("kind"),
        _text("columns"),
        _instant("at"),
        key=("event_id", "kind"),
    )
    _table(
        "certificates",
        _text("code"),
        _text("event_id"),
        _text("registrant_id"),
        _text("name"),
        _number("minutes"),
        _text("language"),
        _instant("issued_at"),
        _instant("withdrawn_at", nullable=True),
        sa.UniqueConstraint("event_id", "registrant_id", name="uq_certificates_event_id_registrant_id"),
        key=("code",),
    )
    _table(
        "replies",
        _text("event_id"),
        _text("registrant_id"),
        _text("uid"),
        _number("sequence"),
        _text("answer"),
        _instant("stamp"),
        _instant("seen_at"),
        key=("event_id", "registrant_id"),
    )
    _table(
        "bounces",
        _text("event_id"),
        _text("email_key"),
        _text("message_id"),
        _text("registrant_id", nullable=True),
        _text("action"),
        _text("status"),
        _text("words"),
        _instant("at"),
        key=("event_id", "email_key", "message_id"),
    )
    op.create_index("ix_bounces_email_key", "bounces", ["email_key"])
    _table(
        "mailboxes",
        _text("name"),
        _text("validity"),
        sa.Column("last_uid", BIG, nullable=False),
        _text("cursor", nullable=True),
        _instant("read_at"),
        key=("name",),
        of_event=False,
    )
    _table(
        "published",
        _text("event_id"),
        _text("collection"),
        _text("href"),
        _text("etag", nullable=True),
        _text("digest"),
        _text("state"),
        _instant("at"),
        key=("event_id", "collection"),
    )
    for table in ("segments", "checkins"):
        op.add_column(table, _text("session", nullable=True))
        op.add_column(table, _text("registrant_id", nullable=True))
    op.add_column("entries", _text("room_answer", nullable=True))
    op.add_column("events", _text("recording_url", nullable=True))
    op.add_column("messages", _text("purpose", nullable=True))
    op.create_index("ix_messages_message_id", "messages", ["message_id"])
    op.add_column("pulls", _text("digest", nullable=True))
    op.add_column("pulls", _text("notes", nullable=True))
