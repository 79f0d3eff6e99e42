from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.world import World, outside


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path) as world:
        yield world


@pytest.fixture
def a_world(tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Opens worlds with sandbox options of their own."""
    opened: list[World] = []

    def start(**options: Any) -> World:
        folder = tmp_path / str(len(opened))
        folder.mkdir()
        opened.append(World(folder, outside(**options)).__enter__())
        return opened[-1]

    yield start
    for world in opened:
        world.__exit__()
