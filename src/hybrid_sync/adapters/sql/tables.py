"""All tables. Instants are milliseconds in UTC, wall times text `YYYY-MM-DDTHH:MM`, lists JSON text.

A change here needs a revision in migrations/versions; a test compares the two on both databases.
SQLite tables are STRICT: a text in a number column is an error there too, as on PostgreSQL.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from hybrid_sync.adapters.sql.columns import Instant, Json, big_integer

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _table(name: str, *parts: Any) -> Table:
    return Table(name, metadata, *parts, sqlite_strict=True)


def _text(name: str, **options: Any) -> Column[Any]:
    return Column(name, Text, **{"nullable": False, **options})


def _number(name: str, **options: Any) -> Column[Any]:
    return Column(name, Integer, **{"nullable": False, **options})


def _instant(name: str, **options: Any) -> Column[Any]:
    return Column(name, Instant, **{"nullable": False, **options})


def _event(**options: Any) -> Column[Any]:
    return Column("event_id", Text, ForeignKey("events.id"), nullable=False, **options)


def _serial() -> Column[Any]:
    """Counts up in the order of writing."""
    return Column("id", big_integer(), primary_key=True, autoincrement=True)


events = _table(
    "events",
    _text("id", primary_key=True),
    _text("title"),
    _text("wall_start"),
    _text("wall_end", nullable=True),
    _text("zone"),
    _number("start_fold"),
    _number("end_fold", nullable=True),
    # Derived from the four above with the zone data named in `tzdata`; never the truth (P3).
    _instant("start_utc"),
    _instant("end_utc", nullable=True),
    _text("tzdata", nullable=True),
    _text("venue", nullable=True),
    _text("city", nullable=True),
    _text("country", nullable=True),
    _number("onsite"),
    _number("online"),
    Column("languages", Json, nullable=False),
    Column("organisers", Json, nullable=False),
    _text("description"),
    Column("speakers", Json, nullable=False),
    Column("moderators", Json, nullable=False),
    _text("registration_url", nullable=True),
    _text("state"),
    Column("warnings", Json, nullable=False),
    _text("source", nullable=True),
    _number("generation"),
)

people = _table(
    "people",
    _text("id", primary_key=True),
    _event(),
    # Order of arrival here within the event, and when; they order people whose registration time nobody told.
    _number("arrival"),
    _instant("arrived_at", nullable=True),
    _text("email"),
    _text("email_key"),
    _text("first_name"),
    _text("last_name"),
    _text("organisation", nullable=True),
    _text("language"),
    _text("mode"),
    _text("status"),
    _instant("registered_at", nullable=True),
    _number("incarnation"),
    _number("link_generation"),
    UniqueConstraint("event_id", "email_key"),
)

meetings = _table(
    "meetings",
    _event(primary_key=True),
    _text("meeting_id"),
    _text("tag"),
    _number("incarnation"),
    _text("number", nullable=True),
    _text("web_link", nullable=True),
    _text("password", nullable=True),
    _text("state"),
    _text("kind"),
    _number("registration"),
    _text("host_email", nullable=True),
    Column("ignored", Json, nullable=False),
    _text("written"),
    _number("recreations"),
    _instant("recreated_at", nullable=True),
    _instant("missing_since", nullable=True),
)

# Links that let one person into a webinar: as secret as passwords.
sources = _table(
    "sources",
    _event(primary_key=True),
    _text("registrant_id", primary_key=True),
    _text("meeting_id"),
    _text("source_id"),
    _text("link"),
)

meeting_staff = _table(
    "meeting_staff",
    _event(primary_key=True),
    _text("email_key", primary_key=True),
    _text("meeting_id"),
    _text("invitee_id"),
)

registrations = _table(
    "registrations",
    _event(primary_key=True),
    _text("email_key", primary_key=True),
    _text("registration_id"),
    # The provider's word as last seen, or "turned down" where we rejected it ourselves.
    _text("status"),
)

entries = _table(
    "entries",
    _event(primary_key=True),
    _text("entry_id"),
    _number("incarnation"),
    _text("body_digest"),
    _text("state"),
)

messages = _table(
    "messages",
    _serial(),
    _event(),
    _text("registrant_id"),
    _text("email"),
    _text("uid"),
    _number("incarnation"),
    _number("sequence"),
    _text("method"),
    _text("kind"),
    _text("message_id"),
    _instant("stamp"),
    Column("facts", Json, nullable=False),
    Column("mime", LargeBinary, nullable=False),
    _text("state"),
    _instant("state_at", nullable=True),
    _text("detail", nullable=True),
    UniqueConstraint("uid", "sequence", "method"),
    Index(None, "event_id", "registrant_id"),
)

intents = _table(
    "intents",
    _text("op_key", primary_key=True),
    # No foreign key: an intent about something that belongs to no event is still an intent.
    _text("event_id"),
    _text("kind"),
    _text("request_hash"),
    _text("state"),
    _number("attempts"),
    _instant("sent_at", nullable=True),
    _text("remote_id", nullable=True),
    _text("detail", nullable=True),
    Index(None, "state", "event_id"),
)

work = _table(
    "work",
    _event(primary_key=True),
    _instant("due_at", nullable=True),
    _instant("lease_until", nullable=True),
    Column("lease_ms", big_integer(), nullable=True),
    _text("owner", nullable=True),
    Column("fence", big_integer(), nullable=False),
    # The earliest wake-up that came while somebody held the lease; `finish` must not overwrite it.
    _instant("woken_at", nullable=True),
    _number("attempts"),
    _text("last_error", nullable=True),
    # Until when each step leaves its system alone, as {"step": ISO 8601 in UTC}.
    Column("waits", Json, nullable=True),
    Index(None, "due_at"),
)


def _stay(name: str, *more: Column[Any]) -> Table:
    return _table(
        name,
        _event(primary_key=True),
        _text("key", primary_key=True),
        _text("instance_id"),
        _text("display_name"),
        _text("email"),
        _instant("joined", nullable=True),
        _instant("left", nullable=True),
        _text("role"),
        _text("device"),
        *more,
    )


segments = _stay("segments", _text("source"), _text("source_id", nullable=True))
checkins = _stay("checkins")

pulls = _table(
    "pulls",
    _serial(),
    _event(index=True),
    _instant("at"),
    Column("instances", Json, nullable=False),
    _number("rows"),
    _number("added"),
)

attentions = _table(
    "attentions",
    # No foreign key: an expired sign-in concerns no single event.
    _text("event_id", primary_key=True),
    _text("key", primary_key=True),
    _text("message"),
    _instant("opened_at"),
    _instant("settled_at", nullable=True),
)

chores = _table(
    "chores",
    _text("name", primary_key=True),
    # While a process is at it: when another may take it. Afterwards: when it is due again.
    _instant("due_at"),
)

tokens = _table(
    "tokens",
    _text("name", primary_key=True),
    # Both tokens and their scopes, sealed under [store] secret; the instants are no secrets.
    _text("ciphertext"),
    _instant("expires"),
    _instant("refresh_expires", nullable=True),
    _instant("updated"),
    # What the provider said when it refused to renew them.
    _text("problem", nullable=True),
)

locks = _table(
    "locks",
    _text("name", primary_key=True),
    _text("owner"),
    _instant("until"),
)

budgets = _table(
    "budgets",
    _text("name", primary_key=True),
    # Thousandths of a call that are left, as of `at` (milliseconds on the database's own clock).
    Column("thousandths", big_integer(), nullable=False),
    Column("at", big_integer(), nullable=False),
)

deliveries = _table(
    "deliveries",
    _text("key", primary_key=True),
    _instant("at", index=True),
)

audit = _table(
    "audit",
    _serial(),
    _instant("at"),
    _text("event_id", index=True),
    _text("actor"),
    _text("what"),
    _text("target"),
    _text("detail"),
    _text("request_id", nullable=True),
)
