"""Calls to one JSON API: token, query, headers, paging, verdict."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import requests

from hybrid_sync.errors import Refused, TryLater
from hybrid_sync.http_client.budget import MOST_JITTER
from hybrid_sync.http_client.tokens import Bearer, TokenSource
from hybrid_sync.http_client.transport import Transport
from hybrid_sync.http_client.verdicts import json_of, translated, verdict

Json = dict[str, Any]

USER_AGENT = "hybrid-sync"
_MOST_PAGES = 1000


def guarded_session(transport: Transport) -> requests.Session:
    """A session whose every call goes through `transport`; for one thread."""
    session = requests.Session()
    mount(session, transport)
    return session


def mount(session: requests.Session, transport: Transport) -> None:
    """Put `transport` in place of the session's own adapters, and let no redirect be followed."""
    session.mount("https://", transport)
    session.mount("http://", transport)
    session.max_redirects = 0
    session.headers["User-Agent"] = USER_AGENT


class Api:
    """Calls below one base address, from any thread. `clock` gives the present instant (aware, UTC)."""

    def __init__(
        self,
        transport: Transport,
        *,
        base_url: str,
        token: TokenSource,
        clock: Callable[[], datetime],
        headers: Mapping[str, str] | None = None,
    ) -> None:
        # Without the slash urljoin would drop the last part of the path (webex.md 10.3).
        self.base_url = base_url if base_url.endswith("/") else base_url + "/"
        self.system = transport.system
        self.clock = clock
        self._transport = transport
        self._token = token
        self._headers = dict(headers or {})
        self._local = threading.local()

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        safe: bool | None = None,
        answers: Collection[int] = (),
    ) -> requests.Response:
        """The response to a call that succeeded, or whose status is among `answers`.

        The body is `json`, or `content` as it stands (its Content-Type goes into `headers`).
        `safe` marks a POST that changes nothing; a GET always is safe. Parameters that are None are left out,
        booleans go out as JSON writes them. A 401 was not carried out, so the call is made once more if the token
        source has another token. Raises the kinds of errors.py.
        """
        safe = method == "GET" if safe is None else safe
        token = self._token()
        body = {"json": json} if content is None else {"data": content}
        response = self._once(token, method, path, params, body, headers, safe)
        if response.status_code == 401 and self._token.rejected(token):
            response = self._once(self._token(), method, path, params, body, headers, safe)
        problem = verdict(self.system, response, safe=safe, clock=self.clock)
        if problem and response.status_code not in answers:
            if isinstance(problem, TryLater) and problem.after is not None:
                # Never earlier than asked, and not all processes in the same second.
                problem.after *= 1 + MOST_JITTER * self._transport.chance()
            raise problem
        return response

    def get(
        self, path: str, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> Json:
        """The JSON object at `path`."""
        response = self.call("GET", path, params=params, headers=headers)
        return json_of(self.system, response, safe=True)

    def pages(self, path: str, params: Mapping[str, Any] | None = None) -> Iterator[tuple[list[Json], bool]]:
        """Every page of a list, as its items and whether another page was announced.

        The Link header's next is followed as it stands (webex.md 8), also after an empty page; only the errant
        `max=null` that Webex is known for is taken out. An announced page on a foreign host is refused by the
        transport.
        """
        address: str | None = path
        seen: set[str] = set()
        while address:
            if address in seen or len(seen) >= _MOST_PAGES:
                raise Refused(self.system, "the pages of a list do not come to an end")
            seen.add(address)
            response = self.call("GET", address, params=params)
            following = response.links.get("next", {}).get("url")
            yield items_of(json_of(self.system, response, safe=True)), following is not None
            address, params = _mended(following) if following else None, None

    def items(self, path: str, params: Mapping[str, Any] | None = None) -> list[Json]:
        """The items of all pages."""
        return [item for page, _ in self.pages(path, params) for item in page]

    def _once(
        self,
        token: str,
        method: str,
        path: str,
        params: Mapping[str, Any] | None,
        body: Mapping[str, Any],
        headers: Mapping[str, str] | None,
        safe: bool,
    ) -> requests.Response:
        query = {name: _written(value) for name, value in (params or {}).items() if value is not None}
        with translated(self.system, safe=safe):
            return self.request(
                method,
                urljoin(self.base_url, path),
                params=query or None,
                **body,
                headers={**self._headers, **(headers or {})},
                auth=Bearer(token),
                allow_redirects=False,
            )

    def request(self, method: str, url: str, **kwargs: Any) -> requests.Response:
        """One request on this thread's session; another way to have a session overrides this."""
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = guarded_session(self._transport)
        return session.request(method, url, **kwargs)


def items_of(body: Json) -> list[Json]:
    """The objects of a list answer, under `items` (Webex) or `value` (Graph); anything else among them is left."""
    found = body.get("items", body.get("value"))
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _written(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _mended(url: str) -> str:
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    if ("max", "null") not in query:
        return url
    kept = [(name, value) for name, value in query if (name, value) != ("max", "null")]
    return urlunsplit(parts._replace(query=urlencode(kept)))
