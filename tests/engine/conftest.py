"""A store in a file with events that are due."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.builders import NOW, an_event

from hybrid_sync.adapters.sql import SqlStore, open_store

Due = Callable[..., list[str]]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/hs.db"


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    store = open_store(url, create=True)
    yield store
    store.close()


@pytest.fixture
def due(store: SqlStore) -> Due:
    """Makes events that are due at NOW and returns their ids."""

    def make(count: int = 1, name: str = "e") -> list[str]:
        ids = [f"{name}{number}" for number in range(count)]
        with store.begin() as tx:
            for event_id in ids:
                tx.events.save(an_event(id=event_id))
                tx.work.wake(event_id, NOW)
        return ids

    return make
