"""All tables. Instants are milliseconds in UTC, wall times text `YYYY-MM-DDTHH:MM`, lists JSON text.

A change here needs a revision in migrations/versions; a test compares the two on both databases.
SQLite tables are STRICT: a text in a number column is an error there too, as on PostgreSQL.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, Index, LargeBinary, Table, UniqueConstraint, literal_column

from hybrid_sync.adapters.sql.attendance_tables import aliases, certificates, imports, mappings, matches
from hybrid_sync.adapters.sql.calendar_tables import bounces, mailboxes, published, replies
from hybrid_sync.adapters.sql.columns import Json, big_integer
from hybrid_sync.adapters.sql.outside_tables import (
    entries,
    meeting_staff,
    meetings,
    registrations,
    restores,
    sources,
)
from hybrid_sync.adapters.sql.service_tables import (
    budgets,
    chores,
    deliveries,
    home,
    locks,
    tokens,
    tombstones,
)
from hybrid_sync.adapters.sql.table_parts import a_table, instant, metadata, number, of_event, serial, text


def _not_noted(name: str) -> Index:
    """Past events at which retention still has to look, without those of which it is noted that nothing is left."""
    where: ColumnElement[bool] = literal_column(f"{name} IS NULL")
    return Index(f"ix_events_{name}", "end_utc", "start_utc", sqlite_where=where, postgresql_where=where)


events = a_table(
    "events",
    text("id", primary_key=True),
    text("title"),
    text("wall_start"),
    text("wall_end", nullable=True),
    text("zone"),
    number("start_fold"),
    number("end_fold", nullable=True),
    # Derived from the four above with the zone data named in `tzdata`; never the truth (P3).
    instant("start_utc"),
    instant("end_utc", nullable=True),
    text("tzdata", nullable=True),
    text("venue", nullable=True),
    text("city", nullable=True),
    text("country", nullable=True),
    number("onsite"),
    number("online"),
    Column("languages", Json, nullable=False),
    Column("organisers", Json, nullable=False),
    text("description"),
    Column("speakers", Json, nullable=False),
    Column("moderators", Json, nullable=False),
    text("registration_url", nullable=True),
    text("recording_url", nullable=True),
    text("state"),
    Column("warnings", Json, nullable=False),
    text("source", nullable=True),
    number("generation"),
    # When it was found that nothing is held any more about its people, of their stays, of the names in its programme.
    # Null: look. Triggers of revision 0004 and `SqlEvents.save` make it so again at whatever is written about them.
    *(instant(name, nullable=True) for name in ("people_gone", "stays_gone", "names_gone")),
    # What is not over yet, and what was over lately, without reading the past.
    Index(None, "end_utc", "start_utc"),
    *(_not_noted(name) for name in ("people_gone", "stays_gone", "names_gone")),
)

people = a_table(
    "people",
    text("id", primary_key=True),
    of_event(),
    # Order of arrival here within the event, and when; they order people whose registration time nobody told.
    number("arrival"),
    instant("arrived_at", nullable=True),
    text("email"),
    text("email_key"),
    text("first_name"),
    text("last_name"),
    text("organisation", nullable=True),
    text("language"),
    text("mode"),
    text("status"),
    instant("registered_at", nullable=True),
    number("incarnation"),
    number("link_generation"),
    UniqueConstraint("event_id", "email_key"),
)

UNSENT: ColumnElement[bool] = literal_column("state IN ('pending', 'sending', 'refused')")
"""Mails that somebody or something still waits for. Literal: SQLite does not match parameters with a partial index."""

messages = a_table(
    "messages",
    serial(),
    of_event(),
    text("registrant_id"),
    text("email"),
    text("uid"),
    number("incarnation"),
    number("sequence"),
    text("method"),
    text("kind"),
    # What a mail without calendar object is for ("reminder 24h"), so that it is never sent twice.
    text("purpose", nullable=True),
    text("message_id"),
    instant("stamp"),
    Column("facts", Json, nullable=False),
    Column("mime", LargeBinary, nullable=False),
    text("state"),
    instant("state_at", nullable=True),
    text("detail", nullable=True),
    UniqueConstraint("uid", "sequence", "method"),
    Index(None, "event_id", "registrant_id"),
    Index(None, "message_id"),
    # What still waits, without reading through everything that was ever sent.
    Index("ix_messages_unsent", "state", "stamp", sqlite_where=UNSENT, postgresql_where=UNSENT),
)

intents = a_table(
    "intents",
    text("op_key", primary_key=True),
    # No foreign key: an intent about something that belongs to no event is still an intent.
    text("event_id"),
    text("kind"),
    text("request_hash"),
    text("state"),
    number("attempts"),
    instant("sent_at", nullable=True),
    text("remote_id", nullable=True),
    text("detail", nullable=True),
    Index(None, "state", "event_id"),
    # What is old enough to be forgotten.
    Index(None, "sent_at"),
)

work = a_table(
    "work",
    of_event(primary_key=True),
    instant("due_at", nullable=True),
    instant("lease_until", nullable=True),
    Column("lease_ms", big_integer(), nullable=True),
    text("owner", nullable=True),
    Column("fence", big_integer(), nullable=False),
    # The earliest wake-up that came while somebody held the lease; `finish` must not overwrite it.
    instant("woken_at", nullable=True),
    number("attempts"),
    text("last_error", nullable=True),
    # Until when each step leaves its system alone, as {"step": ISO 8601 in UTC}.
    Column("waits", Json, nullable=True),
    Index(None, "due_at"),
)


def _stay(name: str, *more: Column[Any]) -> Table:
    return a_table(
        name,
        of_event(primary_key=True),
        text("key", primary_key=True),
        text("instance_id"),
        text("display_name"),
        text("email"),
        instant("joined", nullable=True),
        instant("left", nullable=True),
        text("role"),
        text("device"),
        # The name of the breakout session; "" or null (rows of the first version) for the main one.
        text("session", nullable=True),
        # Whom our own record names: a check-in by code, say.
        text("registrant_id", nullable=True),
        *more,
    )


segments = _stay("segments", text("source"), text("source_id", nullable=True))
checkins = _stay("checkins")

pulls = a_table(
    "pulls",
    serial(),
    of_event(index=True),
    instant("at"),
    Column("instances", Json, nullable=False),
    number("rows"),
    number("added"),
    # Of everything that was told: two pulls that agree have the same.
    text("digest", nullable=True),
    Column("notes", Json, nullable=True),
)

attentions = a_table(
    "attentions",
    # No foreign key: an expired sign-in concerns no single event.
    text("event_id", primary_key=True),
    text("key", primary_key=True),
    text("message"),
    instant("opened_at"),
    instant("settled_at", nullable=True, index=True),
)

audit = a_table(
    "audit",
    serial(),
    instant("at"),
    text("event_id"),
    text("actor"),
    text("what"),
    text("target"),
    text("detail"),
    text("request_id", nullable=True),
    # Of this line and the one before it; null in lines that were written before chains were kept.
    text("chain", nullable=True),
    # In this order: when an event's record last changed is read from the index alone, among thousands of mails.
    Index(None, "event_id", "what", "at"),
)

__all__ = [
    "aliases",
    "attentions",
    "audit",
    "bounces",
    "budgets",
    "certificates",
    "checkins",
    "chores",
    "deliveries",
    "entries",
    "events",
    "home",
    "imports",
    "intents",
    "locks",
    "mailboxes",
    "mappings",
    "matches",
    "meeting_staff",
    "meetings",
    "messages",
    "metadata",
    "people",
    "published",
    "pulls",
    "registrations",
    "replies",
    "restores",
    "segments",
    "sources",
    "tokens",
    "tombstones",
    "work",
]
