"""The mailbox that answers come back to, and what was read in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hybrid_sync.domain.answers import Bounce, BounceRecord, Reply, ReplyRecord


@dataclass(frozen=True)
class MailboxPosition:
    """How far a mailbox has been read. `validity` changes when the server numbers its mails anew (RFC 9051 2.3.1.1).

    `cursor` is for servers that order by something else than numbers.
    """

    name: str
    validity: str
    last_uid: int
    cursor: str | None
    read_at: datetime


class Mailbox(Protocol):
    """Reads mails without changing anything: not even a flag."""

    def after(
        self, position: MailboxPosition | None, since: datetime, most: int, now: datetime
    ) -> tuple[Sequence[bytes], MailboxPosition]:
        """The next mails after `position`, at most `most`, and the position behind them.

        Without a position, or when the numbering is a new one, it begins with mails that came since `since` (UTC).
        No mails: everything has been read.
        """
        ...


class ReadAnswer(Protocol):
    """What a mail answers; None for a mail that is no answer. Never raises for whatever bytes."""

    def __call__(self, content: bytes) -> Reply | Sequence[Bounce] | None: ...


class MailboxRows(Protocol):
    def get(self, name: str) -> MailboxPosition | None: ...
    def save(self, position: MailboxPosition) -> None: ...


class ReplyRows(Protocol):
    def of(self, event_id: str) -> Mapping[str, ReplyRecord]:
        """The newest answer of each registrant, by registrant id."""
        ...

    def save(self, record: ReplyRecord) -> None: ...


class BounceRows(Protocol):
    def of(self, event_id: str) -> Sequence[BounceRecord]:
        """Oldest first."""
        ...

    def save(self, record: BounceRecord) -> None: ...
