"""The room of work: which event is due when, and who holds it. Leases with fences, one text for both databases.

A row is claimed by whoever changes it first: SQLite lets one writer in at a time, PostgreSQL locks the row and lets
others skip it. `fence` rises with every claim, so whoever held the row before matches nothing any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, literal, null, or_, select, type_coerce, update

from hybrid_sync.adapters.sql.columns import Instant, big_integer, milliseconds
from hybrid_sync.adapters.sql.statements import insert, no_event
from hybrid_sync.adapters.sql.tables import events, work
from hybrid_sync.domain.localtime import aware
from hybrid_sync.errors import LostLease
from hybrid_sync.ports import Lease, WorkRow

_MILLISECOND = timedelta(milliseconds=1)


class SqlWork:
    """ports.Work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def wake(self, event_id: str, at: datetime) -> None:
        """Make the event due at `at`, or leave it if it is due earlier. Raises NotFound for an unknown event."""
        self._must_exist(event_id)
        statement = insert(self._connection, work).values(event_id=event_id, due_at=at, fence=0, attempts=0)
        wanted = statement.excluded.due_at
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["event_id"],
                set_={
                    "due_at": _earlier(work.c.due_at, wanted),
                    "woken_at": case(
                        (work.c.owner.is_(None), null()), else_=_earlier(work.c.woken_at, wanted)
                    ),
                },
            )
        )

    def ready(self, now: datetime, limit: int) -> Sequence[str]:
        """The ids of up to `limit` events that are due and that nobody holds, longest due first."""
        query = select(work.c.event_id).where(work.c.due_at <= now, _free(now))
        query = query.order_by(work.c.due_at, work.c.event_id).limit(limit)
        return list(self._connection.execute(query).scalars())

    def claim(
        self, owner: str, now: datetime, lease: timedelta, limit: int, event_id: str | None = None
    ) -> Sequence[Lease]:
        """Lease up to `limit` due events (or this one, due or not) that nobody holds.

        An event whose last holder never gave it back counts one more attempt: the pass may have killed its process.
        """
        if event_id is not None:
            self._must_exist(event_id)
            statement = insert(self._connection, work).values(event_id=event_id, fence=0, attempts=0)
            self._connection.execute(statement.on_conflict_do_nothing(index_elements=["event_id"]))
            wanted: ColumnElement[bool] = work.c.event_id == event_id
        else:
            wanted = work.c.due_at <= now
        # Two statements, not UPDATE ... IN (SELECT ... LIMIT): PostgreSQL may run such a subquery more than once
        # and then take more rows than asked for.
        query = select(work.c.event_id).where(wanted, _free(now)).order_by(work.c.due_at, work.c.event_id)
        query = query.limit(max(limit, 0)).with_for_update(skip_locked=True)
        keys = list(self._connection.execute(query).scalars())
        if not keys:
            return []
        until = now + lease
        rows = self._connection.execute(
            update(work)
            .where(work.c.event_id.in_(keys))
            .values(
                lease_until=until,
                lease_ms=lease // _MILLISECOND,
                owner=owner,
                fence=work.c.fence + 1,
                woken_at=None,
                attempts=work.c.attempts + case((work.c.owner.is_not(None), 1), else_=0),
            )
            .returning(work.c.event_id, work.c.fence, work.c.lease_until)
        )
        leases = {row.event_id: Lease(row.event_id, owner, row.fence, row.lease_until) for row in rows}
        return [leases[key] for key in keys]

    def hold(self, lease: Lease, now: datetime | None) -> None:
        """Check the fence and make the lease run its full length from `now` (as it is, when None).

        Raises LostLease. On PostgreSQL this also locks the row until the transaction ends.
        """
        until: Any = work.c.lease_until
        if now is not None:
            until = type_coerce(literal(milliseconds(now), big_integer()) + work.c.lease_ms, Instant)
        self._change(lease, lease_until=until)

    def finish(
        self,
        lease: Lease,
        due_at: datetime | None,
        error: str | None,
        waits: Mapping[str, datetime] | None = None,
    ) -> None:
        """Give the lease back; a wake-up that came meanwhile is kept. `waits` None leaves them as they are.

        Raises LostLease for an old fence.
        """
        due: Any = work.c.woken_at
        if due_at is not None:
            wanted = literal(due_at, Instant())
            due = case((work.c.woken_at < wanted, work.c.woken_at), else_=wanted)
        self._change(
            lease,
            due_at=due,
            woken_at=None,
            lease_until=None,
            lease_ms=None,
            owner=None,
            attempts=0 if error is None else work.c.attempts + 1,
            last_error=error,
            **(
                {}
                if waits is None
                else {"waits": {step: aware(at).isoformat() for step, at in waits.items()}}
            ),
        )

    def get(self, event_id: str) -> WorkRow | None:
        row = self._connection.execute(select(work).where(work.c.event_id == event_id)).one_or_none()
        return None if row is None else _work_row(row)

    def all_due(self, now: datetime) -> Sequence[str]:
        query = select(work.c.event_id).where(work.c.due_at <= now).order_by(work.c.due_at, work.c.event_id)
        return list(self._connection.execute(query).scalars())

    def awake(self) -> Sequence[WorkRow]:
        stirs = or_(
            work.c.due_at.is_not(None), work.c.last_error.is_not(None), work.c.lease_until.is_not(None)
        )
        query = select(work).where(stirs).order_by(work.c.due_at.nulls_last(), work.c.event_id)
        return [_work_row(row) for row in self._connection.execute(query)]

    def rows(self) -> Sequence[WorkRow]:
        """Soonest due first; those never due by themselves last."""
        query = select(work).order_by(work.c.due_at.nulls_last(), work.c.event_id)
        return [_work_row(row) for row in self._connection.execute(query)]

    def _change(self, lease: Lease, **values: Any) -> None:
        held = and_(
            work.c.event_id == lease.event_id, work.c.fence == lease.fence, work.c.owner == lease.owner
        )
        if self._connection.execute(update(work).where(held).values(**values)).rowcount != 1:
            raise LostLease(
                f"event {lease.event_id}: the lease of {lease.owner} (fence {lease.fence}) has passed"
            )

    def _must_exist(self, event_id: str) -> None:
        known = select(events.c.id).where(events.c.id == event_id)
        if self._connection.execute(known).one_or_none() is None:
            raise no_event(event_id)


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(work.c.lease_until.is_(None), work.c.lease_until <= now)


def _work_row(row: Any) -> WorkRow:
    waits = {step: datetime.fromisoformat(at) for step, at in (row.waits or {}).items()}
    return WorkRow(row.event_id, row.due_at, row.attempts, row.last_error, row.lease_until, waits)


def _earlier(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    """The earlier of two instants, where NULL means never (MIN and LEAST disagree about NULL)."""
    return case((one.is_(None), other), (one <= other, one), else_=other)
