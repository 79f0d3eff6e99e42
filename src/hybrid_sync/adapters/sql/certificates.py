"""The room of certificates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import Connection, select

from hybrid_sync.adapters.sql.attendance_tables import certificates
from hybrid_sync.adapters.sql.statements import upsert
from hybrid_sync.domain.certificates import Certificate


class SqlCertificates:
    """ports.Certificates."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, code: str) -> Certificate | None:
        query = select(certificates).where(certificates.c.code == code)
        row = self._connection.execute(query).mappings().one_or_none()
        return Certificate(**row) if row is not None else None

    def of(self, event_id: str) -> Mapping[str, Certificate]:
        query = select(certificates).where(certificates.c.event_id == event_id)
        rows = self._connection.execute(query.order_by(certificates.c.name, certificates.c.code)).mappings()
        return {row["registrant_id"]: Certificate(**row) for row in rows}

    def put(self, issued: Sequence[Certificate]) -> None:
        upsert(self._connection, certificates, [asdict(one) for one in issued])
