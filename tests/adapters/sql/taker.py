"""A process that takes from the shared budget: prints how many it got, and when it began (milliseconds)."""

from __future__ import annotations

import sys

from hybrid_sync.adapters.sql import SharedBudget, open_store
from hybrid_sync.errors import TryLater


def main(url: str, per_minute: str, tries: str) -> None:
    store = open_store(url)
    with store.engine.begin() as connection:
        began = connection.exec_driver_sql(
            "SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint"
        ).scalar_one()
    budget = SharedBudget(store.engine, "webex", "webex:a", int(per_minute), chance=lambda: 0.0)
    taken = 0
    for _ in range(int(tries)):
        try:
            budget.take()
            taken += 1
        except TryLater:
            pass  # the point: nobody sleeps, it just is not there
    print(taken, began)
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
