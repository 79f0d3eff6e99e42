"""How long a command works on somebody else's text before it gives up.

A page can be written so that reading it takes hours: the parser of Python's own library and every pattern that looks
for a date have their bad days. No limit of size helps against all of them, so there is a limit of time.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from hybrid_sync.errors import InputError

SECONDS = 20
"""The largest real pages take less than one."""


@contextmanager
def reading(called: str, seconds: float = SECONDS) -> Iterator[None]:
    """Raise InputError when the `with` takes longer. Only in a main thread on Unix, where a clock can interrupt it.

    The interpreter looks for signals inside regular expressions too, so that a pattern cannot hold it up.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise InputError(
            f"{called}: could not be read within {seconds:g} seconds, which is no event page; save its text alone as "
            "a .txt file and import that"
        )

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
