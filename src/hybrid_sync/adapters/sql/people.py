"""The rooms of people: registrants, and which registrations in the meeting are ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.exc import IntegrityError

from hybrid_sync.adapters.sql.statements import ROWS_AT_ONCE, is_missing_reference, upsert
from hybrid_sync.adapters.sql.tables import people as table
from hybrid_sync.adapters.sql.tables import registrations
from hybrid_sync.domain.people import Mode, Registrant, RegistrantStatus, email_key
from hybrid_sync.domain.plan import in_batches
from hybrid_sync.errors import InputError, NotFound

_IN_ORDER = (
    func.coalesce(table.c.registered_at, table.c.arrived_at).nulls_last(),
    table.c.arrival,
    table.c.id,
)


class SqlPeople:
    """ports.People. `now` (UTC) is noted for people whose registration time nobody told, to keep their order."""

    def __init__(self, connection: Connection, now: datetime | None) -> None:
        self._connection = connection
        self._now = now

    def get(self, registrant_id: str) -> Registrant:
        row = self._connection.execute(select(table).where(table.c.id == registrant_id)).one_or_none()
        if row is None:
            raise NotFound(f"there is no registrant '{registrant_id}'")
        return _registrant(row)

    def of(self, event_id: str) -> Sequence[Registrant]:
        query = select(table).where(table.c.event_id == event_id).order_by(*_IN_ORDER)
        return [_registrant(row) for row in self._connection.execute(query)]

    def find(self, event_id: str, email: str) -> Registrant | None:
        query = select(table).where(table.c.event_id == event_id, table.c.email_key == email_key(email))
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _registrant(row)

    def save(self, people: Sequence[Registrant]) -> int:
        """Insert or change, returns how many rows really changed.

        Raises InputError when two registrants of one event would share an address.
        """
        arrivals = self._arrivals({person.event_id for person in people})
        rows: list[dict[str, Any]] = []
        for person in people:
            arrivals[person.event_id] += 1
            rows.append(_row(person) | {"arrival": arrivals[person.event_id], "arrived_at": self._now})
        # Always in the same order, so that two writers on PostgreSQL wait for each other and do not deadlock.
        rows.sort(key=lambda row: str(row["id"]))
        try:
            return upsert(self._connection, table, rows, keep=("arrival", "arrived_at"))
        except IntegrityError as error:
            if is_missing_reference(error):
                raise
            raise InputError("two registrants of one event cannot share an e-mail address") from error

    def _arrivals(self, event_ids: set[str]) -> dict[str, int]:
        """The highest number given so far in each event."""
        last = func.coalesce(func.max(table.c.arrival), 0)
        return {
            event_id: self._connection.execute(select(last).where(table.c.event_id == event_id)).scalar_one()
            for event_id in event_ids
        }


class SqlRegistrations:
    """ports.Registrations."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, event_id: str) -> Mapping[str, str]:
        query = select(registrations.c.email_key, registrations.c.registration_id)
        rows = self._connection.execute(query.where(registrations.c.event_id == event_id))
        return {row.email_key: row.registration_id for row in rows}

    def statuses(self, event_id: str) -> Mapping[str, str]:
        query = select(registrations.c.email_key, registrations.c.status)
        rows = self._connection.execute(query.where(registrations.c.event_id == event_id))
        return {row.email_key: row.status for row in rows}

    def put(self, event_id: str, ids: Mapping[str, str], status: str = "approved") -> None:
        rows = [
            {
                "event_id": event_id,
                "email_key": email_key(key),
                "registration_id": ids[key],
                "status": status,
            }
            for key in sorted(ids)
        ]
        upsert(self._connection, registrations, rows)

    def drop(self, event_id: str, keys: Sequence[str]) -> None:
        for batch in in_batches(list(keys), ROWS_AT_ONCE):
            self._connection.execute(
                delete(registrations).where(
                    registrations.c.event_id == event_id,
                    registrations.c.email_key.in_([email_key(key) for key in batch]),
                )
            )


def _row(person: Registrant) -> dict[str, Any]:
    return {
        "id": person.id,
        "event_id": person.event_id,
        "email": person.email,
        "email_key": person.key,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "organisation": person.organisation,
        "language": person.language,
        "mode": person.mode.value,
        "status": person.status.value,
        "registered_at": person.registered_at,
        "incarnation": person.incarnation,
        "link_generation": person.link_generation,
    }


def _registrant(row: Any) -> Registrant:
    return Registrant(
        id=row.id,
        event_id=row.event_id,
        email=row.email,
        first_name=row.first_name,
        last_name=row.last_name,
        organisation=row.organisation,
        language=row.language,
        mode=Mode(row.mode),
        status=RegistrantStatus(row.status),
        registered_at=row.registered_at,
        incarnation=row.incarnation,
        link_generation=row.link_generation,
    )
