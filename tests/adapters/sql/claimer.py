"""A worker process for tests: claims until nothing is due, printing what it got. Or dies in mid-transaction."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta

from hybrid_sync.adapters.sql import open_store
from hybrid_sync.domain.people import Registrant

NOW = datetime(2027, 5, 3, 9, 0, tzinfo=UTC)


def claim_everything(url: str, owner: str) -> None:
    store = open_store(url)
    print("ready", flush=True)
    sys.stdin.readline()
    while True:
        with store.begin() as tx:
            leases = tx.work.claim(owner, NOW, timedelta(minutes=1), 3)
        if not leases:
            return
        for lease in leases:
            with store.begin(lease, NOW) as tx:
                tx.work.finish(lease, None, None)
            print(lease.event_id, flush=True)


def hang_in_mid_transaction(url: str) -> None:
    store = open_store(url)
    with store.begin() as tx:
        # More than SQLite keeps in memory, so that the file itself has been written to.
        people = (
            Registrant(f"r{number}", "water", f"r{number}@example.org", "R" * 500) for number in range(10_000)
        )
        tx.people.save(list(people))
        print("ready", flush=True)
        time.sleep(600)


if __name__ == "__main__":
    if sys.argv[1] == "claim":
        claim_everything(sys.argv[2], sys.argv[3])
    else:
        hang_in_mid_transaction(sys.argv[2])
