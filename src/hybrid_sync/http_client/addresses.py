"""What can be told from an address alone: whose it is, whether it is this machine's, and how it is logged without a secret."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

_WORD = re.compile(r"[A-Za-z_$]{1,30}|v\d+(\.\d+)?|oauth2")


def origin_of(url: str) -> str:
    """scheme://host:port of a URL, lower case, with the port always named. Raises ValueError without a host."""
    parts = urlsplit(url)
    if not parts.hostname:
        raise ValueError(f"'{url}' has no host")
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme.lower())
    return f"{parts.scheme.lower()}://{parts.hostname.lower()}:{port}"


def route_template(path: str) -> str:
    """The path with everything that is not a plain word replaced by {id}: ids, addresses, tokens."""
    return "/".join(part if not part or _WORD.fullmatch(part) else "{id}" for part in path.split("/"))


def is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
