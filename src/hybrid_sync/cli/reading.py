"""What comes in from arguments: files, instants, wall times. Everything that cannot be read is one clear line."""

from __future__ import annotations

import os
import re
import stat
import sys
from datetime import datetime, timedelta
from pathlib import Path

import typer

from hybrid_sync.domain.localtime import LocalTime, local_time
from hybrid_sync.errors import InputError, TimeError

STDIN = "-"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def file_or_stdin(source: str, limit: int) -> tuple[bytes, str]:
    """What `source` holds ("-" is standard input), and its name for messages. Raises InputError.

    A file above `limit` bytes is refused before it is read; of a pipe no more than `limit` is read.
    """
    if source == STDIN:
        return _at_most(sys.stdin.buffer.read(limit + 1), limit, "standard input"), "standard input"
    try:
        about = os.stat(source)
        if stat.S_ISDIR(about.st_mode):
            raise InputError(f"{source} is a folder, not a file")
        if stat.S_ISREG(about.st_mode) and about.st_size > limit:
            raise InputError(_too_large(source, about.st_size, limit))
        with open(source, "rb") as file:
            return _at_most(file.read(limit + 1), limit, source), source
    except FileNotFoundError as error:
        raise InputError(f"there is no file {source}") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{source} cannot be read: {reason}") from error


def _at_most(content: bytes, limit: int, name: str) -> bytes:
    if len(content) > limit:
        raise InputError(_too_large(name, None, limit))
    return content


def _too_large(name: str, size: int | None, limit: int) -> str:
    mega = 1024 * 1024
    told = f"is {size / mega:.1f} MB" if size else f"has more than {limit // mega} MB"
    return f"{name} {told}, and at most {limit // mega} MB are read: is it the right file?"


def instant(text: str | None) -> datetime | None:
    """`--at`: an instant in ISO 8601 with its offset or Z."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise typer.BadParameter(f"'{text}' is not an instant: write it like 2027-06-09T08:00:00Z") from error
    if moment.tzinfo is None:
        raise typer.BadParameter(
            f"'{text}' has no offset: write it like 2027-06-09T08:00:00Z or 2027-06-09T10:00+02:00"
        )
    return moment


def wall_time(text: str, zone: str, option: str) -> LocalTime:
    """A wall time in `zone`, as `option` gives it: 2027-06-09 10:00; in a repeated hour with its offset.

    Raises InputError, or TimeError with both readings.
    """
    from hybrid_sync.intake.record_times import as_datetime, with_offset

    try:
        moment = as_datetime(text)
        return local_time(moment, zone) if moment.tzinfo is None else with_offset(moment, zone)
    except TimeError as error:
        raise TimeError(f"{option}: {error}, or with its offset", error.readings) from error
    except InputError as error:
        raise InputError([f"{option}: {problem}" for problem in error.problems]) from error


def naive_time(text: str | None, option: str) -> datetime | None:
    """The clock's reading alone, for a page that names its zone itself. Raises InputError."""
    from hybrid_sync.intake.record_times import as_datetime

    if text is None:
        return None
    try:
        return as_datetime(text).replace(tzinfo=None)
    except InputError as error:
        raise InputError([f"{option}: {problem}" for problem in error.problems]) from error


def event_id(text: str) -> str:
    """A name for an event that can stand in an address, a tag and a file name. Raises InputError."""
    if not _ID.fullmatch(text):
        raise InputError(f"--id '{text}': letters, digits, '.', '_' and '-' only, at most 80")
    return text


def duration(text: str, option: str) -> timedelta:
    """ "90s", "20m", "2h" or "7d". Raises InputError."""
    found = re.fullmatch(r"\s*(\d{1,9})\s*([smhd])\s*", text)
    if found is None:
        raise InputError(f"{option}: '{text}' is not a duration; write it like 90s, 20m, 2h or 7d")
    try:
        return timedelta(**{_UNITS[found[2]]: int(found[1])})
    except OverflowError as error:
        raise InputError(f"{option}: '{text}' is too long") from error


def write_file(path: Path, content: bytes, *, private: bool = False) -> None:
    """Write a file whole or not at all, `private` for its owner alone. Raises InputError."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        if private:
            unfinished.touch(mode=0o600)
        unfinished.write_bytes(content)
        os.replace(unfinished, path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise InputError(f"{path} cannot be written: {error.strerror}") from error


def web_link(text: str, option: str) -> str | None:
    """An http or https address; None for '' (none). Raises InputError."""
    from hybrid_sync.render.text import web_address

    if not text.strip():
        return None
    address = web_address(text)
    if address is None:
        raise InputError(
            f"{option} '{text}' is not a web address: write it like https://example.org/watch/123"
        )
    return address


def language(text: str | None, option: str) -> str | None:
    """An ISO 639-1 code, however the language is written. Raises InputError for one that nobody knows."""
    from hybrid_sync.intake.languages import language_code

    if text is None:
        return None
    code = language_code(text)
    if code is None:
        raise InputError(f"{option} '{text}': write a two-letter code such as en or fr")
    return code
