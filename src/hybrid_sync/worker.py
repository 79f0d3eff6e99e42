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

from hybrid_sync.domain.heartbeat import patience
from hybrid_sync.ports import Clock, Engine

log = logging.getLogger(__name__)

SIGNALS = (signal.SIGTERM, signal.SIGINT)
_END = 0
"""No signal has this number."""


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
    with _keeper(stop, notify, healthy, install_signals):
        # Whoever reads this may send a signal: it is in hand from here on.
        log.info("%s started, process %d", name, os.getpid(), extra={"action": "worker.start"})
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

    Python runs its signal handlers in the main thread alone, and the main thread waits in the engine. The kernel may hand
    a signal to any other thread (it does so while the main one has not yet run again after a SIGSTOP); then nothing wakes
    the main thread, and a handler would never run. So Python's own C handler writes the number to a pipe, wherever it
    runs, and this thread reads it. Setting `stop` in a handler could wait for ever, too: for the event's lock, which the
    main thread may hold just then.
    """
    hear, tell = os.pipe()
    os.set_blocking(tell, False)
    if install_signals:
        before_fd = signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
        before = {number: signal.signal(number, _next_one_ends) for number in SIGNALS}
    thread = Thread(target=_keep, args=(hear, stop, notify, healthy), name="keeper", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        os.write(tell, bytes([_END]))
        thread.join()
        if install_signals:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(before_fd)
        os.close(tell)
        os.close(hear)


def _next_one_ends(_number: int, _frame: FrameType | None) -> None:
    """After the first signal the kernel itself ends the process at the next."""
    for each in SIGNALS:
        signal.signal(each, signal.SIG_DFL)


def _keep(hear: int, stop: Event, notify: Notifier, healthy: Callable[[], bool]) -> None:
    """Every third of the watchdog's time a word to systemd, unless the engine stands still; at a signal, `stop`."""
    every = notify.watchdog / 3 if notify.watchdog else None
    told: int | None = None
    stalled = False
    while True:
        if not select.select([hear], [], [], every)[0]:
            # While passes end nothing ticks, and nothing need: the engine's grace and systemd's limit both count.
            well = told is not None or healthy()
            if well:
                notify("WATCHDOG=1")
            elif not stalled:
                log.error(
                    "the engine stands still: systemd will start us anew", extra={"action": "worker.stalled"}
                )
            stalled = not well
            continue
        number = os.read(hear, 1)[0]
        if number == _END:
            if told is None:
                notify("STOPPING=1")
            return
        if number not in SIGNALS:
            continue
        if told is not None:
            # The main thread has not come to its handler yet: it waits in a call that nothing interrupts.
            os._exit(128 + number)
        told = number
        stop.set()
        notify("STOPPING=1")
        name = signal.Signals(number).name
        log.info(
            "%s: finishing what is under way; once more ends at once", name, extra={"action": "worker.stop"}
        )
