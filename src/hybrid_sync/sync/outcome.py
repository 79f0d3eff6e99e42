"""What becomes of one change in one pass: done, waiting, or put before a person."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hybrid_sync.domain.plan import Change
from hybrid_sync.errors import (
    NeedsAttention,
    OutcomeUnknown,
    ProviderError,
    Refused,
    SignInExpired,
    StillThere,
    TryLater,
)
from hybrid_sync.ports import AuditLine, Clock, Lease, Store, Transaction

SETTLE = timedelta(seconds=60)
"""How long a lost call may still be on its way, or missing from lists, before its absence is believed (webex.md 1.5)."""

MOST_UNKNOWN = 5
"""After so many calls with an unknown outcome a person must look."""


@dataclass(frozen=True)
class Outcome:
    """What became of one change. `result` is done, adopted, later, refused, unknown, attention or held.

    `until` is when to look again (UTC), where there is such a moment. `ask` is set when a person must decide: the name
    under which the question is kept until a pass no longer asks it.
    """

    kind: str
    target: str
    result: str
    detail: str = ""
    until: datetime | None = None
    ask: str | None = None

    @property
    def settled(self) -> bool:
        """Nothing more is to be done about it now."""
        return self.result in ("done", "adopted")

    @property
    def wrote(self) -> bool:
        """Whether something may have changed outside."""
        return self.result in ("done", "unknown")


@dataclass(frozen=True)
class Pass:
    """One pass over one event by the holder of its lease; every write checks the fence."""

    store: Store
    lease: Lease
    clock: Clock
    force: bool = False
    settle: timedelta = SETTLE
    """A pending intent younger than this is waited for."""

    def begin(self) -> AbstractContextManager[Transaction]:
        return self.store.begin(self.lease, self.clock())

    def audit(self, tx: Transaction, change: Change, detail: str, request_id: str | None = None) -> None:
        line = AuditLine(
            self.clock(), self.lease.event_id, "worker", change.kind, change.target, detail, request_id
        )
        tx.audit.add(line)


def failed(work: Pass, change: Change, error: ProviderError | NeedsAttention) -> Outcome:
    """The outcome for an error: what waits waits, what a machine cannot settle is put before a person (P7)."""
    now = work.clock()
    if isinstance(error, TryLater):
        until = now + timedelta(seconds=error.after) if error.after is not None else None
        later = Outcome(change.kind, change.target, "later", str(error), until)
        return _asked_in_the_end(work, later) if isinstance(error, StillThere) else later
    if isinstance(error, (Refused, OutcomeUnknown)):
        # What the provider's support will ask for; a mere "later" stands in the work row only.
        with work.begin() as tx:
            work.audit(tx, change, str(error), error.tracking_id)
    if isinstance(error, OutcomeUnknown):
        return Outcome(change.kind, change.target, "unknown", str(error), now + work.settle)
    result = "attention" if isinstance(error, (NeedsAttention, SignInExpired)) else "refused"
    ask = SIGN_IN if isinstance(error, SignInExpired) else question(change.kind, change.target)
    return Outcome(change.kind, change.target, result, str(error), ask=ask)


def _asked_in_the_end(work: Pass, later: Outcome) -> Outcome:
    """A deletion that is answered "not there" again and again although a look shows it: a person is told as well."""
    with work.store.read() as tx:
        row = tx.work.get(work.lease.event_id)
    if row is None or row.attempts + 1 < MOST_UNKNOWN:
        return later
    words = (
        f"{later.detail}; tried {row.attempts + 1} times: delete it there by hand, then run hybrid-sync sync "
        f"{work.lease.event_id}"
    )
    return replace(later, detail=words, ask=question(later.kind, later.target))


SIGN_IN = "sign-in"


def question(kind: str, target: str) -> str:
    """What a person's question is filed under: one per system and target."""
    return f"{kind.partition('.')[0]}:{target}"
