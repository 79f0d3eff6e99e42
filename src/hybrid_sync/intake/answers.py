"""Mails that come back: replies of calendar programs (iMIP, RFC 6047) and delivery reports (RFC 3464).

Whatever else lies in the mailbox is none of our business: out-of-office answers, newsletters, questions of people.
"""

from __future__ import annotations

import email
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from email import policy
from email.message import EmailMessage, Message
from typing import Any

from icalendar import Calendar

from hybrid_sync.domain.answers import Answer, Bounce, Reply
from hybrid_sync.domain.people import email_key, is_email_address

MOST_BYTES = 10_000_000
_MOST_WORDS = 300

_BROKEN = (ValueError, TypeError, AttributeError, LookupError, AssertionError, RecursionError)
"""What the email package and icalendar raise for mails that are broken, by accident or on purpose: no answers to us."""

_ANSWERS = {
    "ACCEPTED": Answer.ACCEPTED,
    "TENTATIVE": Answer.TENTATIVE,
    "DECLINED": Answer.DECLINED,
    "DELEGATED": Answer.DELEGATED,
}


def answer_in(content: bytes) -> Reply | Sequence[Bounce] | None:
    """What `content` answers: a person's reply, or the failed deliveries that it reports. Raises nothing.

    Delays and successes that a report tells of are no failures.
    """
    if len(content) > MOST_BYTES:
        return None
    try:
        message = email.message_from_bytes(content, _class=EmailMessage, policy=policy.default)
        if message.get_content_type() == "multipart/report":
            return tuple(_bounces(message)) or None
        return _reply(message)
    except _BROKEN:
        return None


# --- replies ---


def _reply(message: EmailMessage) -> Reply | None:
    for part in message.walk():
        if part.get_content_type() in ("text/calendar", "application/ics"):
            data = part.get_payload(decode=True)
            found = _in_calendar(data) if isinstance(data, bytes) else None
            if found is not None:
                return found
    return None


def _in_calendar(data: bytes) -> Reply | None:
    calendar: Any = Calendar.from_ical(data)
    method = str(calendar.get("method", "")).upper()
    if method not in ("REPLY", "COUNTER"):
        return None
    [event] = calendar.walk("VEVENT")
    attendees = event.get("attendee")
    # One in a reply (RFC 5546 3.2.3); a counter-proposal of Outlook has one too.
    [attendee] = attendees if isinstance(attendees, list) else [attendees]
    answer = _ANSWERS.get(str(attendee.params.get("PARTSTAT", "")).upper())
    if method == "COUNTER" and answer is None:
        answer = Answer.TENTATIVE
    stamp = _instant(event["dtstamp"].dt)
    if answer is None or stamp is None:
        return None
    address = str(attendee)
    if address.lower().startswith("mailto:"):
        address = address[len("mailto:") :]
    return Reply(
        uid=str(event["uid"]).strip(),
        sequence=int(event.get("sequence", 0)),
        attendee=email_key(address),
        answer=answer,
        stamp=stamp,
        counter=method == "COUNTER",
    )


def _instant(moment: date) -> datetime | None:
    if not isinstance(moment, datetime):
        return None
    # DTSTAMP is UTC by the RFC; one without a zone is taken for that.
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


# --- delivery reports ---


def _bounces(report: EmailMessage) -> Iterator[Bounce]:
    message_id = _original_message_id(report)
    for part in report.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        fields: Any = part.get_payload()
        # The first block is about the message, each further one about a recipient (RFC 3464 2.1).
        for block in fields[1:] if isinstance(fields, list) else []:
            bounce = _bounce(block, message_id)
            if bounce is not None:
                yield bounce


def _bounce(block: Message[Any, Any], message_id: str) -> Bounce | None:
    if str(block.get("Action", "")).strip().lower() != "failed":
        return None
    # The address that we wrote to is the original one; the final one may be where it was forwarded to.
    named = block.get("Original-Recipient") or block.get("Final-Recipient") or ""
    recipient = str(named).partition(";")[2].strip().strip("<>")
    if not is_email_address(recipient):
        return None
    diagnostic = " ".join(str(block.get("Diagnostic-Code", "")).partition(";")[2].split())
    status = str(block.get("Status", "")).split()
    return Bounce(recipient, status[0][:11] if status else "5.0.0", diagnostic[:_MOST_WORDS], message_id)


def _original_message_id(report: EmailMessage) -> str:
    """Of our mail, which a report carries whole (message/rfc822) or by its headers."""
    for part in report.walk():
        kind = part.get_content_type()
        payload: Any = part.get_payload()
        if kind == "message/rfc822" and isinstance(payload, list) and payload:
            return str(payload[0].get("Message-ID", "")).strip()
        if kind == "text/rfc822-headers":
            data = part.get_payload(decode=True)
            if isinstance(data, bytes):
                return str(email.message_from_bytes(data).get("Message-ID", "")).strip()
    return ""
