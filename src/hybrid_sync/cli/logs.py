"""Logging of a command: standard error, one line for each record, text or JSON, no secrets in it."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"

_OWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "exc_text"}


class OneLine(logging.Formatter):
    """UTC, one line: what an exception leaves is told by its last line, or in full when `traces`."""

    def __init__(self, *, traces: bool) -> None:
        super().__init__(LINE)
        self._traces = traces

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return _time(record)

    def format(self, record: logging.LogRecord) -> str:
        trace, record.exc_text = record.exc_text, None
        line = " ".join(super().format(record).splitlines())
        record.exc_text = trace
        if trace:
            line += f" ({_last_line(trace)})"
        for name in ("event_id", "pass_id", "action"):
            value = record.__dict__.get(name)
            if value:
                line += f" {name.removesuffix('_id')}={value}"
        return f"{line}\n{trace}" if trace and self._traces else line


class Json(logging.Formatter):
    """One object for each record, with the same keys every time; what a record has beside them follows.

    `event_id` and `pass_id` say whose pass it was, `action` what was done, `request_id` is the provider's.
    """

    def __init__(self, *, traces: bool) -> None:
        super().__init__()
        self._traces = traces

    def format(self, record: logging.LogRecord) -> str:
        more = {name: value for name, value in record.__dict__.items() if name not in _OWN}
        told: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "event_id": more.pop("event_id", None),
            "pass_id": more.pop("pass_id", None),
            "action": more.pop("action", None),
            "request_id": more.pop("request_id", None) or more.pop("tracking_id", None),
        }
        more.pop("tracking_id", None)
        if record.exc_text:
            told["error"] = _last_line(record.exc_text)
            if self._traces:
                told["trace"] = record.exc_text
        return json.dumps(told | more, ensure_ascii=True, default=str)


class AddsWork(logging.Filter):
    """Says of every record whose pass it belongs to, where the record does not say so itself."""

    def filter(self, record: logging.LogRecord) -> bool:
        from hybrid_sync.ports.at_work import at_work

        work = at_work()
        if work is not None:
            record.__dict__.setdefault("event_id", work.event_id)
            record.__dict__.setdefault("pass_id", work.pass_id)
        return True


@contextmanager
def on_standard_error(
    *, verbose: bool = False, steady: bool = False, as_json: bool = False
) -> Iterator[None]:
    """Within the `with`, log records go to standard error and nowhere else.

    WARNING and worse; with `verbose`, or for a `steady` process (worker, serve), also what is done (INFO).
    """
    from hybrid_sync.http_client import RedactingFilter

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json(traces=verbose) if as_json else OneLine(traces=verbose))
    handler.addFilter(AddsWork())
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


def _time(record: logging.LogRecord) -> str:
    return f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%S}.{int(record.msecs):03d}Z"


def _last_line(trace: str) -> str:
    return trace.strip().splitlines()[-1]
