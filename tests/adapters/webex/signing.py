"""What the tests of signing in share: a store in memory, a clock that is moved, and the parts put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.http_client.kit import NOW

from hybrid_sync.adapters.sealing import Sealer
from hybrid_sync.adapters.sql import SqlStore, open_store
from hybrid_sync.adapters.webex import CodeSignIn, OAuthClient, RefreshedToken, TokenShelf
from hybrid_sync.http_client import Transport
from hybrid_sync.sandbox import Sandbox

STORE_SECRET = "canary-store-secret-of-32-characters-and-more"
BACK = "http://127.0.0.1:8765/callback"


@dataclass
class Hands:
    """A clock that moves only when told."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **time: float) -> None:
        self.now += timedelta(**time)


def in_memory() -> SqlStore:
    return open_store("sqlite://", create=True)


def a_client(
    transport: Transport,
    clock: Callable[[], datetime],
    *,
    client_id: str = "c",
    secret: str = "canary-client-secret",
    base_url: str = "https://webexapis.com/v1/",
) -> OAuthClient:
    return OAuthClient(transport, client_id, secret, base_url, clock)


def a_shelf(
    client: OAuthClient, store: SqlStore, *, owner: str = "here", secrets: tuple[str, ...] = ()
) -> TokenShelf:
    seals = Sealer(secrets or (STORE_SECRET,), "webex tokens, 1")
    return TokenShelf(store, seals, client.clock, client=client.name, owner=owner)


def a_token(
    client: OAuthClient, store: SqlStore, *, seed: str | None = "r1", owner: str = "here"
) -> RefreshedToken:
    return RefreshedToken(client, a_shelf(client, store, owner=owner), seed=seed)


def sandbox_client(
    sandbox: Sandbox, transport: Transport, clock: Callable[[], datetime] | None = None
) -> OAuthClient:
    options = sandbox.options
    return OAuthClient(
        transport,
        options.webex_client_id,
        options.webex_client_secret,
        sandbox.webex_url,
        clock or sandbox.clock.now,
    )


def code_sign_in(client: OAuthClient, store: SqlStore, seed: str | None = None) -> CodeSignIn:
    return CodeSignIn(client, a_shelf(client, store), redirect_uri=BACK, seed=seed)
