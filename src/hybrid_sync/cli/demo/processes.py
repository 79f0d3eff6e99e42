"""Real processes for the demo: commands as a person types them, and the standing worker that is killed."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from hybrid_sync.errors import HybridSyncError


class DemoFailed(HybridSyncError):
    """Something did not come about; the message says what, and where to read more."""


class Processes:
    """Runs `hybrid-sync` with the demo's settings. `say` shows each command as it would be typed."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self._folder = folder
        self._say = say
        self._config = folder / "hybrid-sync.toml"
        self._log = folder / "worker.log"
        self._standing: subprocess.Popen[bytes] | None = None

    def run(self, *words: str, at: datetime | None = None, show: bool = True) -> str:
        """One command to its end; what it printed, results and words together. Raises DemoFailed if it failed."""
        if show:
            self._say("$ hybrid-sync " + shlex.join(words))
        done = subprocess.run(
            [*self._command(at), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self._folder,
            check=False,
        )
        if done.returncode != 0:
            raise DemoFailed(f"hybrid-sync {shlex.join(words)} ended with {done.returncode}:\n{done.stdout}")
        return done.stdout

    def start(self, port: int, at: datetime | None = None) -> None:
        """The worker and the web in one process, in the background; returns once the web answers."""
        with self._log.open("ab") as log:
            self._standing = subprocess.Popen(
                [*self._command(at), "serve"], stdout=log, stderr=log, cwd=self._folder
            )
        wait_until(
            lambda: self._alive() and _answers(f"http://127.0.0.1:{port}/livez"), "the worker to start", 30
        )

    def kill(self) -> None:
        """SIGKILL: no goodbye, nothing tidied up."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM: a clean end."""
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        if self._standing is None:
            return
        self._standing.send_signal(number)
        self._standing.wait(timeout=60)
        self._standing = None

    def _alive(self) -> bool:
        if self._standing is not None and self._standing.poll() is not None:
            raise DemoFailed(f"the worker ended by itself; see {self._log}")
        return True

    def _command(self, at: datetime | None) -> list[str]:
        moment = ["--at", at.isoformat()] if at else []
        return [sys.executable, "-m", "hybrid_sync", "--config", str(self._config), *moment]


def wait_until(done: Callable[[], bool], what: str, seconds: float) -> None:
    """Look every so often until `done`. Raises DemoFailed when it takes longer than `seconds`."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise DemoFailed(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with build_opener().open(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, ConnectionError, TimeoutError):
        return False


class _NoRedirect(HTTPRedirectHandler):
    """A browser would follow to Webex; the demo wants to see where to."""

    def redirect_request(self, *_: object) -> None:
        return None


def press_join(url: str) -> str:
    """Do what a person does with their link: open the page, press the button; the address they are sent to."""
    browser = build_opener(_NoRedirect)
    with browser.open(url, timeout=30) as page:
        if b"<form" not in page.read():
            raise DemoFailed("the join page has no button")
    try:
        with browser.open(Request(url, data=b"", method="POST"), timeout=30) as answer:
            raise DemoFailed(f"the join page answered {answer.status} instead of sending the person on")
    except HTTPError as answer:
        with answer:
            if answer.code != 303:
                raise DemoFailed(f"the join page answered {answer.code}") from answer
            return str(answer.headers["Location"])
