"""The room of tombstones: who was erased, recognised by a keyed hash and never named."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from hybrid_sync.adapters.sql.service_tables import tombstones
from hybrid_sync.domain.people import email_key
from hybrid_sync.domain.retention import OTHER_SECRET, Marker, pseudonym
from hybrid_sync.errors import SettingsError

_CHECK = "check:"
"""Before the mark of nobody: it tells whether a secret of now is the one that tombstones were made with."""


class SqlTombstones:
    """ports.Tombstones."""

    def __init__(self, connection: Connection, marker: Marker) -> None:
        self._connection = connection
        self._marker = marker

    def add(self, emails: Collection[str], reason: str, at: datetime) -> str:
        marks = [self._marker.mark(email) for email in emails]
        rows = dict.fromkeys(marks, reason) | {_CHECK + self._marker.mark(""): "which secret made these"}
        known = self._known(rows)
        new = [{"key": key, "reason": why, "at": at} for key, why in rows.items() if key not in known]
        if new:
            self._connection.execute(insert(tombstones), new)
        return marks[0]

    def among(self, emails: Collection[str]) -> Mapping[str, str]:
        if not emails or not self._any():
            return {}
        marks = {mark: key for key in map(email_key, emails) for mark in self._marker.marks(key)}
        checks = [_CHECK + mark for mark in self._marker.marks("")]
        found = self._known([*marks, *checks])
        if not found.intersection(checks):
            raise SettingsError(OTHER_SECRET)
        return {key: pseudonym(mark) for mark, key in marks.items() if mark in found}

    def drop(self, email: str) -> bool:
        gone = delete(tombstones).where(tombstones.c.key.in_(self._marker.marks(email)))
        return self._connection.execute(gone).rowcount > 0

    def count(self) -> int:
        query = select(func.count()).where(~tombstones.c.key.startswith(_CHECK))
        return self._connection.execute(query).scalar_one()

    def mark_key(self, text: str) -> str:
        """For parts of keys that were made of a person."""
        return self._marker.mark(text)

    def _any(self) -> bool:
        return self._connection.execute(select(tombstones.c.key).limit(1)).first() is not None

    def _known(self, keys: Collection[str]) -> set[str]:
        wanted, found = list(keys), set[str]()
        for start in range(0, len(wanted), 500):
            query = select(tombstones.c.key).where(tombstones.c.key.in_(wanted[start : start + 500]))
            found |= set(self._connection.execute(query).scalars())
        return found
