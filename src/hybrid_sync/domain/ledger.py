"""The ledger: every message that was ever made for a person, with its bytes, and what its UID and SEQUENCE are.

RFC 5546 2.1.4: one UID for one person's entry for ever, SEQUENCE raised when something they must know changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import NAMESPACE_URL, UUID, uuid5

from hybrid_sync.domain.facts import Facts


class Method(StrEnum):
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    NONE = "NONE"
    """A mail without calendar object (reminder, follow-up)."""


class MessageState(StrEnum):
    PENDING = "pending"
    """Written down, certainly not sent yet."""
    SENDING = "sending"
    """Handed to the server, answer not seen: its fate is unknown, and the very same bytes may go out again."""
    SENT = "sent"
    SUPERSEDED = "superseded"
    """Never left us, and a newer message says it better."""
    REFUSED = "refused"
    """The mail server will not take it for this address."""


@dataclass(frozen=True)
class Message:
    """A ledger row: one message for one person.

    `facts` is what it tells. `stamp` is its DTSTAMP (UTC). `mime` are its bytes, made once. `purpose` is what a mail
    without calendar object is for ("reminder 24h"); such a mail has method NONE and a `uid` of its own.
    """

    registrant_id: str
    event_id: str
    email: str
    uid: str
    incarnation: int
    sequence: int
    method: Method
    state: MessageState
    stamp: datetime
    message_id: str
    facts: Facts
    kind: str = "mail.invitation"
    mime: bytes = b""
    purpose: str | None = None
    detail: str = field(default="", compare=False)
    """What became of it, in words: those of the mail server, where it was refused."""

    def __repr__(self) -> str:
        return f"Message({self.kind}, uid={self.uid}, sequence={self.sequence}, state={self.state.value})"


def invitation_uid(event_id: str, registrant_id: str, incarnation: int) -> str:
    """UID of a person's calendar entry: the same for ever, without personal data (RFC 7986 5.3)."""
    return str(_uuid(f"hybrid-sync/{event_id}/{registrant_id}/{incarnation}"))


def message_id(uid: str, sequence: int, method: Method, domain: str) -> str:
    """Message-ID of one message, the same on every try (RFC 5322 3.6.4)."""
    return f"<{uid}.{sequence}.{method.value.lower()}@{domain}>"


def _uuid(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, name)


History = Mapping[str, Sequence[Message]]
"""Every ledger row by registrant id, oldest first."""


def by_registrant(rows: Iterable[Message]) -> dict[str, list[Message]]:
    """`rows` (oldest first) as a History."""
    found: dict[str, list[Message]] = {}
    for row in rows:
        found.setdefault(row.registrant_id, []).append(row)
    return found


def opens(message: Message, rows: Iterable[Message]) -> bool:
    """Whether it is the first that was ever written for its entry: refused, it left no entry in any calendar."""
    return all(row.sequence >= message.sequence for row in rows if row.uid == message.uid)
