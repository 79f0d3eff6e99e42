"""The tokens of an integration as they are kept: both sealed in the store before either is used (webex.md 6)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Protocol

from hybrid_sync.errors import SignInExpired
from hybrid_sync.ports import Clock, SealedTokens, Store

NAME = "webex"
"""The row, and the lock, of this sign-in."""

LONGEST_REFRESH = timedelta(seconds=120)
"""How long a process that renews is waited for: twice what the transport allows one call, and a commit."""

_PLACE = f"tokens/{NAME}"


class Seals(Protocol):
    """Makes a secret unreadable for whoever has the database only."""

    def seal(self, text: str, place: str) -> str: ...
    def open(self, sealed: str, place: str) -> str | None: ...


@dataclass(frozen=True)
class Tokens:
    """One answer of the token call. `client` is whom it was given to; `seed` marks the settings' token it began with."""

    access: str
    refresh: str | None
    asked_at: datetime
    expires: datetime
    refresh_expires: datetime | None
    scopes: tuple[str, ...] | None
    client: str
    seed: str | None = None

    @property
    def renew_at(self) -> datetime:
        """Half of its life, as the answer told it (14 days, or an hour for a Service App)."""
        return self.asked_at + (self.expires - self.asked_at) / 2

    def __repr__(self) -> str:
        return f"Tokens(***, expires={self.expires!r})"


@dataclass(frozen=True)
class Kept:
    """Tokens, and the row that they were read from."""

    tokens: Tokens
    row: SealedTokens


class TokenShelf:
    """Where the tokens stand, for all processes on one store. `owner` names this process."""

    def __init__(self, store: Store, seals: Seals, clock: Clock, *, client: str, owner: str) -> None:
        self._store = store
        self._seals = seals
        self._clock = clock
        self._owner = owner
        self.client = client

    def row(self) -> SealedTokens | None:
        """The row as it stands, without opening it."""
        with self._store.read() as tx:
            return tx.tokens.get(NAME)

    def read(self) -> Kept | None:
        """What is kept for this client. Raises SignInExpired when no secret of ours opens it."""
        row = self.row()
        if row is None:
            return None
        text = self._seals.open(row.ciphertext, _PLACE)
        if text is None:
            raise SignInExpired(
                "webex",
                "the stored sign-in does not open with [store] secret: put the old one back (or into "
                "[store] old_secrets), or sign in again: hybrid-sync webex login",
            )
        tokens = _from_text(text)
        return Kept(tokens, row) if tokens.client == self.client else None

    def replace(self, tokens: Tokens, earlier: Kept | None) -> bool:
        """Keep `tokens` in place of what `earlier` saw; False when somebody else has kept newer ones meanwhile."""
        sealed = self._sealed(tokens)
        with self._store.begin() as tx:
            seen = earlier.row if earlier is not None else tx.tokens.get(NAME)
            return tx.tokens.swap(sealed, seen)

    def put(self, tokens: Tokens) -> None:
        """Keep `tokens`, whatever stood there: a person has signed in."""
        sealed = self._sealed(tokens)
        with self._store.begin() as tx:
            tx.tokens.put(sealed)

    def note(self, kept: Kept, problem: str) -> None:
        """Why they could not be renewed."""
        with self._store.begin() as tx:
            tx.tokens.note(kept.row, problem)

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether this process is the one that renews now. A lease in a row: no transaction is open meanwhile."""
        now = self._clock()
        with self._store.begin() as tx:
            mine = tx.locks.take(NAME, self._owner, now, now + LONGEST_REFRESH)
        try:
            yield mine
        finally:
            if mine:
                with self._store.begin() as tx:
                    tx.locks.release(NAME, self._owner)

    def _sealed(self, tokens: Tokens) -> SealedTokens:
        text = self._seals.seal(_as_text(tokens), _PLACE)
        return SealedTokens(NAME, text, tokens.expires, tokens.refresh_expires, tokens.asked_at)


def mark(secret: str) -> str:
    """Tells two secrets apart without holding either."""
    return hashlib.sha256(f"hybrid-sync mark:{secret}".encode()).hexdigest()[:24]


def _as_text(tokens: Tokens) -> str:
    values = asdict(tokens)
    for name in ("asked_at", "expires", "refresh_expires"):
        values[name] = values[name].isoformat() if values[name] else None
    return json.dumps(values)


def _from_text(text: str) -> Tokens:
    values = json.loads(text)
    for name in ("asked_at", "expires", "refresh_expires"):
        values[name] = datetime.fromisoformat(values[name]) if values[name] else None
    values["scopes"] = None if values["scopes"] is None else tuple(values["scopes"])
    return Tokens(**values)
