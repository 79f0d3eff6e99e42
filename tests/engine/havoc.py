"""An hour of bad luck in a few seconds: processes are killed and halted while people go on."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Sequence
from random import Random
from threading import Timer
from typing import TypeVar

from tests.engine.many import KINDS, LEASE, Field
from tests.engine.processes import Process

_Card = TypeVar("_Card")


def deck(chance: Random, cards: Sequence[_Card]) -> Iterator[_Card]:
    """All of them in random order, and again, for ever: chance leaves nobody out."""
    while True:
        yield from chance.sample(cards, len(cards))


def havoc(
    field_: Field, chance: Random, events: list[str], seconds: float, beside: tuple[str, ...] | None = None
) -> None:
    """Kill, halt, start anew, edit, register, reschedule, at random, for so long, and until each process had its turn.

    `beside` is a command that ends by itself, like `sync`; it is run again and again, and killed like the others.
    """
    passing = Process(beside, field_.folder / "beside.log") if beside else None
    deadline = time.monotonic() + seconds
    victims, kinds = deck(chance, field_.processes), deck(chance, KINDS)
    halted: tuple[Process, Timer] | None = None
    while time.monotonic() < deadline or field_.kills < len(field_.processes):
        if passing is not None:
            passing.start()
        for _ in range(chance.randrange(1, 4)):
            field_.deed(chance, chance.choice(events), next(kinds))
        # Long enough for a process to start and be in the middle of something before its turn comes again.
        time.sleep(0.5 + 5 * chance.random() / len(field_.processes))
        if passing is not None and chance.random() < 0.5:
            passing.kill()
        victim = next(victims)
        if halted is not None and (victim is halted[0] or not halted[1].is_alive()):
            halted[1].join()
            halted = None
        if halted is None and field_.kills % 4 == 1:
            halted = victim, halt(victim)
            field_.halts += 1
        else:
            victim.kill()
            victim.start()
        field_.kills += 1
        if passing is not None:
            passing.running.wait(120)
    if halted is not None:
        halted[1].join()


def halt(process: Process) -> Timer:
    """It stands still past its lease, and then goes on as if nothing were: by a timer of its own, since whoever does a
    deed meanwhile may have to wait for it (on SQLite, where it may hold the file).
    """
    running = process.running
    running.send_signal(signal.SIGSTOP)
    timer = Timer(LEASE + 0.5, running.send_signal, [signal.SIGCONT])
    timer.start()
    return timer
