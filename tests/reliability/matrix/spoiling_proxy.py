"""A proxy before a real server, which spoils calls by the sandbox's own rules."""

from __future__ import annotations

import http.client
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from hybrid_sync.sandbox.faults import Fault, Faults

_HOP = {"connection", "transfer-encoding", "content-length", "date", "server"}
_WRITES = ("PUT", "DELETE")


class SpoilingProxy(ThreadingHTTPServer):
    """Passes calls on to `target` (http). `spoilt` counts the calls that a rule met and that are through, `writes` all
    that were passed on and write."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        parts = urlsplit(target)
        self.host, self.port, self.path = parts.hostname or "", parts.port or 80, parts.path
        self.faults = Faults()
        self.spoilt = self.writes = 0

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that gave up is what is tried here."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{self.path}"


class _Handler(BaseHTTPRequestHandler):
    server: SpoilingProxy
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.server.faults.take(self.command, self.path)
        try:
            if fault is None:
                self._answer(*self._passed_on(body), None)
            else:
                self._spoil(fault, body)
        except ConnectionError:
            self.close_connection = True  # the client has given up
        finally:
            self.server.spoilt += fault is not None

    def _spoil(self, fault: Fault, body: bytes) -> None:
        """In the sandbox's order: wait, drop or act, wait, drop or answer."""
        if fault.delay_at == "before":
            time.sleep(fault.delay)
        status, headers, content = 0, {}, b""
        if fault.drop != "before" and (fault.status is None or fault.effect):
            status, headers, content = self._passed_on(body)
        if fault.delay_at == "after":
            time.sleep(fault.delay)
        if fault.drop:
            self.close_connection = True
            return
        if fault.status is not None:
            status, content = fault.status, b"ordered by a fault rule"
            headers = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
        if fault.body == "html":
            headers, content = {"Content-Type": "text/html"}, b"<title>Bad Gateway</title>"
        self._answer(status, headers, content, fault)

    def _passed_on(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        self.server.writes += self.command in _WRITES
        connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=10)
        try:
            connection.request(self.command, self.path, body, dict(self.headers))
            answer = connection.getresponse()
            kept = {name: value for name, value in answer.getheaders() if name.lower() not in _HOP}
            return answer.status, kept, answer.read()
        finally:
            connection.close()

    def _answer(self, status: int, headers: dict[str, str], content: bytes, fault: Fault | None) -> None:
        broken = fault is not None and fault.body == "truncated"
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(content) + (10 if broken else 0)))
        self.end_headers()
        self.wfile.write(content)
        if broken:
            self.close_connection = True

    do_GET = do_PUT = do_DELETE = do_PROPFIND = _serve

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""


@contextmanager
def spoiling(target: str) -> Iterator[SpoilingProxy]:
    """The proxy before `target`, running."""
    with SpoilingProxy(target) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
