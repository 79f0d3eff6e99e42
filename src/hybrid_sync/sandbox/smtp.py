"""The SMTP server: takes messages on a loopback port, and can refuse or drop them by the fault rules."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading

from aiosmtpd.smtp import SMTP

from .smtp_handler import Handler
from .smtp_session import Protocol
from .smtp_sign_in import SignIn
from .world import World

HOST = "127.0.0.1"
PARTING = 1.0
"""Seconds that a client has to answer the goodbye of a TLS connection."""


class SmtpServer:
    """An aiosmtpd protocol in a thread with its own loop."""

    def __init__(self, world: World, port: int) -> None:
        self._world, self._wanted_port = world, port
        self._loop: asyncio.AbstractEventLoop
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._failure: OSError | None = None
        self._sessions: set[Protocol] = set()
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
            implicit = self._tls() if self._world.options.smtp_security == "tls" else None
            listening = self._loop.create_server(
                self._protocol,
                HOST,
                self._wanted_port,
                ssl=implicit,
                ssl_shutdown_timeout=PARTING if implicit else None,
            )
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
        self._loop.run_until_complete(self._end_sessions())
        rest = asyncio.all_tasks(self._loop)
        for task in rest:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*rest, return_exceptions=True))
        self._loop.close()

    async def _end_sessions(self) -> None:
        for session in list(self._sessions):
            session.abort()
        with contextlib.suppress(TimeoutError):  # a client that does not take its goodbye is left to itself
            async with asyncio.timeout(2 * PARTING):
                while self._sessions:
                    await asyncio.sleep(0.01)

    def _protocol(self) -> SMTP:
        options = self._world.options
        sign_in = SignIn(self._world)
        starttls = options.smtp_security == "starttls"
        session = Protocol(
            Handler(self._world, sign_in),
            hostname="sandbox.localhost",
            enable_SMTPUTF8=True,
            loop=self._loop,
            authenticator=sign_in.password,
            auth_require_tls=starttls,
            tls_context=self._tls() if starttls else None,
            require_starttls=starttls,
            data_size_limit=options.smtp_most_bytes,
            timeout=options.smtp_idle_seconds,
        )
        session.register(self._sessions, self._world)
        return session

    def _tls(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._world.options.smtp_certificate)
        return context
