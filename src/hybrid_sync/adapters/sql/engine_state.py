"""How the rows of work, and those of Procrastinate's queue, stand now."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, and_, func, or_, select, text

from hybrid_sync.adapters.sql.engine import look
from hybrid_sync.adapters.sql.procrastinate_schema import SCHEMA
from hybrid_sync.adapters.sql.tables import work
from hybrid_sync.ports import EngineState, Holder, QueueState


def engine_state(engine: Engine, now: datetime) -> EngineState:
    """One look at both; counted by the database, so that it costs little however much is stored."""
    held = and_(work.c.owner.is_not(None), work.c.lease_until > now)
    free = or_(work.c.lease_until.is_(None), work.c.lease_until <= now)
    with look(engine) as connection:
        due, oldest = connection.execute(
            select(func.count(), func.min(work.c.due_at)).where(work.c.due_at <= now, free)
        ).one()
        stalled = connection.execute(
            select(func.count()).where(work.c.owner.is_not(None), work.c.lease_until <= now)
        ).scalar_one()
        rows = connection.execute(
            select(work.c.owner, func.count().label("events"), func.max(work.c.lease_until).label("until"))
            .where(held)
            .group_by(work.c.owner)
            .order_by(work.c.owner)
        ).all()
        queue = _queue(connection) if engine.dialect.name == "postgresql" else None
    holders = tuple(Holder(row.owner, row.events, row.until) for row in rows)
    lag = now - oldest if oldest is not None else timedelta(0)
    return EngineState(now, due, sum(one.events for one in holders), stalled, lag, holders, queue)


def _queue(connection: Connection) -> QueueState | None:
    """None where `hybrid-sync db upgrade` never made one."""
    there = text("SELECT to_regclass(:name) IS NOT NULL")
    if not connection.execute(there, {"name": f"{SCHEMA}.procrastinate_workers"}).scalar_one():
        return None
    counts = {
        row.status: row.jobs
        for row in connection.execute(
            text(
                f"SELECT status::text, count(*) AS jobs FROM {SCHEMA}.procrastinate_jobs"
                " WHERE status IN ('todo', 'doing') GROUP BY status"
            )
        )
    }
    workers = connection.execute(
        text(f"SELECT id, last_heartbeat FROM {SCHEMA}.procrastinate_workers ORDER BY id")
    )
    return QueueState(
        counts.get("todo", 0),
        counts.get("doing", 0),
        tuple((row.id, row.last_heartbeat) for row in workers),
    )
