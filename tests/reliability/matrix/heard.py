"""What is read in the log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def heard(name: str) -> Iterator[list[str]]:
    """What a part of the service logs, in words."""

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            about = record.exc_info[1] if record.exc_info else None
            lines.append(f"{record.getMessage()}: {about}" if about else record.getMessage())

    lines: list[str] = []
    ear, logger = Ear(), logging.getLogger(name)
    level = logger.level
    logger.addHandler(ear)
    logger.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        logger.removeHandler(ear)
        logger.setLevel(level)
