"""The room of what stands in calendar collections."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, select

from hybrid_sync.adapters.sql.statements import upsert
from hybrid_sync.adapters.sql.tables import published
from hybrid_sync.ports.publishing import PublishedRecord


class SqlPublished:
    """ports.PublishedRows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, event_id: str, collection: str) -> PublishedRecord | None:
        query = select(published).where(
            published.c.event_id == event_id, published.c.collection == collection
        )
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else PublishedRecord(**row)

    def save(self, record: PublishedRecord) -> None:
        upsert(self._connection, published, [asdict(record)])
