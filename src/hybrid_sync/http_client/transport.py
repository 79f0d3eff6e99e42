"""The HTTPAdapter that every call goes through."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from time import monotonic as real_monotonic
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError

from hybrid_sync.errors import Refused
from hybrid_sync.http_client.addresses import is_loopback, origin_of, route_template
from hybrid_sync.http_client.budget import Budget, TokenBucket, never
from hybrid_sync.http_client.trust import trusting
from hybrid_sync.http_client.watch import POOLS, DeadlineExceeded, NotSent, PeerRefused, TooLarge, Watch

logger = logging.getLogger("hybrid_sync.http_client")

Observe = Callable[[str, str, str], None]
"""Called with "before" or "after", the method and the route template, round every call that leaves the house."""

_CHUNK = 64 * 1024
_TRACKING_HEADERS = ("trackingid", "request-id")


def nobody(phase: str, method: str, route: str) -> None:
    """The observer that does nothing."""


def tracking_id_of(response: requests.Response) -> str | None:
    """What the provider's support asks for (Webex trackingid, Graph request-id)."""
    return next((response.headers[name] for name in _TRACKING_HEADERS if name in response.headers), None)


class Transport(HTTPAdapter):
    """Guards the calls to one system; shared by all threads and sessions that talk to it.

    - Only the given origins; plain http only to this machine. With `origins` None every https host (event pages),
      and then `allows_peer` should judge the address that was reached.
    - Seconds: `connect_seconds` and `read_seconds` per socket operation, `total_seconds` for the whole call with
      its repetitions; a time-out given by the caller can lower the total only.
    - `most_bytes` of decoded body. Bodies are read here, so a stream ends with the call.
    - A GET is sent again, twice at most, when the connection fails. Nothing else is ever repeated.
    - `requests_per_minute` None means without a budget; `budget` takes its place where processes share one.
    - Certificates are always verified; `ca_bundle` names a PEM file of authorities that are trusted besides the usual ones.
    - `chance` (0..1) makes whoever is told to wait come back up to a tenth later (see Api), not all in step.

    Raises requests' exceptions, and TryLater (budget) or Refused (host) of ours.
    """

    def __init__(
        self,
        system: str,
        *,
        origins: Collection[str] | None,
        sleep: Callable[[float], None],
        monotonic: Callable[[], float] = real_monotonic,
        requests_per_minute: int | None = None,
        budget: Budget | None = None,
        chance: Callable[[], float] = never,
        observe: Observe = nobody,
        connect_seconds: float = 5,
        read_seconds: float = 30,
        total_seconds: float = 60,
        most_bytes: int = 20_000_000,
        allows_peer: Callable[[str], bool] | None = None,
        ca_bundle: str | None = None,
    ) -> None:
        self.system = system
        self._origins = None if origins is None else frozenset(origin_of(url) for url in origins)
        self._sleep = sleep
        self._monotonic = monotonic
        self.chance = chance
        self._budget = budget
        if budget is None and requests_per_minute:
            self._budget = TokenBucket(system, requests_per_minute, monotonic=monotonic, chance=chance)
        self._observe = observe
        self._per_operation = (connect_seconds, read_seconds)
        self._total = total_seconds
        self._most_bytes = most_bytes
        self._allows_peer = allows_peer
        self._trust = trusting(ca_bundle) if ca_bundle else None
        super().__init__(pool_connections=4, pool_maxsize=16, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        if self._trust is not None:
            # requests loads the usual authorities into the same context when it connects.
            kwargs["ssl_context"] = self._trust
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        if self._trust is not None:
            kwargs["ssl_context"] = self._trust
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = POOLS
        return manager

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        method, url = request.method or "GET", request.url or ""
        route = route_template(urlsplit(url).path)
        self._check_host(url)
        total = min(self._total, timeout) if isinstance(timeout, int | float) else self._total
        if is_loopback(urlsplit(url).hostname):
            proxies = None
        if self._budget:
            self._budget.take()
        self._observe("before", method, route)
        started = self._monotonic()
        outcome, tracking_id = "", None
        try:
            response = self._attempts(request, started + total, verify, cert, proxies)
            outcome, tracking_id = str(response.status_code), tracking_id_of(response)
        except Exception as error:
            outcome = type(error).__name__
            raise
        finally:
            self._say(method, route, outcome, (self._monotonic() - started) * 1000, tracking_id)
            self._observe("after", method, route)
        return response

    def _attempts(
        self, request: requests.PreparedRequest, deadline: float, verify: Any, cert: Any, proxies: Any
    ) -> requests.Response:
        again = 2 if request.method == "GET" else 0
        for attempt in range(again + 1):
            try:
                return self._attempt(request, deadline - self._monotonic(), verify, cert, proxies)
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
                hopeless = isinstance(error, requests.exceptions.SSLError)
                if attempt == again or hopeless or self._monotonic() >= deadline:
                    raise
            self._sleep(0.2 * 2**attempt)
            if self._budget:
                self._budget.take()
        raise AssertionError("the last attempt returns or raises")

    def _attempt(
        self, request: requests.PreparedRequest, seconds: float, verify: Any, cert: Any, proxies: Any
    ) -> requests.Response:
        connect, read = self._per_operation
        timeouts = (min(connect, max(seconds, 0.001)), min(read, max(seconds, 0.001)))
        with Watch(seconds, self._allows_peer) as watch:
            try:
                response = super().send(request, True, timeouts, verify, cert, proxies)
                self._read(response)
            except requests.RequestException as error:
                told = _told(error, watch, request)
                if told is error:
                    raise  # named as its own cause, it would hide the real one
                raise told from error
            except PeerRefused as error:
                raise Refused(self.system, "the address leads into a private network") from error
            if watch.expired:
                # Shutting the socket down looks like the end of a body that has no length.
                response.close()
                raise DeadlineExceeded("the answer took too long", request=request)
        return response

    def _read(self, response: requests.Response) -> None:
        chunks: list[bytes] = []
        size = 0
        for chunk in response.iter_content(_CHUNK):
            size += len(chunk)
            if size > self._most_bytes:
                response.close()
                raise TooLarge(f"more than {self._most_bytes} bytes", request=response.request)
            chunks.append(chunk)
        # What Response.content does, which would read without a limit.
        response._content = b"".join(chunks)
        response._content_consumed = True  # type: ignore[attr-defined]

    def _check_host(self, url: str) -> None:
        parts = urlsplit(url)
        allowed = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))
        if self._origins is None:
            allowed = parts.scheme == "https"
        elif origin_of(url) not in self._origins:
            allowed = False
        if not allowed:
            raise Refused(self.system, f"no call to {parts.scheme}://{parts.hostname}: not in the settings")

    def _say(self, method: str, route: str, outcome: str, ms: float, tracking_id: str | None) -> None:
        logger.info(
            "%s %s %s: %s in %.0f ms%s",
            self.system,
            method,
            route,
            outcome or "stopped",
            ms,
            f" [{tracking_id}]" if tracking_id else "",
            extra={
                "system": self.system,
                "method": method,
                "route": route,
                "outcome": outcome,
                "ms": round(ms),
                "tracking_id": tracking_id,
            },
        )


def _told(
    error: requests.RequestException, watch: Watch, request: requests.PreparedRequest
) -> requests.RequestException:
    """The same failure, told apart by what the watch saw."""
    if watch.expired:
        return DeadlineExceeded("the answer took too long", request=request)
    if watch.sent is False or _never_connected(error):
        kind = NotSent if not isinstance(error, requests.exceptions.SSLError) else _NotSentTls
        return kind(*error.args, request=request)
    return error


class _NotSentTls(NotSent, requests.exceptions.SSLError):
    """The TLS handshake failed; repeating will not mend a certificate."""


def _never_connected(error: requests.RequestException) -> bool:
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)
