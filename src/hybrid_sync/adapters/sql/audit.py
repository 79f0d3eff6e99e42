"""The room of the audit trail: lines that are chained, one writer after another, on both databases.

Lines wait in memory and are written when the transaction commits. The end of the trail is then the last thing that is
locked, so that two transactions can never wait for each other over it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, func, select, text

from hybrid_sync.adapters.sql.tables import audit, events, people
from hybrid_sync.domain.audit_chain import START, KeptLine, link
from hybrid_sync.domain.people import email_key
from hybrid_sync.domain.retention import Marker, nameless
from hybrid_sync.ports import RECORD_CHANGES, AuditLine

_AT_ONCE = 1000

_LINE = [column for column in audit.c if column.name not in ("id", "chain")]


class SqlAudit:
    """ports.Audit. The database itself refuses to change or delete a line."""

    def __init__(self, connection: Connection, marker: Marker) -> None:
        self._connection = connection
        self._marker = marker
        self._waiting: list[AuditLine] = []

    def add(self, line: AuditLine) -> None:
        """Write it when this transaction commits."""
        self._waiting.append(self._nameless(line))

    def _nameless(self, line: AuditLine) -> AuditLine:
        """A line cannot be changed, so that it must not hold what may have to be erased: registrants are named by id."""
        if "@" not in line.target + line.detail:
            return line

        def called(address: str) -> str:
            key = email_key(address)
            query = select(people.c.id).where(people.c.event_id == line.event_id, people.c.email_key == key)
            found = self._connection.execute(query).scalar_one_or_none()
            return found or " ".join(["somebody", *(mark[:12] for mark in self._marker.marks(key)[:1])])

        return replace(line, target=nameless(line.target, called), detail=nameless(line.detail, called))

    def write(self) -> None:
        """Chain what waits to the end of the trail, which is locked from here to the commit."""
        if not self._waiting:
            return
        lines, self._waiting = self._waiting, []
        append(self._connection, lines)

    def of(self, event_id: str) -> Sequence[AuditLine]:
        """In the order of writing."""
        return self.since(event_id=event_id)

    def since(self, at: datetime | None = None, event_id: str | None = None) -> Sequence[AuditLine]:
        query = select(*_LINE)
        if at is not None:
            query = query.where(audit.c.at >= at)
        if event_id is not None:
            query = query.where(audit.c.event_id == event_id)
        rows = self._connection.execute(query.order_by(audit.c.id))
        return [
            *(AuditLine(**row) for row in rows.mappings()),
            *(
                line
                for line in self._waiting
                if (at is None or line.at >= at) and event_id in (None, line.event_id)
            ),
        ]

    def kept(self) -> Iterator[KeptLine]:
        """Every line that is written, in order; a thousand of them in memory at a time."""
        query = select(audit.c.id.label("number"), *_LINE, audit.c.chain).order_by(audit.c.id)
        with self._connection.execute(query.execution_options(yield_per=_AT_ONCE)) as rows:
            for row in rows.mappings():
                yield KeptLine(**row)

    def record_changes(
        self, event_id: str | None = None, ending_since: datetime | None = None
    ) -> Mapping[str, datetime]:
        # By name, not by "event.%": no index serves a pattern on both databases whatever their collation.
        query = select(audit.c.event_id, func.max(audit.c.at)).where(audit.c.what.in_(RECORD_CHANGES))
        if event_id is not None:
            query = query.where(audit.c.event_id == event_id)
        if ending_since is not None:
            shown = select(events.c.id).where(events.c.end_utc >= ending_since)
            query = query.where(audit.c.event_id.in_(shown))
        found = {row[0]: row[1] for row in self._connection.execute(query.group_by(audit.c.event_id))}
        for line in self._waiting:
            if line.what in RECORD_CHANGES and event_id in (None, line.event_id):
                found[line.event_id] = max(line.at, found.get(line.event_id, line.at))
        return found


def append(connection: Connection, lines: Sequence[AuditLine], after: str | None = None) -> None:
    """Write `lines` at the end of the trail, each chained to the one before it.

    `after` is the chain value of the last line, where that one is not there any more.
    """
    lock_end(connection)
    query = select(audit.c.chain).order_by(audit.c.id.desc()).limit(1)
    before = after or connection.execute(query).scalar_one_or_none() or START
    rows = []
    for line in lines:
        told = {
            "at": line.at,
            "event_id": line.event_id,
            "actor": line.actor,
            "what": line.what,
            "target": line.target,
            "detail": line.detail,
            "request_id": line.request_id,
        }
        before = link(before, **told)  # type: ignore[arg-type]
        rows.append(told | {"chain": before})
    # One by one. Many at once go out as a pipeline, and in the middle of one PostgreSQL counts no time-out at all: a
    # process that is halted there would hold the lock for as long as it stands still.
    for row in rows:
        connection.execute(audit.insert(), row)


def lock_end(connection: Connection, mode: str = "SHARE ROW EXCLUSIVE") -> None:
    """Nobody else writes to the trail before this transaction ends; others read on.

    SQLite lets one writer in at a time anyway. On PostgreSQL a lock of the table, not an advisory one: a purge, which
    needs the whole table, and a transaction that has read in it before it writes would wait for each other otherwise.
    A process that is halted here keeps it for engine.LONGEST_PAUSE_S at most.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"LOCK TABLE audit IN {mode} MODE"))
