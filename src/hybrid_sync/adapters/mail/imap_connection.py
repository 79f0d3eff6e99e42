"""An IMAP connection that tells a watch of its socket from the greeting on, so that a server that drips is cut off."""

from __future__ import annotations

import socket
import ssl
from typing import Any

from imapclient import IMAPClient
from imapclient.imap4 import IMAP4WithTimeout
from imapclient.tls import IMAP4_TLS

from hybrid_sync.http_client import Watch


class WatchedClient(IMAPClient):  # type: ignore[misc]  # the package has no types
    """Ends with the watch, whatever the server says until then. Raises what IMAPClient raises, and TimeoutError."""

    def __init__(self, watch: Watch, *args: Any, **options: Any) -> None:
        self._watch = watch
        super().__init__(*args, **options)

    def _create_IMAP4(self) -> Any:
        seconds = self._timeout.connect
        if self.ssl:
            return _Tls(self._watch, self.host, self.port, self.ssl_context, seconds)
        return _Plain(self._watch, self.host, self.port, seconds)

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> Any:
        answer = super().starttls(ssl_context)
        self._watch.sending(self.socket())
        return answer


class _Watched:
    """What both kinds of connection add."""

    def __init__(self, watch: Watch, *args: Any) -> None:
        self._watch = watch
        super().__init__(*args)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        sock: socket.socket = super()._create_socket(timeout)  # type: ignore[misc]
        try:
            self._watch.sending(sock)
        except TimeoutError:
            sock.close()
            raise
        return sock


class _Plain(_Watched, IMAP4WithTimeout):  # type: ignore[misc]
    pass


class _Tls(_Watched, IMAP4_TLS):  # type: ignore[misc]
    pass
