"""The room of messages: the ledger of mails, each with its bytes, written once.

The bytes hold personal join links; they are read only to be sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, select, update

from hybrid_sync.adapters.sql.statements import insert
from hybrid_sync.adapters.sql.tables import messages
from hybrid_sync.domain.invitations import Facts
from hybrid_sync.domain.ledger import Message, MessageState, Method
from hybrid_sync.errors import NotFound

_UNFINISHED = (MessageState.PENDING.value, MessageState.SENDING.value)
_KEY = ("uid", "sequence", "method")
_OF_THE_CALENDAR = messages.c.method != Method.NONE.value
_WITHOUT_BYTES = [column for column in messages.c if column.name != "mime"]


class SqlMessages:
    """ports.Messages. "Newest" and "oldest" go by the order of writing."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def latest(self, event_id: str) -> Mapping[str, Message]:
        newest = (
            select(func.max(messages.c.id))
            .where(messages.c.event_id == event_id, _OF_THE_CALENDAR)
            .group_by(messages.c.registrant_id)
        )
        rows = self._connection.execute(select(*_WITHOUT_BYTES).where(messages.c.id.in_(newest)))
        return {row.registrant_id: _message(row) for row in rows}

    def of(self, event_id: str, registrant_id: str | None = None) -> Sequence[Message]:
        query = select(*_WITHOUT_BYTES).where(messages.c.event_id == event_id)
        if registrant_id is not None:
            query = query.where(messages.c.registrant_id == registrant_id)
        return [_message(row) for row in self._connection.execute(query.order_by(messages.c.id))]

    def by_uid(self, uid: str) -> Sequence[Message]:
        query = select(*_WITHOUT_BYTES).where(messages.c.uid == uid)
        return [_message(row) for row in self._connection.execute(query.order_by(messages.c.id))]

    def by_message_id(self, message_id: str) -> Message | None:
        query = select(*_WITHOUT_BYTES).where(messages.c.message_id == message_id)
        row = self._connection.execute(query.order_by(messages.c.id.desc()).limit(1)).one_or_none()
        return None if row is None else _message(row)

    def pending(self, event_id: str) -> Sequence[Message]:
        cancellations_first = case((messages.c.method == Method.CANCEL.value, 0), else_=1)
        query = (
            select(*_WITHOUT_BYTES)
            .where(messages.c.event_id == event_id, messages.c.state.in_(_UNFINISHED))
            .order_by(cancellations_first, messages.c.id)
        )
        return [_message(row) for row in self._connection.execute(query)]

    def bytes_of(self, message: Message) -> bytes:
        query = select(messages.c.mime).where(*_this(message))
        mime = self._connection.execute(query).scalar_one_or_none()
        if mime is None:
            raise NotFound(f"{message!r} is not in the ledger")
        return bytes(mime)

    def newest_bytes(self, registrant_id: str) -> bytes:
        query = select(messages.c.mime).where(messages.c.registrant_id == registrant_id, _OF_THE_CALENDAR)
        mime = self._connection.execute(query.order_by(messages.c.id.desc()).limit(1)).scalar_one_or_none()
        if mime is None:
            raise NotFound(f"nothing has been written to registrant '{registrant_id}' yet")
        return bytes(mime)

    def add(self, message: Message) -> None:
        statement = insert(self._connection, messages).values(**_row(message))
        result = self._connection.execute(
            statement.on_conflict_do_nothing(index_elements=_KEY).returning(messages.c.id)
        )
        if result.one_or_none() is None:
            raise ValueError(f"{message!r} is in the ledger already")

    def mark(self, message: Message, state: MessageState, at: datetime, detail: str) -> None:
        """Note what became of it. Raises ValueError for a message that is not in the ledger."""
        result = self._connection.execute(
            update(messages).where(*_this(message)).values(state=state.value, state_at=at, detail=detail)
        )
        if result.rowcount != 1:
            raise ValueError(f"{message!r} is not in the ledger")


def _this(message: Message) -> tuple[ColumnElement[bool], ...]:
    return (
        messages.c.uid == message.uid,
        messages.c.sequence == message.sequence,
        messages.c.method == message.method.value,
    )


def _row(message: Message) -> dict[str, Any]:
    return {
        "event_id": message.event_id,
        "registrant_id": message.registrant_id,
        "email": message.email,
        "uid": message.uid,
        "incarnation": message.incarnation,
        "sequence": message.sequence,
        "method": message.method.value,
        "kind": message.kind,
        "purpose": message.purpose,
        "message_id": message.message_id,
        "stamp": message.stamp,
        "facts": asdict(message.facts),
        "mime": message.mime,
        "state": message.state.value,
    }


def _message(row: Any) -> Message:
    return Message(
        registrant_id=row.registrant_id,
        event_id=row.event_id,
        email=row.email,
        uid=row.uid,
        incarnation=row.incarnation,
        sequence=row.sequence,
        method=Method(row.method),
        state=MessageState(row.state),
        stamp=row.stamp,
        message_id=row.message_id,
        facts=Facts(**row.facts),
        kind=row.kind,
        mime=b"",
        purpose=row.purpose,
        detail=row.detail or "",
    )
