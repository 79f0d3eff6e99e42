"""A standing process: an engine from start to signal, with a word to systemd about how it is (reliability.md 7).

`hybrid-sync worker` is this alone; `hybrid-sync serve` is this with the web beside it.
"""

from __future__ import annotations

import logging
import os
import select
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread
from types import FrameType
from typing import Any

from hybrid_sync.domain.heartbeat import patience
from hybrid_sync.ports import Clock, Engine

log = logging.getLogger(__name__)

SIGNALS = (signal.SIGTERM, signal.SIGINT)
_END = b"\0"


def run_worker(
    engine: Engine,
    *,
    stop: Event,
    clock: Clock,
    poll: timedelta,
    stop_after: timedelta | None = None,
    install_signals: bool = True,
    environ: Mapping[str, str] = os.environ,
    name: str = "worker",
) -> int:
    """Run `engine` until SIGTERM or SIGINT, until `stop` is set, or for `stop_after`. Returns the exit code.

    `stop` is the event that the engine itself watches; it is set when this returns. The first signal ends cleanly,
    a second one ends the process at once, which loses nothing either (P1). Signals need the main thread. systemd is
    told when `environ` names its socket: READY=1, STOPPING=1, and WATCHDOG=1 for as long as the engine's heartbeat is
    younger than domain.heartbeat allows for its `poll`. `name` is what the log calls this process.

    0: ended cleanly. 1: passes were still running when the engine's grace was over.
    """
    notify = Notifier(environ)

    def healthy() -> bool:
        return clock() - engine.heartbeat() < patience(poll)

    began = clock()
    log.info("%s started, process %d", name, os.getpid(), extra={"action": "worker.start"})
    with _keeper(stop, notify, healthy, install_signals):
        notify("READY=1")
        left = engine.run(stop_after)
    seconds = (clock() - began).total_seconds()
    log.info(
        "%s ended after %.0f s%s",
        name,
        seconds,
        f", with {len(left)} passes still running" if left else "",
        extra={"action": "worker.end"},
    )
    return 1 if left else 0


class Notifier:
    """Speaks to systemd over the socket that it named; silent when there is none."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        # "@" stands for the zero byte of an abstract address.
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._failed = False
        micros = environ.get("WATCHDOG_USEC", "")
        for_us = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self.watchdog = int(micros) / 1_000_000 if micros.isdigit() and int(micros) and for_us else None
        """Seconds within which systemd wants to hear from us; None when it does not watch."""

    def __call__(self, state: str) -> None:
        """Send one state, like READY=1."""
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as speaker:
                speaker.settimeout(2)
                speaker.sendto(state.encode(), self._address)
        except OSError as error:
            # Work goes on unheard; if systemd minds, it acts by itself. Said once.
            if not self._failed:
                log.warning("systemd does not hear us: %s", error, extra={"action": "worker.notify"})
            self._failed = True


@contextmanager
def _keeper(
    stop: Event, notify: Notifier, healthy: Callable[[], bool], install_signals: bool
) -> Iterator[None]:
    """A thread that turns a signal into `stop` and feeds the watchdog, for as long as the `with` lasts.

    The handler only writes to a pipe. Setting the event there could wait for ever: the handler runs in the main
    thread, which may at that moment hold the very lock of the event that it is about to wait for.
    """
    hear, tell = os.pipe()
    before = _catch_signals(tell) if install_signals else {}
    thread = Thread(target=_keep, args=(hear, stop, notify, healthy), name="keeper", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        os.write(tell, _END)
        thread.join()
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(tell)
        os.close(hear)


def _catch_signals(tell: int) -> dict[signal.Signals, Any]:
    def handle(number: int, _frame: FrameType | None) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_DFL)  # the next one ends the process at once
        os.write(tell, bytes([number]))

    return {number: signal.signal(number, handle) for number in SIGNALS}


def _keep(hear: int, stop: Event, notify: Notifier, healthy: Callable[[], bool]) -> None:
    """Every third of the watchdog's time a word to systemd, unless the engine stands still; at a signal, `stop`."""
    every = notify.watchdog / 3 if notify.watchdog else None
    ending = stalled = False
    while True:
        if not select.select([hear], [], [], every)[0]:
            # While passes end nothing ticks, and nothing need: the engine's grace and systemd's limit both count.
            well = ending or healthy()
            if well:
                notify("WATCHDOG=1")
            elif not stalled:
                log.error(
                    "the engine stands still: systemd will start us anew", extra={"action": "worker.stalled"}
                )
            stalled = not well
            continue
        told = os.read(hear, 1)
        if not ending:
            notify("STOPPING=1")
        ending = True
        if told == _END:
            return
        name = signal.Signals(told[0]).name
        log.info(
            "%s: finishing what is under way; once more ends at once", name, extra={"action": "worker.stop"}
        )
        stop.set()
