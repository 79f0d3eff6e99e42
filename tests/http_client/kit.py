"""What the tests of everything that talks share: a clock, a listening transport, a server that behaves badly."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import requests

from hybrid_sync.http_client import Transport, guarded_session

NOW = datetime(2027, 5, 3, 9, 0, tzinfo=UTC)


def clock() -> datetime:
    return NOW


@dataclass
class Time:
    """A monotonic clock that moves only when told or slept on."""

    seconds: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


def never_sleep(seconds: float) -> None:
    raise AssertionError(f"something slept for {seconds} s")


@dataclass(frozen=True)
class Sent:
    """One request as it went out."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


class Listening(Transport):
    """A transport that also writes down what it sends."""

    def __init__(self, system: str, *origins: str, **options: Any) -> None:
        options.setdefault("sleep", never_sleep)
        super().__init__(system, origins=origins, **options)
        self.sent: list[Sent] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        body = request.body or b""
        self.sent.append(
            Sent(
                request.method or "",
                request.url or "",
                {str(name).lower(): str(value) for name, value in request.headers.items()},
                body.encode() if isinstance(body, str) else bytes(body),
            )
        )
        return super().send(request, *args, **kwargs)

    @property
    def writes(self) -> list[Sent]:
        return [one for one in self.sent if one.method != "GET"]


Play = Callable[[socket.socket], None]


class BadServer:
    """Listens on loopback and plays one behaviour per connection, the last one over again."""

    def __init__(self, *plays: Play) -> None:
        self._plays = list(plays)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.connections = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        # A last connection wakes the listener up.
        with socket.create_connection(("127.0.0.1", self.port)):
            self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._stopped.is_set():
                connection.close()
                return
            play = self._plays[min(self.connections, len(self._plays) - 1)]
            self.connections += 1
            threading.Thread(target=self._play, args=(play, connection), daemon=True).start()

    @staticmethod
    def _play(play: Play, connection: socket.socket) -> None:
        # The client may go away: that is what is being tested.
        with connection, contextlib.suppress(OSError):
            play(connection)


def read_request(connection: socket.socket) -> bytes:
    """Headers and body of one request."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        ),
        0,
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answering(body: bytes = b"{}", status: str = "200 OK", *headers: str) -> Play:
    """An ordinary answer that closes the connection."""

    def play(connection: socket.socket) -> None:
        read_request(connection)
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    return play


def dropping(connection: socket.socket) -> None:
    """Reads the request and hangs up."""
    read_request(connection)


def dripping(head: bytes, piece: bytes, seconds: float = 0.05) -> Play:
    """Sends `head`, and then `piece` again and again: never silent, never done."""

    def play(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(head)
        pause = threading.Event()
        while True:
            connection.sendall(piece)
            pause.wait(seconds)

    return play


def silent(connection: socket.socket) -> None:
    """Reads the request and says nothing."""
    read_request(connection)
    connection.recv(1)


def transport(server: BadServer, **options: Any) -> Transport:
    """A transport that may call that server."""
    options.setdefault("sleep", never_sleep)
    return Transport("webex", origins=[server.url], **options)


def called(server: BadServer, method: str = "GET", **options: Any) -> requests.Response:
    """The answer to one call through a fresh transport."""
    with guarded_session(transport(server, **options)) as session:
        return session.request(method, server.url + "v1/meetings", data=b"{}" if method != "GET" else None)
