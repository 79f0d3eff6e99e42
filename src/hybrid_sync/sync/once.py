"""One action exactly once, against systems that have no idempotency keys (design.md 5).

The order is: write the intent down; if one was pending already, ask the outside first; call; write the outcome and
what follows from it in one transaction. A crash at any point leaves either nothing, or an intent that says where to
look. Nothing here repeats a call: the next pass does, after it has looked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from hybrid_sync.domain.plan import Change
from hybrid_sync.errors import (
    LostLease,
    NeedsAttention,
    OutcomeUnknown,
    ProviderError,
    SignInExpired,
    TryLater,
)
from hybrid_sync.ports import Intent, Transaction
from hybrid_sync.sync.outcome import MOST_UNKNOWN, Outcome, Pass, failed

R = TypeVar("R")

FOUND = "found outside after a lost answer"


def act(
    work: Pass, change: Change, call: Callable[[], R], record: Callable[[Transaction, R], None]
) -> Outcome:
    """A call that is safe to repeat (PATCH, DELETE, an addition that the outside itself de-duplicates)."""
    try:
        result = call()
    except ProviderError as error:
        return failed(work, change, error)
    with work.begin() as tx:
        record(tx, result)
        work.audit(tx, change, change.reason)
    return Outcome(change.kind, change.target, "done", change.reason)


def once(
    work: Pass,
    change: Change,
    op_key: str,
    *,
    look_up: Callable[[], R | None],
    call: Callable[[], R],
    record: Callable[[Transaction, R], None],
    take_back: Callable[[R], None] | None = None,
) -> Outcome:
    """A call that must not be repeated blindly. `look_up` finds the effect of an earlier try of `op_key`.

    A process that sleeps between the intent and the call makes the call when its lease is long over, and nobody
    outside can check a fence. `take_back` is told what such a call made, before LostLease goes up.
    """
    with work.store.read() as tx:
        earlier = tx.intents.get(op_key)
    try:
        found = _find_earlier(work, change, earlier, look_up)
    except (ProviderError, NeedsAttention) as error:
        # The earlier call's fate is still open: its intent stays as it is.
        return failed(work, change, error)
    if found is not None and earlier is not None:
        return _adopt(work, change, earlier, found, record)
    intent = _announce(work, change, op_key, earlier)
    try:
        result = call()
    except OutcomeUnknown as error:
        return failed(work, change, error)
    except ProviderError as error:
        _close(work, intent, error)
        return failed(work, change, error)
    try:
        with work.begin() as tx:
            record(tx, result)
            tx.intents.put(replace(intent, state="done"))
            work.audit(tx, change, change.reason)
    except LostLease:
        if take_back is not None:
            take_back(result)
        raise
    return Outcome(change.kind, change.target, "done", change.reason)


def still_open(intent: Intent | None) -> Intent | None:
    """The intent if its call was sent and its fate is not known."""
    return intent if intent is not None and intent.state == "pending" else None


def close_found(tx: Transaction, op_key: str) -> None:
    """A look has found what the lost call of `op_key` made: nothing about it is open any more."""
    intent = still_open(tx.intents.get(op_key))
    if intent is not None:
        tx.intents.put(replace(intent, state="done", detail=FOUND))


def give_up(work: Pass, change: Change, intent: Intent) -> Outcome:
    """What a lost call was to make is not wanted any more, and is not there: wait out its time, then close it.

    Until then it may still arrive, and would have to be taken back.
    """
    try:
        _believe_absence(work, intent)
    except (TryLater, NeedsAttention) as error:
        return failed(work, change, error)
    with work.begin() as tx:
        tx.intents.put(
            replace(intent, state="withdrawn", detail="not wanted any more, and not found outside")
        )
    return Outcome(change.kind, change.target, "adopted", "a lost call came to nothing")


def _find_earlier(
    work: Pass, change: Change, earlier: Intent | None, look_up: Callable[[], R | None]
) -> R | None:
    """The effect of an earlier call whose answer was lost; None when the call may be made now."""
    if earlier is None or earlier.state in ("done", "withdrawn"):
        return None
    if earlier.state == "failed":
        if earlier.request_hash == _request_hash(change) and not work.force:
            # Webex counts failed creations against 100 a day (webex.md 1.2): the same wish is not sent twice.
            raise NeedsAttention(
                f"{earlier.detail}; the same call is not sent again: mend the cause, then run hybrid-sync sync "
                f"{earlier.event_id} --force"
            )
        return None
    found = look_up()
    if found is None:
        _believe_absence(work, earlier)
    return found


def _adopt(
    work: Pass, change: Change, intent: Intent, found: R, record: Callable[[Transaction, R], None]
) -> Outcome:
    with work.begin() as tx:
        record(tx, found)
        tx.intents.put(replace(intent, state="done", detail=FOUND))
        work.audit(tx, change, FOUND)
    return Outcome(change.kind, change.target, "adopted", FOUND)


def _believe_absence(work: Pass, intent: Intent) -> None:
    """Raise while a lost call may still arrive, and when it was lost too often for a machine to go on."""
    system = intent.kind.partition(".")[0]
    if intent.sent_at is not None:
        age = work.clock() - intent.sent_at
        if age < work.settle:
            wait = (work.settle - age).total_seconds()
            raise TryLater(
                system, "an earlier call had no answer; waiting before it is looked for again", after=wait
            )
    if intent.attempts >= MOST_UNKNOWN and not work.force:
        raise NeedsAttention(
            f"{intent.kind} for event {intent.event_id} was sent {intent.attempts} times without an answer and is not "
            "found outside: look there, then run hybrid-sync sync with --force to try again"
        )


def _announce(work: Pass, change: Change, op_key: str, earlier: Intent | None) -> Intent:
    attempts = earlier.attempts if earlier is not None and earlier.state == "pending" else 0
    intent = Intent(
        op_key=op_key,
        event_id=work.lease.event_id,
        kind=change.kind,
        request_hash=_request_hash(change),
        state="pending",
        attempts=attempts + 1,
        sent_at=work.clock(),
    )
    with work.begin() as tx:
        tx.intents.put(intent)
    return intent


def _request_hash(change: Change) -> str:
    return hashlib.sha256(repr(change.wanted).encode()).hexdigest()[:32]


def _close(work: Pass, intent: Intent, error: ProviderError) -> None:
    """The provider did nothing. What may be tried again is withdrawn; what it will not do has failed."""
    state = "withdrawn" if isinstance(error, (TryLater, SignInExpired)) else "failed"
    with work.begin() as tx:
        tx.intents.put(replace(intent, state=state, detail=str(error)))
