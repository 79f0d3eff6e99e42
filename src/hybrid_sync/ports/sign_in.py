"""Signing in to a system whose tokens renew themselves, and what is kept of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class SignInFacts:
    """What is known here about a sign-in, without asking anybody. `scopes` None means that nobody told them."""

    kind: str
    """"fixed" (a token from the settings), "renewed" (client with refresh token) or "none"."""
    access_ends: datetime | None = None
    refresh_ends: datetime | None = None
    scopes: tuple[str, ...] | None = None
    problem: str | None = None
    """Why it could not be renewed last time, in the provider's words."""


class SignIn(Protocol):
    """Lets a person sign the service in."""

    def facts(self) -> SignInFacts:
        """What is kept of the sign-in; asks nobody."""
        ...

    def address(self, scopes: Sequence[str], state: str) -> str:
        """The page on which a person allows this; `state` comes back with the code."""
        ...

    def complete(self, code: str) -> SignInFacts:
        """Trade the code of that page for tokens and keep them; raises SignInExpired when it is not taken."""
        ...


@dataclass(frozen=True)
class SealedTokens:
    """A sign-in that was renewed, sealed. `problem` is what the provider said when it refused to renew it once more."""

    name: str
    ciphertext: str
    expires: datetime
    refresh_expires: datetime | None
    updated: datetime
    problem: str | None = None

    def __repr__(self) -> str:
        return f"SealedTokens({self.name!r}, updated={self.updated!r})"


class Tokens(Protocol):
    """Sign-ins that renew themselves, sealed; one row for each system."""

    def get(self, name: str) -> SealedTokens | None: ...

    def all(self) -> Sequence[SealedTokens]:
        """Every row, by name."""
        ...

    def put(self, tokens: SealedTokens) -> None:
        """Insert or replace, whatever stood there."""
        ...

    def swap(self, tokens: SealedTokens, earlier: SealedTokens | None) -> bool:
        """Replace what `earlier` saw there (None: nothing); False when something else stands there by now."""
        ...

    def note(self, seen: SealedTokens, problem: str) -> None:
        """Note why they could not be renewed, unless they were replaced meanwhile."""
        ...


class Locks(Protocol):
    """Leases by name, for what one process at a time may do."""

    def take(self, name: str, owner: str, now: datetime, until: datetime) -> bool:
        """Hold it until `until`; False while somebody else holds it."""
        ...

    def release(self, name: str, owner: str) -> None:
        """Give it back; one that has passed on is left to its holder."""
        ...
