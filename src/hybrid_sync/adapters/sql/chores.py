"""The rooms of what belongs to no event: chores and when they are due, deliveries that were seen already."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from hybrid_sync.adapters.sql.statements import insert
from hybrid_sync.adapters.sql.tables import chores, deliveries


class SqlChores:
    """ports.Chores. One statement decides who takes a chore, so that two processes cannot both."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def due_at(self, name: str) -> datetime | None:
        return self._connection.execute(
            select(chores.c.due_at).where(chores.c.name == name)
        ).scalar_one_or_none()

    def take(self, name: str, now: datetime, until: datetime) -> bool:
        statement = insert(self._connection, chores).values(name=name, due_at=until)
        statement = statement.on_conflict_do_update(
            index_elements=["name"],
            set_={"due_at": statement.excluded.due_at},
            where=chores.c.due_at <= now,
        )
        return self._connection.execute(statement.returning(chores.c.name)).one_or_none() is not None

    def put_off(self, name: str, taken: datetime, due_at: datetime) -> None:
        ours = (chores.c.name == name, chores.c.due_at == taken)
        self._connection.execute(update(chores).where(*ours).values(due_at=due_at))


class SqlDeliveries:
    """ports.Deliveries."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def first(self, key: str, at: datetime) -> bool:
        statement = insert(self._connection, deliveries).values(key=key, at=at)
        statement = statement.on_conflict_do_nothing(index_elements=["key"])
        return self._connection.execute(statement.returning(deliveries.c.key)).one_or_none() is not None

    def forget(self, before: datetime) -> int:
        return self._connection.execute(delete(deliveries).where(deliveries.c.at < before)).rowcount
