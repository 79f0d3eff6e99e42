"""What settings are made of: sections that refuse unknown keys, durations, addresses."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration(value: object) -> object:
    """ "20m", "2h", "24h", "7d" as a timedelta; other values are left to the model to judge."""
    if isinstance(value, str):
        match = re.fullmatch(r"\s*(\d+)\s*([smhd])\s*", value)
        if match is None:
            raise ValueError(f"'{value}' is not a duration; write it like 20m, 2h or 7d")
        return timedelta(**{_UNITS[match[2]]: int(match[1])})
    return value


FEWEST_SECRET_CHARACTERS = 32
"""Of a secret that signs links or seals tokens: shorter ones can be guessed."""

Duration = Annotated[timedelta, BeforeValidator(duration)]


class Section(BaseModel):
    """A section of the file. Frozen; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def web_address(value: str | None, *, slash: bool) -> str | None:
    """An https address, or plain http on this machine (the sandbox). Base addresses of APIs end in a slash."""
    if value is None:
        return None
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"'{value}' is not a web address")
    if parts.scheme == "http" and not is_loopback(value):
        raise ValueError(f"'{value}' must be https (plain http is for this machine only)")
    return value.rstrip("/") + "/" if slash else value.rstrip("/")


def is_loopback(url: str) -> bool:
    """Whether the address is on this machine, as the sandbox's are."""
    return (urlsplit(url).hostname or "") in ("127.0.0.1", "localhost", "::1")
