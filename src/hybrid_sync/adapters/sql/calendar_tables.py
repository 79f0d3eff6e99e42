"""Tables of what comes back to invitations, and of calendars that are published."""

from __future__ import annotations

from sqlalchemy import Column, Index

from hybrid_sync.adapters.sql.columns import big_integer
from hybrid_sync.adapters.sql.table_parts import a_table, instant, number, of_event, text

# The newest answer of each person's calendar.
replies = a_table(
    "replies",
    of_event(primary_key=True),
    text("registrant_id", primary_key=True),
    text("uid"),
    number("sequence"),
    text("answer"),
    # DTSTAMP of the reply: an older one that comes later changes nothing.
    instant("stamp"),
    instant("seen_at"),
)

# What mail servers gave back. `status` is the code of RFC 3463, such as 5.1.1.
bounces = a_table(
    "bounces",
    of_event(primary_key=True),
    text("email_key", primary_key=True),
    text("message_id", primary_key=True),
    text("registrant_id", nullable=True),
    text("action"),
    text("status"),
    text("words"),
    instant("at"),
    Index(None, "email_key"),
)

# How far each mailbox has been read.
mailboxes = a_table(
    "mailboxes",
    text("name", primary_key=True),
    text("validity"),
    Column("last_uid", big_integer(), nullable=False),
    text("cursor", nullable=True),
    instant("read_at"),
)

# What stands in the CalDAV collection, by our own UID.
published = a_table(
    "published",
    of_event(primary_key=True),
    text("collection", primary_key=True),
    text("href"),
    text("etag", nullable=True),
    text("digest"),
    text("state"),
    instant("at"),
)
