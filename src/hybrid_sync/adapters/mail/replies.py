"""What an SMTP reply means, by the stage it answers; no I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from hybrid_sync.domain.refusals import speaks_of_address
from hybrid_sync.errors import OutcomeUnknown, ProviderError, Refused, SignInExpired, TryLater


class Stage(Enum):
    """Which command was answered."""

    SENDER = "MAIL FROM"
    RECIPIENT = "RCPT TO"
    DATA = "DATA"
    MESSAGE = "the message"


@dataclass(frozen=True)
class Reply:
    """Code and words, already cleaned."""

    code: int
    words: str


SHUTTING_DOWN = 421
_SIGN_IN = frozenset({530, 534, 535, 538})
_TOO_LARGE = frozenset({552, 523})
# A command that is not understood, or not here (RFC 5321 4.2.2): nobody's address.
_SYNTAX = frozenset({500, 501, 502, 503, 504, 555})

# Refusals of us and not of the recipient, which some servers give only at RCPT or after the message: no right to send
# as that sender (Exchange 5.7.60, 5.2.252), not signed in (5.7.3, 5.7.57), SMTP AUTH off (5.7.30, 5.7.139), a sender
# that was blocked for spam (5.1.8), a server that does not relay for us (5.7.54, and everybody's "relay" words).
_OF_US = re.compile(
    r"\b5\.7\.(?:3|30|54|57|60|139)\b|\b5\.2\.252\b|\b5\.1\.8\b|SendAsDenied|\brelay", re.IGNORECASE
)


def verdict(system: str, stage: Stage, reply: Reply) -> ProviderError | None:
    """None for a reply that goes on, else the error to raise.

    stage     | expected | 4xx                    | 5xx
    ----------+----------+------------------------+------------------------------------------------------------------
    MAIL FROM | fine     | TryLater               | SignInExpired: we may not send at all, which is nobody's address'
              |          |                        | fault; Refused for a message that is too large
    RCPT TO   | fine     | TryLater for this one  | Refused; SignInExpired where sign-in is asked for, or where the
              |          |                        | words speak of us and not of the recipient
    DATA      | fine     | TryLater for this one  | the same
    message   | fine     | TryLater for this one  | the same

    A refusal is `of_us` where its enhanced status code (RFC 2034, at the beginning) says so, domain.refusals. Without one
    RCPT TO speaks of the recipient (RFC 5321 4.3.2: no mailbox, not local, name not allowed, storage exceeded), and the
    other stages do not: they refuse the message or its sender for size, policy or content (RFC 1870 6, RFC 5321 4.3.2).

    421 is the server's goodbye: TryLater for all. Anything else is no SMTP: OutcomeUnknown once the message is sent,
    TryLater before.
    """
    good = reply.code == 354 if stage is Stage.DATA else 200 <= reply.code < 300
    if good:
        return None
    message = f"answer to {stage.value}: {reply.words}"
    if not 400 <= reply.code < 600 and stage is Stage.MESSAGE:
        return OutcomeUnknown(system, message)
    if not 500 <= reply.code < 600:
        # A greylisted address or a message that a scanner defers keeps nobody else from their mail.
        only_this = stage is not Stage.SENDER and reply.code >= 400 and reply.code != SHUTTING_DOWN
        return TryLater(system, message, only_this=only_this)
    if reply.code in _TOO_LARGE:
        return _refused(system, stage, reply, message)
    if reply.code in _SIGN_IN or stage is Stage.SENDER or _OF_US.search(reply.words):
        return SignInExpired(system, message)
    return _refused(system, stage, reply, message)


def _refused(system: str, stage: Stage, reply: Reply, message: str) -> Refused:
    by_stage = stage is Stage.RECIPIENT and reply.code not in _SYNTAX
    status = reply.words.removeprefix(str(reply.code))
    return Refused(system, message, of_us=not speaks_of_address(status, otherwise=by_stage))
