"""The rooms of what comes back to invitations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import Connection, select

from hybrid_sync.adapters.sql.statements import upsert
from hybrid_sync.adapters.sql.tables import bounces, mailboxes, replies
from hybrid_sync.domain.answers import Answer, BounceRecord, ReplyRecord
from hybrid_sync.ports.mailbox import MailboxPosition


class SqlMailboxes:
    """ports.MailboxRows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, name: str) -> MailboxPosition | None:
        row = self._connection.execute(select(mailboxes).where(mailboxes.c.name == name)).mappings()
        found = row.one_or_none()
        return None if found is None else MailboxPosition(**found)

    def save(self, position: MailboxPosition) -> None:
        upsert(self._connection, mailboxes, [asdict(position)])


class SqlReplies:
    """ports.ReplyRows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, event_id: str) -> Mapping[str, ReplyRecord]:
        rows = self._connection.execute(select(replies).where(replies.c.event_id == event_id)).mappings()
        return {row["registrant_id"]: ReplyRecord(**{**row, "answer": Answer(row["answer"])}) for row in rows}

    def save(self, record: ReplyRecord) -> None:
        upsert(self._connection, replies, [asdict(record) | {"answer": record.answer.value}])


class SqlBounces:
    """ports.BounceRows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, event_id: str) -> Sequence[BounceRecord]:
        query = (
            select(bounces).where(bounces.c.event_id == event_id).order_by(bounces.c.at, bounces.c.email_key)
        )
        return [BounceRecord(**row) for row in self._connection.execute(query).mappings()]

    def save(self, record: BounceRecord) -> None:
        upsert(self._connection, bounces, [asdict(record)])
