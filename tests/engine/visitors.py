"""People at the pages of the web processes, while those are killed and halted under them."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from threading import Event, Thread

PATIENCE = 5
"""Seconds that a person waits for an answer."""

RIGHT = frozenset({200, 409, 429})
"""What a page may answer: itself, "not yet" or "not any more", and "too often". Never an error of the service."""


def asked(address: str, path: str, *, post: bool = False) -> int | None:
    """The status; None where nobody answered, or was killed in the middle of it."""
    request = urllib.request.Request(address + path, data=b"" if post else None)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except (OSError, urllib.error.URLError):
        return None


@dataclass(frozen=True)
class Paths:
    """Where one person goes: the join page and its button, their own page, and what everybody sees."""

    join: str
    own: str

    def all(self) -> Sequence[tuple[str, bool]]:
        looks = [self.join, self.own, "/calendar.ics", "/", "/livez", "/readyz"]
        return [*((path, False) for path in looks), (self.join, True)]


@dataclass
class Visits:
    """What they were answered, by status, at all processes together."""

    answers: Counter[int | None] = field(default_factory=Counter)

    def go(self, address: str, paths: Sequence[tuple[str, bool]]) -> bool:
        """Whether every one of them was answered."""
        found = [asked(address, path, post=post) for path, post in paths]
        self.answers.update(found)
        return None not in found

    def judge(self) -> None:
        assert set(self.answers) <= RIGHT | {None}, self.answers


@contextmanager
def visiting(
    addresses: Callable[[], Sequence[str]], somebody: Callable[[Random], Paths], seed: int
) -> Iterator[Visits]:
    """Somebody goes somewhere, again and again, in a thread, as long as the `with` lasts."""
    chance, visits, end = Random(seed), Visits(), Event()
    trouble: list[BaseException] = []

    def go_on() -> None:
        try:
            while not end.wait(0.1):
                there = addresses()
                if there:
                    visits.go(chance.choice(there), [chance.choice(somebody(chance).all())])
        except BaseException as error:  # noqa: BLE001  raised below
            trouble.append(error)

    thread = Thread(target=go_on, name="visitors")
    thread.start()
    try:
        yield visits
    finally:
        end.set()
        thread.join(2 * PATIENCE)
    assert trouble == []


def until_answered(visits: Visits, address: str, paths: Paths, seconds: float) -> None:
    """Every page of that process, answered and right."""
    deadline = time.monotonic() + seconds
    while not visits.go(address, paths.all()):
        assert time.monotonic() < deadline, visits.answers
