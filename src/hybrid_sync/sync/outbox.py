"""Sends what is written down in the ledger: noted as on its way, sent, its fate noted.

A message is written down with its bytes before it is sent. One of unknown fate goes out again byte by byte: same
Message-ID, and same UID and SEQUENCE where it has a calendar object, so a mail program sees one message and a calendar
one entry (design.md 5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from typing import Protocol

from hybrid_sync.domain.events import Event
from hybrid_sync.domain.invitations import WantedMessage
from hybrid_sync.domain.ledger import Message, MessageState, Method, by_registrant, message_id
from hybrid_sync.domain.refusals import NOT_THE_ADDRESS, may_go_again
from hybrid_sync.domain.reminders import PlainMail
from hybrid_sync.errors import OutcomeUnknown, ProviderError, Refused, SignInExpired, TryLater
from hybrid_sync.ports import AuditLine, Intent, Mailer, Store, Transaction
from hybrid_sync.sync.once import still_open
from hybrid_sync.sync.outcome import MOST_UNKNOWN, SIGN_IN, Outcome, Pass, question
from hybrid_sync.sync.refused_mail import refused

QUEUED_AT_ONCE = 200
"""Messages written down in one transaction: few commits, and no other writer waits long."""

SOON = timedelta(days=1)
"""Mail about an event that starts within this time goes before that of other events when the allowance is short."""

_HEADERS = BytesHeaderParser()


def is_urgent(event: Event, message: Message, now: datetime) -> bool:
    """A cancellation, or anything that people need before or at an event that starts soon."""
    if message.method is Method.CANCEL:
        return True
    return event.ends is not None and event.starts.instant - SOON <= now < event.ends.instant


class Compose(Protocol):
    """Writes one mail: the same stamp and Message-ID give the same bytes."""

    def __call__(self, *, stamp: datetime, message_id: str) -> bytes: ...


class Outbox:
    """The part of the ledger that one step writes and sends, as `sender` (an address).

    `mine` tells its messages from those of other steps.
    """

    def __init__(self, store: Store, mailer: Mailer, sender: str, mine: Callable[[Message], bool]) -> None:
        self._store = store
        self._mailer = mailer
        self._sender = sender
        self._mine = mine

    def supersede(self, work: Pass, stale: Sequence[Message], words: str = "no longer so") -> None:
        """Messages that never left us, and are not to leave us any more."""
        if stale:
            with work.begin() as tx:
                for message in stale:
                    tx.messages.mark(message, MessageState.SUPERSEDED, work.clock(), words)

    def let_go(self, work: Pass, unfit: Sequence[Message]) -> None:
        """Unsent mails that are not to go out any more. One of unknown fate may have arrived, and counts as told."""
        if unfit:
            with work.begin() as tx:
                for message in unfit:
                    if message.state is MessageState.SENDING:
                        words = (
                            "no answer came when it was sent; taken as sent, because it is not so any more"
                        )
                        tx.messages.mark(message, MessageState.SENT, work.clock(), words)
                        _close(tx, message)
                    else:
                        tx.messages.mark(
                            message, MessageState.SUPERSEDED, work.clock(), "late, or no longer so"
                        )

    def take_again(self, work: Pass) -> None:
        """Forced only: each person's newest message, if it was refused and another address would not help, waits again.

        A person says that the cause is mended. The same bytes go out, if they still tell what is so, from whom it is so.
        """
        if not work.force:
            return
        with self._store.read() as tx:
            rows = [row for row in tx.messages.of(work.lease.event_id) if self._mine(row)]
        live = by_registrant(row for row in rows if row.state is not MessageState.SUPERSEDED)
        newest = [rows[-1] for rows in live.values()]
        again = [row for row in newest if row.state is MessageState.REFUSED and may_go_again(row.detail)]
        if again:
            with work.begin() as tx:
                for row in again:
                    tx.messages.mark(row, MessageState.PENDING, work.clock(), "to be sent again")

    def written(
        self, event: Event, wanted: WantedMessage | PlainMail, now: datetime, compose: Compose
    ) -> Message:
        """What `wanted` becomes in the ledger: with stamp, Message-ID and bytes, not sent yet."""
        stamp = now.replace(microsecond=0)
        domain = self._sender.rpartition("@")[2] or "localhost"
        identifier = message_id(wanted.uid, wanted.sequence, wanted.method, domain)
        return Message(
            registrant_id=wanted.person.id,
            event_id=event.id,
            email=wanted.email,
            uid=wanted.uid,
            incarnation=wanted.incarnation,
            sequence=wanted.sequence,
            method=wanted.method,
            state=MessageState.PENDING,
            stamp=stamp,
            message_id=identifier,
            facts=wanted.facts,
            kind=wanted.kind,
            mime=compose(stamp=stamp, message_id=identifier),
            purpose=wanted.purpose,
        )

    def write_down(self, work: Pass, messages: Iterable[Message]) -> None:
        """Into the ledger, in one transaction."""
        with work.begin() as tx:
            for message in messages:
                tx.messages.add(message)

    def send(self, work: Pass) -> tuple[list[Outcome], bool]:
        """Send what is written down; True when the mail server wants us to stop for now."""
        with self._store.read() as tx:
            event = tx.events.get(work.lease.event_id)
            pending = [message for message in tx.messages.pending(event.id) if self._mine(message)]
        outcomes: list[Outcome] = []
        unknown = 0
        for message in pending:
            outcome, stop = self._send(work, message, urgent=is_urgent(event, message, work.clock()))
            outcomes.append(outcome)
            unknown += outcome.result == "unknown"
            # One message at which the server always breaks off holds up nobody; two are the server's own trouble.
            if stop or unknown > 1:
                return outcomes, True
        return outcomes, False

    def _send(self, work: Pass, message: Message, *, urgent: bool) -> tuple[Outcome, bool]:
        """One message; True when no other is to be tried now."""
        target = message.email.casefold()
        with work.begin() as tx:
            tries = _tries(tx, message)
            # One at a time: the bytes of ten thousand mails would be hundreds of megabytes.
            mime = tx.messages.bytes_of(message)
            if message.state is MessageState.PENDING and sender_of(mime) != self._sender.casefold():
                # A server that was told of another sender meanwhile would refuse it for ever. It never left us.
                words = "the settings name another sender; it is written anew"
                tx.messages.mark(message, MessageState.SUPERSEDED, work.clock(), words)
                return Outcome(message.kind, target, "done", f"not sent: {words}"), False
            if tries < MOST_UNKNOWN or work.force:
                tx.messages.mark(message, MessageState.SENDING, work.clock(), "")
        if tries >= MOST_UNKNOWN and not work.force:
            words = (
                f"a mail to {message.email} was sent {tries} times, and the mail server broke off each time without a "
                f"word: ask them whether it arrived, then run hybrid-sync sync {message.event_id} --force to try again"
            )
            return Outcome(message.kind, target, "attention", words, ask=question("mail", target)), False
        try:
            receipt = self._mailer.send(mime, message.email, urgent=urgent)
        except OutcomeUnknown as error:
            # Stays SENDING: the same bytes go out at the next pass.
            self._lost(work, message, tries + 1, str(error))
            soon = work.clock() + timedelta(minutes=1)
            return Outcome(message.kind, target, "unknown", str(error), soon), False
        except TryLater as error:
            self._mark(work, message, MessageState.PENDING, str(error))
            until = work.clock() + timedelta(seconds=error.after) if error.after is not None else None
            return Outcome(message.kind, target, "later", str(error), until), not error.only_this
        except SignInExpired as error:
            self._mark(work, message, MessageState.PENDING, str(error))
            return Outcome(message.kind, target, "attention", str(error), ask=SIGN_IN), True
        except ProviderError as error:
            words = (
                f"{error}; {NOT_THE_ADDRESS}" if isinstance(error, Refused) and error.of_us else str(error)
            )
            self._mark(work, message, MessageState.REFUSED, words)
            return refused(message, words), False
        self._mark(work, message, MessageState.SENT, receipt)
        return Outcome(message.kind, target, "done", "sent"), False

    def _lost(self, work: Pass, message: Message, tries: int, detail: str) -> None:
        """Count it: what is lost again and again is for a person (design.md 5)."""
        with work.begin() as tx:
            tx.intents.put(
                Intent(
                    _op_key(message),
                    message.event_id,
                    message.kind,
                    "",
                    "pending",
                    tries,
                    work.clock(),
                    detail=detail,
                )
            )

    def _mark(self, work: Pass, message: Message, state: MessageState, detail: str) -> None:
        now = work.clock()
        with work.begin() as tx:
            tx.messages.mark(message, state, now, detail)
            _close(tx, message)
            if state is MessageState.SENT:
                line = AuditLine(now, message.event_id, "worker", message.kind, message.registrant_id, "sent")
                tx.audit.add(line)


def sender_of(mime: bytes) -> str:
    """The address in From, in small letters."""
    return parseaddr(str(_HEADERS.parsebytes(mime)["From"] or ""))[1].casefold()


def _op_key(message: Message) -> str:
    return f"mail.send:{message.message_id}"


def _tries(tx: Transaction, message: Message) -> int:
    """How often the answer to this very message was lost."""
    if message.state is not MessageState.SENDING:
        return 0
    intent = still_open(tx.intents.get(_op_key(message)))
    return intent.attempts if intent is not None else 0


def _close(tx: Transaction, message: Message) -> None:
    """Its fate is known, if it was lost before."""
    if message.state is MessageState.SENDING:
        intent = still_open(tx.intents.get(_op_key(message)))
        if intent is not None:
            tx.intents.put(replace(intent, state="done"))
