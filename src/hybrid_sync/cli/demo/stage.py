"""Where the demo's story is shown: on standard error, with bars on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hybrid_sync.cli import output


class Stage:
    def step(self, title: str) -> None:
        """A new step begins."""
        output.say(f"\n{title}")

    def say(self, text: str) -> None:
        """Lines of it."""
        for line in text.splitlines():
            output.say(f"  {line.rstrip()}")

    @contextmanager
    def bar(self, title: str, total: int) -> Iterator[Callable[[int], None]]:
        """A progress bar; the function it gives takes what is done so far."""
        if not sys.stderr.isatty():
            yield lambda done: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True)) as progress:
            task = progress.add_task(title, total=total)
            yield lambda done: progress.update(task, completed=done)
