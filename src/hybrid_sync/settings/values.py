"""What settings are made of: sections that refuse unknown keys, durations, addresses."""

from __future__ import annotations

import ipaddress
import re
import ssl
import stat
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, SecretStr

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
    if parts.username or parts.password:
        raise ValueError("an address holds no user name and no password: they have keys of their own")
    if parts.scheme == "http" and not is_loopback(value):
        raise ValueError(f"'{value}' must be https (plain http is for this machine only)")
    return value.rstrip("/") + "/" if slash else value.rstrip("/")


def is_loopback(url: str) -> bool:
    """Whether the address is on this machine, as the sandbox's are."""
    return (urlsplit(url).hostname or "") in ("127.0.0.1", "localhost", "::1")


def network(value: str) -> str:
    """An IP address, or a network like 10.0.0.0/8. A name is refused: it could come to mean another machine."""
    try:
        ipaddress.ip_network(value)
    except ValueError as error:
        raise ValueError(f"'{value}' is no IP address and no network like 10.0.0.0/8 ({error})") from error
    return value


def long_enough(secrets: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    """Secrets that were replaced are as good as the one in use, so they must not be easier to guess."""
    if any(len(secret.get_secret_value()) < FEWEST_SECRET_CHARACTERS for secret in secrets):
        raise ValueError(
            f"each of them has at least {FEWEST_SECRET_CHARACTERS} characters, like the one in use"
        )
    return secrets


def certificate_file(value: str | None) -> str | None:
    """A PEM file with certificates of authorities, which nobody but its owner and group may write.

    It holds no secret; but whoever writes to it decides whom we believe.
    """
    if value is None:
        return None
    try:
        if stat.S_IMODE(Path(value).stat().st_mode) & stat.S_IWOTH:
            raise ValueError(f"everybody on this machine may change {value}: chmod o-w {value}")
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(value)
    except OSError as error:  # ssl.SSLError is one too
        raise ValueError(
            f"{value} is no PEM file of certificates that can be read ({error.strerror})"
        ) from error
    return value
