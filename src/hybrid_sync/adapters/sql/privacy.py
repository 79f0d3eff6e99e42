"""The room of erasure: who is held where, and everything of somebody taken out in one go."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, func, insert, or_, select

from hybrid_sync.adapters.sql import privacy_scrub as scrubbing
from hybrid_sync.adapters.sql.privacy_held import held_about
from hybrid_sync.adapters.sql.tables import (
    aliases,
    attentions,
    audit,
    bounces,
    certificates,
    checkins,
    deliveries,
    events,
    intents,
    matches,
    messages,
    people,
    pulls,
    registrations,
    replies,
    segments,
    sources,
)
from hybrid_sync.domain.attendance_pulls import PURGED
from hybrid_sync.domain.people import ERASED_DOMAIN, ERASED_NAME, email_key, is_erased_address
from hybrid_sync.domain.retention import Veil, addresses_in
from hybrid_sync.ports import Held


class SqlPrivacy:
    """ports.Privacy."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def also_known(self, email: str) -> tuple[str, ...]:
        key = email_key(email)
        query = select(aliases.c.alias_key).where(aliases.c.email_key == key).order_by(aliases.c.alias_key)
        return (key, *self._connection.execute(query).scalars())

    def held(self, addresses: Sequence[str]) -> Held:
        return held_about(self._connection, addresses)

    def events_of(self, addresses: Collection[str]) -> Sequence[str]:
        keys = list(addresses)
        found: set[str] = set()
        for table, column in _BY_ADDRESS:
            query = select(table.c.event_id).where(func.lower(table.c[column]).in_(keys))
            found |= set(self._connection.execute(query.distinct()).scalars())
        for table, columns in scrubbing.TEXTS:
            named = or_(*(scrubbing.holds(table.c[column], key) for column in columns for key in keys))
            found |= set(self._connection.execute(select(table.c.event_id).where(named).distinct()).scalars())
        query = select(events.c.id).where(events.c.id.in_(sorted(found))).order_by(events.c.start_utc)
        return list(self._connection.execute(query).scalars())

    def addresses(self, event_id: str) -> frozenset[str]:
        found: set[str] = set()
        for table, column in _BY_ADDRESS:
            query = select(table.c[column]).where(table.c.event_id == event_id).distinct()
            found |= {email_key(told) for told in self._connection.execute(query).scalars() if told}
        for table, columns in scrubbing.TEXTS:
            names = [table.c[column] for column in columns]
            holds = or_(*(column.contains("@") for column in names))
            rows = self._connection.execute(select(*names).where(table.c.event_id == event_id, holds))
            found |= {key for row in rows for text in row if text for key in addresses_in(text)}
        return frozenset(key for key in found if "@" in key and not is_erased_address(key))

    def scrub(self, event_id: str, veil: Veil, now: datetime) -> Mapping[str, int]:
        return scrubbing.Scrub(self._connection, event_id, veil, now).run()

    def forget_aliases(self, addresses: Collection[str]) -> int:
        keys = list(addresses)
        gone = delete(aliases).where(or_(aliases.c.alias_key.in_(keys), aliases.c.email_key.in_(keys)))
        return self._connection.execute(gone).rowcount

    # --- retention ---

    def holding_people(self, over_before: datetime) -> Sequence[str]:
        return self._over(over_before, or_(*(_there(table, *more) for table, more in _STILL_HELD)))

    def holding_stays(self, over_before: datetime) -> Sequence[str]:
        return self._over(over_before, or_(_there(segments), _there(checkins)))

    def _over(self, before: datetime, holds: ColumnElement[bool]) -> Sequence[str]:
        end = func.coalesce(events.c.end_utc, events.c.start_utc)
        query = select(events.c.id).where(end <= before, holds).order_by(end, events.c.id)
        return list(self._connection.execute(query).scalars())

    def drop_stays(self, event_id: str, summary: str, now: datetime) -> int:
        gone = 0
        for table in (segments, checkins, matches, pulls):
            rows = self._connection.execute(delete(table).where(table.c.event_id == event_id)).rowcount
            gone += rows if table in (segments, checkins) else 0
        told = {"event_id": event_id, "at": now, "instances": [], "rows": 0, "added": 0}
        self._connection.execute(insert(pulls).values(**told, digest=PURGED, notes=[summary]))
        return gone

    def drop_lines(self, before: datetime) -> Mapping[str, int]:
        return {
            name: self._connection.execute(delete(table).where(old)).rowcount
            for name, (table, old) in _lines(before).items()
        }

    def lines(self, before: datetime) -> Mapping[str, int]:
        wanted: dict[str, tuple[Table, ColumnElement[bool]]] = _lines(before)
        wanted["audit lines"] = (audit, audit.c.at < before)
        return {
            name: self._connection.execute(select(func.count()).select_from(table).where(old)).scalar_one()
            for name, (table, old) in wanted.items()
        }


_BY_ADDRESS = (
    (people, "email_key"),
    (messages, "email"),
    (registrations, "email_key"),
    (bounces, "email_key"),
    (segments, "email"),
    (checkins, "email"),
)


def _real(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(column != "", ~column.endswith("@" + ERASED_DOMAIN))


_STILL_HELD: tuple[tuple[Table, tuple[ColumnElement[bool], ...]], ...] = (
    (people, (_real(people.c.email_key),)),
    (messages, (func.length(messages.c.mime) > 0,)),
    (segments, (or_(_real(segments.c.email), segments.c.display_name != ERASED_NAME),)),
    (checkins, (or_(_real(checkins.c.email), checkins.c.display_name != ERASED_NAME),)),
    (sources, (sources.c.link != "",)),
    (registrations, ()),
    (certificates, ()),
    (replies, ()),
    (bounces, ()),
)
"""What makes an event one whose people are still held."""


def _there(table: Table, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(table.c.event_id == events.c.id, *conditions)


def _lines(before: datetime) -> dict[str, tuple[Table, ColumnElement[bool]]]:
    """What only says how things went. An intent of a coming event is a memory that is still needed."""
    end = func.coalesce(events.c.end_utc, events.c.start_utc)
    still = select(events.c.id).where(end >= before)
    return {
        "webhook deliveries": (deliveries, deliveries.c.at < before),
        "settled questions": (attentions, attentions.c.settled_at < before),
        "intents": (
            intents,
            and_(intents.c.state != "pending", intents.c.sent_at < before, ~intents.c.event_id.in_(still)),
        ),
    }
