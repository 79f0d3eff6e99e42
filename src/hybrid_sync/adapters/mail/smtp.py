"""Hands finished messages to an SMTP server, one recipient each."""

from __future__ import annotations

import contextlib
import logging
import smtplib
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from time import monotonic as real_monotonic

from hybrid_sync.adapters.mail.connection import Door, Security
from hybrid_sync.adapters.mail.envelope import check_address, check_message, framed
from hybrid_sync.adapters.mail.replies import SHUTTING_DOWN, Reply, Stage, verdict
from hybrid_sync.adapters.mail.signing_in import Nobody, Password, SignIn, XOAuth2
from hybrid_sync.errors import OutcomeUnknown, ProviderError, SettingsError, SignInExpired, TryLater
from hybrid_sync.http_client import Budget, Observe, TokenBucket, TokenSource, Watch, redact
from hybrid_sync.http_client.addresses import is_loopback
from hybrid_sync.http_client.transport import nobody
from hybrid_sync.ports import Check

logger = logging.getLogger(__name__)

SYSTEM = "mail"


class SmtpMailer:
    """Mailer and Checkable over SMTP.

    One connection is kept and used by one thread at a time; it is tried with RSET before it is used again. Seconds:
    `seconds` per socket operation, `total_seconds` for one message. Signs in with `token` as `username` (or the
    sender) if there is one, else with `username` and `password`. `messages_per_minute` None means no budget; `budget`
    takes its place where processes share one. `observe` is called with "before" or "after", "SEND" and "mail" round
    every message. Raises SettingsError for a password or token that would cross the network in clear.
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
        token: TokenSource | None = None,
        messages_per_minute: int | None = None,
        budget: Budget | None = None,
        seconds: float = 30,
        total_seconds: float = 120,
        ca_bundle: str | None = None,
        local_hostname: str | None = None,
        observe: Observe = nobody,
        monotonic: Callable[[], float] = real_monotonic,
    ) -> None:
        if security == "none" and (password or token) and not is_loopback(host):
            what = "token" if token else "password"
            raise SettingsError(f'mail.security = "none" would send the {what} in clear: use starttls or tls')
        self._from = from_address
        self._sign_in: SignIn = Nobody()
        if token is not None:
            self._sign_in = XOAuth2(username or from_address, token)
        elif username:
            self._sign_in = Password(username, password or "")
        self._door = Door(host, port, security, self._sign_in, seconds, ca_bundle, local_hostname)
        self._budget = budget
        if budget is None and messages_per_minute:
            self._budget = TokenBucket(SYSTEM, messages_per_minute, monotonic=monotonic)
        self._total = total_seconds
        self._observe = observe
        self._monotonic = monotonic
        self._connection: smtplib.SMTP | None = None
        self._lock = threading.Lock()

    def send(self, mime: bytes, recipient: str, *, urgent: bool = False) -> str:
        """The server's receipt. See the port for what is raised; SignInExpired when it does not let us send at all.

        Raises ValueError for line ends other than CRLF: a server would change or refuse them, and they can smuggle
        a second message in.
        """
        check_message(mime)
        check_address(SYSTEM, recipient)
        if self._budget:
            self._budget.take(sparing=not urgent)
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
            with self._lock, Watch(self._total) as watch, self._before_the_message(watch):
                self._ready(watch)
        except (SignInExpired, SettingsError) as error:
            advice = f"see security in [mail], and sign-in: {self._sign_in.advice}"
            return [Check(what, False, str(error), advice)]
        except ProviderError as error:
            return [Check(what, False, str(error), "see host, port and security in [mail]")]
        signed = "without sign-in" if isinstance(self._sign_in, Nobody) else "signed in"
        return [Check(what, True, f"connected to {self._door.host}:{self._door.port}, {signed}")]

    def close(self) -> None:
        """Say goodbye to the server; the next message opens a new connection.

        Waits for nobody who still sends: a message that hangs must not keep a stopped worker alive.
        """
        if not self._lock.acquire(blocking=False):
            return
        try:
            if self._connection is not None:
                # QUIT is a courtesy: whatever it meets, the connection is gone afterwards.
                with contextlib.suppress(OSError, smtplib.SMTPException):
                    self._connection.quit()
            self._drop()
        finally:
            self._lock.release()

    def _delivered(self, mime: bytes, recipient: str) -> str:
        with Watch(self._total) as watch:
            connection = self._announced(watch, mime, recipient)
            with self._after_the_message(watch):
                connection.send(framed(mime))
                reply = connection.getreply()
        self._told(Stage.MESSAGE, reply)
        return redact(_words(reply))

    def _announced(self, watch: Watch, mime: bytes, recipient: str) -> smtplib.SMTP:
        """A connection that waits for the message.

        A kept connection that ends here is no sign of trouble: servers take so many messages on one, or so long. No
        byte of the message has left, so it is begun anew on a new one, once.
        """
        kept = self._connection is not None
        try:
            return self._announce(watch, mime, recipient)
        except TryLater as error:
            if not kept or self._connection is not None or watch.expired:
                raise
            logger.debug("the kept mail connection ended: %s", error)
        return self._announce(watch, mime, recipient)

    def _announce(self, watch: Watch, mime: bytes, recipient: str) -> smtplib.SMTP:
        with self._before_the_message(watch):
            connection = self._ready(watch)
            self._told(Stage.SENDER, self._mail_from(connection, mime))
            self._told(Stage.RECIPIENT, connection.rcpt(recipient))
            self._told(Stage.DATA, connection.docmd("DATA"))
        return connection

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
        if problem is None:
            return
        if reply[0] == SHUTTING_DOWN or not 200 <= reply[0] < 600:
            self._drop()
        if isinstance(problem, SignInExpired):
            raise SignInExpired(
                SYSTEM, f"{problem.words}; see from_address in [mail]; {self._sign_in.advice}"
            )
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
        self._connection = self._door.open(watch)
        return self._connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    @contextlib.contextmanager
    def _before_the_message(self, watch: Watch) -> Iterator[None]:
        """What breaks in here breaks before a byte of the message left."""
        try:
            yield
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise _not_sent(error, self._sign_in.advice, watch) from error

    @contextlib.contextmanager
    def _after_the_message(self, watch: Watch) -> Iterator[None]:
        """From the first byte of the message on, a broken connection leaves its fate open."""
        try:
            yield
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            words = f"no answer after the message was sent: {_cause(error, watch)}"
            raise OutcomeUnknown(SYSTEM, words) from error


def _not_sent(error: OSError | smtplib.SMTPException, advice: str, watch: Watch) -> ProviderError:
    if isinstance(error, smtplib.SMTPAuthenticationError) and error.smtp_code >= 500:
        return SignInExpired(SYSTEM, f"{_cause(error, watch)}; {advice}")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        words = redact(" ".join(str(error).split()))[:400]
        return SignInExpired(SYSTEM, f"the server does not offer what the settings ask for: {words}")
    return TryLater(SYSTEM, f"nothing sent: {_cause(error, watch)}")


def _words(reply: tuple[int, bytes]) -> str:
    return f"{reply[0]} {' '.join(reply[1].decode('utf-8', 'replace').split())}"[:400]


def _bytes(value: bytes | str) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def _cause(error: BaseException, watch: Watch) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return redact(_words((error.smtp_code, _bytes(error.smtp_error))))
    # smtplib wraps the time-out of a read into a disconnection, and the watch ends the whole by one.
    if watch.expired or isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLCertVerificationError):
        reason = (error.reason or type(error).__name__).replace("_", " ").lower()
        return f"the connection could not be secured with TLS ({reason})"
    return redact(str(error)) or type(error).__name__
