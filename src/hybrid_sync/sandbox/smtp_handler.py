"""What the SMTP server answers to each command, and how fault rules and options spoil it."""

from __future__ import annotations

import asyncio
import re

from aiosmtpd.smtp import MISSING, AuthResult, Envelope, Session

from . import post
from .faults import Fault
from .records import Call
from .smtp_session import Protocol, spoilt
from .smtp_sign_in import SignIn
from .world import World

LONGEST_LINE = 1000
"""With its line end (RFC 5321 4.5.3.1.6)."""


class Handler:
    """One per connection."""

    def __init__(self, world: World, sign_in: SignIn) -> None:
        self._world, self._sign_in = world, sign_in
        self._taken = 0

    async def auth_XOAUTH2(self, server: Protocol, args: list[str]) -> AuthResult:
        """Called by aiosmtpd, which knows the passwords' mechanisms only."""
        return await self._sign_in.xoauth2(server, args)

    async def handle_EHLO(
        self, server: Protocol, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """AUTH is offered where it is demanded, and the mechanisms of the options only."""
        refused = await spoilt(server, self._world.faults.take("EHLO", ""))
        if refused:
            return [refused]
        session.host_name = hostname
        offered = [line for line in responses if not line.startswith("250-AUTH ")]
        if self._sign_in.demanded and len(offered) < len(responses):
            offered.insert(1, f"250-AUTH {' '.join(self._world.options.smtp_mechanisms)}")
        return offered

    async def handle_AUTH(
        self, server: Protocol, session: Session, envelope: Envelope, args: list[str]
    ) -> object:
        """A fault first; then aiosmtpd goes on."""
        refused = await spoilt(server, self._world.faults.take("AUTH", ""))
        return refused or MISSING

    async def handle_MAIL(
        self, server: Protocol, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """aiosmtpd could ask for AUTH itself, but warns then that there is no TLS: on loopback there need be none."""
        wanted = self._world.options
        if self._sign_in.demanded and not session.authenticated:
            return "530 5.7.57 Client not authenticated to send mail"
        most = wanted.smtp_messages_per_connection
        if most is not None and self._taken >= most:
            return self._goodbye(server)
        refused = await spoilt(server, self._world.faults.take("MAIL", address))
        if refused:
            return refused
        if not post.takes_one_more(self._world, address):
            return "451 4.4.2 Message submission rate for this client has exceeded the configured limit"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self._said("250 OK")

    async def handle_RCPT(
        self, server: Protocol, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = self._world.faults.take("RCPT", address)
        refused = await spoilt(server, fault) or self._greylisted(address)
        if refused:
            self._record("RCPT", address, fault)
            return refused
        envelope.rcpt_tos.append(address)
        return self._said("250 OK")

    async def handle_DATA(self, server: Protocol, session: Session, envelope: Envelope) -> str:
        # One message can have several recipients; the first rule that fits one of them counts.
        address, fault = "", None
        for address in envelope.rcpt_tos:
            fault = self._world.faults.take("DATA", address)
            if fault:
                break
        refused = self._refused(session, envelope)
        if refused:
            self._record("DATA", address, None)
            return refused
        if fault and fault.delay and fault.delay_at == "before":
            await asyncio.sleep(fault.delay)
        takes_effect = fault is None or not (fault.drop == "before" or (fault.status and not fault.effect))
        if takes_effect:
            self._taken += 1
            content = envelope.original_content or b""
            post.deliver(self._world, envelope.mail_from or "", tuple(envelope.rcpt_tos), content)
        self._record("DATA", address, fault)
        waited = fault is not None and fault.delay_at == "before"
        return await spoilt(server, fault, waited=waited) or self._said("250 OK")

    def _refused(self, session: Session, envelope: Envelope) -> str:
        """What is judged once the whole message is there, as Exchange does."""
        content = envelope.original_content or b""
        if any(len(line) > LONGEST_LINE for line in re.findall(rb"[^\n]*\n", content)):
            return "500 5.6.0 Line too long"
        user = getattr(session, "sandbox_user", None)
        if user is None:
            return ""
        senders = {(envelope.mail_from or "").lower(), *post.addresses(post.read_message(content), "From")}
        allowed = {user, *(one.lower() for one in self._world.options.send_as)}
        return (
            ""
            if senders <= allowed
            else f"554 5.2.252 SendAsDenied; {user} not allowed to send as that sender"
        )

    def _goodbye(self, server: Protocol) -> str:
        if self._world.options.smtp_goodbye == "drop":
            server.abort()
        else:
            server.close_soon()
        return "421 4.7.0 Too many messages for this connection"

    def _greylisted(self, address: str) -> str:
        """Every recipient is put off so many times."""
        with self._world.state.lock:
            seen = self._world.state.greylisted
            seen[address.lower()] = seen.get(address.lower(), 0) + 1
            again = seen[address.lower()] <= self._world.options.smtp_greylist
        return "451 4.7.1 Greylisted, please try again later" if again else ""

    def _said(self, reply: str) -> str:
        if not self._world.options.smtp_many_lines:
            return reply
        code, _, words = reply.partition(" ")
        return f"{code}-\r\n{code}-a second thought: 550 5.1.1 would be wrong\r\n{code} {words}"

    def _record(self, method: str, address: str, fault: Fault | None) -> None:
        status = 250
        if fault:
            status = 0 if fault.drop else fault.status or 250
        call = Call(
            method, "smtp", address, status or None, method == "DATA", self._world.now(), fault is not None
        )
        with self._world.state.lock:
            self._world.state.calls.append(call)
