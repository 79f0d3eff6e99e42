"""Every error of hybrid-sync, named after what the caller may do about it.

HybridSyncError
├── UserError(problems)          a person can mend it: shown without a traceback, all problems at once
│   ├── SettingsError            the settings file or the environment
│   ├── InputError               an event page, a record, a list, an attendance file
│   │   └── TimeError            a wall time that does not exist, or exists twice
│   ├── NotFound                 no such event, registrant, file
│   └── UnsafePlan               the plan would do something improbable: needs --force
├── NeedsAttention               a person must decide; carries the provider's own words
├── LostLease                    another worker has this event now: stop, write nothing more
└── ProviderError(system)        something outside; each kind says what may be done next
    ├── TryLater(after)          not carried out (429, 503, not connected): again, not before `after`
    │   └── StillThere           a deletion was answered "not there", and a look shows it: not believed
    ├── Refused                  4xx that will not get better by itself: a person
    ├── AlreadyThere             409: the outside holds it; read it back
    ├── Gone                     404, 410: same as "not seen"; never blindly made again
    ├── SignInExpired            401: stop calling this system, tell the operator once
    └── OutcomeUnknown           a write whose answer was lost: look before repeating
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime


class HybridSyncError(Exception):
    """Root of all errors that hybrid-sync raises on purpose."""


class UserError(HybridSyncError):
    """Something a person can mend. `problems` holds one sentence each; exit code 2."""

    def __init__(self, problems: str | Sequence[str]) -> None:
        self.problems: tuple[str, ...] = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(self.problems))


class SettingsError(UserError):
    """The settings file or the environment is not usable."""


class InputError(UserError):
    """Foreign text (page, record, list, file) cannot be taken as it is."""


class TimeError(InputError):
    """A wall time that the clock in that zone skips, or shows twice.

    `readings` are the two instants (aware, UTC) that it could mean.
    """

    def __init__(self, problem: str, readings: tuple[datetime, datetime]) -> None:
        super().__init__(problem)
        self.readings = readings


class NotFound(UserError):
    """What was named does not exist here."""


class UnsafePlan(UserError):
    """The plan would do something improbable (design: 30 % rule, started meeting); `--force` is the way past."""


class NeedsAttention(HybridSyncError):
    """A machine cannot settle this; the message says what happened and which choices there are."""


class LostLease(HybridSyncError):
    """The lease on an event has passed to another worker; nothing may be written any more."""


class ProviderError(HybridSyncError):
    """Something outside failed.

    `system` is "webex", "graph" or "mail"; `tracking_id` is what the provider's support asks for.
    The message carries the provider's own words, already cleaned of secrets; `words` is that message alone.
    `status` is the HTTP status of the answer, where there was one.
    """

    status: int | None = None

    def __init__(self, system: str, message: str, *, tracking_id: str | None = None) -> None:
        self.system = system
        self.words = message
        self.tracking_id = tracking_id
        tail = f" [{system} tracking id {tracking_id}]" if tracking_id else ""
        super().__init__(f"{system}: {message}{tail}")


class TryLater(ProviderError):
    """The call was not carried out. `after` is the seconds to wait at least; None when the provider named none.

    `only_this`: others need not wait for it; the provider put off this one thing (an address, a message).
    """

    def __init__(
        self,
        system: str,
        message: str,
        *,
        after: float | None = None,
        tracking_id: str | None = None,
        only_this: bool = False,
    ) -> None:
        super().__init__(system, message, tracking_id=tracking_id)
        self.after = after
        self.only_this = only_this


class StillThere(TryLater):
    """What is to be deleted is said not to be there, and a look just afterwards shows it (a false 404)."""

    @classmethod
    def contrary_to(cls, answer: ProviderError, seen: str) -> StillThere:
        """`answer` said "not there"; `seen` names what was seen all the same."""
        words = f"{answer.words}; yet a look just afterwards shows {seen}"
        told = cls(answer.system, words, tracking_id=answer.tracking_id)
        told.status = answer.status
        return told


class Refused(ProviderError):
    """The provider will not do this, now or later, unless something else changes.

    `of_us`: of a mail, that it speaks of the message, its sender or the server's rules, and not of the address.
    """

    def __init__(
        self, system: str, message: str, *, tracking_id: str | None = None, of_us: bool = False
    ) -> None:
        super().__init__(system, message, tracking_id=tracking_id)
        self.of_us = of_us


class AlreadyThere(ProviderError):
    """The outside holds it already; read it back instead of making it again."""


class Gone(ProviderError):
    """The outside says that it is not there. One answer alone is no proof of deletion (Webex: list lag, wrong host)."""


class SignInExpired(ProviderError):
    """The token is not accepted any more."""


class OutcomeUnknown(ProviderError):
    """A write was sent and its answer was lost. It may or may not have happened."""
