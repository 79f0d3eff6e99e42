"""The mail that carries a registrant's calendar object (iMIP, RFC 6047)."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from email.utils import format_datetime

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.invitations import WantedMessage
from hybrid_sync.render import mime
from hybrid_sync.render.calendar_object import calendar_bytes
from hybrid_sync.render.letter import letter_for, plain_text
from hybrid_sync.render.mailbox import Mailbox
from hybrid_sync.render.pages import page

__all__ = ["Mailbox", "compose"]

_MESSAGE_ID = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>")


def compose(
    event: Event,
    wanted: WantedMessage,
    *,
    stamp: datetime,
    message_id: str,
    sender: Mailbox,
    public_url: str | None,
) -> bytes:
    """The whole message for one person; the same arguments give the same bytes.

    multipart/mixed { multipart/alternative { plain, HTML, text/calendar }, the same calendar bytes as
    application/ics } (calendar.md B5). `sender` is From and ORGANIZER; there is no Reply-To, so that
    answers come back to it. `stamp` (aware) is Date and DTSTAMP. `message_id` comes in angle brackets.
    `public_url` is the event's public page.

    Raises InputError for an address that cannot be written, ValueError for a naive stamp or a broken
    Message-ID.
    """
    if not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError("a Message-ID looks like <unique@domain>")
    to = Mailbox(wanted.person.name, wanted.email)
    letter = letter_for(event, wanted, sender, public_url)
    ics = calendar_bytes(event, wanted, stamp=stamp, organiser=sender, public_url=public_url)
    html = page("invitation.html", letter=letter, words=letter.words)
    mark = hashlib.sha256(message_id.encode()).hexdigest()[:24]
    alternative = mime.multipart(
        "alternative",
        f"=_alternative_{mark}",
        [
            mime.text_part("text/plain", plain_text(letter)),
            mime.text_part("text/html", html),
            # Last, because readers take the last form that they know.
            mime.data_part(f"text/calendar; charset=UTF-8; method={wanted.method.value}", ics),
        ],
    )
    copy = mime.data_part('application/ics; name="invite.ics"', ics, 'attachment; filename="invite.ics"')
    headers = [
        mime.structured("Date", format_datetime(stamp.astimezone(UTC).replace(microsecond=0))),
        mime.address_header("From", sender),
        mime.address_header("To", to),
        mime.header("Subject", letter.subject),
        mime.structured("Message-ID", message_id),
        mime.structured("Auto-Submitted", "auto-generated"),
        mime.structured("X-Auto-Response-Suppress", "OOF, AutoReply"),
        mime.structured("Content-Language", letter.words.code),
        mime.structured("MIME-Version", "1.0"),
    ]
    body = mime.multipart("mixed", f"=_mixed_{mark}", [alternative, copy])
    return ("".join(headers) + body).encode("ascii")
