"""The rooms of decisions about who somebody was, and of addresses learned from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from sqlalchemy import Connection, delete, select

from hybrid_sync.adapters.sql.statements import upsert
from hybrid_sync.adapters.sql.tables import aliases, matches, people
from hybrid_sync.ports import AliasRecord, MatchRecord


class SqlMatches:
    """ports.Matches."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, event_id: str) -> Mapping[str, MatchRecord]:
        rows = self._connection.execute(select(matches).where(matches.c.event_id == event_id))
        return {row["stay_key"]: MatchRecord(**row) for row in rows.mappings()}

    def put(self, record: MatchRecord) -> None:
        upsert(self._connection, matches, [asdict(record)])

    def drop(self, event_id: str, stay_key: str) -> bool:
        one = (matches.c.event_id == event_id, matches.c.stay_key == stay_key)
        return self._connection.execute(delete(matches).where(*one)).rowcount > 0


class SqlAliases:
    """ports.Aliases."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, event_id: str) -> Mapping[str, AliasRecord]:
        query = (
            select(aliases)
            .join(people, people.c.email_key == aliases.c.email_key)
            .where(people.c.event_id == event_id)
        )
        return {row["alias_key"]: AliasRecord(**row) for row in self._connection.execute(query).mappings()}

    def get(self, alias_key: str) -> AliasRecord | None:
        query = select(aliases).where(aliases.c.alias_key == alias_key)
        row = self._connection.execute(query).mappings().one_or_none()
        return AliasRecord(**row) if row else None

    def put(self, record: AliasRecord) -> None:
        upsert(self._connection, aliases, [asdict(record)])

    def drop(self, alias_key: str) -> bool:
        return self._connection.execute(delete(aliases).where(aliases.c.alias_key == alias_key)).rowcount > 0
