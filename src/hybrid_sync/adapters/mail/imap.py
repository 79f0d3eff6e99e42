"""Reads a mailbox over IMAP (RFC 9051) without leaving a trace: EXAMINE and BODY.PEEK set no flag."""

from __future__ import annotations

import contextlib
import imaplib
import re
import ssl
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from hybrid_sync.adapters.mail.imap_connection import WatchedClient
from hybrid_sync.errors import ProviderError, Refused, SettingsError, SignInExpired, TryLater
from hybrid_sync.http_client import TokenSource, Watch, redact
from hybrid_sync.http_client.addresses import is_loopback
from hybrid_sync.http_client.trust import trusting
from hybrid_sync.ports import Check
from hybrid_sync.ports.mailbox import MailboxPosition

SYSTEM = "mailbox"
MOST_BYTES = 10_000_000
"""Larger mails are no answers; they are passed over without being fetched."""

# RFC 5530 3: what a server says to LOGIN besides that the credentials are wrong.
_PASSING = re.compile(r"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\]", re.IGNORECASE)

_BYTES = re.compile(r"\[?\bb(['\"])(.*?)\1\]?", re.DOTALL)
# How imaplib tells that a command was not answered to its end; at the greeting the words stand alone.
_BROKEN = re.compile(r"(?:command: (\w+) => )?((?:socket error|unexpected response).*|(?<==> ).*)", re.DOTALL)

_ADVICE = "see host, port, security, username, password and folder in [mailbox]"

Security = Literal["none", "starttls", "tls"]


class ImapMailbox:
    """ports.Mailbox and Checkable. One connection for each look; seconds: `seconds` per socket operation,
    `total_seconds` for the look.

    Signs in with `password`, or with a token of `token` (XOAUTH2; Exchange asks for IMAP.AccessAsApp).
    Raises SettingsError for a password that would cross the network in clear.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        username: str,
        password: str | None = None,
        token: TokenSource | None = None,
        security: Security = "tls",
        folder: str = "INBOX",
        seconds: float = 30,
        total_seconds: float = 240,
        ca_bundle: str | None = None,
    ) -> None:
        if security == "none" and not is_loopback(host):
            raise SettingsError(
                'mailbox.security = "none" would send the password in clear: use tls or starttls'
            )
        self._address = (host, port)
        self._username = username
        self._password = password or ""
        self._token = token
        self._security = security
        self._folder = folder
        self._seconds = seconds
        self._total = total_seconds
        self._ca_bundle = ca_bundle

    def after(
        self, position: MailboxPosition | None, since: datetime, most: int, now: datetime
    ) -> tuple[Sequence[bytes], MailboxPosition]:
        with self._opened() as (connection, folder):
            validity = str(folder[b"UIDVALIDITY"])
            if position is None or position.validity != validity:
                last, found = 0, connection.search(["SINCE", since.date()])
            else:
                last = position.last_uid
                # "n:*" names the newest mail even when its number is lower (RFC 9051 6.4.8).
                found = connection.search(["UID", f"{last + 1}:*"])
            uids = sorted(uid for uid in found if uid > last)[:most]
            mails = self._fetched(connection, uids)
        name = position.name if position else self.name
        return mails, MailboxPosition(name, validity, uids[-1] if uids else last, None, now)

    @property
    def name(self) -> str:
        """Names the mailbox in the store."""
        return f"{self._username}@{self._address[0]}/{self._folder}"

    def check(self) -> Sequence[Check]:
        """Sign in, open the folder, and read nothing."""
        what = "Mailbox"
        try:
            with self._opened() as (_, folder):
                found = folder.get(b"EXISTS", 0)
        except ProviderError as error:
            return [Check(what, False, str(error), _ADVICE)]
        return [Check(what, True, f"{self._folder} of {self._username} can be read ({found} mails)")]

    def _fetched(self, connection: IMAPClient, uids: Sequence[int]) -> list[bytes]:
        if not uids:
            return []
        sizes = connection.fetch(uids, ["RFC822.SIZE"])
        fit = [uid for uid in uids if sizes.get(uid, {}).get(b"RFC822.SIZE", MOST_BYTES + 1) <= MOST_BYTES]
        mails = connection.fetch(fit, ["BODY.PEEK[]"]) if fit else {}
        # A mail that somebody deleted in between has no body.
        return [body for uid in fit if isinstance(body := mails.get(uid, {}).get(b"BODY[]"), bytes)]

    @contextlib.contextmanager
    def _opened(self) -> Iterator[tuple[IMAPClient, Mapping[bytes, Any]]]:
        with Watch(self._total) as watch, _translated(watch):
            connection = self._connected(watch)
            try:
                self._sign_in(connection)
                yield connection, connection.select_folder(self._folder, readonly=True)
            finally:
                # LOGOUT is a courtesy: whatever it meets, the connection is gone afterwards.
                with contextlib.suppress(OSError, IMAPClientError):
                    connection.logout()
                _close(connection)

    def _connected(self, watch: Watch) -> IMAPClient:
        host, port = self._address
        context = trusting(self._ca_bundle)
        connection = WatchedClient(
            watch,
            host,
            port=port,
            ssl=self._security == "tls",
            ssl_context=context,
            timeout=SocketTimeout(connect=self._seconds, read=self._seconds),
        )
        if self._security == "starttls":
            try:
                connection.starttls(context)
            except BaseException:
                _close(connection)
                raise
        return connection

    def _sign_in(self, connection: IMAPClient) -> None:
        if self._token is None:
            connection.login(self._username, self._password)
            return
        token = self._token()
        try:
            connection.oauth2_login(self._username, token)
        except LoginError:
            self._token.rejected(token)
            raise


@contextlib.contextmanager
def _translated(watch: Watch) -> Iterator[None]:
    try:
        yield
    except LoginError as error:
        if watch.expired or _is_passing(error):
            raise TryLater(SYSTEM, _cause(error, watch)) from error
        raise SignInExpired(SYSTEM, _cleaned(error)) from error
    except ssl.SSLCertVerificationError as error:
        raise Refused(SYSTEM, f"the server's certificate is not good: {error.verify_message}") from error
    # imaplib's own `abort` for a broken connection comes through as IMAPClientError's base.
    except (OSError, IMAPClientError) as error:
        raise TryLater(SYSTEM, _cause(error, watch)) from error


def _close(connection: IMAPClient) -> None:
    """imaplib leaves the socket open where LOGOUT is not answered, and complains where it is closed already."""
    with contextlib.suppress(OSError):
        connection.shutdown()


def _is_passing(error: LoginError) -> bool:
    """The connection broke, or the server says that it is its own trouble; no word of the credentials."""
    return isinstance(error.__context__, imaplib.IMAP4.abort) or bool(_PASSING.search(str(error)))


def _cause(error: Exception, watch: Watch) -> str:
    if watch.expired or isinstance(error, TimeoutError):
        return "no answer in time"
    words = _cleaned(error) or type(error).__name__
    broken = _BROKEN.match(words)
    if broken is None:
        return words
    command, why = broken[1] or "the greeting", broken[2]
    # imaplib quotes what it could not read; that may be a piece of somebody's mail.
    if why.startswith("socket error"):
        return f"the connection broke at {command}"
    if why.startswith("unexpected response"):
        return f"the answer to {command} is no IMAP"
    return f"the server hung up at {command}: {why}"


def _cleaned(error: Exception) -> str:
    """In one line, without Python's marks of bytes."""
    words = _BYTES.sub(r"\2", str(error))
    return redact(" ".join(words.split()))[:400]
