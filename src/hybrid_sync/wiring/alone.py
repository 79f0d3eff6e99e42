"""The database alone, and pages of the web: what works without the rest."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hybrid_sync.adapters import tzdb
from hybrid_sync.adapters.pages import HttpsPages
from hybrid_sync.adapters.sql import (
    maintenance,
    open_engine,
    upgrade,
    upgrade_queue,
)
from hybrid_sync.ports import Check, Pages
from hybrid_sync.settings import Settings


@dataclass(frozen=True)
class Database:
    """What `hybrid-sync db` does."""

    upgrade: Callable[[], str]
    """Bring the schema to the newest revision and return its name."""
    check: Callable[[], Sequence[Check]]
    backup: Callable[[Path], None]
    close: Callable[[], None]
    """Let go of the connection."""


def web_pages(ca_bundle: str | None = None) -> Pages:
    """Fetches event pages; needs no database, and of the settings only whose certificates are believed."""
    return HttpsPages(sleep=time.sleep, ca_bundle=ca_bundle)


def database(settings: Settings) -> Database:
    """The database alone, whatever state it is in."""
    engine = open_engine(settings.store.url)
    tzdb.prefer_pinned_tzdata()

    def upgrade_all() -> str:
        revision = upgrade(engine)
        if settings.engine.kind == "procrastinate":
            return f"{revision}, with the queue of Procrastinate {upgrade_queue(engine)}"
        return revision

    return Database(
        upgrade=upgrade_all,
        check=lambda: [tzdb.check(), *maintenance.check(engine)],
        backup=lambda path: maintenance.backup(engine, path),
        close=engine.dispose,
    )
