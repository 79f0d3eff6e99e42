"""Every pair of points of the shortest full life: death while the event is made, and death at each point of the recovery."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from tests.reliability.chapters import PUBLISHED, published
from tests.reliability.life import Life, Told, differences, unharmed

PARTS = 8


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_every_pair_of_points_of_making_an_event(tmp_path: Path, part: int) -> None:
    clean = unharmed(tmp_path / "clean", PUBLISHED)
    points = len(clean.traces["published"])
    tried = 0
    wrong: dict[tuple[int, int], object] = {}
    for first in range(part, points, PARTS):
        tried += after(first, tmp_path / str(first), clean, wrong)
    assert wrong == {}
    # Whoever takes over after the last call has only to look.
    assert tried > 8 * (points // PARTS)


def after(first: int, folder: Path, clean: Told, wrong: dict[tuple[int, int], object]) -> int:
    """One death at `first`, and from there a second at each point of the recovery; how many of those there were."""
    life = Life(folder, PUBLISHED)
    with life.world:
        life.desk = life.world.app()
        published(life)
        _, died = life.one_process(first)
        assert died
        dead = life.world.moment()
        for second in count():
            life.world.back_to(dead)
            life.desk = life.world.app()
            told = Told()
            _, died = life.one_process(second)
            life.end("published", told)
            if found := differences(told, clean):
                wrong[first, second] = found
            if not died:
                return second
    raise AssertionError("unreachable")
