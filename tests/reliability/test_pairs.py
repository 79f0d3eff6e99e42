"""Every pair of deaths of every chapter of every life; the ordinary run tries a few, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.adapters.sql.postgres_server import as_text, new_database, postgres_server
from tests.reliability.chapters import LIVES
from tests.reliability.pairs import ChapterLife, Choice, Tried, pairs_of

WRITES_MOST = {
    "held": ("published", "moved", "readdressed", "withdrawn", "hands in Webex", "erased before"),
    "called off": ("cancelled", "published anew"),
}
PARTS = 8
"""Every eighth group of first points."""

Note = Callable[[str, object], None]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Any]:
    with postgres_server() as server:
        yield server


def striped(part: int) -> Choice:
    return lambda number, names: number % PARTS == part


def noted(tried: Tried, note: Note) -> Tried:
    """The figures of docs/reliability.md, for a report (--junitxml)."""
    for name in ("points", "pairs", "runs"):
        note(name, getattr(tried, name))
    assert tried.wrong == {}
    return tried


@pytest.mark.long
@pytest.mark.parametrize("life", LIVES)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_pair_of_deaths(tmp_path: Path, life: str, part: int, record_property: Note) -> None:
    tried = pairs_of(ChapterLife(tmp_path, LIVES[life]), striped(part))
    assert noted(tried, record_property).pairs >= tried.runs > 0


@pytest.mark.long
@pytest.mark.parametrize("life", WRITES_MOST)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_pair_of_deaths_on_postgresql(
    tmp_path: Path, postgres: Any, life: str, part: int, record_property: Note
) -> None:
    world = ChapterLife(tmp_path, LIVES[life], as_text(new_database(postgres)))
    tried = pairs_of(world, striped(part), chapters=WRITES_MOST[life])
    assert noted(tried, record_property).pairs >= tried.runs > 0


@pytest.mark.long
@pytest.mark.parametrize("life", [life for life in LIVES if life != "held"])
def test_every_death_on_postgresql(tmp_path: Path, postgres: Any, life: str, record_property: Note) -> None:
    """The held life is lived there from its beginning to its end, in test_whole_life.py."""
    world = ChapterLife(tmp_path, LIVES[life], as_text(new_database(postgres)))
    assert noted(pairs_of(world, seconds=None), record_property).points > 0


def test_a_few_pairs_of_calling_an_event_off(tmp_path: Path) -> None:
    chance = Random(8)
    first, *seconds = chance.sample(range(16), 3)
    tried = pairs_of(
        ChapterLife(tmp_path, LIVES["called off"].only("published", "cancelled")),
        lambda number, names: number == first,
        lambda number, names: number in seconds,
        chapters=("cancelled",),
    )
    assert tried.wrong == {}
    assert tried.pairs >= tried.runs == 2
