"""A connection to the SMTP server: opened, secured, signed in."""

from __future__ import annotations

import smtplib
import socket
from dataclasses import dataclass
from typing import Any, Literal

from hybrid_sync.adapters.mail.signing_in import Nobody, SignIn
from hybrid_sync.http_client import Watch
from hybrid_sync.http_client.trust import trusting

Security = Literal["none", "starttls", "tls"]

_UNKNOWN = (500, 502)


@dataclass(frozen=True)
class Door:
    """Where the server is and how one gets in. `seconds` per socket operation."""

    host: str
    port: int
    security: Security
    sign_in: SignIn
    seconds: float
    ca_bundle: str | None = None
    local_hostname: str | None = None

    def open(self, watch: Watch) -> smtplib.SMTP:
        """A connection that is ready for MAIL FROM. Raises OSError and smtplib's errors; what the token source raises."""
        try:
            return self._opened(watch)
        except smtplib.SMTPAuthenticationError as error:
            # A token may have been revoked before its time; on a new connection, since some servers hang up after a 535.
            if error.smtp_code < 500 or not self.sign_in.renewed():
                raise
        return self._opened(watch)

    def _opened(self, watch: Watch) -> smtplib.SMTP:
        connection: smtplib.SMTP
        if self.security == "tls":
            connection = _TlsConnection(
                watch,
                self.host,
                self.port,
                local_hostname=self.local_hostname,
                timeout=self.seconds,
                context=trusting(self.ca_bundle),
            )
        else:
            connection = _PlainConnection(
                watch, self.host, self.port, local_hostname=self.local_hostname, timeout=self.seconds
            )
        try:
            self._greet(connection)
            if self.security == "starttls":
                self._secure(connection)
                watch.sending(connection.sock)
                self._greet(connection)  # what was offered in clear counts no more (RFC 3207 4.2)
            self.sign_in(connection)
            watch.sending(connection.sock)
        except BaseException:
            connection.close()
            raise
        return connection

    def _greet(self, connection: smtplib.SMTP) -> None:
        """EHLO; HELO only for a server that does not know it (RFC 5321 3.2), where nothing of ESMTP is asked for."""
        code, words = connection.ehlo()
        if code in _UNKNOWN and self.security == "none" and isinstance(self.sign_in, Nobody):
            code, words = connection.helo()
        _welcome("EHLO", code, words)

    def _secure(self, connection: smtplib.SMTP) -> None:
        try:
            connection.starttls(context=trusting(self.ca_bundle))
        except smtplib.SMTPResponseException as error:
            _welcome("STARTTLS", error.smtp_code, error.smtp_error)


def _welcome(command: str, code: int, words: bytes | str) -> None:
    """4xx passes (RFC 3207 4: 454 for STARTTLS). With 5xx the server will not have us so, until somebody mends it."""
    if 200 <= code < 300:
        return
    if code >= 500:
        told = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
        raise smtplib.SMTPNotSupportedError(f"{command}, which it answers with {code} {told}")
    raise smtplib.SMTPResponseException(code, words)


class _Watched(smtplib.SMTP):
    """Tells the watch of its socket before the greeting: a server that drips is cut off at the deadline from there on."""

    def __init__(self, watch: Watch, *args: Any, **options: Any) -> None:
        self._watch = watch
        super().__init__(*args, **options)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        try:
            self._watch.sending(sock)
        except TimeoutError:
            sock.close()
            raise
        return sock


class _PlainConnection(_Watched):
    pass


class _TlsConnection(_Watched, smtplib.SMTP_SSL):
    pass
