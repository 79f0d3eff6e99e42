"""`hybrid-sync worker` and `hybrid-sync serve`: the processes that stand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hybrid_sync.cli import logs, output, reading
from hybrid_sync.cli.session import opened, options, read_settings

if TYPE_CHECKING:
    from hybrid_sync.ports import Engine, Lease
    from hybrid_sync.wiring import App

StopAfter = Annotated[
    str | None,
    typer.Option(
        metavar="DURATION",
        help="End by itself after so long, such as 90s, 20m or 2h; without it, at a signal.",
    ),
]


class LogFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


HowToLog = Annotated[
    LogFormat | None,
    typer.Option(
        "--log-format",
        help="text, or json with one object for each line; as [service] log_format says when left out.",
    ),
]


def worker(ctx: typer.Context, stop_after: StopAfter = None, log_format: HowToLog = None) -> None:
    """Work on whatever is due, until SIGTERM or Ctrl-C; a second signal ends it at once.

    It may be killed at any moment; the next start goes on where it was.
    """
    length = _length(stop_after)
    stop = Event()
    with _standing(ctx, log_format) as service:
        code = _work(service, _engine(service, stop), stop, length)
    raise typer.Exit(code)


def serve(
    ctx: typer.Context,
    stop_after: StopAfter = None,
    web_only: Annotated[
        bool, typer.Option("--web-only", help="The pages alone, for workers that run in other processes.")
    ] = False,
    log_format: HowToLog = None,
) -> None:
    """Worker and web in one process, at the host and port of the web settings; until SIGTERM or Ctrl-C."""
    length = _length(stop_after)
    stop = Event()
    with _standing(ctx, log_format) as service:
        from hybrid_sync.web.serve import serve as serve_web

        web = service.settings.web
        code = serve_web(
            service,
            None if web_only else _engine(service, stop),
            lambda engine: _work(service, engine, stop, length, "web" if web_only else "worker"),
            stop=stop,
            host=web.host,
            port=web.port,
            ready=lambda address: output.say(f"web: {address}/"),
        )
    raise typer.Exit(code)


def _length(stop_after: str | None) -> timedelta | None:
    return None if stop_after is None else reading.duration(stop_after, "--stop-after")


@contextmanager
def _standing(ctx: typer.Context, log_format: LogFormat | None) -> Iterator[App]:
    """The service for a process that stands: what it does is logged."""
    as_json = (log_format or read_settings(ctx).service.log_format) == LogFormat.JSON.value
    logged = logs.on_standard_error(verbose=options(ctx).verbose, steady=True, as_json=as_json)
    with logged, opened(ctx) as service:
        yield service


def _engine(service: App, stop: Event) -> Engine:
    settings = service.settings.engine

    def reconcile(lease: Lease) -> None:
        service.loop.reconcile(lease)  # what it came to is in the store and in the log

    common: dict[str, Any] = {
        "owner": service.owner,
        "poll_seconds": settings.poll_seconds,
        "concurrency": settings.concurrency,
        "lease": timedelta(seconds=settings.lease_seconds),
        "stop": stop,
        "chance": service.chance,
        "chores": service.chores,
    }
    if settings.kind == "procrastinate":
        address = service.queue_address()  # says in words what is missing, its package first of all
        from hybrid_sync.engine.procrastinate import ProcrastinateEngine

        return ProcrastinateEngine(service.store, reconcile, service.clock, address=address, **common)
    from hybrid_sync.engine import EmbeddedEngine

    return EmbeddedEngine(service.store, reconcile, service.clock, **common)


def _work(service: App, engine: Engine, stop: Event, length: timedelta | None, name: str = "worker") -> int:
    from hybrid_sync.worker import run_worker

    poll = timedelta(seconds=service.settings.engine.poll_seconds)
    return run_worker(engine, stop=stop, clock=service.clock, poll=poll, stop_after=length, name=name)
