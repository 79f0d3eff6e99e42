"""Access tokens for Graph by the client credentials of an app registration (calendar.md A14)."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from time import monotonic as real_monotonic
from typing import Any

import msal

from hybrid_sync.errors import ProviderError, SignInExpired, TryLater
from hybrid_sync.http_client import Transport, guarded_session, redact, translated

logger = logging.getLogger(__name__)

AUTHORITY = "https://login.microsoftonline.com"
SCOPES = ("https://graph.microsoft.com/.default",)

_PASSING = frozenset({"temporarily_unavailable", "server_error", "request_timeout"})


class MsalToken:
    """TokenSource by msal.

    Give `client_secret`, or `certificate`: PEM text with the private key and the certificate. The msal application
    is built at the first call, because building it already talks to the authority. One thread asks, the others wait: msal does not
    join equal requests. The last good token is used on while the authority is out of order.
    `transport` should allow the authority's host only.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        tenant_id: str,
        client_id: str,
        client_secret: str | None = None,
        certificate: str | None = None,
        authority: str = AUTHORITY,
        scopes: tuple[str, ...] = SCOPES,
        monotonic: Callable[[], float] = real_monotonic,
    ) -> None:
        if bool(client_secret) == bool(certificate):
            raise ValueError("give either a client secret or a certificate")
        self._transport = transport
        self._authority = f"{authority.rstrip('/')}/{tenant_id}"
        self._client_id = client_id
        self._credential: str | dict[str, str] = client_secret or _certificate(certificate or "")
        self._scopes = scopes
        self._monotonic = monotonic
        self._app: msal.ConfidentialClientApplication | None = None
        self._token: str | None = None
        self._expires_at = 0.0
        self._lock = threading.Lock()

    def __call__(self) -> str:
        """Raises SignInExpired when the app registration is refused, TryLater when nobody answers properly."""
        with self._lock:
            try:
                return self._acquired()
            except ProviderError as error:
                if self._token is None or self._monotonic() >= self._expires_at:
                    raise
                logger.warning("no new Graph token yet: %s", error)
                return self._token

    def rejected(self, token: str) -> bool:
        """Forget the token together with msal's cache, unless another thread has done so already."""
        with self._lock:
            if self._token == token:
                self._token, self._app = None, None
            return True

    def _acquired(self) -> str:
        answer = self._asked()
        token = answer.get("access_token")
        if not isinstance(token, str) or not token:
            raise self._refusal(answer)
        self._token = token
        self._expires_at = self._monotonic() + float(answer.get("expires_in") or 0)
        return token

    def _asked(self) -> dict[str, Any]:
        """msal's four ways to fail (calendar.md A14) made one: a dictionary, or TryLater."""
        system = self._transport.system
        with translated(system, safe=True):
            try:
                if self._app is None:
                    self._app = msal.ConfidentialClientApplication(
                        self._client_id,
                        client_credential=self._credential,
                        authority=self._authority,
                        http_client=guarded_session(self._transport),
                        # One known tenant: asking Microsoft's directory of clouds would hide the real error.
                        instance_discovery=False,
                    )
                answer: dict[str, Any] = self._app.acquire_token_for_client(list(self._scopes))
            except (msal.exceptions.MsalServiceError, json.JSONDecodeError) as error:
                raise TryLater(
                    system, f"the sign-in service is out of order: {type(error).__name__}"
                ) from error
            except ValueError as error:
                # msal says so for an authority that it cannot read; the text names the address only.
                raise SignInExpired(system, redact(str(error))) from error
        return answer

    def _refusal(self, answer: dict[str, Any]) -> ProviderError:
        system = self._transport.system
        code = str(answer.get("error") or "no token")
        words = redact(" ".join(f"{code}: {answer.get('error_description') or ''}".split()))[:400]
        if code in _PASSING:
            return TryLater(system, words)
        # msal repeats a refusal for a minute by itself; a new application asks anew once the secret is mended.
        self._app = None
        return SignInExpired(system, words)

    def __repr__(self) -> str:
        return "MsalToken(***)"


def _certificate(pem: str) -> dict[str, str]:
    """msal's form; it picks the key and the certificate out of the same text."""
    return {"private_key": pem, "public_certificate": pem}
