"""The rooms of imported files: which were taken in, and which of their columns hold what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, select

from hybrid_sync.adapters.sql.attendance_tables import imports, mappings
from hybrid_sync.adapters.sql.statements import upsert
from hybrid_sync.ports import ImportRecord


class SqlImports:
    """ports.Imports."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, event_id: str, sha256: str) -> ImportRecord | None:
        query = select(imports).where(imports.c.event_id == event_id, imports.c.sha256 == sha256)
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else ImportRecord(**row)

    def of(self, event_id: str) -> Sequence[ImportRecord]:
        query = select(imports).where(imports.c.event_id == event_id)
        rows = self._connection.execute(query.order_by(imports.c.at, imports.c.sha256)).mappings()
        return [ImportRecord(**row) for row in rows]

    def put(self, record: ImportRecord) -> None:
        upsert(self._connection, imports, [asdict(record)])


class SqlMappings:
    """ports.Mappings."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, event_id: str, kind: str) -> Mapping[str, str]:
        query = select(mappings.c.columns).where(mappings.c.event_id == event_id, mappings.c.kind == kind)
        return dict(self._connection.execute(query).scalar_one_or_none() or {})

    def put(self, event_id: str, kind: str, columns: Mapping[str, str], at: datetime) -> None:
        row = {"event_id": event_id, "kind": kind, "columns": dict(columns), "at": at}
        upsert(self._connection, mappings, [row])
