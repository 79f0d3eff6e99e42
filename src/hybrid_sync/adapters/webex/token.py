"""A Webex access token that renews itself (webex.md 6)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from time import monotonic as real_monotonic
from urllib.parse import urljoin

from hybrid_sync.adapters.webex.session import BASE_URL
from hybrid_sync.errors import ProviderError, Refused, SignInExpired, TryLater
from hybrid_sync.http_client import Json, Transport, guarded_session, json_of, translated, verdict

logger = logging.getLogger(__name__)


class RefreshedToken:
    """TokenSource for an integration or a Service App: client id, client secret, refresh token.

    The access token is renewed at half its life, as told by the answer (14 days for an integration, an hour for a
    Service App). One thread renews while others wait. If renewing fails while the old token still lives, the old one
    is used on. A new refresh token replaces the old one, in memory only: after a restart the one from the settings
    must still be good, which it is where Webex hands out the same one again (webex.md 6).
    """

    def __init__(
        self,
        transport: Transport,
        *,
        client_id: str,
        client_secret: str,
        refresh_token: str,
        clock: Callable[[], datetime],
        base_url: str = BASE_URL,
        monotonic: Callable[[], float] = real_monotonic,
    ) -> None:
        self._transport = transport
        self._url = urljoin(base_url if base_url.endswith("/") else base_url + "/", "access_token")
        self._client = {"client_id": client_id, "client_secret": client_secret}
        self._refresh_token = refresh_token
        self._clock = clock
        self._monotonic = monotonic
        self._token: str | None = None
        self._renew_at = 0.0
        self._expires_at = 0.0
        self._lock = threading.Lock()

    def __call__(self) -> str:
        """Raises SignInExpired when Webex takes the refresh token no more: a person must authorise again."""
        with self._lock:
            now = self._monotonic()
            if self._token is not None and now < self._renew_at:
                return self._token
            try:
                return self._renewed()
            except ProviderError as error:
                if self._token is None or now >= self._expires_at:
                    raise
                logger.warning("the Webex token could not be renewed yet: %s", error)
                return self._token

    def rejected(self, token: str) -> bool:
        """Forget the token, unless another thread has renewed it already."""
        with self._lock:
            if self._token == token:
                self._token = None
            return True

    def _renewed(self) -> str:
        answer = self._asked()
        token = answer.get("access_token")
        if not isinstance(token, str) or not token:
            raise TryLater(self._transport.system, "the answer to a token refresh holds no access_token")
        lasts = answer.get("expires_in")
        seconds = float(lasts) if isinstance(lasts, int | float) and lasts > 0 else 3600.0
        now = self._monotonic()
        self._token, self._renew_at, self._expires_at = token, now + seconds / 2, now + seconds
        renewed = answer.get("refresh_token")
        if isinstance(renewed, str) and renewed:
            self._refresh_token = renewed
        return token

    def _asked(self) -> Json:
        """Refreshing is safe to repeat: Webex renews the same refresh token's life (webex.md 6)."""
        system = self._transport.system
        form = {"grant_type": "refresh_token", "refresh_token": self._refresh_token, **self._client}
        with translated(system, safe=True), guarded_session(self._transport) as session:
            response = session.post(self._url, data=form, allow_redirects=False)
            problem = verdict(system, response, safe=True, clock=self._clock)
        if isinstance(problem, Refused):
            raise SignInExpired(system, f"the refresh token is not taken any more: {problem}") from problem
        if problem:
            raise problem
        return json_of(system, response, safe=True)

    def __repr__(self) -> str:
        return "RefreshedToken(***)"
