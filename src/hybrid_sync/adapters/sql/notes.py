"""The room of notes for people: what needs a decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, case, select, update

from hybrid_sync.adapters.sql.statements import insert
from hybrid_sync.adapters.sql.tables import attentions, people
from hybrid_sync.adapters.sql.tombstones import SqlTombstones
from hybrid_sync.domain.retention import addresses_in
from hybrid_sync.ports import Attention


class SqlAttentions:
    """ports.Attentions."""

    def __init__(self, connection: Connection, tombstones: SqlTombstones) -> None:
        self._connection = connection
        self._tombstones = tombstones

    def open(self, event_id: str, key: str, message: str, at: datetime) -> None:
        """Put it before a person. One that is open changes its words only; a settled one opens anew at `at`.

        Nothing is asked about somebody who was erased from the event: there is nothing left to decide.
        """
        if self._is_about_erased(event_id, key + " " + message):
            return
        statement = insert(self._connection, attentions).values(
            event_id=event_id, key=key, message=message, opened_at=at
        )
        new = statement.excluded
        opened_at = case((attentions.c.settled_at.is_(None), attentions.c.opened_at), else_=new.opened_at)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["event_id", "key"],
                set_={"message": new.message, "opened_at": opened_at, "settled_at": None},
            )
        )

    def _is_about_erased(self, event_id: str, text: str) -> bool:
        erased = list(self._tombstones.among(addresses_in(text)))
        query = select(people.c.id).where(people.c.event_id == event_id, people.c.email_key.in_(erased))
        return bool(erased) and self._connection.execute(query).first() is None

    def settle(self, event_id: str, key: str, at: datetime) -> None:
        one = (attentions.c.event_id == event_id, attentions.c.key == key, attentions.c.settled_at.is_(None))
        self._connection.execute(update(attentions).where(*one).values(settled_at=at))

    def unsettled(self, event_id: str | None = None) -> Sequence[Attention]:
        """Longest open first."""
        query = select(attentions).where(attentions.c.settled_at.is_(None))
        if event_id is not None:
            query = query.where(attentions.c.event_id == event_id)
        query = query.order_by(attentions.c.opened_at, attentions.c.event_id, attentions.c.key)
        return [Attention(**row) for row in self._connection.execute(query).mappings()]
