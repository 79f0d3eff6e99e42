"""Who we are to an SMTP server: nobody, a user with a password, or an application with a token (XOAUTH2)."""

from __future__ import annotations

import json
import smtplib
from typing import Protocol

from hybrid_sync.http_client import TokenSource

XOAUTH2_ADVICE = (
    "ask the Exchange administrator for the application permission SMTP.SendAsApp with consent, a service principal "
    "for the application (New-ServicePrincipal), its access to the mailbox (Add-MailboxPermission, FullAccess) and "
    "SMTP AUTH switched on for the mailbox (Set-CASMailbox -SmtpClientAuthenticationDisabled $false)"
)
LOGIN_ADVICE = (
    "see username and password in [mail]; Exchange Online takes no passwords any more: set auth = "
    '"xoauth2", or transport = "graph"'
)


class SignIn(Protocol):
    """Signs a new connection in."""

    advice: str
    """What to do when the server says no."""

    def __call__(self, connection: smtplib.SMTP) -> None:
        """Raises what smtplib raises: SMTPAuthenticationError, SMTPNotSupportedError."""
        ...

    def renewed(self) -> bool:
        """Whether a refused sign-in is worth one more try, because it would be made with something new."""
        ...


class Nobody:
    """A server that lets this machine send without a sign-in."""

    advice = "see auth, username and password in [mail]"

    def __call__(self, connection: smtplib.SMTP) -> None:
        """Nothing to say."""

    def renewed(self) -> bool:
        return False


class Password:
    """AUTH with whatever of CRAM-MD5, PLAIN and LOGIN the server offers."""

    advice = LOGIN_ADVICE

    def __init__(self, user: str, password: str) -> None:
        self._user, self._password = user, password

    def __call__(self, connection: smtplib.SMTP) -> None:
        connection.login(self._user, self._password)

    def renewed(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "Password(***)"


class XOAuth2:
    """AUTH XOAUTH2 (calendar.md C2): the mailbox `user`, and an access token for the mail server."""

    advice = XOAUTH2_ADVICE

    def __init__(self, user: str, token: TokenSource) -> None:
        self._user = user
        self._token = token
        self._used = ""

    def __call__(self, connection: smtplib.SMTP) -> None:
        if "XOAUTH2" not in connection.esmtp_features.get("auth", "").upper().split():
            raise smtplib.SMTPNotSupportedError("XOAUTH2 sign-in (AUTH XOAUTH2)")
        # Kept only until the server has answered: `renewed` tells the token source which one was refused.
        self._used = self._token()
        words = [sasl(self._user, self._used)]
        problem = ""

        def answer(challenge: bytes | None = None) -> str:
            # A refusal comes as a challenge with the reason, answered with an empty line; then comes the 535.
            nonlocal problem
            if challenge is None:
                return words[0]
            problem = reason(challenge)
            return ""

        try:
            connection.auth("XOAUTH2", answer)
        except smtplib.SMTPAuthenticationError as error:
            told = error.smtp_error if isinstance(error.smtp_error, bytes) else str(error.smtp_error).encode()
            raise smtplib.SMTPAuthenticationError(error.smtp_code, told + problem.encode()) from error

    def renewed(self) -> bool:
        return self._token.rejected(self._used)

    def __repr__(self) -> str:
        return "XOAuth2(***)"


def sasl(user: str, token: str) -> str:
    """The initial response; smtplib encodes it."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01"


def reason(challenge: bytes) -> str:
    """What the error challenge says, as far as it can be read: a small JSON object with a status and perhaps words."""
    try:
        told = json.loads(challenge)
    except ValueError:
        return ""
    if not isinstance(told, dict):
        return ""
    words = [f"{name} {told[name]}" for name in ("status", "error", "error_description") if told.get(name)]
    return f" ({', '.join(words)})" if words else ""
