"""Access tokens for Graph and Exchange by the client credentials of an app registration (calendar.md A14)."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable
from time import monotonic as real_monotonic
from typing import Any

import msal
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

from hybrid_sync.adapters.graph.authority import AuthorityClient, as_msal_wants_it
from hybrid_sync.errors import ProviderError, SignInExpired, TryLater
from hybrid_sync.http_client import Transport, redact, translated

logger = logging.getLogger(__name__)

AUTHORITY = "https://login.microsoftonline.com"
GRAPH_SCOPES = ("https://graph.microsoft.com/.default",)
EXCHANGE_SCOPES = ("https://outlook.office365.com/.default",)
"""For SMTP and IMAP by XOAUTH2 (calendar.md C2)."""

_PASSING = frozenset({"temporarily_unavailable", "server_error", "request_timeout"})

_WAYS_OUT = {
    "7000222": "the client secret has expired: make a new one in the app registration, for [graph] client_secret",
    "7000215": "[graph] client_secret is not right; it is the secret's value that is asked for, not its id",
    "7000218": "[graph] client_secret or certificate is missing in the call",
    "7000112": "the application is switched off in this tenant: ask its administrator",
    "700016": "this tenant knows no such application: see client_id and tenant_id in [graph]",
    "700027": "the certificate is not the one in the app registration, or has ended: upload it there, or renew it",
    "90002": "there is no such tenant: see [graph] tenant_id",
    "900023": "[graph] tenant_id is neither a tenant's id nor one of its domains",
    "500011": "this tenant does not have the service that the token is for: ask its administrator",
    "65001": "nobody has consented to the application's permissions: ask the administrator for admin consent",
    "53003": "a conditional access policy blocks the sign-in: ask the administrator",
}
_AADSTS = re.compile(r"AADSTS(\d+)")
_CERTIFICATE = (
    "[graph] certificate must be PEM text with the private key, without a passphrase, and the certificate"
)
_TENANT = "see tenant_id and authority in [graph]"


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
        scopes: tuple[str, ...] = GRAPH_SCOPES,
        monotonic: Callable[[], float] = real_monotonic,
    ) -> None:
        if bool(client_secret) == bool(certificate):
            raise ValueError("give either a client secret or a certificate")
        self._transport = transport
        self._authority = as_msal_wants_it(f"{authority.rstrip('/')}/{tenant_id}")
        self._plain = authority.startswith("http://")
        self._client_id = client_id
        self._credential: str | dict[str, str] = client_secret or _certificate(certificate or "")
        self._scopes = scopes
        self._monotonic = monotonic
        self._app: msal.ConfidentialClientApplication | None = None
        self._client: AuthorityClient | None = None
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
                logger.warning("no new access token yet: %s", error)
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
        """msal's ways to fail (calendar.md A14) made two: a dictionary, or an error of ours (see AuthorityClient)."""
        system = self._transport.system
        with translated(system, safe=True):
            if self._app is None:
                self._app = self._new_app()
            answer: dict[str, Any] = self._app.acquire_token_for_client(list(self._scopes))
        return answer

    def _new_app(self) -> Any:
        client = self._client = AuthorityClient(self._transport, plain=self._plain)
        if isinstance(self._credential, dict):
            self._check_certificate(self._credential["private_key"])
        try:
            return msal.ConfidentialClientApplication(
                self._client_id,
                client_credential=self._credential,
                authority=self._authority,
                http_client=client,
                # One known tenant: asking Microsoft's directory of clouds would hide the real error.
                instance_discovery=False,
            )
        except (ValueError, KeyError) as error:
            # msal says neither what the authority answered nor that it is about the tenant.
            words = (
                client.refusal or f"the sign-in service is not as msal expects it ({type(error).__name__})"
            )
            raise self._told(words, _TENANT) from None

    def _check_certificate(self, pem: str) -> None:
        """msal fails in many ways over a PEM text that is not whole, and may quote it."""
        try:
            load_pem_private_key(pem.encode(), password=None)
            load_pem_x509_certificate(pem.encode())
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise SignInExpired(self._transport.system, _CERTIFICATE) from None

    def _refusal(self, answer: dict[str, Any]) -> ProviderError:
        system = self._transport.system
        code = str(answer.get("error") or "no token")
        status = f"{self._client.status} " if self._client and self._client.status >= 400 else ""
        words = f"{status}{code}: {answer.get('error_description') or ''}"
        if code in _PASSING:
            return TryLater(system, _short(words))
        # msal repeats a refusal for a minute by itself; a new application asks anew once the secret is mended.
        self._app = None
        return self._told(words, "see tenant_id, client_id and client_secret (or certificate) in [graph]")

    def _told(self, words: str, otherwise: str) -> SignInExpired:
        """Microsoft's words and the way out for its error number; `otherwise` for a number that is not known here."""
        number = _AADSTS.search(words)
        way_out = _WAYS_OUT.get(number.group(1), otherwise) if number else otherwise
        return SignInExpired(self._transport.system, f"{_short(words)}; {way_out}")

    def __repr__(self) -> str:
        return "MsalToken(***)"


def _certificate(pem: str) -> dict[str, str]:
    """msal's form; it picks the key and the certificate out of the same text."""
    return {"private_key": pem, "public_certificate": pem}


def _short(words: str) -> str:
    """Without secrets, and without the trace ids and times that follow Microsoft's sentence."""
    return redact(" ".join(words.split()).partition(" Trace ID:")[0])[:400]
