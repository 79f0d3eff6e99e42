"""What is written down as it happens and never changes afterwards: mails and calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class WebexMail:
    """A mail that Webex itself would have sent."""

    time: datetime
    kind: str
    to: str
    meeting_id: str


@dataclass(frozen=True)
class GraphMail:
    """A mail that Exchange would have sent to an attendee of an event."""

    time: datetime
    kind: str
    to: str
    event_id: str
    ical_uid: str
    subject: str
    comment: str = ""


@dataclass(frozen=True)
class InboxMessage:
    """A message that came in by SMTP, or by sendMail with the mailbox as its sender."""

    time: datetime
    mail_from: str
    recipients: tuple[str, ...]
    content: bytes
    message_id: str
    subject: str
    method: str = ""
    uid: str = ""
    sequence: int = 0

    @property
    def kind(self) -> str:
        """invitation, update, cancellation, or other when it carries no calendar object of these."""
        if self.method == "REQUEST":
            return "update" if self.sequence else "invitation"
        return "cancellation" if self.method == "CANCEL" else "other"


@dataclass(frozen=True)
class ReceivedMail:
    """A message in the inbox of a Microsoft 365 mailbox."""

    id: str
    mailbox: str
    received: datetime
    content: bytes


@dataclass(frozen=True)
class WebhookDelivery:
    """A webhook's call to whoever asked for it. `status` is None when there was no answer."""

    time: datetime
    webhook_id: str
    resource: str
    event: str
    status: int | None
    body: bytes
    signature: str


@dataclass(frozen=True)
class Call:
    """One recorded call. `status` is None when the connection was dropped without an answer."""

    method: str
    route: str
    path: str
    status: int | None
    writing: bool
    time: datetime
    fault: bool = False
