"""What comes back to invitations: answers of calendars, and mail that could not be delivered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hybrid_sync.domain.ledger import Message, MessageState, Method


class Answer(StrEnum):
    """PARTSTAT of a reply (RFC 5545 3.2.12), as far as people use it."""

    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"
    DELEGATED = "delegated"


@dataclass(frozen=True)
class Reply:
    """One person's answer (METHOD REPLY or COUNTER). `stamp` is its DTSTAMP (UTC).

    `counter`: the person would like another time, which a machine cannot settle; their answer is tentative until then.
    """

    uid: str
    sequence: int
    attendee: str
    answer: Answer
    stamp: datetime
    counter: bool = False


@dataclass(frozen=True)
class Bounce:
    """A delivery that failed for good (RFC 3464, Action failed). `status` is the code of RFC 3463, such as "5.1.1".

    `message_id` is that of our mail, "" where the report does not name it; `words` are the mail server's own.
    """

    recipient: str
    status: str
    words: str
    message_id: str


@dataclass(frozen=True)
class ReplyRecord:
    """The newest answer of a registrant. `seen_at` (UTC) is when we read it."""

    event_id: str
    registrant_id: str
    uid: str
    sequence: int
    answer: Answer
    stamp: datetime
    seen_at: datetime


@dataclass(frozen=True)
class BounceRecord:
    """A failed delivery to an address, kept for whoever looks into it."""

    event_id: str
    email_key: str
    message_id: str
    registrant_id: str | None
    action: str
    status: str
    words: str
    at: datetime


def counts(reply: Reply, sent: Sequence[Message], known: ReplyRecord | None) -> bool:
    """Whether `reply` says something new of the entry as it stands now.

    `sent` are the messages of its UID. Not so for an answer to an earlier version (its SEQUENCE is lower than that of the
    last request), to an entry that was cancelled, or for one that was overtaken by a newer answer of the same person
    (RFC 5546 2.1.5: SEQUENCE first, then DTSTAMP).
    """
    left = [message for message in sent if message.state in (MessageState.SENT, MessageState.SENDING)]
    if not left or max(left, key=lambda message: message.sequence).method is Method.CANCEL:
        return False
    if reply.sequence < max(message.sequence for message in left if message.method is Method.REQUEST):
        return False
    if known is None or known.uid != reply.uid:
        return True
    return (reply.sequence, reply.stamp) > (known.sequence, known.stamp)
