"""Round every request: headers on every answer, a limit on what is sent, one log line without the address, no leaks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hybrid_sync.ports import Clock
from hybrid_sync.settings import Settings
from hybrid_sync.web.limits import RateLimit, address_of

log = logging.getLogger(__name__)

MOST_BODY = 64 * 1024
QUIET = ("/livez", "/readyz", "/metrics")
"""Asked every few seconds by machines; their lines would bury the others."""
RETRY_AFTER = {"Retry-After": "60"}


def security_headers(settings: Settings) -> Mapping[str, str]:
    """What every answer carries. A route may set its own Cache-Control."""
    # form-action must let the redirect after the button through: Chromium applies it to the redirect too, and
    # "'self'" alone leaves people standing in front of a button that does nothing.
    leads_to = "'self' https:"
    if settings.is_rehearsal:
        leads_to += " http://127.0.0.1:* http://localhost:*"
    headers = {
        "Content-Security-Policy": f"default-src 'self'; base-uri 'none'; object-src 'none'; "
        f"frame-ancestors 'none'; form-action {leads_to}",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex, nofollow",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cache-Control": "no-store",
    }
    if (settings.service.base_url or "").startswith("https://"):
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


class Guard:
    """ASGI middleware. `page` makes the page for a status when the application is not asked or cannot (413, 429, 500).

    One address may ask `most_requests` times a minute. A whole institution may stand behind one, and all of it comes in
    the minute before an event: this is against floods alone. What is worth guessing has limits of its own.

    `prefix` is the path under which a proxy shows the service; whether the proxy cuts it off makes no difference.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        headers: Mapping[str, str],
        page: Callable[[Request, int], Response],
        clock: Clock,
        prefix: str = "",
        most_body: int = MOST_BODY,
        most_requests: int = 3000,
    ) -> None:
        self._app = app
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        self._page = page
        self._clock = clock
        self._prefix = prefix
        self._most_body = most_body
        self._asked = RateLimit(clock, most=most_requests)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["root_path"] = scope.get("root_path") or self._prefix
        began = self._clock()
        status = 0

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                there = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(header for header in self._headers if header[0] not in there),
                ]
            await send(message)

        try:
            if not self._asked.takes(address_of(Request(scope))):
                answer = self._page(Request(scope), 429)
                answer.headers.update(RETRY_AFTER)
                await answer(scope, receive, send_guarded)
            elif _told_length(scope) > self._most_body:
                await self._page(Request(scope), 413)(scope, receive, send_guarded)
            else:
                await self._app(scope, self._counted(receive), send_guarded)
        except Exception:
            # The only net: a fault of ours is told to the log in full and to the person without details. It is not
            # raised again, because the server would then log it a second time.
            log.exception("%s failed", _line(scope), extra={"action": "web.failure"})
            if status == 0:
                await self._page(Request(scope), 500)(scope, receive, send_guarded)
        finally:
            took = (self._clock() - began).total_seconds() * 1000
            level = logging.DEBUG if _route(scope) in QUIET and status < 400 else logging.INFO
            log.log(level, "%s %d %.0f ms", _line(scope), status, took, extra={"action": "web.request"})

    def _counted(self, receive: Receive) -> Receive:
        """`receive`, until more has come than is allowed: not everybody tells a length."""
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._most_body:
                raise HTTPException(413)
            return message

        return receive_counted


def _told_length(scope: Scope) -> int:
    told = dict(scope["headers"]).get(b"content-length", b"0")
    return int(told) if told.isdigit() else 0


def _route(scope: Scope) -> str | None:
    return getattr(scope.get("route"), "path", None)


def _line(scope: Scope) -> str:
    """Method and route template. Never the address itself: it may hold a token, even where no route fits it (P4)."""
    method = scope["method"] if scope["method"].isalpha() else "?"
    return f"{method[:10]} {_route(scope) or '(no such page)'}"
