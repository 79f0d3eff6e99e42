"""The room of erasure: who is held where, and everything of somebody taken out in one go."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from hybrid_sync.adapters.sql import privacy_scrub as scrubbing
from hybrid_sync.adapters.sql.privacy_held import held_about
from hybrid_sync.adapters.sql.privacy_lines import count_lines, drop_lines
from hybrid_sync.adapters.sql.privacy_records import (
    in_record,
    names_addresses,
    names_anybody,
    naming,
    rewrite,
)
from hybrid_sync.adapters.sql.tables import (
    aliases,
    bounces,
    certificates,
    checkins,
    events,
    matches,
    meeting_staff,
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
from hybrid_sync.domain.programme import without_programme
from hybrid_sync.domain.retention import Veil, addresses_in
from hybrid_sync.ports import Held
from hybrid_sync.ports.privacy import What


class SqlPrivacy:
    """ports.Privacy."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def also_known(self, email: str) -> tuple[str, ...]:
        key = email_key(email)
        learned = select(aliases.c.alias_key).where(aliases.c.email_key == key)
        address = func.lower(messages.c.email)
        earlier = (
            select(address)
            .join(
                people,
                and_(people.c.event_id == messages.c.event_id, people.c.id == messages.c.registrant_id),
            )
            .where(people.c.email_key == key, address.not_in(select(people.c.email_key)))
        )
        found = set(self._connection.execute(learned.union(earlier)).scalars())
        return (key, *sorted(found - {key}))

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
        found |= {event.id for event in naming(self._connection, keys)}
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
        found |= in_record(self._connection, event_id)
        return frozenset(key for key in found if "@" in key and not is_erased_address(key))

    def scrub(self, event_id: str, veil: Veil, now: datetime) -> Mapping[str, int]:
        return scrubbing.Scrub(self._connection, event_id, veil, now).run()

    def forget_aliases(self, addresses: Collection[str]) -> int:
        keys = list(addresses)
        gone = delete(aliases).where(or_(aliases.c.alias_key.in_(keys), aliases.c.email_key.in_(keys)))
        return self._connection.execute(gone).rowcount

    # --- retention ---

    def holding(self, what: What, over_before: datetime, event_id: str | None = None) -> Sequence[str]:
        query = select(events.c.id).where(_unseen(what, over_before), _HELD[what])
        if event_id is not None:
            query = query.where(events.c.id == event_id)
        if what == "names":
            # By the addresses in the programme stays are told to be those of who ran the event, so people go first.
            query = query.where(events.c.people_gone.is_not(None))
        in_order = query.order_by(func.coalesce(events.c.end_utc, events.c.start_utc), events.c.id)
        return list(self._connection.execute(in_order).scalars())

    def note_gone(self, what: What, over_before: datetime, now: datetime) -> int:
        """Two statements: on PostgreSQL the second sees everything that was written before the rows were locked.

        Whatever is written afterwards waits for this transaction, and then takes the note back (revision 0004).
        Events that somebody writes about just now are left for the next time.
        """
        found = select(events.c.id).where(_unseen(what, over_before), ~_HELD[what])
        locked = self._connection.execute(found.limit(_AT_ONCE).with_for_update(skip_locked=True)).scalars()
        note = update(events).where(events.c.id.in_(list(locked)), ~_HELD[what])
        return self._connection.execute(note.values({_NOTES[what]: now})).rowcount

    def drop_names(self, event_id: str) -> int:
        return rewrite(self._connection, event_id, without_programme)

    def drop_stays(self, event_id: str, summary: str, now: datetime) -> int:
        def drop(table: Table) -> int:
            return self._connection.execute(delete(table).where(table.c.event_id == event_id)).rowcount

        gone = drop(segments) + drop(checkins)
        if not gone:
            return 0
        drop(matches)
        drop(pulls)
        told = {"event_id": event_id, "at": now, "instances": [], "rows": 0, "added": 0}
        self._connection.execute(insert(pulls).values(**told, digest=PURGED, notes=[summary]))
        return gone

    def drop_lines(self, before: datetime) -> Mapping[str, int]:
        return drop_lines(self._connection, before)

    def lines(self, before: datetime, now: datetime) -> Mapping[str, int]:
        return count_lines(self._connection, before, now)


_BY_ADDRESS = (
    (people, "email_key"),
    (messages, "email"),
    (registrations, "email_key"),
    (bounces, "email_key"),
    (segments, "email"),
    (checkins, "email"),
    (meeting_staff, "email_key"),
)


def _real(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(column != "", ~column.endswith("@" + ERASED_DOMAIN))


STILL_HELD: tuple[tuple[Table, tuple[ColumnElement[bool], ...]], ...] = (
    (people, (_real(people.c.email_key),)),
    (messages, (func.length(messages.c.mime) > 0,)),
    (segments, (or_(_real(segments.c.email), segments.c.display_name != ERASED_NAME),)),
    (checkins, (or_(_real(checkins.c.email), checkins.c.display_name != ERASED_NAME),)),
    (sources, (sources.c.link != "",)),
    (registrations, ()),
    (certificates, ()),
    (replies, ()),
    (bounces, ()),
    (meeting_staff, (_real(meeting_staff.c.email_key),)),
)
"""What makes an event one whose people are still held. Writing to any of these takes back that they are gone."""


def _there(table: Table, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(table.c.event_id == events.c.id, *conditions)


_NOTES: Mapping[What, str] = {"people": "people_gone", "stays": "stays_gone", "names": "names_gone"}

_HELD: Mapping[What, ColumnElement[bool]] = {
    "people": or_(names_addresses(), *(_there(table, *more) for table, more in STILL_HELD)),
    "stays": or_(_there(segments), _there(checkins)),
    "names": names_anybody(),
}

_AT_ONCE = 500


def _unseen(what: What, over_before: datetime) -> ColumnElement[bool]:
    """Events over before then that are not noted as done. Not by coalesce(): an index knows the columns."""
    no_end = and_(events.c.end_utc.is_(None), events.c.start_utc <= over_before)
    return and_(events.c[_NOTES[what]].is_(None), or_(events.c.end_utc <= over_before, no_end))
