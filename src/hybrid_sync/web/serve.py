"""The web beside the worker, in one process (`hybrid-sync serve`)."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Thread

import uvicorn
from fastapi import FastAPI

from hybrid_sync.errors import SettingsError
from hybrid_sync.http_client.addresses import is_loopback
from hybrid_sync.ports import Clock, Engine
from hybrid_sync.settings import FEWEST_SECRET_CHARACTERS, Settings
from hybrid_sync.web.app import App, create_app
from hybrid_sync.web.connections import KEPT_ALIVE, LONGEST_HEAD, MOST_CONNECTIONS, Impatient

log = logging.getLogger(__name__)

ENDS_WITHIN = 15
"""Seconds for answers under way, which may be waiting for Webex."""


def serve(
    app: App,
    engine: Engine | None,
    run: Callable[[Engine], int],
    *,
    stop: Event,
    host: str,
    port: int,
    ready: Callable[[str], None] | None = None,
) -> int:
    """Serve on `host` and `port` while `run(engine)` lasts, then end both. Returns the exit code.

    `run` is worker.run_worker with its settings filled in: it owns signals, systemd and the main thread. `stop` is the
    event that ends the engine; it ends the web at the same time, and is set when the web ends by itself, which makes
    the exit code 1. `engine` None serves the pages alone, for a worker that runs elsewhere. `ready` is told the
    address when people can come; port 0 takes a free one.

    Raises SettingsError when the address is taken, or is open to others without a [web] secret.
    """
    refuse_open_door(app.settings, host)
    heartbeat = engine.heartbeat if engine is not None else None
    proxies = app.settings.web.trusted_proxies
    with _listening(create_app(app, heartbeat=heartbeat), host, port, stop, proxies) as listening:
        log.info("listening on %s", listening.address, extra={"action": "web.start"})
        if ready is not None:
            ready(listening.address)
        code = run(engine if engine is not None else Standing(stop, app.clock))
    return code or (1 if listening.broke else 0)


def refuse_open_door(settings: Settings, host: str) -> None:
    """Raise SettingsError for an address that others reach, when links could be guessed or none could be read."""
    secret = settings.web.secret.get_secret_value() if settings.web.secret else ""
    if not is_loopback(host) and len(secret) < FEWEST_SECRET_CHARACTERS:
        raise SettingsError(
            f"[web] host '{host}' can be reached from other machines, and that needs a [web] secret of at least "
            f"{FEWEST_SECRET_CHARACTERS} characters; or set host to 127.0.0.1"
        )


class Standing:
    """The engine of a process that only serves pages: it waits to be told to stop."""

    def __init__(self, stop: Event, clock: Clock) -> None:
        self._stop = stop
        self._clock = clock

    def run(self, stop_after: timedelta | None = None) -> tuple[str, ...]:
        self._stop.wait(None if stop_after is None else stop_after.total_seconds())
        return ()

    def heartbeat(self) -> datetime:
        return self._clock()


class _Server(uvicorn.Server):
    """uvicorn that ends with `stop`. In a thread of its own it leaves signals alone."""

    def __init__(self, config: uvicorn.Config, stop: Event) -> None:
        super().__init__(config)
        self._stop = stop

    async def on_tick(self, counter: int) -> bool:
        return self._stop.is_set() or await super().on_tick(counter)


class _Listening:
    """What became of the web thread."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.broke = False


@contextmanager
def _listening(
    api: FastAPI, host: str, port: int, stop: Event, trusted_proxies: Sequence[str]
) -> Iterator[_Listening]:
    bound = _bind(host, port)
    listening = _Listening(_address(bound))
    config = uvicorn.Config(
        api,
        log_config=None,  # logging is set up by the command line
        access_log=False,  # it would write down join links (P4); web.guard has our own line
        server_header=False,
        lifespan="off",
        ws="none",
        http=Impatient,
        timeout_keep_alive=KEPT_ALIVE,
        h11_max_incomplete_event_size=LONGEST_HEAD,
        limit_concurrency=MOST_CONNECTIONS,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        timeout_graceful_shutdown=ENDS_WITHIN,
    )
    server = _Server(config, stop)

    def run() -> None:
        try:
            server.run(sockets=[bound])
        except BaseException:
            log.exception("the web server broke down", extra={"action": "web.failure"})
            listening.broke = True
        finally:
            listening.broke = listening.broke or not stop.is_set()
            stop.set()
            bound.close()

    thread = Thread(target=run, name="web", daemon=True)
    thread.start()
    try:
        yield listening
    finally:
        stop.set()
        thread.join(ENDS_WITHIN + 5)
        if thread.is_alive():
            log.warning("stopped while answers were still under way", extra={"action": "web.stop"})


def _bind(host: str, port: int) -> socket.socket:
    """A listening socket; taken here, so that a port in use is told in one sentence and before anything starts."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server((str(address[0]), port), family=family, backlog=512)
    except OSError as error:
        raise SettingsError(f"[web] cannot listen on {host} port {port}: {error.strerror}") from error


def _address(bound: socket.socket) -> str:
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
