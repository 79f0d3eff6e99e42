"""Calls to Webex through the SDK's session, with our own time-outs, budget, paging and verdicts.

What the SDK's wrappers lack or get wrong (PATCH, sendEmail, hostEmail in the query, list filters, paging that does not
encode, endless sleeping on 429) is listed in webex.md 10; its RestSession is used for what it does well.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote

import requests
from webexpythonsdk import WebexAPI

from hybrid_sync.errors import ProviderError, Refused, SignInExpired
from hybrid_sync.http_client import Api, TokenSource, Transport
from hybrid_sync.http_client.api import mount

BASE_URL = "https://webexapis.com/v1/"

WHY_FORBIDDEN = "a scope, a role, a licence or a day's quota may be behind it: hybrid-sync doctor tells more"
"""Webex answers most of these with the same words (webex.md 7)."""


def segment(identifier: str) -> str:
    """An id as one part of a path; ids are opaque (webex.md 1.1)."""
    return quote(identifier, safe="")


class _AnyStatus(int):
    """Equal to every status: answers are judged in one place (http_client.verdicts).

    The SDK's own check raises for a 201 after a POST that was carried out, and stumbles over an error body that is
    JSON but no object.
    """

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


_ANY_STATUS = _AnyStatus(200)


class WebexApi(Api):
    """The Webex REST API as one identity. Safe for threads: each has an SDK session of its own.

    `advice` says what a person does about a token that is not taken any more.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        token: TokenSource,
        clock: Callable[[], datetime],
        base_url: str = BASE_URL,
        advice: str = "",
    ) -> None:
        super().__init__(transport, base_url=base_url, token=token, clock=clock)
        self._advice = advice
        self._sdks = threading.local()

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """As Api.call; a 401 and a 403 also say what a person can do about it."""
        try:
            return super().call(method, path, **options)
        except SignInExpired as error:
            raise _advised(error, self._advice) from error
        except Refused as error:
            if error.status != 403:
                raise
            raise _advised(error, WHY_FORBIDDEN) from error

    def request(self, method: str, url: str, **kwargs: Any) -> requests.Response:
        response: requests.Response = self._sdk()._session.request(method, url, _ANY_STATUS, **kwargs)
        return response

    def _sdk(self) -> WebexAPI:
        sdk = getattr(self._sdks, "api", None)
        if sdk is None:
            # The real token goes with each call (http_client.Bearer), so that a refreshed one is used at once. One
            # must be given here all the same: without it the SDK takes any WEBEX_ACCESS_TOKEN of the environment.
            sdk = WebexAPI(
                access_token="given-with-each-call", base_url=self.base_url, wait_on_rate_limit=False
            )
            mount(sdk._session._req_session, self._transport)
            self._sdks.api = sdk
        return sdk


def _advised(error: ProviderError, advice: str) -> ProviderError:
    """The same error with `advice` after the provider's words."""
    if not advice or error.words.endswith(advice):
        return error
    advised = type(error)(error.system, f"{error.words}; {advice}", tracking_id=error.tracking_id)
    advised.status = error.status
    return advised
