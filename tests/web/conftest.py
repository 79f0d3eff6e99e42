from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.judges.conftest import libical  # noqa: F401 - a fixture
from tests.web.house import House, build_house

MakeHouse = Callable[..., House]


@pytest.fixture
def a_house(tmp_path: Path) -> MakeHouse:
    """Makes houses, each with a store of its own."""
    made: list[House] = []

    def make(**options: Any) -> House:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(build_house(folder, **options))
        return made[-1]

    return make
