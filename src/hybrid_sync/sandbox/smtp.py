"""The SMTP server: takes messages on a loopback port, and can refuse or drop them by the fault rules."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from .faults import Fault
from .records import Call, InboxMessage
from .world import World

HOST = "127.0.0.1"


class SmtpServer:
    """An aiosmtpd protocol in a thread with its own loop."""

    def __init__(self, world: World, port: int) -> None:
        self._world, self._wanted_port = world, port
        self._loop: asyncio.AbstractEventLoop
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._failure: OSError | None = None
        self._sessions: set[_Protocol] = set()
        self.port = 0

    def start(self) -> None:
        """Listen; a port that is taken is an error here and now."""
        self._ready.clear()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="sandbox-smtp", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._failure:
            failure, self._failure = self._failure, None
            self._thread.join()
            self._thread = None
            raise failure

    def stop(self) -> None:
        """Stop listening and end all sessions."""
        if self._thread is None:
            return
        with contextlib.suppress(RuntimeError):  # the loop is closed already
            self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._thread = None

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            listening = self._loop.create_server(self._protocol, HOST, self._wanted_port)
            server = self._loop.run_until_complete(listening)
            self.port = server.sockets[0].getsockname()[1]
        except OSError as failure:
            self._failure = failure
            self._loop.close()
            return
        finally:
            self._ready.set()
        self._loop.run_forever()
        server.close()
        for session in list(self._sessions):
            session.abort()
        rest = asyncio.all_tasks(self._loop)
        for task in rest:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*rest, return_exceptions=True))
        self._loop.close()

    def _protocol(self) -> SMTP:
        demanded = self._world.options.smtp_username is not None
        session = _Protocol(
            _Handler(self._world),
            hostname="sandbox.localhost",
            enable_SMTPUTF8=True,
            loop=self._loop,
            authenticator=self._authenticate if demanded else None,
            auth_require_tls=False,
        )
        session.register(self._sessions)
        return session

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        options = self._world.options
        right = (
            isinstance(data, LoginPassword)
            and data.login == (options.smtp_username or "").encode()
            and data.password == (options.smtp_password or "").encode()
        )
        return AuthResult(success=right, handled=False)


class _Protocol(SMTP):
    """aiosmtpd's session, with a way to break the connection."""

    def register(self, sessions: set[_Protocol]) -> None:
        """Join the set of open sessions until the connection is lost."""
        self._open_sessions = sessions

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._open_sessions.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._open_sessions.discard(self)
        super().connection_lost(error)

    def abort(self) -> None:
        """Drop the connection without a word."""
        if self.transport is not None:
            cast(asyncio.Transport, self.transport).abort()


class _Handler:
    def __init__(self, world: World) -> None:
        self._world = world

    async def handle_MAIL(
        self, server: _Protocol, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """aiosmtpd could ask for AUTH itself, but warns then that there is no TLS: on loopback there need be none."""
        if self._world.options.smtp_username is not None and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: _Protocol, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = self._world.faults.take("RCPT", address)
        refused = await self._spoil(server, fault)
        if refused:
            self._record("RCPT", address, fault)
            return refused
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: _Protocol, session: Session, envelope: Envelope) -> str:
        # One message can have several recipients; the first rule that fits one of them counts.
        address, fault = "", None
        for address in envelope.rcpt_tos:
            fault = self._world.faults.take("DATA", address)
            if fault:
                break
        if fault and fault.delay and fault.delay_at == "before":
            await asyncio.sleep(fault.delay)
        takes_effect = fault is None or not (fault.drop == "before" or (fault.status and not fault.effect))
        if takes_effect:
            self._keep(envelope)
        self._record("DATA", address, fault)
        if fault and fault.delay and fault.delay_at == "after":
            await asyncio.sleep(fault.delay)
        if fault and fault.drop:
            server.abort()
        elif fault and fault.status:
            return f"{fault.status} refused by a sandbox rule"
        return "250 OK"

    async def _spoil(self, server: _Protocol, fault: Fault | None) -> str:
        if fault is None:
            return ""
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.drop:
            server.abort()
            return "421 dropped by a sandbox rule"
        return f"{fault.status} refused by a sandbox rule" if fault.status else ""

    def _keep(self, envelope: Envelope) -> None:
        content = envelope.original_content or b""
        message = read_message(content)
        calendar = _calendar_of(message)
        with self._world.state.lock:
            self._world.state.inbox.append(
                InboxMessage(
                    time=self._world.now(),
                    mail_from=envelope.mail_from or "",
                    recipients=tuple(envelope.rcpt_tos),
                    content=content,
                    message_id=str(message.get("Message-ID", "")).strip(),
                    subject=str(message.get("Subject", "")),
                    method=calendar.get("METHOD", "").upper(),
                    uid=calendar.get("UID", ""),
                    sequence=int(calendar.get("SEQUENCE", "0") or 0),
                )
            )

    def _record(self, method: str, address: str, fault: Fault | None) -> None:
        status = 250
        if fault:
            status = 0 if fault.drop else fault.status or 250
        with self._world.state.lock:
            self._world.state.calls.append(
                Call(
                    method,
                    "smtp",
                    address,
                    status or None,
                    method == "DATA",
                    self._world.now(),
                    fault is not None,
                )
            )


def read_message(content: bytes) -> EmailMessage:
    """The message as the standard library reads it."""
    return message_from_bytes(content, policy=policy.default)


def _calendar_of(message: EmailMessage) -> dict[str, str]:
    """METHOD, UID and SEQUENCE of the first calendar part; the sandbox reads no more of it than that."""
    for part in message.walk():
        if part.get_content_type() == "text/calendar":
            payload = part.get_payload(decode=True)
            text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
            return _first_values(text)
    return {}


def _first_values(text: str) -> dict[str, str]:
    unfolded = text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "")
    values: dict[str, str] = {}
    inside = False
    for line in unfolded.split("\n"):
        inside = inside or line.strip().upper() == "BEGIN:VEVENT"
        name, _, value = line.partition(":")
        key = name.split(";")[0].upper()
        if key == "METHOD" or (inside and key in ("UID", "SEQUENCE")):
            values.setdefault(key, value.strip())
    return values
