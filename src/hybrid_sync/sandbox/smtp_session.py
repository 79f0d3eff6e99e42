"""One SMTP connection as the server sees it."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from aiosmtpd.smtp import SMTP

from .faults import Fault
from .world import World


class Protocol(SMTP):
    """aiosmtpd's session, with ways to break the connection, and room for a token in AUTH."""

    # A token is longer than a line of SMTP; DATA's lines are measured by the handler.
    line_length_limit = 12_288

    def register(self, sessions: set[Protocol], world: World) -> None:
        """Join the set of open sessions until the connection is lost."""
        self._open_sessions, self._world = sessions, world
        self.command_size_limits["AUTH"] = self.line_length_limit

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A connection over TLS is made twice: first in clear."""
        again = self in self._open_sessions
        self._open_sessions.add(self)
        if not again:
            with self._world.state.lock:
                self._world.state.smtp_connections += 1
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._open_sessions.discard(self)
        super().connection_lost(error)

    async def _handle_client(self) -> None:
        """A fault at the door comes before the greeting."""
        fault = self._world.faults.take("CONNECT", "")
        if fault is not None:
            await asyncio.sleep(fault.delay)
            while fault.drip and self.transport is not None:
                await self.push("220-still opening")
                await asyncio.sleep(fault.drip)
            if fault.status and not fault.drop:
                await self.push(f"{fault.status} {fault.words or 'refused by a sandbox rule'}")
            if fault.drop or fault.status:
                self.abort() if fault.drop else self.close_soon()
                return
        await super()._handle_client()

    async def smtp_STARTTLS(self, arg: str | None) -> None:
        """A fault of the command, then one of the handshake; then aiosmtpd goes on."""
        refused = await spoilt(self, self._world.faults.take("STARTTLS", ""))
        if refused:
            await self.push(refused)
            return
        fault = self._world.faults.take("TLS", "")
        if fault is not None and (fault.drop or fault.drip):
            await self.push("220 Ready to start TLS")
            await spoilt(self, fault)
            return
        if fault is not None and fault.delay and self.transport is not None:
            # The client's half of the handshake lies unread for so long.
            clear = cast(asyncio.Transport, self.transport)
            clear.pause_reading()
            self.loop.call_later(fault.delay, clear.resume_reading)
        await super().smtp_STARTTLS(arg)

    def abort(self) -> None:
        """Drop the connection without a word; one that says goodbye over TLS ends by itself."""
        if self.transport is None:
            return
        # Python 3.11.2 cannot abort a TLS transport that was closed twice. Over STARTTLS the one beneath is at hand;
        # without, the TLS goodbye has its own time-out.
        transport = cast(asyncio.Transport, self._original_transport or self.transport)
        if not (self._world.options.smtp_security == "tls" and transport.is_closing()):
            transport.abort()

    def close_soon(self) -> None:
        """Hang up once the reply is out."""
        self.loop.call_later(0.02, self._hang_up)

    def _hang_up(self) -> None:
        if self.transport is not None:
            cast(Any, self.transport).close()


async def spoilt(session: Protocol, fault: Fault | None, *, waited: bool = False) -> str:
    """The reply that a rule orders, or nothing; drops and drips here."""
    if fault is None:
        return ""
    if fault.delay and not waited:
        await asyncio.sleep(fault.delay)
    while fault.drip and session.transport is not None:
        await session.push("250-still at it")
        await asyncio.sleep(fault.drip)
    if fault.drop:
        session.abort()
        return "421 dropped by a sandbox rule"
    if not fault.status:
        return ""
    if fault.status == 421:
        session.close_soon()
    lines = (fault.words or "refused by a sandbox rule").split("\n")
    marks = ["-"] * (len(lines) - 1) + [" "]
    return "\r\n".join(f"{fault.status}{mark}{line}" for mark, line in zip(marks, lines, strict=True))
