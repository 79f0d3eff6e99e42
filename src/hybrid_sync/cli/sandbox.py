"""`hybrid-sync sandbox`: the local Webex, Graph and SMTP, standing, for rehearsals."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from hybrid_sync.cli import output
from hybrid_sync.cli.session import options
from hybrid_sync.errors import InputError

if TYPE_CHECKING:
    from hybrid_sync.sandbox import Sandbox

PORT = 8081
SMTP_PORT = 8025
REHEARSAL_STORE = "sqlite:///var/rehearsal.db"
SIGNALS = (signal.SIGTERM, signal.SIGINT)
REHEARSAL_SECRET = "for-rehearsals-only-0123456789abcdef"


def sandbox(
    ctx: typer.Context,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of Webex and Graph; 0 takes a free one.")
    ] = PORT,
    smtp_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the mail server; 0 takes a free one.")
    ] = SMTP_PORT,
) -> None:
    """A strict local Webex, Graph and mail server on this machine, until Ctrl-C. It forgets everything then.

    On standard output stand the lines that point the service at it: copy them into another terminal. With --at
    before the command its clock begins there.
    """
    from hybrid_sync.sandbox import Sandbox

    at = options(ctx).at
    standing = Sandbox(port=port, smtp_port=smtp_port)
    try:
        with _signals_held_back():
            try:
                standing.start()
            except OSError as error:
                raise InputError(
                    f"ports {port} and {smtp_port} on this machine cannot be used ({error.strerror or error}): "
                    "choose others with --port and --smtp-port"
                ) from error
            if at is not None:
                standing.clock.set(at)
            output.say(f"Webex    {standing.webex_url}   token {standing.webex_token}")
            output.say(f"Graph    {standing.graph_url}   token {standing.graph_token}")
            output.say(f"SMTP     {standing.smtp_host}:{standing.smtp_port}")
            output.say(f"look at  {standing.url}/_sandbox/")
            output.say("\nPaste these lines where you run hybrid-sync; Ctrl-C here ends the sandbox.\n")
            output.result("\n".join(environment(standing)))
            signal.sigwait(SIGNALS)
    finally:
        standing.stop()
    output.say("the sandbox has ended")


def environment(standing: Sandbox) -> list[str]:
    """Lines for a shell that point the service at the sandbox, with a database of its own."""
    values = {
        "STORE__URL": REHEARSAL_STORE,
        "SERVICE__BASE_URL": "http://127.0.0.1:8000",
        "WEB__SECRET": REHEARSAL_SECRET,
        "WEBEX__BASE_URL": standing.webex_url,
        "WEBEX__ACCESS_TOKEN": standing.webex_token,
        "GRAPH__ENABLED": "true",
        "GRAPH__BASE_URL": standing.graph_url,
        "GRAPH__ACCESS_TOKEN": standing.graph_token,
        "GRAPH__MAILBOX": standing.mailbox,
        "MAIL__HOST": standing.smtp_host,
        "MAIL__PORT": str(standing.smtp_port),
        "MAIL__SECURITY": "none",
        "MAIL__FROM_ADDRESS": standing.mailbox,
    }
    return [f"export HYBRID_SYNC_{name}={shlex.quote(value)}" for name, value in values.items()]


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """Ctrl-C and SIGTERM wait for sigwait, here and in the threads that are started within the `with`.

    A handler would run in the main thread alone, whoever gets the signal, and could meet the lock of what it sets.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
