"""The command `hybrid-sync` put together: global options, commands, groups."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hybrid_sync.cli import (
    attendance,
    attention,
    audit,
    certificates,
    checkin,
    database,
    engine,
    events,
    invitations,
    privacy,
    reading,
    registrants,
    running,
    sandbox,
    secrets,
    setup,
    status,
    syncing,
    webex,
)
from hybrid_sync.cli.demo.command import demo
from hybrid_sync.cli.errors import Commands
from hybrid_sync.cli.session import Options

app = Commands(
    name="hybrid-sync",
    help="Keeps a hybrid event, its Webex meeting, its invitations and its attendance in step with one record.",
    epilog="Exit codes: 0 done or converged, 1 failed, 2 wrong usage, settings or input, 3 something needs "
    "attention, 4 not converged yet.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"hybrid-sync {version('hybrid-sync')}")
        raise typer.Exit


@app.callback()
def _main(
    ctx: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Settings file; config/hybrid-sync.toml when left out and there."),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="INSTANT",
            help="Act as if it were then, such as 2027-06-09T08:00:00Z. For rehearsals: refused while a provider's "
            "address is a real one.",
        ),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Say what is done, and where an error comes from.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    ctx.obj = Options(config=config, at=reading.instant(at), verbose=verbose)


SETUP, WORK = "Setting up", "Working"

app.command("init", rich_help_panel=SETUP)(setup.init)
app.command("doctor", rich_help_panel=SETUP)(setup.doctor)
app.add_typer(setup.config, name="config", rich_help_panel=SETUP)
app.add_typer(database.app, name="db", rich_help_panel=SETUP)
app.add_typer(secrets.app, name="secrets", rich_help_panel=SETUP)
app.add_typer(webex.app, name="webex", rich_help_panel=SETUP)
app.command("demo", rich_help_panel=SETUP)(demo)
app.command("sandbox", rich_help_panel=SETUP)(sandbox.sandbox)

app.add_typer(events.app, name="event", rich_help_panel=WORK)
app.add_typer(registrants.app, name="registrants", rich_help_panel=WORK)
app.command("plan", rich_help_panel=WORK)(syncing.plan)
app.command("sync", rich_help_panel=WORK)(syncing.sync)
app.command("worker", rich_help_panel=WORK)(running.worker)
app.command("serve", rich_help_panel=WORK)(running.serve)
app.add_typer(engine.app, name="engine", rich_help_panel=WORK)
app.add_typer(invitations.app, name="invitation", rich_help_panel=WORK)
app.add_typer(attendance.app, name="attendance", rich_help_panel=WORK)
app.add_typer(certificates.app, name="certificates", rich_help_panel=WORK)
app.command("checkin", rich_help_panel=WORK)(checkin.checkin)
app.add_typer(privacy.app, name="privacy", rich_help_panel=WORK)
app.add_typer(attention.app, name="attention", rich_help_panel=WORK)
app.command("status", rich_help_panel=WORK)(status.status)
app.add_typer(audit.app, name="audit", rich_help_panel=WORK)
