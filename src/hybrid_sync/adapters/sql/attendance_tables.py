"""Tables of what staff decide and hand out about attendance: matches, imported files, certificates."""

from __future__ import annotations

from sqlalchemy import Column, UniqueConstraint

from hybrid_sync.adapters.sql.columns import Json
from hybrid_sync.adapters.sql.table_parts import a_table, instant, number, of_event, text

# What a person decided about somebody whom nothing else told: a registrant, or nobody registered (null).
matches = a_table(
    "matches",
    of_event(primary_key=True),
    text("stay_key", primary_key=True),
    text("registrant_id", nullable=True),
    text("actor"),
    instant("at"),
)

# Addresses that stand for a registered one at every later event.
aliases = a_table(
    "aliases",
    text("alias_key", primary_key=True),
    text("email_key", index=True),
    # The event at which it was learned; no foreign key, it outlives the event.
    text("event_id"),
    instant("at"),
)

imports = a_table(
    "imports",
    of_event(primary_key=True),
    text("sha256", primary_key=True),
    # attendance, door or registrants
    text("kind"),
    text("name"),
    text("layout"),
    text("zone", nullable=True),
    number("rows"),
    number("added"),
    instant("at"),
)

# Which column of a file holds which field, as told once with --map.
mappings = a_table(
    "mappings",
    of_event(primary_key=True),
    text("kind", primary_key=True),
    Column("columns", Json, nullable=False),
    instant("at"),
)

certificates = a_table(
    "certificates",
    text("code", primary_key=True),
    of_event(),
    text("registrant_id"),
    text("name"),
    number("minutes"),
    text("language"),
    instant("issued_at"),
    # Withdrawn after a correction; the page says so.
    instant("withdrawn_at", nullable=True),
    UniqueConstraint("event_id", "registrant_id"),
)
