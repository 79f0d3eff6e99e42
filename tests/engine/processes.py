"""Standing commands of the service as real processes."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PROGRAM = [sys.executable, "-m", "hybrid_sync"]
PATIENCE = 180.0
"""Seconds for what must come about; a busy machine may take its time."""


@dataclass
class Process:
    """A standing command and its log."""

    words: tuple[str, ...]
    log: Path
    running: subprocess.Popen[bytes] = field(init=False)
    offset: int = 0

    def start(self) -> None:
        self.offset = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.running = subprocess.Popen([*PROGRAM, *self.words], stdout=log, stderr=log)

    def said(self) -> str:
        """What it has said since it was last started."""
        return self.log.read_bytes()[self.offset :].decode()

    def address(self) -> str | None:
        """Where its pages are, once it has said so."""
        lines = [line for line in self.said().splitlines() if line.startswith("web: ")]
        return lines[-1].removeprefix("web: ").rstrip("/") if lines else None

    def kill(self) -> None:
        self.running.kill()
        self.running.wait(PATIENCE)

    def end(self) -> int:
        self.running.send_signal(signal.SIGCONT)
        self.running.terminate()
        until(lambda: self.running.poll() is not None, PATIENCE, self.said)
        return int(self.running.returncode)


def until(done: Callable[[], bool], seconds: float, what: Callable[[], str]) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            pytest.fail(f"it did not come about in {seconds:.0f} s: {what()}")
        time.sleep(0.05)
