"""The rooms of signing in: sealed tokens, and the lease under which one process renews them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, or_, select, update

from hybrid_sync.adapters.sql.statements import insert, upsert
from hybrid_sync.adapters.sql.tables import locks
from hybrid_sync.adapters.sql.tables import tokens as sign_ins
from hybrid_sync.ports import SealedTokens

_COUNTED = {"preserve_rowcount": True}
"""SQLAlchemy forgets how many rows an INSERT wrote on PostgreSQL unless it is told."""


class SqlTokens:
    """ports.Tokens. Whether a row is still the one that was seen is told by its ciphertext: no two are alike."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, name: str) -> SealedTokens | None:
        row = (
            self._connection.execute(select(sign_ins).where(sign_ins.c.name == name)).mappings().one_or_none()
        )
        return None if row is None else SealedTokens(**row)

    def all(self) -> list[SealedTokens]:
        rows = self._connection.execute(select(sign_ins).order_by(sign_ins.c.name)).mappings()
        return [SealedTokens(**row) for row in rows]

    def put(self, tokens: SealedTokens) -> None:
        upsert(self._connection, sign_ins, [asdict(tokens)])

    def swap(self, tokens: SealedTokens, earlier: SealedTokens | None) -> bool:
        """One statement, so that of two processes only one replaces what both have seen."""
        values = asdict(tokens)
        if earlier is None:
            statement = insert(self._connection, sign_ins).values(**values)
            statement = statement.on_conflict_do_nothing(index_elements=["name"])
            result = self._connection.execute(statement, execution_options=_COUNTED)
        else:
            result = self._connection.execute(update(sign_ins).where(*_same(earlier)).values(**values))
        return result.rowcount == 1

    def note(self, seen: SealedTokens, problem: str) -> None:
        self._connection.execute(update(sign_ins).where(*_same(seen)).values(problem=problem))


class SqlLocks:
    """ports.Locks. One statement decides who holds a lock; a holder that died is waited for until `until`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, name: str, owner: str, now: datetime, until: datetime) -> bool:
        statement = insert(self._connection, locks).values(name=name, owner=owner, until=until)
        result = self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["name"],
                set_={"owner": statement.excluded.owner, "until": statement.excluded.until},
                where=or_(locks.c.until <= now, locks.c.owner == owner),
            ),
            execution_options=_COUNTED,
        )
        return result.rowcount == 1

    def release(self, name: str, owner: str) -> None:
        self._connection.execute(delete(locks).where(locks.c.name == name, locks.c.owner == owner))


def _same(seen: SealedTokens) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return sign_ins.c.name == seen.name, sign_ins.c.ciphertext == seen.ciphertext
