"""Watches one attempt of a call: its deadline, whether anything was sent, and who is at the other end.

requests' time-outs are per socket read: a server that drips a byte now and then holds a call for as long as it likes
(reliability.md 5). Here a timer shuts the socket down when the time is over, headers and body alike.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import requests
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class NotSent(requests.ConnectionError):
    """No byte of the request left: nothing can have happened at the other end."""


class DeadlineExceeded(requests.Timeout):
    """The whole call took longer than it may."""


class TooLarge(requests.RequestException):
    """The answer is larger than it may be."""


class PeerRefused(Exception):
    """The connection went to an address that is not allowed. Not an OSError, so that nothing tries again."""


_current = threading.local()


class Watch:
    """A context over one attempt in this thread; the connection classes below report to it.

    `seconds` is what is left of the deadline; `allows` judges the peer's IP address once connected.
    """

    def __init__(self, seconds: float, allows: Callable[[str], bool] | None = None) -> None:
        self.sent: bool | None = None
        """None until a connection of ours is used at all (a test double may stand in its place)."""
        self.expired = False
        self._allows = allows
        self._socket: socket.socket | None = None
        self._over = False
        self._lock = threading.Lock()
        self._timer = threading.Timer(max(0.0, seconds), self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        _current.watch = self
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _current.watch = None
        self._timer.cancel()
        with self._lock:
            self._over = True
            self._socket = None

    def connecting(self) -> None:
        """A new connection is being opened."""
        if self.sent is None:
            self.sent = False

    def connected(self, sock: socket.socket) -> None:
        """Raises PeerRefused when the peer may not be talked to."""
        peer = str(sock.getpeername()[0])
        if self._allows is not None and not self._allows(peer):
            sock.close()
            raise PeerRefused(peer)

    def sending(self, sock: socket.socket | None) -> None:
        """Bytes are about to leave through `sock`."""
        with self._lock:
            if self.expired:
                raise TimeoutError("the time for this call is over")
            self._socket = sock
            self.sent = True

    def _expire(self) -> None:
        with self._lock:
            if self._over:
                return
            self.expired = True
            if self._socket is not None:
                # The plain socket's shutdown: that of an SSL socket drops its TLS state under the reader's feet.
                with contextlib.suppress(OSError):  # the peer may have closed it already
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _watch() -> Watch | None:
    return getattr(_current, "watch", None)


class _Reporting:
    """What both connection classes add: they tell the watch of this thread what they do."""

    sock: socket.socket | None

    def _new_conn(self) -> socket.socket:
        watch = _watch()
        if watch:
            watch.connecting()
        sock: socket.socket = super()._new_conn()  # type: ignore[misc]
        if watch:
            watch.connected(sock)
        return sock

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()  # type: ignore[attr-defined]
        watch = _watch()
        if watch:
            watch.sending(self.sock)
        super().send(data)  # type: ignore[misc]


class _PlainConnection(_Reporting, HTTPConnection):
    pass


class _TlsConnection(_Reporting, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


POOLS: dict[str, type[HTTPConnectionPool]] = {"http": _PlainPool, "https": _TlsPool}
"""For urllib3's PoolManager.pool_classes_by_scheme."""
