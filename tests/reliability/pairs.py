"""Pairs of deaths in one chapter of a life: one at a point of its work, the other at a point of the recovery.

Points between which nothing is written, neither here nor outside, leave the same behind: whoever takes over cannot tell
them apart. They stand in one group, and the worker dies at one of them, now at this and now at that. What is left behind
is compared row by row, so that nobody has to say which calls write.

Each pair begins from a moment that was taken at the beginning of its chapter, each second death from one that was taken
after the first. The store, the outside and the clock are put back. New ids are by chance, so there is nothing of them to
put back; that the same points come again is asserted for every process.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from hybrid_sync.adapters.sql.engine import look
from hybrid_sync.adapters.sql.tables import metadata
from tests.reliability.life import Life, Told, differences
from tests.sync.crash_kit import Points
from tests.world import Moment

PASSING = frozenset({"lock", "calls", "recent_calls", "graph_calls_now", "smtp_connections"})
"""What the sandbox counts of calls as such."""
READS = re.compile(r"\b(list|registrant)_reads=\d+")
ROWS = [
    str(select(*(one for one in table.columns if one.name != "lease_until")))
    for table in metadata.sorted_tables
]
"""Of every table. A lease has always ended when somebody takes over, however long it was to last."""

GOING_ON = 8
"""After so many pairs the next chapter is lived, too."""

Choice = Callable[[int, list[str]], bool]
"""Whether to die in a group, by its number and the names of its points."""


def every(number: int, names: list[str]) -> bool:
    return True


def at(*points: str) -> Choice:
    """The groups with one of these points."""
    return lambda number, names: not set(names).isdisjoint(points)


class Photographs(Points):
    """Lives on, and looks at each point at what would be left if the process died there."""

    def __init__(self, life: ChapterLife) -> None:
        super().__init__()
        self._life = life
        self._seen: object = None
        self.groups: list[list[int]] = []

    def __call__(self, name: str) -> None:
        super().__call__(name)
        if (seen := self._life.left_behind()) != self._seen:
            self._seen = seen
            self.groups.append([])
        self.groups[-1].append(len(self.trace) - 1)

    def names(self, group: int) -> list[str]:
        return [self.trace[point] for point in self.groups[group]]

    def told(self, group: int) -> str:
        """The first point after which things stand so."""
        first = self.groups[group][0]
        return f"{first:02} {self.trace[first]}"


@dataclass
class Tried:
    """What became of the pairs of some chapters."""

    points: int = 0
    """Of the first processes; each is a single death, too."""
    pairs: int = 0
    runs: int = 0
    """How many of the pairs were gone through: one of each two groups."""
    wrong: dict[tuple[str, str, str], Any] = field(default_factory=dict)
    """Chapter and the numbered writings after which they died to what was wrong; the last is empty where nobody died again."""


class ChapterLife(Life):
    """A life that goes back to the beginning of its chapters."""

    chapter: str

    def moment(self) -> Moment:
        moment = self.world.moment()
        self.desk = self.world.app()
        return moment

    def back_to(self, moment: Moment) -> None:
        self.world.back_to(moment)
        self.desk = self.world.app()

    def ended(self, *, going_on: bool) -> Told:
        """The chapter ends; `going_on` to the end of the next one, in which nobody dies."""
        told = Told()
        self.end(self.chapter, told)
        work, gone = self.work, self.gone
        names = list(self.story.chapters)
        for name in names[names.index(self.chapter) + 1 :][:1] if going_on else ():
            self.begin(name)
            assert not self.one_process(Points())
            self.end(name, told)
        self.work, self.gone = work, gone
        return told

    def left_behind(self) -> object:
        """Every row of the store and everything outside, as one finds it who takes over."""
        store: Any = self.desk.store
        with look(store.engine) as connection:
            found = [sorted(map(repr, connection.exec_driver_sql(rows))) for rows in ROWS]
        state = self.world.sandbox.state
        with state.lock:
            held = {name: READS.sub("", repr(it)) for name, it in vars(state).items() if name not in PASSING}
        return found, held


def pairs_of(
    life: ChapterLife,
    firsts: Choice = every,
    seconds: Choice | None = every,
    chapters: Collection[str] | None = None,
) -> Tried:
    """All pairs of the life, or of these chapters and groups of points. Without `seconds` nobody dies in the recovery.

    Raises AssertionError if putting back is not exact: other rows, or other points or another end where nobody dies.
    """
    tried = Tried()
    with life.world:
        life.desk = life.world.app()
        for chapter in life.story.chapters:
            life.chapter = chapter
            life.begin(chapter)
            if chapters is None or chapter in chapters:
                _of_the_chapter(life, firsts, seconds, tried)
            assert not life.one_process(Points())
            life.end(chapter, Told())
    return tried


def _of_the_chapter(life: ChapterLife, firsts: Choice, seconds: Choice | None, tried: Tried) -> None:
    begin, stood = life.moment(), life.left_behind()
    shots, clean = _photographed(life, going_on=True)
    assert clean.wrong == {}
    life.back_to(begin)
    assert life.left_behind() == stood
    again, told = _photographed(life, going_on=True)
    assert (again.trace, again.groups, told) == (shots.trace, shots.groups, clean)
    for number, group in enumerate(shots.groups):
        if firsts(number, shots.names(number)):
            life.back_to(begin)
            _die(life, group[number % len(group)], shots.trace)
            tried.points += len(group)
            _recovered(life, (shots.told(number), len(group)), seconds, clean, tried)
    life.back_to(begin)


def _recovered(
    life: ChapterLife, first: tuple[str, int], seconds: Choice | None, clean: Told, tried: Tried
) -> None:
    """One process died, after that writing, at one of so many points: what comes of it, with another death and without."""
    after, weight = first
    if seconds is None:
        assert not life.one_process(Points())
        _judge(life, life.ended(going_on=True), clean, (after, ""), tried)
        return
    dead = life.moment()
    shots, told = _photographed(life, going_on=False)
    _judge(life, told, clean, (after, ""), tried)
    for number, group in enumerate(shots.groups):
        if seconds(number, shots.names(number)):
            life.back_to(dead)
            _die(life, group[(number + weight) % len(group)], shots.trace)
            assert not life.one_process(Points())
            told = life.ended(going_on=tried.runs % GOING_ON == 0)
            _judge(life, told, clean, (after, shots.told(number)), tried)
            tried.pairs += weight * len(group)
            tried.runs += 1


def _photographed(life: ChapterLife, *, going_on: bool) -> tuple[Photographs, Told]:
    """Nobody dies."""
    shots = Photographs(life)
    assert not life.one_process(shots)
    return shots, life.ended(going_on=going_on)


def _die(life: ChapterLife, point: int, trace: list[str]) -> None:
    points = Points(point)
    assert life.one_process(points)
    assert points.trace == trace[: point + 1]


def _judge(life: ChapterLife, told: Told, clean: Told, pair: tuple[str, str], tried: Tried) -> None:
    if found := differences(told, clean.only(*told.pictures)):
        tried.wrong[life.chapter, *pair] = found
