"""A Webex access token that renews itself, once for all threads and processes (webex.md 6)."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from datetime import datetime, timedelta

from hybrid_sync.adapters.webex.kept import Kept, Tokens, TokenShelf, mark
from hybrid_sync.adapters.webex.oauth import AGAIN, OAuthClient
from hybrid_sync.errors import ProviderError, SignInExpired, TryLater

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 10.0
"""How long a thread without any token waits for the one beside it that is renewing."""

ASK_AGAIN_SECONDS = 5.0
"""When to ask again while another process renews and there is no token meanwhile."""

AFTER_A_FAULT = timedelta(minutes=1)
AFTER_A_REFUSAL = timedelta(minutes=15)
"""How long a renewal that failed is not tried again; what a person has put into the store meanwhile is seen at once."""


class RefreshedToken:
    """TokenSource for an integration or a Service App.

    Renewed at half its life. What the store holds wins; the settings' refresh token (`seed`) begins, and is tried once
    more when the stored one is refused and the settings hold another than the one it descends from.

    Both tokens are committed before the access token is first used. If the process dies between the provider's answer
    and that commit, the next one asks again with the old refresh token: fine where Webex hands out the same one again.
    Where it rotates them, the old one is spent; then calls go on with the old access token for the other half of its
    life, and a person is asked to sign in.
    """

    def __init__(self, client: OAuthClient, shelf: TokenShelf, *, seed: str | None = None) -> None:
        self._client = client
        self._shelf = shelf
        self._seed = seed
        self._turn = threading.Lock()
        self._held: Tokens | None = None
        self._dead: str | None = None
        self._failed: tuple[str | None, datetime, ProviderError] | None = None

    def __call__(self) -> str:
        """Raises SignInExpired when a person must sign in, TryLater while there is no token yet."""
        now = self._client.clock()
        held = self._held
        good = self._good(held, now)
        if good and held is not None and now < held.renew_at:
            return good
        if not self._turn.acquire(timeout=0 if good else PATIENCE_SECONDS):
            return good or self._not_yet()
        try:
            return self._fresh()
        finally:
            self._turn.release()

    def rejected(self, token: str) -> bool:
        """Never use that token again; another one is worth a try."""
        self._dead = token
        return True

    def _good(self, tokens: Tokens | None, now: datetime) -> str | None:
        """The access token, if it should still work."""
        if tokens is None or tokens.access == self._dead or now >= tokens.expires:
            return None
        return tokens.access

    def _fresh(self) -> str:
        """The stored token, or a renewed one; in this process one thread at a time."""
        kept, good, due = self._look()
        if good and not due:
            return good
        if (trouble := self._trouble(kept)) is not None:
            return self._or_raise(good, trouble)
        with self._shelf.alone() as alone:
            if not alone:
                return good or self._not_yet()
            # Whoever held the lease before may have renewed them just now.
            kept, good, due = self._look()
            return good if good and not due else self._renewed(kept, good)

    def _look(self) -> tuple[Kept | None, str | None, bool]:
        """What is stored, its access token if that should work, and whether it is time to renew it."""
        kept = self._shelf.read()
        self._held = kept.tokens if kept else None
        now = self._client.clock()
        return kept, self._good(self._held, now), kept is None or now >= kept.tokens.renew_at

    def _trouble(self, kept: Kept | None) -> ProviderError | None:
        """Why there is no point in trying now: it failed a short while ago, and nothing has changed since."""
        if self._failed is None:
            return None
        row, until, error = self._failed
        wait = (until - self._client.clock()).total_seconds()
        if wait <= 0 or row != (kept.row.ciphertext if kept else None):
            return None
        if isinstance(error, TryLater):
            return TryLater(error.system, error.words, after=wait, tracking_id=error.tracking_id)
        return error

    def _renewed(self, kept: Kept | None, good: str | None) -> str:
        try:
            fresh = self._asked(kept)
        except ProviderError as error:
            self._remember(kept, error)
            return self._or_raise(good, error)
        if not self._shelf.replace(fresh, kept):
            # Our lease was over before the answer came, and somebody else was faster.
            newer = self._shelf.read()
            fresh = newer.tokens if newer else fresh
        self._held, self._failed = fresh, None
        return fresh.access

    def _asked(self, kept: Kept | None) -> Tokens:
        earlier = kept.tokens if kept else None
        if earlier is None or earlier.refresh is None:
            return self._from_seed()
        try:
            return self._client.by_refresh(earlier.refresh, earlier)
        except SignInExpired as error:
            if self._seed is not None and mark(self._seed) != earlier.seed:
                logger.warning("the stored refresh token is refused; trying the one from the settings")
                return self._from_seed()
            raise _expired(error) from error

    def _from_seed(self) -> Tokens:
        if self._seed is None:
            raise SignInExpired(self._client.transport.system, f"nobody has signed in yet; {AGAIN}")
        try:
            return replace(self._client.by_refresh(self._seed, None), seed=mark(self._seed))
        except SignInExpired as error:
            raise _expired(error) from error

    def _remember(self, kept: Kept | None, error: ProviderError) -> None:
        pause = AFTER_A_REFUSAL if isinstance(error, SignInExpired) else AFTER_A_FAULT
        if isinstance(error, TryLater) and error.after is not None:
            pause = timedelta(seconds=error.after)
        self._failed = (kept.row.ciphertext if kept else None, self._client.clock() + pause, error)
        if kept is not None and isinstance(error, SignInExpired):
            self._shelf.note(kept, str(error))

    def _or_raise(self, good: str | None, error: ProviderError) -> str:
        if good is None:
            raise error
        logger.warning("the Webex token could not be renewed yet, the old one is used on: %s", error)
        return good

    def _not_yet(self) -> str:
        raise TryLater(
            self._client.transport.system, "the Webex token is just being renewed", after=ASK_AGAIN_SECONDS
        )

    def __repr__(self) -> str:
        return "RefreshedToken(***)"


def _expired(error: SignInExpired) -> SignInExpired:
    words = f"the refresh token is not taken any more ({error.words}); {AGAIN}"
    return SignInExpired(error.system, words, tracking_id=error.tracking_id)
