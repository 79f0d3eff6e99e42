"""People whom event records name: speakers, moderators, organisers."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict

from sqlalchemy import ColumnElement, Connection, Text, delete, func, insert, or_, select, type_coerce, update

from hybrid_sync.adapters.sql.events import SqlEvents
from hybrid_sync.adapters.sql.tables import events, meeting_staff
from hybrid_sync.domain.events import Event
from hybrid_sync.domain.people import is_erased_address
from hybrid_sync.domain.programme import (
    programme_addresses,
    record_addresses,
    without_addresses,
    without_people,
)
from hybrid_sync.domain.retention import Veil

_PROGRAMME = (events.c.speakers, events.c.moderators)
_TEXTS = (*_PROGRAMME, events.c.organisers, events.c.description, events.c.warnings)


def names_addresses() -> ColumnElement[bool]:
    """Whether the programme holds an address. As columns.Json writes it; a quotation mark in a text is escaped there."""
    return or_(*(_text(column).contains('"email": "', autoescape=True) for column in _PROGRAMME))


def names_anybody() -> ColumnElement[bool]:
    return or_(*(_text(column) != "[]" for column in _PROGRAMME))


def naming(connection: Connection, keys: Collection[str]) -> list[Event]:
    """Events whose record names one of these e-mail keys, by start."""
    found = or_(
        *(func.lower(_text(column)).contains(key, autoescape=True) for column in _TEXTS for key in keys)
    )
    ids = connection.execute(
        select(events.c.id).where(found).order_by(events.c.start_utc, events.c.id)
    ).scalars()
    read = SqlEvents(connection, None)
    return [event for event in map(read.get, list(ids)) if record_addresses(event).intersection(keys)]


def in_record(connection: Connection, event_id: str) -> frozenset[str]:
    return record_addresses(SqlEvents(connection, None).get(event_id))


def rewrite(connection: Connection, event_id: str, change: Callable[[Event], Event]) -> int:
    """The record as `change` makes it: how many of its fields differ then.

    When it took place is not derived anew: that is a fact of the past.
    """
    before = SqlEvents(connection, None).get(event_id)
    after = change(before)
    if after == before:
        return 0
    told = {
        "speakers": [asdict(one) for one in after.speakers],
        "moderators": [asdict(one) for one in after.moderators],
        "organisers": after.organisers,
        "description": after.description,
        "warnings": [asdict(one) for one in after.warnings],
    }
    again = {"generation": before.generation + 1, "people_gone": None, "names_gone": None}
    connection.execute(update(events).where(events.c.id == event_id).values(**told, **again))
    return sum(getattr(before, name) != getattr(after, name) for name in told)


def scrub_record(connection: Connection, event_id: str, veil: Veil) -> int:
    """With everybody under the veil only addresses go: the programme was published (retention of names is its own)."""

    def change(event: Event) -> Event:
        return without_addresses(event) if veil.everybody else without_people(event, veil.names.keys())

    return rewrite(connection, event_id, change)


def scrub_roles(connection: Connection, event_id: str, veil: Veil) -> int:
    """Roles that were given in the meeting go; how many.

    A pseudonym stays in the place of somebody erased, so that a later pull of their stays still counts no participant.
    """
    mine = meeting_staff.c.event_id == event_id
    held = set(connection.execute(select(meeting_staff.c.email_key).where(mine)).scalars())
    if veil.everybody:
        going = {key for key in held if not is_erased_address(key)}
        stand_ins = set[str]()
    else:
        in_programme = programme_addresses(SqlEvents(connection, None).get(event_id))
        going = held.intersection(veil.names)
        stand_ins = {veil.names[key] for key in (held | in_programme).intersection(veil.names)} - held
    connection.execute(delete(meeting_staff).where(mine, meeting_staff.c.email_key.in_(going)))
    if stand_ins:
        rows = [
            {"event_id": event_id, "email_key": name, "meeting_id": "", "invitee_id": ""}
            for name in stand_ins
        ]
        connection.execute(insert(meeting_staff), rows)
    return len(going)


def _text(column: ColumnElement[str]) -> ColumnElement[str]:
    """The text that stands in the column, not what it means."""
    return type_coerce(column, Text)
