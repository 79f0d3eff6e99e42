"""The life of one invitation as files: what each message said, as it arrived, to be opened in a mail or calendar program."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hybrid_sync.sandbox import Sandbox


def write_lives(folder: Path, sandbox: Sandbox, emails: Iterable[str]) -> int:
    """One folder for each address in `folder`, with every message as .eml and its calendar object as .ics.

    Returns how many messages there were. A byte-identical copy (sent again after a kill) is written once.
    """
    written = 0
    for email in emails:
        seen: set[str] = set()
        place = folder / email.partition("@")[0]
        place.mkdir(parents=True, exist_ok=True)
        for message in sandbox.inbox:
            if email not in message.recipients or message.message_id in seen:
                continue
            seen.add(message.message_id)
            stem = place / f"{len(seen)}-{message.kind}"
            stem.with_suffix(".eml").write_bytes(message.content)
            ics = _calendar_object(message.content)
            if ics:
                stem.with_suffix(".ics").write_bytes(ics)
            written += 1
    return written


def _calendar_object(content: bytes) -> bytes | None:
    message = message_from_bytes(content, _class=EmailMessage, policy=policy.SMTP)
    for part in message.walk():
        if part.get_content_type() == "text/calendar":
            data = part.get_payload(decode=True)
            assert isinstance(data, bytes)
            return data
    return None
