"""The token call of Webex, POST /access_token, and the page before it (webex.md 6).

The SDK's own access_tokens are not used: they call requests directly, past our transport with its time-outs, its list
of hosts and its budget, and their answer object drops `scope`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode, urljoin

from hybrid_sync.adapters.webex.kept import Tokens
from hybrid_sync.errors import Refused, SignInExpired, TryLater
from hybrid_sync.http_client import Json, Transport, guarded_session, json_of, translated, verdict
from hybrid_sync.ports import Clock

AGAIN = "sign in again: hybrid-sync webex login"
"""What a person does about it."""

_SHORTEST_SENSIBLE = timedelta(hours=1)
"""Taken for a life that the answer does not tell: that of a Service App's token."""


@dataclass(frozen=True)
class OAuthClient:
    """Our registration at Webex. `name` tells it apart from another one, or from the same at another address."""

    transport: Transport
    client_id: str
    client_secret: str
    base_url: str
    clock: Clock

    @property
    def name(self) -> str:
        return f"{self.client_id} at {self.base_url}"

    def address(self, redirect_uri: str, scopes: Sequence[str], state: str) -> str:
        """Where a person allows it."""
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(scopes),
            "state": state,
        }
        return f"{self._url('authorize')}?{urlencode(query)}"

    def by_code(self, code: str, redirect_uri: str) -> Tokens:
        """Tokens for the code of that page, which works once."""
        return self._tokens(
            {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}, None
        )

    def by_refresh(self, refresh_token: str, earlier: Tokens | None) -> Tokens:
        """Renewed tokens. Safe to repeat where Webex hands out the same refresh token again."""
        return self._tokens(
            {"grant_type": "refresh_token", "refresh_token": refresh_token}, earlier, refresh_token
        )

    def _tokens(self, form: Mapping[str, str], earlier: Tokens | None, refresh: str | None = None) -> Tokens:
        now = self.clock()
        answer = self._asked({**form, "client_id": self.client_id, "client_secret": self.client_secret})
        access = answer.get("access_token")
        if not isinstance(access, str) or not access:
            raise TryLater(self.transport.system, "the answer to the token call holds no access_token")
        renewed = answer.get("refresh_token")
        scope = answer.get("scope")
        return Tokens(
            access=access,
            # The returned one is used even if it looks the same (webex.md 6).
            refresh=renewed if isinstance(renewed, str) and renewed else refresh,
            asked_at=now,
            expires=now + (_seconds(answer.get("expires_in")) or _SHORTEST_SENSIBLE),
            refresh_expires=_end(now, answer.get("refresh_token_expires_in"), earlier),
            scopes=_scopes(scope) if isinstance(scope, str) else earlier.scopes if earlier else None,
            client=self.name,
            seed=earlier.seed if earlier else None,
        )

    def _asked(self, form: Mapping[str, str]) -> Json:
        """Raises SignInExpired when Webex refuses what was given, TryLater for everything else."""
        system = self.transport.system
        try:
            with translated(system, safe=True), guarded_session(self.transport) as session:
                response = session.post(self._url("access_token"), data=form, allow_redirects=False)
                problem = verdict(system, response, safe=True, clock=self.clock)
        except Refused as error:
            # A redirect, an address that is not in the settings.
            raise TryLater(system, error.words) from error
        if problem is None:
            return json_of(system, response, safe=True)
        if isinstance(problem, TryLater):
            raise problem
        if problem.status in (400, 401) and _is_json_object(response.text):
            raise SignInExpired(system, problem.words, tracking_id=problem.tracking_id) from problem
        # A proxy's page, a 404: nothing that says that the grant is at fault.
        raise TryLater(system, problem.words, tracking_id=problem.tracking_id) from problem

    def _url(self, path: str) -> str:
        return urljoin(self.base_url, path)

    def __repr__(self) -> str:
        return "OAuthClient(***)"


def _seconds(value: object) -> timedelta | None:
    return timedelta(seconds=value) if isinstance(value, int | float) and value > 0 else None


def _end(now: datetime, seconds: object, earlier: Tokens | None) -> datetime | None:
    life = _seconds(seconds)
    if life is not None:
        return now + life
    return earlier.refresh_expires if earlier else None


def _scopes(text: str) -> tuple[str, ...]:
    return tuple(sorted(set(text.split())))


def _is_json_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
