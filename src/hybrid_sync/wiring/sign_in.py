"""How the service signs in to Webex, as the settings describe it, and the budget of calls that goes with the token."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from hybrid_sync.adapters.sealing import Sealer
from hybrid_sync.adapters.sql import SharedBudget, SqlStore
from hybrid_sync.adapters.webex import (
    AGAIN,
    CodeSignIn,
    FixedSignIn,
    OAuthClient,
    RefreshedToken,
    TokenShelf,
)
from hybrid_sync.errors import SettingsError
from hybrid_sync.http_client import Budget, FixedToken, Observe, TokenSource, Transport
from hybrid_sync.ports import Clock, SignIn, Store
from hybrid_sync.settings import Settings
from hybrid_sync.sync.chores import Chore
from hybrid_sync.sync.sign_in import EVERY, SignInWatch

_FIXED = "[webex] access_token is set and goes before any sign-in: take it out first"
_ANOTHER = "put another one into [webex] access_token"
_NOTHING = "[webex] needs access_token, or client_id and client_secret"
_NO_SECRET = "[store] secret is missing (at least 32 characters): the Webex tokens, which are renewed, are kept sealed under it"
_PURPOSE = "webex tokens, 1"


@dataclass(frozen=True)
class WebexSignIn:
    """The token of each call, how a person signs in, and what that person is told when the token has ended."""

    token: TokenSource
    sign_in: SignIn
    advice: str


class NoToken:
    """Says what is missing in the settings at the first call that needs it."""

    def __init__(self, problem: str) -> None:
        self._problem = problem

    def __call__(self) -> str:
        raise SettingsError(self._problem)

    def rejected(self, token: str) -> bool:
        return False


def webex_sign_in(
    settings: Settings, transport: Transport, store: Store, clock: Clock, owner: str
) -> WebexSignIn:
    """What is missing in the settings is said when it is first needed."""
    webex = settings.webex
    if webex.access_token is not None:
        token = FixedToken(webex.access_token.get_secret_value())
        return WebexSignIn(token, FixedSignIn("fixed", _FIXED), _ANOTHER)
    if not webex.client_id or not webex.client_secret:
        return _unable(_NOTHING)
    if settings.store.secret is None:
        return _unable(_NO_SECRET)
    client = OAuthClient(
        transport, webex.client_id, webex.client_secret.get_secret_value(), webex.base_url, clock
    )
    seals = token_seals(settings)
    shelf = TokenShelf(store, seals, clock, client=client.name, owner=owner)
    seed = webex.refresh_token.get_secret_value() if webex.refresh_token else None
    return WebexSignIn(
        RefreshedToken(client, shelf, seed=seed),
        CodeSignIn(client, shelf, redirect_uri=webex.redirect_uri, seed=seed),
        AGAIN,
    )


def token_seals(settings: Settings) -> Sealer:
    """Seals under [store] secret, and opens what old ones sealed. Raises SettingsError without a secret."""
    if settings.store.secret is None:
        raise SettingsError(_NO_SECRET)
    secrets = (settings.store.secret, *settings.store.old_secrets)
    return Sealer([secret.get_secret_value() for secret in secrets], _PURPOSE)


def _unable(problem: str) -> WebexSignIn:
    return WebexSignIn(NoToken(problem), FixedSignIn("none", problem), "")


def webex_transport(
    settings: Settings, store: SqlStore, observe: Observe, chance: Callable[[], float]
) -> Transport:
    return Transport(
        "webex",
        origins=[settings.webex.base_url],
        sleep=time.sleep,
        requests_per_minute=settings.webex.requests_per_minute,
        budget=_shared_budget(settings, store, chance),
        chance=chance,
        observe=observe,
        ca_bundle=settings.service.ca_bundle,
    )


def _shared_budget(settings: Settings, store: SqlStore, chance: Callable[[], float]) -> Budget | None:
    """One for all processes on one PostgreSQL; None on SQLite, where the transport keeps its own."""
    if store.engine.dialect.name != "postgresql":
        return None
    webex = settings.webex
    # Webex counts by the token's user (webex.md 7); a client signs in as one user.
    whose = webex.access_token.get_secret_value() if webex.access_token else webex.client_id or ""
    mark = hashlib.sha256(f"hybrid-sync budget:{whose}".encode()).hexdigest()[:12]
    return SharedBudget(store.engine, "webex", f"webex:{mark}", webex.requests_per_minute, chance=chance)


def sign_in_chores(watch: SignInWatch) -> tuple[Chore, ...]:
    """Looks once a day whether the sign-in will end soon."""
    return (Chore("webex sign-in", EVERY, watch),)
