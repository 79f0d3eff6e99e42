"""How the service stands, counted by the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, and_, func, or_, select, text

from hybrid_sync.adapters.sql.columns import Instant
from hybrid_sync.adapters.sql.tables import (
    UNSENT,
    attentions,
    chores,
    events,
    intents,
    messages,
    pulls,
    tokens,
    work,
)
from hybrid_sync.domain.ledger import MessageState
from hybrid_sync.ports import StoreFigures

_WAITING = (MessageState.PENDING.value, MessageState.SENDING.value)


class SqlFigures:
    """ports.Figures."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def at(self, now: datetime) -> StoreFigures:
        free = or_(work.c.lease_until.is_(None), work.c.lease_until <= now)
        due, oldest_due = self._count(work, work.c.due_at, and_(work.c.due_at <= now, free))
        leased, _ = self._count(work, work.c.due_at, work.c.lease_until > now)
        failing, _ = self._count(work, work.c.due_at, work.c.last_error.is_not(None))
        _, next_due = self._count(work, work.c.due_at, work.c.due_at > now)
        questions, oldest_question = self._count(
            attentions, attentions.c.opened_at, attentions.c.settled_at.is_(None)
        )
        unknown, oldest_unknown = self._count(intents, intents.c.sent_at, intents.c.state == "pending")
        mails, oldest_mail = self._count(messages, messages.c.stamp, UNSENT, messages.c.state.in_(_WAITING))
        refused, _ = self._count(
            messages, messages.c.stamp, UNSENT, messages.c.state == MessageState.REFUSED.value
        )
        pulled, _ = self._count(pulls, pulls.c.at)
        last_pull = self._connection.execute(select(func.max(pulls.c.at, type_=Instant()))).scalar_one()
        states = select(events.c.state, func.count()).group_by(events.c.state)
        signed_in = self._connection.execute(select(tokens)).all()
        return StoreFigures(
            events={row[0]: row[1] for row in self._connection.execute(states)},
            due=due,
            oldest_due=oldest_due,
            leased=leased,
            failing=failing,
            next_due=next_due,
            questions=questions,
            oldest_question=oldest_question,
            unknown=unknown,
            oldest_unknown=oldest_unknown,
            mails=mails,
            oldest_mail=oldest_mail,
            refused_mails=refused,
            pulls=pulled,
            last_pull=last_pull,
            chores={row.name: row.due_at for row in self._connection.execute(select(chores))},
            sign_ins={
                row.name: (row.expires, row.refresh_expires, row.problem is not None) for row in signed_in
            },
            schema=self._connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one(),
        )

    def _count(
        self, table: FromClause, moment: ColumnElement[Any], *where: ColumnElement[bool]
    ) -> tuple[int, datetime | None]:
        """How many rows, and the earliest of their moments."""
        query = select(func.count(), func.min(moment, type_=Instant())).select_from(table).where(*where)
        count, earliest = self._connection.execute(query).one()
        return count, earliest
