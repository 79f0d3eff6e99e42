"""Everything held about somebody, table by table, as rows that can be handed to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, or_, select

from hybrid_sync.adapters.sql.privacy_records import naming
from hybrid_sync.adapters.sql.privacy_scrub import holds
from hybrid_sync.adapters.sql.tables import (
    aliases,
    attentions,
    audit,
    bounces,
    certificates,
    checkins,
    events,
    matches,
    meeting_staff,
    messages,
    people,
    registrations,
    replies,
    segments,
    sources,
)
from hybrid_sync.domain.people import email_key
from hybrid_sync.domain.retention import addresses_in

_SECRET = {"messages": {"mime", "facts"}, "sources": {"link", "meeting_id"}, "registrants": {"arrival"}}
"""Columns that are nobody's to read: bytes and links of mails, which let somebody in, and our own counting."""


def held_about(connection: Connection, addresses: Sequence[str]) -> Mapping[str, list[dict[str, Any]]]:
    """By what the rows are; an empty list where there is nothing."""
    keys = list(addresses)
    own = select(people.c.id).where(people.c.email_key.in_(keys))
    written = select(messages.c.registrant_id).where(func.lower(messages.c.email).in_(keys))
    ids = list(connection.execute(own.union(select(people.c.id).where(people.c.id.in_(written)))).scalars())
    theirs = list(connection.execute(own).scalars())

    def by_id(table: Table) -> ColumnElement[bool]:
        return table.c.registrant_id.in_(theirs)

    def by_address(column: ColumnElement[Any]) -> ColumnElement[bool]:
        return func.lower(column).in_(keys)

    named = [holds(audit.c[column], word) for column in ("target", "detail") for word in (*keys, *theirs)]
    asked = [holds(attentions.c[column], key) for column in ("key", "message") for key in keys]
    decided = [matches.c.registrant_id.in_(theirs), *(holds(matches.c.stay_key, key) for key in keys)]
    parts: dict[str, tuple[Table, ColumnElement[bool]]] = {
        "registrants": (people, people.c.id.in_(theirs or ids)),
        "messages": (messages, or_(by_id(messages), by_address(messages.c.email))),
        "replies": (replies, by_id(replies)),
        "bounces": (bounces, or_(by_id(bounces), by_address(bounces.c.email_key))),
        "webex_registrations": (registrations, by_address(registrations.c.email_key)),
        "webinar_links": (sources, by_id(sources)),
        "attendance": (segments, or_(by_id(segments), by_address(segments.c.email))),
        "checkins": (checkins, or_(by_id(checkins), by_address(checkins.c.email))),
        "matches": (matches, or_(*decided)),
        "aliases": (aliases, or_(aliases.c.email_key.in_(keys), aliases.c.alias_key.in_(keys))),
        "certificates": (certificates, by_id(certificates)),
        "questions": (attentions, or_(*asked)),
        "staff_roles": (meeting_staff, meeting_staff.c.email_key.in_(keys)),
        "audit": (audit, or_(*named)),
    }
    found = {name: list(_rows(connection, name, table, which)) for name, (table, which) in parts.items()}
    found["named_in_event_records"] = _in_records(connection, keys)
    found["events"] = _events(connection, found)
    return found


def _rows(
    connection: Connection, name: str, table: Table, which: ColumnElement[bool]
) -> Iterator[dict[str, Any]]:
    hidden = _SECRET.get(name, set())
    query = select(table).where(which).order_by(*table.primary_key)
    for row in connection.execute(query).mappings():
        told = {column: value for column, value in row.items() if column not in hidden}
        if name == "messages":
            told["told"] = {key: value for key, value in row["facts"].items() if key != "join_link"}
        yield told


def _in_records(connection: Connection, keys: Sequence[str]) -> list[dict[str, Any]]:
    """Where event records name the address: in the programme, or within the words of another field."""
    found: list[dict[str, Any]] = []
    for event in naming(connection, keys):
        for part, people_named in (("speakers", event.speakers), ("moderators", event.moderators)):
            named = [asdict(one) for one in people_named if email_key(one.email or "") in keys]
            found += [{"event_id": event.id, "as": part, **one} for one in named]
        texts = (("organisers", "; ".join(event.organisers)), ("description", event.description))
        found += [
            {"event_id": event.id, "as": part, "text": text}
            for part, text in texts
            if addresses_in(text).intersection(keys)
        ]
    return found


def _events(connection: Connection, found: Mapping[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Which events these rows speak of."""
    ids = sorted({str(row["event_id"]) for rows in found.values() for row in rows if row.get("event_id")})
    query = select(events.c.id, events.c.title, events.c.wall_start, events.c.zone).where(
        events.c.id.in_(ids)
    )
    return [dict(row) for row in connection.execute(query.order_by(events.c.id)).mappings()]
