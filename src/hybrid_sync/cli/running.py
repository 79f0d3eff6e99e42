"""`hybrid-sync worker` and `hybrid-sync serve`: the processes that stand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from hybrid_sync.cli import logs, output, reading
from hybrid_sync.cli.session import opened, options
from hybrid_sync.errors import SettingsError

if TYPE_CHECKING:
    from hybrid_sync.engine import EmbeddedEngine
    from hybrid_sync.ports import Engine
    from hybrid_sync.wiring import App

StopAfter = Annotated[
    str | None,
    typer.Option(
        metavar="DURATION",
        help="End by itself after so long, such as 90s, 20m or 2h; without it, at a signal.",
    ),
]


def worker(ctx: typer.Context, stop_after: StopAfter = None) -> None:
    """Work on whatever is due, until SIGTERM or Ctrl-C; a second signal ends it at once.

    It may be killed at any moment; the next start goes on where it was.
    """
    length = _length(stop_after)
    stop = Event()
    with _standing(ctx) as service:
        code = _work(service, _engine(service, stop), stop, length)
    raise typer.Exit(code)


def serve(ctx: typer.Context, stop_after: StopAfter = None) -> None:
    """Worker and web in one process, at the host and port of the web settings; until SIGTERM or Ctrl-C."""
    length = _length(stop_after)
    stop = Event()
    with _standing(ctx) as service:
        from hybrid_sync.web.serve import serve as serve_web

        web = service.settings.web
        code = serve_web(
            service,
            _engine(service, stop),
            lambda engine: _work(service, engine, stop, length),
            stop=stop,
            host=web.host,
            port=web.port,
            ready=lambda address: output.say(f"web: {address}/"),
        )
    raise typer.Exit(code)


def _length(stop_after: str | None) -> timedelta | None:
    return None if stop_after is None else reading.duration(stop_after, "--stop-after")


@contextmanager
def _standing(ctx: typer.Context) -> Iterator[App]:
    """The service for a process that stands: what it does is logged."""
    with logs.on_standard_error(verbose=options(ctx).verbose, steady=True), opened(ctx) as service:
        if service.settings.engine.kind != "embedded":
            raise SettingsError(
                f"[engine] kind: '{service.settings.engine.kind}' comes with a later release; today it is 'embedded'"
            )
        yield service


def _engine(service: App, stop: Event) -> EmbeddedEngine:
    from hybrid_sync.engine import EmbeddedEngine

    engine = service.settings.engine
    return EmbeddedEngine(
        service.store,
        lambda lease: _silent(service.loop.reconcile(lease)),
        service.clock,
        owner=service.owner,
        poll_seconds=engine.poll_seconds,
        concurrency=engine.concurrency,
        lease=timedelta(seconds=engine.lease_seconds),
        stop=stop,
        chance=service.chance,
        chores=service.chores,
    )


def _silent(_report: object) -> None:
    """What a pass came to is in the store and in the log."""


def _work(service: App, engine: Engine, stop: Event, length: timedelta | None) -> int:
    from hybrid_sync.worker import run_worker

    poll = timedelta(seconds=service.settings.engine.poll_seconds)
    return run_worker(engine, stop=stop, clock=service.clock, poll=poll, stop_after=length)
