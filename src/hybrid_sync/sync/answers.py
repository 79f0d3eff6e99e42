"""Mailbox -> what people answered, and which addresses do not work. A chore: mails belong to no event until they are read."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from hybrid_sync.domain.answers import Bounce, BounceRecord, Reply, ReplyRecord, counts
from hybrid_sync.domain.ledger import Message, MessageState, Method
from hybrid_sync.domain.people import email_key
from hybrid_sync.domain.refusals import NOT_THE_ADDRESS, speaks_of_address
from hybrid_sync.ports import AuditLine, Clock, Store, Transaction
from hybrid_sync.ports.mailbox import Mailbox, ReadAnswer
from hybrid_sync.sync.outcome import question
from hybrid_sync.sync.refused_mail import refused

log = logging.getLogger(__name__)

LOOK_BACK = timedelta(days=30)
"""Where reading begins in a mailbox that we do not know yet."""

MOST_AT_ONCE = 50


class Answers:
    """Reads a mailbox on from where it was left, and notes what concerns us.

    The position moves in the same transaction as what was read up to it, so that a death in between reads the same mails
    once more, which changes nothing. Nothing in the mailbox is touched.
    """

    def __init__(self, store: Store, mailbox: Mailbox, read: ReadAnswer, clock: Clock, *, name: str) -> None:
        self._store = store
        self._mailbox = mailbox
        self._read = read
        self._clock = clock
        self._name = name

    def __call__(self, now: datetime) -> None:
        """Read everything that is new. Raises the errors of the mailbox (ProviderError)."""
        while True:
            with self._store.read() as tx:
                position = tx.mailboxes.get(self._name)
            mails, behind = self._mailbox.after(position, now - LOOK_BACK, MOST_AT_ONCE, self._clock())
            answers = [answer for content in mails if (answer := self._read(content)) is not None]
            with self._store.begin() as tx:
                for answer in answers:
                    self._note(tx, answer)
                tx.mailboxes.save(behind)
            if not mails:
                return

    def _note(self, tx: Transaction, answer: Reply | Sequence[Bounce]) -> None:
        if isinstance(answer, Reply):
            self._note_reply(tx, answer)
            return
        for bounce in answer:
            self._note_bounce(tx, bounce)

    def _note_reply(self, tx: Transaction, reply: Reply) -> None:
        """By UID, which is one person's alone: whoever answers for them may do so from another address."""
        sent = tx.messages.by_uid(reply.uid)
        if not sent:
            return
        event_id, registrant_id = sent[0].event_id, sent[0].registrant_id
        if not counts(reply, sent, tx.replies.of(event_id).get(registrant_id)):
            return
        now = self._clock()
        tx.replies.save(
            ReplyRecord(event_id, registrant_id, reply.uid, reply.sequence, reply.answer, reply.stamp, now)
        )
        what = f"{reply.answer.value}, and would like another time" if reply.counter else reply.answer.value
        tx.audit.add(AuditLine(now, event_id, "registrant", "mail.reply", registrant_id, what))

    def _note_bounce(self, tx: Transaction, bounce: Bounce) -> None:
        """Only for a mail that names one of ours: a report that anybody could have written must not silence somebody."""
        message = tx.messages.by_message_id(bounce.message_id)
        if message is None or email_key(bounce.recipient) != email_key(message.email):
            return
        now = self._clock()
        words = f"{bounce.status} {bounce.words}".strip()
        record = BounceRecord(
            message.event_id,
            email_key(message.email),
            message.message_id,
            message.registrant_id,
            "failed",
            bounce.status,
            bounce.words,
            now,
        )
        tx.bounces.save(record)
        if message.state is MessageState.SENT:
            # From here on it stands like a mail that the server would not take, and the organiser is asked.
            rows, told = {message.message_id: message}, f"the mail came back: {words}"
            if speaks_of_address(bounce.status, otherwise=True):
                # Nothing more goes there until the address is mended.
                rows |= self._standing(tx, message)
            else:
                told += f"; {NOT_THE_ADDRESS}"
            for row in rows.values():
                tx.messages.mark(row, MessageState.REFUSED, now, told)
            key = question("mail", email_key(message.email))
            tx.attentions.open(message.event_id, key, refused(message, told).detail, now)
            tx.audit.add(
                AuditLine(now, message.event_id, "worker", "mail.bounce", message.registrant_id, words)
            )
            tx.work.wake(message.event_id, now)
        log.info(
            "event %s: a mail came back (%s)", message.event_id, bounce.status, extra={"action": "answers"}
        )

    def _standing(self, tx: Transaction, bounced: Message) -> Mapping[str, Message]:
        """The invitation that stands in the calendar behind that address, where it was a reminder that came back."""
        calendar = [
            row
            for row in tx.messages.of(bounced.event_id, bounced.registrant_id)
            if row.method is not Method.NONE and row.state is not MessageState.SUPERSEDED
        ]
        newest = calendar[-1:]
        return {
            row.message_id: row
            for row in newest
            if row.state is MessageState.SENT and row.method is Method.REQUEST and row.email == bounced.email
        }
