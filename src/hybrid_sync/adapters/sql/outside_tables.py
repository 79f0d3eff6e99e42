"""Tables of what stands outside, as last seen: the meeting and its people, the staff entry."""

from __future__ import annotations

from sqlalchemy import Column

from hybrid_sync.adapters.sql.columns import Json
from hybrid_sync.adapters.sql.table_parts import a_table, instant, number, of_event, text

meetings = a_table(
    "meetings",
    of_event(primary_key=True),
    text("meeting_id"),
    text("tag"),
    number("incarnation"),
    text("number", nullable=True),
    text("web_link", nullable=True),
    text("password", nullable=True),
    text("state"),
    text("kind"),
    number("registration"),
    text("host_email", nullable=True),
    Column("ignored", Json, nullable=False),
    text("written"),
    number("recreations"),
    instant("recreated_at", nullable=True),
    instant("missing_since", nullable=True),
)

# Links that let one person into a webinar: as secret as passwords.
sources = a_table(
    "sources",
    of_event(primary_key=True),
    text("registrant_id", primary_key=True),
    text("meeting_id"),
    text("source_id"),
    text("link"),
)

meeting_staff = a_table(
    "meeting_staff",
    of_event(primary_key=True),
    text("email_key", primary_key=True),
    text("meeting_id"),
    text("invitee_id"),
)

registrations = a_table(
    "registrations",
    of_event(primary_key=True),
    text("email_key", primary_key=True),
    text("registration_id"),
    # The provider's word as last seen, or "turned down" where we rejected it ourselves.
    text("status"),
)

entries = a_table(
    "entries",
    of_event(primary_key=True),
    text("entry_id"),
    number("incarnation"),
    text("body_digest"),
    text("state"),
    # What the room mailbox answered, in the calendar's own word; null while there is no room or no answer.
    text("room_answer", nullable=True),
    # Of our last write, and of the change that was last refused (domain.staff_calendar.Written, ports.Refusal). Addresses
    # are kept as marks only. Null: nothing is known, or it was let go when the event had been over for long enough.
    text("wish", nullable=True),
    text("stood", nullable=True),
    Column("invited", Json, nullable=True),
    number("writes", nullable=True),
    text("refused_change", nullable=True),
    text("refused_words", nullable=True),
    # When this was noted; null when there is none of it.
    instant("noted_at", nullable=True, index=True),
)

restores = a_table(
    "restores",
    of_event(primary_key=True),
    instant("at", index=True),
    number("floor"),
    Column("before", Json, nullable=False),
    Column("told_from", Json, nullable=False),
)
