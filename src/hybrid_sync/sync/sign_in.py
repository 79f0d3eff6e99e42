"""Warns in time that the sign-in to Webex ends: a chore of the worker, asks nobody outside (webex.md 6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from hybrid_sync.ports import NO_EVENT, SignInFacts, Store

WARN_BEFORE = timedelta(days=14)
"""Enough for a person on holiday."""

EVERY = timedelta(days=1)

QUESTION = "sign-in:webex-refresh"

_AGAIN = "sign in again: hybrid-sync webex login"


class SignInWatch:
    """Opens the question, changes its words, and settles it once the sign-in was renewed."""

    def __init__(self, store: Store, facts: Callable[[], SignInFacts]) -> None:
        self._store = store
        self._facts = facts

    def __call__(self, now: datetime) -> None:
        """What a `Chore` runs. The question belongs to no event."""
        words = warning(self._facts(), now)
        with self._store.begin() as tx:
            if words is None:
                tx.attentions.settle(NO_EVENT, QUESTION, now)
            else:
                tx.attentions.open(NO_EVENT, QUESTION, words, now)


def warning(facts: SignInFacts, now: datetime) -> str | None:
    """What a person should know about the sign-in by now; None when all is well, or nothing is known."""
    if facts.problem is not None:
        until = f"; calls go on until {_day(facts.access_ends)}" if facts.access_ends else ""
        return f"the Webex sign-in could not be renewed: {facts.problem}{until}; {_AGAIN}"
    if facts.refresh_ends is None or facts.refresh_ends - now > WARN_BEFORE:
        return None
    if facts.refresh_ends <= now:
        return f"the Webex sign-in has ended on {_day(facts.refresh_ends)}; {_AGAIN}"
    return f"the Webex sign-in ends on {_day(facts.refresh_ends)}, unless it is renewed before; {_AGAIN}"


def _day(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"
