"""What is kept of a restore: one row of the intents' table for each event that was not over then."""

from __future__ import annotations

from hybrid_sync.domain.restored import Restored
from hybrid_sync.ports import Intent, Transaction

KIND = "store.restored"


def recall(tx: Transaction, event_id: str) -> Restored | None:
    """None for an event that no restore has touched."""
    row = tx.intents.get(_key(event_id))
    if row is None or row.sent_at is None:
        return None
    told_from = dict(pair.rsplit("=", 1) for pair in (row.detail or "").split())
    return Restored(
        event_id,
        row.sent_at,
        row.attempts,
        tuple(row.request_hash.split()),
        {who: int(number) for who, number in told_from.items()},
    )


def keep(tx: Transaction, restored: Restored) -> None:
    """It is done as far as the outside is concerned: a pending intent would be a call whose answer was lost."""
    tx.intents.put(
        Intent(
            _key(restored.event_id),
            restored.event_id,
            KIND,
            " ".join(restored.before),
            "done",
            restored.floor,
            restored.at,
            detail=" ".join(f"{who}={number}" for who, number in sorted(restored.told_from.items())),
        )
    )


def _key(event_id: str) -> str:
    return f"{KIND}:{event_id}"
