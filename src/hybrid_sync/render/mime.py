"""Mail written out by hand: the same input gives the same bytes under every Python version.

A message kept in the ledger must be the one that goes out again (design.md 5). The standard library chooses
boundaries by chance, and its folding of long names with commas has changed between patch releases; what is
needed here of RFC 2045-2047 and 5322 is little.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime

from hybrid_sync.render.mailbox import Mailbox
from hybrid_sync.render.text import one_line

CRLF = "\r\n"
_LINE = 76
_ENCODED_BYTES = 39
"""Octets of text in one encoded word: 52 of base64 and 12 around it leave room for "Subject: " on a line of
76 characters (RFC 2047 2)."""
_LONGEST_PLAIN_WORD = 60

_PLAIN = re.compile(r"[ -~]*")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")


def heads(
    *,
    stamp: datetime,
    sender: Mailbox,
    to: Mailbox,
    subject: str,
    message_id: str,
    language: str,
    unsubscribe: str | None = None,
) -> list[str]:
    """The headers of a mail that a machine writes to one person. `stamp` (aware) is its Date.

    Auto-Submitted (RFC 3834) and X-Auto-Response-Suppress (Exchange) keep out-of-office answers away. `unsubscribe` is
    an https page (RFC 2369); there is no List-Unsubscribe-Post beside it, because one press in a mail program must not
    take somebody's place away. `message_id` comes in angle brackets. Raises ValueError for a naive stamp or a broken
    Message-ID.
    """
    if not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError("a Message-ID looks like <unique@domain>")
    if stamp.tzinfo is None:
        raise ValueError("the date of a message needs a zone")
    lines = [
        structured("Date", format_datetime(stamp.astimezone(UTC).replace(microsecond=0))),
        address_header("From", sender),
        address_header("To", to),
        header("Subject", subject),
        structured("Message-ID", message_id),
        structured("Auto-Submitted", "auto-generated"),
        structured("X-Auto-Response-Suppress", "OOF, AutoReply"),
        structured("Content-Language", language),
    ]
    if unsubscribe:
        lines.append(structured("List-Unsubscribe", f"<{unsubscribe}>"))
    return [*lines, structured("MIME-Version", "1.0")]


def message(headers: Sequence[str], body: str) -> bytes:
    """The whole mail: `headers` (of `heads`) and one part or multipart."""
    return ("".join(headers) + body).encode("ascii")


def alternative(message_id: str, parts: Sequence[str]) -> str:
    """The same content in several forms, the plainest first."""
    return multipart("alternative", f"=_alternative_{_mark(message_id)}", parts)


def mixed(message_id: str, parts: Sequence[str]) -> str:
    """A message and what is attached to it."""
    return multipart("mixed", f"=_mixed_{_mark(message_id)}", parts)


def header(name: str, value: str) -> str:
    """An unstructured header (Subject), folded. The value is brought onto one line first."""
    value = one_line(value, 1000)
    tokens = value.split(" ") if _is_plain(value) else list(_encoded_words(value))
    return _folded(name, tokens)


def structured(name: str, value: str) -> str:
    """A header whose value is ours. Raises ValueError for anything but printable ASCII on one line."""
    if not _PLAIN.fullmatch(value):
        raise ValueError(f"{name} holds something that no header may hold")
    return _folded(name, value.split(" "))


def address_header(name: str, mailbox: Mailbox) -> str:
    """A header with one mailbox: its name as it is, in quotes or as encoded words, then <address>."""
    shown = one_line(mailbox.name)
    if not shown:
        return _folded(name, [mailbox.address])
    if not _is_plain(shown) or len(shown) > _LONGEST_PLAIN_WORD:
        tokens = list(_encoded_words(shown))
    elif _ATOMS.fullmatch(shown):
        tokens = shown.split(" ")
    else:
        quoted = shown.replace("\\", "\\\\").replace('"', '\\"')
        tokens = [f'"{quoted}"']
    return _folded(name, [*tokens, f"<{mailbox.address}>"])


def text_part(media_type: str, text: str) -> str:
    """A readable part (quoted-printable, UTF-8), lines ending with CRLF."""
    encoded = binascii.b2a_qp(text.encode(), istext=True).decode("ascii")
    return _part(
        [f"{media_type}; charset=UTF-8", "quoted-printable"], encoded.rstrip("\n").replace("\n", CRLF) + CRLF
    )


def data_part(media_type: str, data: bytes, disposition: str | None = None) -> str:
    """A part in base64: calendar objects do not come through quoted-printable whole (calendar.md B5)."""
    encoded = base64.b64encode(data).decode("ascii")
    lines = [encoded[start : start + _LINE] for start in range(0, len(encoded), _LINE)]
    return _part([media_type, "base64"], CRLF.join(lines) + CRLF, disposition)


def multipart(kind: str, boundary: str, parts: Sequence[str]) -> str:
    """Headers and body of a multipart.

    A `boundary` with "=_" in it meets no line of the parts: neither quoted-printable nor base64 writes that.
    """
    body = "".join(f"--{boundary}{CRLF}{part}{CRLF}" for part in parts)
    head = f'Content-Type: multipart/{kind};{CRLF} boundary="{boundary}"{CRLF}'
    return f"{head}{CRLF}{body}--{boundary}--{CRLF}"


def _mark(message_id: str) -> str:
    return hashlib.sha256(message_id.encode()).hexdigest()[:24]


def _part(types: Sequence[str], body: str, disposition: str | None = None) -> str:
    heads = [f"Content-Type: {types[0]}", f"Content-Transfer-Encoding: {types[1]}"]
    if disposition:
        heads.append(f"Content-Disposition: {disposition}")
    return CRLF.join(heads) + CRLF + CRLF + body


def _is_plain(value: str) -> bool:
    """Whether it can go out as it is: ASCII, words short enough to fold, none that reads as encoded."""
    return (
        _PLAIN.fullmatch(value) is not None
        and "=?" not in value
        and all(len(word) <= _LONGEST_PLAIN_WORD for word in value.split(" "))
    )


def _encoded_words(value: str) -> Iterator[str]:
    """RFC 2047 words, each with whole characters only."""
    chunk = b""
    for letter in value:
        octets = letter.encode()
        if len(chunk) + len(octets) > _ENCODED_BYTES:
            yield _encoded(chunk)
            chunk = b""
        chunk += octets
    if chunk:
        yield _encoded(chunk)


def _encoded(chunk: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(chunk).decode('ascii')}?="


def _folded(name: str, tokens: Sequence[str]) -> str:
    lines: list[str] = []
    line = f"{name}:"
    for number, token in enumerate(tokens):
        # The first token stays on the header's own line: some readers take an empty one for the end.
        if number and len(line) + 1 + len(token) > _LINE:
            lines.append(line)
            line = ""
        line += f" {token}"
    return CRLF.join([*lines, line]) + CRLF
