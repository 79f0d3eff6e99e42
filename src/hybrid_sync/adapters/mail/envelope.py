"""What goes over the wire, checked and framed; no I/O."""

from __future__ import annotations

import re

from hybrid_sync.domain.people import is_email_address
from hybrid_sync.errors import Refused

_BARE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")


def check_message(mime: bytes) -> None:
    """Raises ValueError for line ends other than CRLF."""
    if _BARE_LINE_END.search(mime):
        raise ValueError("a message needs CRLF line ends throughout")


def check_address(system: str, recipient: str) -> None:
    """Raises Refused for what no server could be asked to take."""
    if is_email_address(recipient):
        return
    if not recipient.isascii():
        raise Refused(
            system,
            "that address has letters outside ASCII, which few mail servers and no Webex registration take: ask the "
            "person for another one",
        )
    raise Refused(system, "that is no address that mail can be sent to")


def framed(mime: bytes) -> bytes:
    """The very bytes, with dots doubled at line starts and the end mark (RFC 5321 4.5.2)."""
    stuffed = re.sub(rb"(?m)^\.", b"..", mime)
    return stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n"
