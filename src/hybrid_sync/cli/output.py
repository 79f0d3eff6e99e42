"""What commands print: results and JSON on standard output, words about them on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, TextIO
from zoneinfo import ZoneInfo

from hybrid_sync.domain.localtime import LocalTime
from hybrid_sync.intake.characters import clean

if TYPE_CHECKING:
    from rich.console import Console

WIDE = 400
"""Columns of a table that no terminal shows, so that nothing is cut for a program that reads it."""

_STYLES = {
    "ok": "green", "done": "green", "adopted": "green", "published": "green", "approved": "green", "sent": "green",
    "wrong": "red", "refused": "red", "cancelled": "red", "attention": "red",
    "later": "yellow", "unknown": "yellow", "held": "yellow", "pending": "yellow",
}  # fmt: skip


def data(value: object) -> None:
    """`value` as JSON on standard output; in plain ASCII where the output cannot hold more."""
    encoding = (sys.stdout.encoding or "ascii").lower()
    text = json.dumps(value, indent=2, ensure_ascii=not encoding.startswith("utf"))
    print(text, file=sys.stdout, flush=True)


def result(text: str) -> None:
    """A result in words, on standard output."""
    print(clean(text), file=sys.stdout, flush=True)


def raw(content: bytes) -> None:
    """Bytes as they are, on standard output."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def say(text: str) -> None:
    """Words on standard error, without anything that would steer the terminal."""
    print(clean(text), file=sys.stderr, flush=True)


def problem(text: str) -> None:
    """What is wrong, in red on a terminal."""
    _styled(f"error: {text}", "red")


def doubt(text: str) -> None:
    """What a careful reader would look at, in yellow on a terminal."""
    _styled(f"warning: {text}", "yellow")


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on standard output; only its header when there are no rows."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False, show_edge=False)
    for name in columns:
        shown.add_column(name, overflow="fold")
    for row in rows:
        shown.add_row(*(Text(clean(cell), _STYLES.get(cell, "")) for cell in row))
    _console(sys.stdout).print(shown)


@contextmanager
def working(words: str) -> Iterator[None]:
    """A sign of life while something takes its time; on a terminal only."""
    if not sys.stderr.isatty():
        yield
        return
    with _console(sys.stderr).status(clean(words)):
        yield


def moment(instant: datetime | None, zone: str) -> str:
    """`instant` on the clock of `zone`, with the clock's name of that day: "2027-06-09 10:00 CEST"."""
    return f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}" if instant else ""


def span(starts: LocalTime, ends: LocalTime | None) -> str:
    """From when to when: "2027-06-09 10:00 to 11:30 CEST"."""
    if ends is None:
        return f"{starts.wall:%Y-%m-%d %H:%M} to ? {starts.abbreviation}"
    until = f"{ends.wall:%H:%M}" if ends.date == starts.date else f"{ends.wall:%Y-%m-%d %H:%M}"
    if ends.abbreviation == starts.abbreviation:
        return f"{starts.wall:%Y-%m-%d %H:%M} to {until} {ends.abbreviation}"
    return f"{starts.wall:%Y-%m-%d %H:%M} {starts.abbreviation} to {until} {ends.abbreviation}"


def count(number: int, one: str, many: str | None = None) -> str:
    """ "1 person", "3 people"."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def _styled(text: str, style: str) -> None:
    if not sys.stderr.isatty():
        say(text)
        return
    from rich.text import Text

    _console(sys.stderr).print(Text(clean(text), style), soft_wrap=True)


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    terminal = stream.isatty()
    settings: dict[str, Any] = {} if terminal else {"width": WIDE}
    return Console(file=stream, highlight=False, markup=False, emoji=False, **settings)
