"""Logging of a command: standard error, one line for each record, no secrets in it."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class OneLine(logging.Formatter):
    """UTC, one line: what an exception leaves is told by its last line, or in full when `traces`."""

    def __init__(self, *, traces: bool) -> None:
        super().__init__(LINE)
        self._traces = traces

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%S}.{int(record.msecs):03d}Z"

    def format(self, record: logging.LogRecord) -> str:
        trace, record.exc_text = record.exc_text, None
        line = " ".join(super().format(record).splitlines())
        record.exc_text = trace
        if trace:
            line += f" ({trace.strip().splitlines()[-1]})"
        action = record.__dict__.get("action")
        if action:
            line += f" action={action}"
        return f"{line}\n{trace}" if trace and self._traces else line


@contextmanager
def on_standard_error(*, verbose: bool = False, steady: bool = False) -> Iterator[None]:
    """Within the `with`, log records go to standard error and nowhere else.

    WARNING and worse; with `verbose`, or for a `steady` process (worker, serve), also what is done (INFO).
    """
    from hybrid_sync.http_client import RedactingFilter

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine(traces=verbose))
    handler.addFilter(RedactingFilter())
    everything, ours = logging.getLogger(), logging.getLogger("hybrid_sync")
    before = (everything.handlers[:], everything.level, ours.level)
    everything.handlers[:] = [handler]
    everything.setLevel(logging.WARNING)
    ours.setLevel(logging.INFO if verbose or steady else logging.WARNING)
    try:
        yield
    finally:
        everything.handlers[:] = before[0]
        everything.setLevel(before[1])
        ours.setLevel(before[2])
