"""Where a name may still stand: every text and every byte of the whole store."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from hybrid_sync.adapters.sql.tables import metadata
from hybrid_sync.wiring import App

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
