"""How msal's requests reach the authority: through our transport, and what must not end in msal's memory is raised."""

from __future__ import annotations

from typing import Any

from hybrid_sync.errors import TryLater
from hybrid_sync.http_client import Transport, guarded_session
from hybrid_sync.http_client.verdicts import json_of, words_of

_TOO_MANY = 429


def as_msal_wants_it(authority: str) -> str:
    """msal takes https only; a sandbox on this machine speaks http, and `AuthorityClient` knows."""
    return "https://" + authority.removeprefix("http://") if authority.startswith("http://") else authority


class AuthorityClient:
    """msal's http_client. `plain` takes the s of https away again; the transport allows that for this machine only.

    429 and 5xx are TryLater here, with the time that the authority named, and so is what is no JSON object: msal would
    answer the next minutes out of its own memory, take a 429 of the discovery for a wrong tenant, and raise in as many
    ways as there are (calendar.md A14).
    """

    def __init__(self, transport: Transport, *, plain: bool = False) -> None:
        self._system = transport.system
        self._session = guarded_session(transport)
        self._plain = plain
        self.refusal = ""
        """The authority's words of a GET that it refused: msal keeps them to itself."""
        self.status = 0
        """Of its newest answer."""

    def get(self, url: str, **options: Any) -> Any:
        response = self._called("GET", url, **options)
        self.refusal = words_of(response) if response.status_code >= 400 else ""
        return response

    def post(self, url: str, **options: Any) -> Any:
        return self._called("POST", url, **options)

    def close(self) -> None:
        self._session.close()

    def _called(self, method: str, url: str, **options: Any) -> Any:
        if self._plain:
            url = "http://" + url.removeprefix("https://")
        response = self._session.request(method, url, allow_redirects=False, **options)
        self.status = response.status_code
        if response.status_code == _TOO_MANY or response.status_code >= 500:
            words = (
                f"the sign-in service is out of order: {response.status_code} {words_of(response)}".strip()
            )
            # Microsoft names whole seconds, never a date (calendar.md A14).
            seconds = response.headers.get("Retry-After", "")
            raise TryLater(self._system, words, after=float(seconds) if seconds.isdecimal() else None)
        json_of(self._system, response, safe=True)
        return response
