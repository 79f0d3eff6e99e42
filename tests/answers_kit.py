"""Mails that come back, as calendar programs and mail servers write them."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP


def a_reply(
    uid: str,
    *,
    attendee: str = "ada@example.org",
    partstat: str = "ACCEPTED",
    sequence: int | None = 0,
    stamp: datetime,
    method: str = "REPLY",
    cn: str = '"Example, Ada"',
    scheme: str = "MAILTO:",
) -> bytes:
    """In Outlook's manner: no DESCRIPTION, CN in quotes with a comma, MAILTO in capitals."""
    lines = [
        "BEGIN:VCALENDAR",
        "PRODID:-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN",
        "VERSION:2.0",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        f"ATTENDEE;CN={cn};PARTSTAT={partstat}:{scheme}{attendee}",
        f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}",
        "DTSTART:20270609T080000Z",
        "DTEND:20270609T093000Z",
        "ORGANIZER:mailto:events@example.org",
        *([] if sequence is None else [f"SEQUENCE:{sequence}"]),
        "SUMMARY:Accepted: Clean water for all",
        f"UID:{uid}",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    message = EmailMessage(policy=SMTP)
    message["From"] = f"Ada Example <{attendee}>"
    message["To"] = "events@example.org"
    message["Subject"] = "Accepted: Clean water for all"
    message["Message-ID"] = f"<{uid}.{stamp:%H%M%S}.{partstat}@mail.example>"
    message.set_content("I will be there.")
    message.add_alternative("\r\n".join(lines), subtype="calendar", params={"method": method}, cte="base64")
    return message.as_bytes()


def a_bounce(
    recipient: str,
    message_id: str,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    words: str = "550 5.1.1 user unknown",
    whole: bool = True,
) -> bytes:
    """A delivery report of RFC 3464, with our mail whole or by its headers."""
    original = (
        f"From: events@example.org\r\nTo: {recipient}\r\nMessage-ID: {message_id}\r\nSubject: x\r\n\r\n"
    )
    third = ("message/rfc822", original + "text\r\n") if whole else ("text/rfc822-headers", original)
    parts = [
        ("text/plain", "Your message could not be delivered.\r\n"),
        (
            "message/delivery-status",
            (
                "Reporting-MTA: dns; mx.example\r\n\r\n"
                f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\n"
                f"Diagnostic-Code: smtp; {words}\r\n\r\n"
            ),
        ),
        third,
    ]
    body = "".join(f"--b\r\nContent-Type: {kind}\r\n\r\n{text}\r\n" for kind, text in parts)
    head = (
        "From: MAILER-DAEMON@mx.example\r\nTo: events@example.org\r\nSubject: Undelivered\r\n"
        "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
    )
    return (head + body + "--b--\r\n").encode()


def an_out_of_office() -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"] = "ada@example.org"
    message["To"] = "events@example.org"
    message["Subject"] = "Automatic reply: Invitation: Clean water for all"
    message["Auto-Submitted"] = "auto-replied"
    message.set_content("I am away until Monday.")
    return message.as_bytes()
