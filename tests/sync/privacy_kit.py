"""Where a name may still stand: every text and every byte of the whole store. And worlds whose store is PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import URL, select
from sqlalchemy.engine import make_url

from hybrid_sync.adapters.sql.tables import metadata
from hybrid_sync.sandbox import SandboxOptions
from hybrid_sync.wiring import App
from tests.adapters.sql.postgres_server import as_text, new_database
from tests.world import World

APPEND_ONLY = frozenset({"audit"})


def places(app: App, *words: str, besides: frozenset[str] = frozenset()) -> list[str]:
    """Which columns hold one of the words, in any case; empty when nothing does."""
    store: Any = app.store
    found = set()
    with store.engine.connect() as connection:
        for table in metadata.sorted_tables:
            if table.name in besides:
                continue
            for row in connection.execute(select(table)).mappings():
                for column, value in row.items():
                    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                    if any(word.casefold() in text.casefold() for word in words):
                        found.add(f"{table.name}.{column}")
    return sorted(found)


class PostgresWorld(World):
    """A world with a database of its own on `server`, which can go back as one with SQLite can: to a copy."""

    def __init__(self, folder: Path, options: SandboxOptions, server: URL) -> None:
        super().__init__(folder, options, url=as_text(new_database(server)))
        self._server = server

    def _kept(self) -> bytes:
        """The name of the database. Nobody writes to it any more: what goes on goes on in a copy."""
        return str(make_url(self.url).database).encode()

    def _put_back(self, store: bytes) -> None:
        self.url = as_text(new_database(self._server, store.decode()))
