"""Signing in to the SMTP server: LOGIN and PLAIN with the one password, XOAUTH2 with a token of the application."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

from aiosmtpd.smtp import MISSING, SMTP, AuthResult, Envelope, LoginPassword, Session

from . import entra
from .world import World

_SASL = re.compile(rb"user=([^\x01]+)\x01auth=Bearer ([^\x01]+)\x01\x01")
_REFUSED = "535 5.7.3 Authentication unsuccessful"
_SWITCHED_OFF = (
    "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox."
)


class SignIn:
    """Decides who may come in, and remembers on the session as whom."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def demanded(self) -> bool:
        """Whether nobody sends without."""
        options = self._world.options
        return options.smtp_username is not None or "XOAUTH2" in options.smtp_mechanisms

    def password(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        """aiosmtpd's authenticator for LOGIN and PLAIN."""
        options = self._world.options
        right = (
            options.smtp_username is not None
            and isinstance(data, LoginPassword)
            and data.login == options.smtp_username.encode()
            and data.password == (options.smtp_password or "").encode()
        )
        return AuthResult(success=right, handled=False)

    async def xoauth2(self, server: SMTP, args: list[str]) -> AuthResult:
        """AUTH XOAUTH2 with its initial response; without one it is asked for."""
        given: Any
        if len(args) == 1:
            given = await server.challenge_auth("")
        else:
            try:
                given = base64.b64decode(args[1], validate=True)
            except binascii.Error:
                given = b""
        found = None if given is MISSING else _SASL.fullmatch(given)
        if found is None:
            return AuthResult(success=False, handled=False, message="501 5.5.4 Invalid XOAUTH2 response")
        user, value = (part.decode("utf-8", "replace") for part in found.groups())
        problem = self._problem(user.lower(), value)
        if not problem:
            session: Any = server.session
            session.sandbox_user = user.lower()
            return AuthResult(success=True, auth_data=LoginPassword(user.encode(), b""))
        if self._world.options.xoauth2_refusal == "challenge":
            reason = json.dumps({"status": "400", "schemes": "Bearer", "scope": entra.EXCHANGE + "/"})
            if await server.challenge_auth(reason) != b"":
                problem = "501 5.5.2 An empty line was expected"
        return AuthResult(success=False, handled=False, message=problem)

    def _problem(self, user: str, value: str) -> str:
        world = self._world
        with world.state.lock:
            held = entra.app_token(world, value, entra.EXCHANGE)
        known = user in {one.lower() for one in world.options.mailboxes}
        if held is None or not known or not entra.may(world, held, "SMTP.SendAsApp", user):
            return _REFUSED
        return _SWITCHED_OFF if user in {one.lower() for one in world.options.smtp_auth_off} else ""
