"""The command: the story is told, and its figures are judged."""

from __future__ import annotations

import socket
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hybrid_sync.cli import output
from hybrid_sync.errors import InputError

if TYPE_CHECKING:
    from hybrid_sync.cli.demo.proof import Line


def demo(
    registrants: Annotated[
        int, typer.Option(min=20, max=20_000, help="How many people are on the list.")
    ] = 120,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where everything is kept; a new temporary folder when left out."),
    ] = None,
) -> None:
    """The whole loop against the sandbox, over real sockets, in about half a minute; prints what it proved.

    An event page becomes a Webex meeting, a calendar entry and personal invitations; the worker is killed in the middle;
    the event moves; the meeting happens; attendance is pulled and reported. Nothing leaves this machine.
    """
    from hybrid_sync.cli.demo.processes import DemoFailed
    from hybrid_sync.cli.demo.stage import Stage
    from hybrid_sync.cli.demo.story import Story
    from hybrid_sync.sandbox import Sandbox

    folder = _folder(out)
    stage = Stage()
    started = time.monotonic()
    with Sandbox() as sandbox:
        try:
            lines = Story(folder, registrants, sandbox, _free_port(), stage).run()
        except DemoFailed as failure:
            output.problem(str(failure))
            raise typer.Exit(1) from failure
    stage.step(
        f"What this run proved, counted from the sandbox and the store ({time.monotonic() - started:.0f} s)"
    )
    output.table(["what", "found", "had to be", ""], [_row(line) for line in lines])
    output.say(
        f"Everything is in {folder}: attendance.html is the report, worker.log what the worker said, invitations/ "
        "the mails and calendar entries of two people from first to last."
    )
    if not all(line.holds for line in lines):
        output.problem("not every figure is what it had to be")
        raise typer.Exit(1)


def _row(line: Line) -> list[str]:
    if line.wanted is None:
        return [line.what, f"{line.found:,}", "", ""]
    return [line.what, f"{line.found:,}", f"{line.wanted:,}", "ok" if line.holds else "wrong"]


def _folder(out: Path | None) -> Path:
    """The folder to work in. Raises InputError for one with something in it: nothing of anybody's is overwritten."""
    if out is None:
        return Path(tempfile.mkdtemp(prefix="hybrid-sync-demo-"))
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"{out} is there already: name a new folder, or an empty one")
    out.mkdir(parents=True, exist_ok=True)
    return out.resolve()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
