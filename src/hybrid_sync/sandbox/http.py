"""The HTTP server: plain sockets, so that a connection can really be dropped."""

from __future__ import annotations

import contextlib
import io
import json
import socket
import sys
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from . import control
from .entra import ENTRA
from .exchange import Answer, Refusal, Request
from .faults import Fault
from .graph.api import GRAPH
from .records import Call
from .routes import Api
from .webex import site
from .webex.api import WEBEX
from .world import World

HOST = "127.0.0.1"
APIS = (WEBEX, GRAPH, ENTRA)


@dataclass(frozen=True)
class _Outcome:
    """What goes over the wire; no answer means that the connection is dropped."""

    answer: Answer | None
    body: str | None = None


class HttpServer:
    """Accepts connections in one thread and serves each in its own."""

    def __init__(self, world: World, port: int) -> None:
        self._world, self._port = world, port
        self._server: _Server | None = None

    def start(self) -> None:
        """Listen; a port that is taken is an error here and now."""
        self._server = _Server((HOST, self._port), _handler(self._world))
        self._world.url = f"http://{HOST}:{self._server.server_address[1]}"
        serve, settings = self._server.serve_forever, {"poll_interval": 0.01}
        threading.Thread(target=serve, kwargs=settings, name="sandbox-http", daemon=True).start()

    def stop(self) -> None:
        """Stop, and break what is still open."""
        if self._server is None:
            return
        self._server.shutdown()
        self._server.server_close()
        self._server.break_connections()
        self._server = None


class _Server(ThreadingTCPServer):
    # Not http.server's own class: that one looks its name up in the DNS first.
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def break_connections(self) -> None:
        """Keep-alive connections of clients that did not close them."""
        with self._open_lock:
            held = list(self._open)
        for one in held:
            close_now(one)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error of ours.

        Anything else is a defect of the sandbox. It is shown, and answered: it must not look like a dropped
        connection, which is something that one orders.
        """
        if isinstance(sys.exc_info()[1], ConnectionError):
            return
        super().handle_error(request, client_address)
        text = b"The sandbox failed; see its standard error."
        head = f"HTTP/1.1 500 Sandbox failed\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n"
        with contextlib.suppress(OSError):
            request.sendall(head.encode() + text)


def close_now(connection: socket.socket) -> None:
    """Break a connection, whatever state it is in."""
    with contextlib.suppress(OSError):  # the other side may have been faster
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def _handler(world: World) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "hybrid-sync-sandbox"
        disable_nagle_algorithm = True

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline:
                self.close_connection = True
                return
            if not self.parse_request():
                return
            length = self.headers.get("Content-Length", "0")
            if "Transfer-Encoding" in self.headers or not length.isdigit():
                self._send(_Outcome(Answer(411, json={"message": "Length Required"})))
                self.close_connection = True
                return
            parts = urlsplit(self.path)
            request = Request(
                method=self.command,
                path=parts.path,
                pairs=tuple(parse_qsl(parts.query, keep_blank_values=True)),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(int(length)),
            )
            self._send(_perform(world, request))

        def _send(self, outcome: _Outcome) -> None:
            if outcome.answer is None:
                close_now(self.connection)
                self.close_connection = True
                return
            answer = outcome.answer
            content = answer.text.encode() if answer.text is not None else b""
            if answer.json is not None:
                content = json.dumps(answer.json, ensure_ascii=False).encode()
            declared = len(content)
            if outcome.body in ("halved", "truncated"):
                content = content[: len(content) // 2]
                declared = len(content) if outcome.body == "halved" else declared
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if content or answer.status not in (204, 304):
                self.send_header("Content-Type", answer.content_type)
                self.send_header("Content-Length", str(declared))
            # Headers and body in one write: two small ones would wait for each other.
            head, self.wfile = self.wfile, io.BytesIO()
            self.end_headers()
            head.write(self.wfile.getvalue() + (content if self.command != "HEAD" else b""))
            self.wfile = head
            if outcome.body == "truncated":
                close_now(self.connection)
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            """The sandbox keeps its own record of calls."""

    return Handler


def _perform(world: World, request: Request) -> _Outcome:
    """Find out who answers, and let the fault rules have their say."""
    if request.path == "/_sandbox" or request.path.startswith("/_sandbox/"):
        return _Outcome(control.answer(world, request))
    if request.path.startswith("/webex-site/"):
        with world.state.lock:
            return _Outcome(site.answer(world, request))
    for api in APIS:
        if request.path.startswith(api.prefix + "/"):
            return _call(world, request, api)
    return _Outcome(Answer(404, json={"message": f"Nothing is served under {request.path}"}))


def _call(world: World, request: Request, api: Api) -> _Outcome:
    fault = world.faults.take(request.method, request.path)
    arrived = world.now()
    with api.place(world, request) as refusal:
        if refusal is not None:
            outcome = _Outcome(api.error(refusal))
        elif fault is None:
            outcome = _Outcome(_act(world, request, api))
        else:
            outcome = _spoil(world, request, api, fault)
    route, writing = request.path, request.method not in ("GET", "HEAD")
    try:
        found, _ = api.routes.find(request.method, request.path.removeprefix(api.prefix))
        route, writing = api.prefix + found.template, found.writing
    except Refusal:
        pass  # an unknown path is recorded as it came
    status = outcome.answer.status if outcome.answer else None
    with world.state.lock:
        world.state.calls.append(
            Call(request.method, route, request.path, status, writing, arrived, fault is not None)
        )
    return outcome


def _act(world: World, request: Request, api: Api) -> Answer:
    with world.state.lock:
        return api.answer(world, request)


def _spoil(world: World, request: Request, api: Api, fault: Fault) -> _Outcome:
    """In order: wait, drop or act, wait, drop or answer."""
    if fault.delay_at == "before":
        time.sleep(fault.delay)
    if fault.drop == "before":
        return _Outcome(None)
    answer: Answer | None = None
    if fault.status is None or fault.effect:
        answer = _act(world, request, api)
    if fault.delay_at == "after":
        time.sleep(fault.delay)
    if fault.drop == "after":
        return _Outcome(None)
    if fault.status is not None:
        headers = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
        answer = api.error(Refusal(fault.status, "This answer was ordered by a fault rule.", headers=headers))
    assert answer is not None
    if fault.body == "html":
        page = (
            "<!DOCTYPE html><html><head><title>Bad Gateway</title></head><body>Try again later.</body></html>"
        )
        answer = Answer(answer.status, text=page, content_type="text/html", headers=answer.headers)
    return _Outcome(answer, fault.body)
