"""A page on this machine that waits for one browser to come back from a sign-in (RFC 8252, 7.3)."""

from __future__ import annotations

import hmac
import socket
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from hybrid_sync.errors import InputError, NeedsAttention, SettingsError

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_LONGEST = 4096
_SECONDS_PER_REQUEST = 10
_PAGE = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>hybrid-sync</title></head>'
    "<body><p>%s</p></body></html>"
)


@dataclass(frozen=True)
class Returned:
    """What the address said with which a browser came back."""

    code: str | None
    state: str | None
    error: str | None


def returned(address: str) -> Returned:
    """The parts of a redirect address. One that is no address is taken for the bare code."""
    if "?" not in address:
        return Returned(address.strip() or None, None, None)
    query = {name: values[0] for name, values in parse_qs(urlsplit(address.strip()).query).items()}
    return Returned(
        query.get("code"), query.get("state"), query.get("error_description") or query.get("error")
    )


def code_of(came: Returned, state: str, *, bare: bool = False) -> str:
    """The code, if the answer belongs to the page that we opened. `bare` lets a pasted code do without the state.

    Raises NeedsAttention with what the page said, or InputError.
    """
    if came.error is not None:
        raise NeedsAttention(f"Webex did not allow it: {came.error[:200]}")
    belongs = hmac.compare_digest((came.state or "").encode(), state.encode())
    if not belongs and not (bare and came.state is None):
        raise InputError("this answer belongs to another sign-in: begin anew with hybrid-sync webex login")
    if not came.code:
        raise InputError("there is no code in it: copy the whole address that the browser ended at")
    return came.code


def wait_for_code(
    redirect_uri: str,
    state: str,
    *,
    seconds: float,
    ready: Callable[[], None],
    monotonic: Callable[[], float],
) -> str:
    """The code that a browser brings to `redirect_uri` within so many seconds.

    Listens on this machine only and ends with the first request for the right path; what belongs to another sign-in,
    or asks for something else, is turned away and does not end it. `ready` is called once it listens.
    """
    parts = urlsplit(redirect_uri)
    if parts.scheme != "http" or parts.hostname not in LOOPBACK or not parts.port:
        raise SettingsError(
            "[webex] redirect_uri leads to no port of this machine, so that nothing can be waited for here: use --paste"
        )
    found: list[Returned] = []
    try:
        server = _Server((parts.hostname, parts.port), _handler(parts.path, state, found))
    except OSError as error:
        raise InputError(
            f"port {parts.port} of this machine cannot be listened on ({error.strerror}): use --paste"
        ) from error
    with server:
        ready()
        ends = monotonic() + seconds
        while not found and (left := ends - monotonic()) > 0:
            server.timeout = left
            server.handle_request()
    if not found:
        raise NeedsAttention(f"nobody came back within {seconds:.0f} s: run it again, or use --paste")
    return code_of(found[0], state)


class _Server(HTTPServer):
    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, handler)

    def server_bind(self) -> None:
        """Without the look-up of our own name in the DNS that HTTPServer makes."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that opened a connection and went away; the wait goes on."""


def _handler(path: str, state: str, found: list[Returned]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _SECONDS_PER_REQUEST

        def do_GET(self) -> None:
            if len(self.path) > _LONGEST or urlsplit(self.path).path != path:
                self._say(404, "There is nothing here.")
                return
            came = returned(self.path)
            if not hmac.compare_digest((came.state or "").encode(), state.encode()):
                self._say(400, "This answer belongs to another sign-in.")
                return
            found.append(came)
            self._say(200, "You can close this page and go back to the terminal.")

        def _say(self, status: int, words: str) -> None:
            content = (_PAGE % words).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """The request line holds the code."""

    return Handler
