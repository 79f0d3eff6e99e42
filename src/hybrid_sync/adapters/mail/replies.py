"""What an SMTP reply means, by the stage it answers; no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

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


_SIGN_IN = frozenset({530, 534, 535, 538})
_TOO_LARGE = frozenset({552, 523})


def verdict(system: str, stage: Stage, reply: Reply) -> ProviderError | None:
    """None for a reply that goes on, else the error to raise.

    stage     | expected | 4xx (421 too) | 5xx
    ----------+----------+---------------+---------------------------------------------------------------
    MAIL FROM | fine     | TryLater      | SignInExpired: we may not send at all, which is nobody's address'
              |          |               | fault; Refused for a message that is too large
    RCPT TO   | fine     | TryLater      | Refused; SignInExpired where sign-in is asked for
    DATA      | fine     | TryLater      | Refused
    message   | fine     | TryLater      | Refused

    Anything else is no SMTP: OutcomeUnknown once the message is sent, TryLater before.
    """
    good = reply.code == 354 if stage is Stage.DATA else 200 <= reply.code < 300
    if good:
        return None
    message = f"answer to {stage.value}: {reply.words}"
    if not 400 <= reply.code < 600 and stage is Stage.MESSAGE:
        return OutcomeUnknown(system, message)
    if not 500 <= reply.code < 600:
        return TryLater(system, message)
    if reply.code in _SIGN_IN or (stage is Stage.SENDER and reply.code not in _TOO_LARGE):
        return SignInExpired(system, message)
    return Refused(system, message)
