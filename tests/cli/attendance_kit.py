"""What the store holds after commands about attendance."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from hybrid_sync import wiring
from hybrid_sync.domain.attendance import Attendance
from hybrid_sync.ports import AuditLine
from hybrid_sync.settings import load
from tests.cli.kit import Cli

AFTER = "2027-06-10T09:00:00Z"
"""The day after the event."""


@contextmanager
def service(cli: Cli) -> Iterator[wiring.App]:
    app = wiring.build(load(None), at=datetime.fromisoformat(cli.at or AFTER))
    try:
        yield app
    finally:
        app.close()


def book(cli: Cli) -> Attendance:
    with service(cli) as app:
        return app.attendance_book.of("water")


def lines(cli: Cli) -> list[AuditLine]:
    with service(cli) as app, app.store.read() as tx:
        return list(tx.audit.of("water"))
