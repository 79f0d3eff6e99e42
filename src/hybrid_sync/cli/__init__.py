"""The command line: arguments in, words and exit codes out (design.md 6)."""

from __future__ import annotations

import io
import sys


def main() -> None:
    """Run `hybrid-sync` with the arguments of this process, and end it with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a name shows a question mark instead; JSON is plain ASCII there.
            stream.reconfigure(errors="replace")
    from hybrid_sync.cli.app import app

    app(prog_name="hybrid-sync")
