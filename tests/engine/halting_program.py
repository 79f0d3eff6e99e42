"""A process that halts itself (SIGSTOP) in mid-transaction, right after the statement that begins with the given words.

Once it may go on, it does what it was about to do from the beginning, as a worker would at its next look.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from hybrid_sync.adapters.sql import SharedBudget, open_store
from hybrid_sync.ports import AuditLine

NOW = datetime(2027, 5, 3, 9, 0, tzinfo=UTC)
url, words = sys.argv[1:]
store = open_store(url)
budget = SharedBudget(store.engine, "webex", "webex:a", 6000, chance=lambda: 0.0)
halts = 0


def halt(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    global halts
    if statement.strip().startswith(words) and halts == 0:
        halts += 1
        os.kill(os.getpid(), signal.SIGSTOP)


def work() -> None:
    budget.take()
    with store.begin() as tx:
        tx.work.wake("e0", NOW)
        tx.audit.add(AuditLine(NOW, "e0", "worker", "mail.invitation", "the halted one", "sent"))


event.listen(store.engine, "after_cursor_execute", halt)
try:
    work()
except DBAPIError:
    print("shut out", flush=True)
    work()
print("done", flush=True)
