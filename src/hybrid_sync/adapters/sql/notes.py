"""The rooms of notes for people: what needs a decision, and what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, case, func, select, update

from hybrid_sync.adapters.sql.statements import insert
from hybrid_sync.adapters.sql.tables import attentions, audit
from hybrid_sync.ports import Attention, AuditLine


class SqlAttentions:
    """ports.Attentions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(self, event_id: str, key: str, message: str, at: datetime) -> None:
        """Put it before a person. One that is open changes its words only; a settled one opens anew at `at`."""
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


class SqlAudit:
    """ports.Audit. The database itself refuses to change or delete a line."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, line: AuditLine) -> None:
        self._connection.execute(
            audit.insert().values(
                at=line.at,
                event_id=line.event_id,
                actor=line.actor,
                what=line.what,
                target=line.target,
                detail=line.detail,
                request_id=line.request_id,
            )
        )

    def of(self, event_id: str) -> Sequence[AuditLine]:
        """In the order of writing."""
        rows = self._connection.execute(
            select(*(column for column in audit.c if column.name not in ("id", "chain")))
            .where(audit.c.event_id == event_id)
            .order_by(audit.c.id)
        )
        return [AuditLine(**row) for row in rows.mappings()]

    def record_changes(self, event_id: str | None = None) -> Mapping[str, datetime]:
        query = select(audit.c.event_id, func.max(audit.c.at)).where(audit.c.what.startswith("event."))
        if event_id is not None:
            query = query.where(audit.c.event_id == event_id)
        return {row[0]: row[1] for row in self._connection.execute(query.group_by(audit.c.event_id))}
