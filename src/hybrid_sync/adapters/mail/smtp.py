"""Hands finished messages to an SMTP server, one recipient each."""

from __future__ import annotations

import contextlib
import logging
import re
import smtplib
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from time import monotonic as real_monotonic
from typing import Literal

from hybrid_sync.adapters.mail.replies import Reply, Stage, verdict
from hybrid_sync.domain.people import is_email_address
from hybrid_sync.errors import OutcomeUnknown, ProviderError, Refused, SettingsError, SignInExpired, TryLater
from hybrid_sync.http_client import Observe, TokenBucket, Watch, redact
from hybrid_sync.http_client.transport import is_loopback, nobody
from hybrid_sync.ports import Check

logger = logging.getLogger(__name__)

Security = Literal["none", "starttls", "tls"]
SYSTEM = "mail"

_BARE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")


class SmtpMailer:
    """Mailer and Checkable over SMTP.

    One connection is kept and used by one thread at a time; it is tried with RSET before it is used again. Seconds:
    `seconds` per socket operation, `total_seconds` for one message. `messages_per_minute` None means no budget.
    `observe` is called with "before" or "after", "SEND" and "mail" round every message.
    Raises SettingsError for a password that would cross the network in clear.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        from_address: str,
        security: Security = "starttls",
        username: str | None = None,
        password: str | None = None,
        messages_per_minute: int | None = None,
        seconds: float = 30,
        total_seconds: float = 120,
        ca_bundle: str | None = None,
        local_hostname: str | None = None,
        observe: Observe = nobody,
        monotonic: Callable[[], float] = real_monotonic,
    ) -> None:
        if security == "none" and password and not is_loopback(host):
            raise SettingsError(
                'mail.security = "none" would send the password in clear: use starttls or tls'
            )
        self._address = (host, port)
        self._from = from_address
        self._security = security
        self._login = (username, password or "") if username else None
        self._budget = (
            TokenBucket(SYSTEM, messages_per_minute, monotonic=monotonic) if messages_per_minute else None
        )
        self._seconds = seconds
        self._total = total_seconds
        self._ca_bundle = ca_bundle
        self._local_hostname = local_hostname
        self._observe = observe
        self._monotonic = monotonic
        self._connection: smtplib.SMTP | None = None
        self._lock = threading.Lock()

    def send(self, mime: bytes, recipient: str) -> str:
        """The server's receipt. See the port for what is raised; SignInExpired when it does not let us send at all.

        Raises ValueError for line ends other than CRLF: a server would change or refuse them, and they can smuggle
        a second message in.
        """
        if _BARE_LINE_END.search(mime):
            raise ValueError("a message needs CRLF line ends throughout")
        if self._budget:
            self._budget.take()
        with self._lock:
            self._observe("before", "SEND", "mail")
            started = self._monotonic()
            outcome = "stopped"
            try:
                receipt = self._delivered(mime, recipient)
                outcome = "taken"
            except ProviderError as error:
                outcome = type(error).__name__
                raise
            finally:
                ms = (self._monotonic() - started) * 1000
                extra = {
                    "system": SYSTEM,
                    "method": "SEND",
                    "route": "mail",
                    "outcome": outcome,
                    "ms": round(ms),
                }
                logger.info("%s SEND: %s in %.0f ms", SYSTEM, outcome, ms, extra=extra)
                self._observe("after", "SEND", "mail")
        return receipt

    def check(self) -> Sequence[Check]:
        """Connect, sign in, and send nothing."""
        what = "Mail server"
        try:
            with self._lock, Watch(self._total) as watch, self._before_the_message():
                self._ready(watch)
        except SignInExpired as error:
            return [Check(what, False, str(error), "see username, password and security in [mail]")]
        except ProviderError as error:
            return [Check(what, False, str(error), "see host, port and security in [mail]")]
        signed = "signed in" if self._login else "without sign-in"
        return [Check(what, True, f"connected to {self._address[0]}:{self._address[1]}, {signed}")]

    def close(self) -> None:
        """Say goodbye to the server; the next message opens a new connection."""
        with self._lock:
            if self._connection is not None:
                # QUIT is a courtesy: whatever it meets, the connection is gone afterwards.
                with contextlib.suppress(OSError, smtplib.SMTPException):
                    self._connection.quit()
            self._drop()

    def _delivered(self, mime: bytes, recipient: str) -> str:
        if not is_email_address(recipient):
            raise Refused(SYSTEM, "that is no address that mail can be sent to")
        with Watch(self._total) as watch:
            with self._before_the_message():
                connection = self._ready(watch)
                self._told(Stage.SENDER, self._mail_from(connection, mime))
                self._told(Stage.RECIPIENT, connection.rcpt(recipient))
                self._told(Stage.DATA, connection.docmd("DATA"))
            with self._after_the_message():
                connection.send(_framed(mime))
                reply = connection.getreply()
        self._told(Stage.MESSAGE, reply)
        return redact(_words(reply))

    def _mail_from(self, connection: smtplib.SMTP, mime: bytes) -> tuple[int, bytes]:
        options = []
        if connection.has_extn("size"):
            options.append(f"SIZE={len(mime)}")
        if connection.has_extn("8bitmime") and not mime.isascii():
            options.append("BODY=8BITMIME")
        return connection.mail(self._from, options)

    def _told(self, stage: Stage, reply: tuple[int, bytes]) -> None:
        """Raises what the reply means; the session is kept unless it is over (421) or out of step."""
        problem = verdict(SYSTEM, stage, Reply(reply[0], redact(_words(reply))))
        if problem:
            if reply[0] == 421 or not 200 <= reply[0] < 600:
                self._drop()
            raise problem

    def _ready(self, watch: Watch) -> smtplib.SMTP:
        """The kept connection if it still answers, else a new one."""
        if self._connection is not None:
            watch.sending(self._connection.sock)
            try:
                if self._connection.rset()[0] == 250:
                    return self._connection
            except (OSError, smtplib.SMTPException) as error:
                logger.debug("the kept mail connection is gone: %s", type(error).__name__)
            self._drop()
        self._connection = self._connected()
        watch.sending(self._connection.sock)
        return self._connection

    def _connected(self) -> smtplib.SMTP:
        host, port = self._address
        context = ssl.create_default_context(cafile=self._ca_bundle)
        connection: smtplib.SMTP
        if self._security == "tls":
            connection = smtplib.SMTP_SSL(
                host, port, local_hostname=self._local_hostname, timeout=self._seconds, context=context
            )
        else:
            connection = smtplib.SMTP(host, port, local_hostname=self._local_hostname, timeout=self._seconds)
        try:
            if self._security == "starttls":
                connection.starttls(context=context)
            connection.ehlo_or_helo_if_needed()
            if self._login:
                connection.login(*self._login)
        except BaseException:
            connection.close()
            raise
        return connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    @contextlib.contextmanager
    def _before_the_message(self) -> Iterator[None]:
        """What breaks in here breaks before a byte of the message left."""
        try:
            yield
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise _not_sent(error) from error

    @contextlib.contextmanager
    def _after_the_message(self) -> Iterator[None]:
        """From the first byte of the message on, a broken connection leaves its fate open."""
        try:
            yield
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise OutcomeUnknown(SYSTEM, f"no answer after the message was sent: {_cause(error)}") from error


def _not_sent(error: OSError | smtplib.SMTPException) -> ProviderError:
    if isinstance(error, smtplib.SMTPAuthenticationError) and error.smtp_code >= 500:
        return SignInExpired(SYSTEM, _cause(error))
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return SignInExpired(SYSTEM, f"the server does not offer what the settings ask for: {error}")
    return TryLater(SYSTEM, f"nothing sent: {_cause(error)}")


def _framed(mime: bytes) -> bytes:
    """The very bytes, with dots doubled at line starts and the end mark (RFC 5321 4.5.2)."""
    stuffed = re.sub(rb"(?m)^\.", b"..", mime)
    return stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _words(reply: tuple[int, bytes]) -> str:
    return f"{reply[0]} {' '.join(reply[1].decode('utf-8', 'replace').split())}"[:400]


def _bytes(value: bytes | str) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def _cause(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return redact(_words((error.smtp_code, _bytes(error.smtp_error))))
    # smtplib wraps the time-out of a read into a disconnection.
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return "no answer in time"
    return redact(str(error)) or type(error).__name__
