"""What only says how things went, and goes by its age: deliveries, settled questions, notes, audit lines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    delete,
    exists,
    func,
    null,
    or_,
    select,
    true,
    update,
)

from hybrid_sync.adapters.sql.tables import attentions, audit, deliveries, entries, events, intents, restores

_LET_GO = dict.fromkeys(
    ("wish", "stood", "invited", "writes", "refused_change", "refused_words", "noted_at"), null()
)


def drop_lines(connection: Connection, before: datetime) -> Mapping[str, int]:
    """How many rows went, by what they are. Audit lines are maintenance.purge_audit's."""
    return {
        name: connection.execute(
            # The entry is still known; what was last written to it is not.
            (update(entries).values(_LET_GO) if table is entries else delete(table)).where(old)
        ).rowcount
        for name, (table, old) in _lines(before).items()
    }


def count_lines(connection: Connection, before: datetime, now: datetime) -> Mapping[str, int]:
    """How many would go."""
    wanted = _lines(before)
    # From the oldest up to the first that stays, as maintenance.purge_audit has it: what is younger is not read.
    stays = select(audit.c.id).where(audit.c.at >= before, audit.c.at <= now).order_by(audit.c.id)
    first = connection.execute(stays.limit(1)).scalar_one_or_none()
    wanted["audit lines"] = (
        audit,
        and_(audit.c.at < before, true() if first is None else audit.c.id < first),
    )
    return {
        name: connection.execute(select(func.count()).select_from(table).where(old)).scalar_one()
        for name, (table, old) in wanted.items()
    }


def _lines(before: datetime) -> dict[str, tuple[Table, ColumnElement[bool]]]:
    """What is remembered of a coming event is still needed."""

    def over(table: Table) -> ColumnElement[bool]:
        no_end = and_(events.c.end_utc.is_(None), events.c.start_utc >= before)
        return ~exists().where(events.c.id == table.c.event_id, or_(events.c.end_utc >= before, no_end))

    return {
        "webhook deliveries": (deliveries, deliveries.c.at < before),
        "settled questions": (attentions, attentions.c.settled_at < before),
        "intents": (
            intents,
            and_(intents.c.state != "pending", intents.c.sent_at < before, over(intents)),
        ),
        "notes of staff entries": (entries, and_(entries.c.noted_at < before, over(entries))),
        "notes of restores": (restores, and_(restores.c.at < before, over(restores))),
    }
