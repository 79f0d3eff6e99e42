"""What becomes of a message that was taken, by SMTP or by sendMail: it lies in the inbox that tests look into."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses

from .records import InboxMessage
from .world import World


def deliver(world: World, mail_from: str, recipients: tuple[str, ...], content: bytes) -> None:
    """Keep it, with what its calendar object says."""
    message = read_message(content)
    calendar = _calendar_of(message)
    with world.state.lock:
        world.state.inbox.append(
            InboxMessage(
                time=world.now(),
                mail_from=mail_from,
                recipients=recipients,
                content=content,
                message_id=str(message.get("Message-ID", "")).strip(),
                subject=str(message.get("Subject", "")),
                method=calendar.get("METHOD", "").upper(),
                uid=calendar.get("UID", ""),
                sequence=int(calendar.get("SEQUENCE", "0") or 0),
            )
        )


def takes_one_more(world: World, mailbox: str) -> bool:
    """Whether the mailbox may send another message in this minute; counts it if so."""
    limit, now = world.options.mails_per_minute, world.now()
    if limit is None:
        return True
    with world.state.lock:
        sent = world.state.sent_mails
        recent = [one for one in sent.get(mailbox.lower(), []) if now - one < timedelta(minutes=1)]
        if len(recent) < limit:
            sent[mailbox.lower()] = [*recent, now]
        return len(recent) < limit


def read_message(content: bytes) -> EmailMessage:
    """The message as the standard library reads it."""
    return message_from_bytes(content, policy=policy.default)


def addresses(message: EmailMessage, *names: str) -> list[str]:
    """The addresses in these headers, in lower case."""
    values = [str(value) for name in names for value in message.get_all(name, [])]
    return [address.lower() for _, address in getaddresses(values) if address]


def _calendar_of(message: EmailMessage) -> dict[str, str]:
    """METHOD, UID and SEQUENCE of the first calendar part; the sandbox reads no more of it than that."""
    for part in message.walk():
        if part.get_content_type() == "text/calendar":
            payload = part.get_payload(decode=True)
            text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
            return _first_values(text)
    return {}


def _first_values(text: str) -> dict[str, str]:
    unfolded = text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "")
    values: dict[str, str] = {}
    inside = False
    for line in unfolded.split("\n"):
        inside = inside or line.strip().upper() == "BEGIN:VEVENT"
        name, _, value = line.partition(":")
        key = name.split(";")[0].upper()
        if key == "METHOD" or (inside and key in ("UID", "SEQUENCE")):
            values.setdefault(key, value.strip())
    return values
