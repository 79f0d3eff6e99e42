"""`hybrid-sync db`: upgrade, backup, check, restored."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hybrid_sync.cli import checks, output
from hybrid_sync.cli.arguments import Json
from hybrid_sync.cli.errors import group
from hybrid_sync.cli.session import opened, read_settings

if TYPE_CHECKING:
    from hybrid_sync.domain.events import Event
    from hybrid_sync.wiring import Database

app = group("The database that holds events, registrants and what was done.")


def _database(ctx: typer.Context) -> closing[Database]:
    from hybrid_sync import wiring

    return closing(wiring.database(read_settings(ctx)))


@app.command()
def upgrade(ctx: typer.Context) -> None:
    """Make the database, or bring it to the newest schema. Nothing happens when it is there already."""
    with _database(ctx) as database, output.working("bringing the database up to date"):
        revision = database.upgrade()
    output.say(f"the database is at schema {revision}")


@app.command()
def backup(
    ctx: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="File to write; it must not be there yet.")],
) -> None:
    """Copy the SQLite database while it is in use, and check the copy. (PostgreSQL: use pg_dump.)"""
    with _database(ctx) as database, output.working("copying the database"):
        database.backup(path)
    output.say(f"the database was copied to {path}; it holds personal data and join links")


@app.command()
def check(ctx: typer.Context, as_json: Json = False) -> None:
    """Look whether the database fits this program, is sound and can be written. Exit code 3 when it is not."""
    with _database(ctx) as database:
        found = database.check()
    raise typer.Exit(checks.show(found, as_json))


@app.command()
def restored(ctx: typer.Context) -> None:
    """Say that the database was put back from a backup. Run it once after each restore (on PostgreSQL after pg_upgrade too), before the
    worker starts.

    Every published event that is not over is then looked at before anything is changed outside. Where meeting, staff
    entry or registrations differ from the record, nothing is written and no mail goes out before a person has said which
    is right (hybrid-sync attention). What people are sent from now on counts in their calendars above all that was sent
    between backup and restore. Run again it does no harm.
    """
    from hybrid_sync.sync.restored import note_restore

    with opened(ctx) as service:
        found = note_restore(service.store, service.clock())
        calendar = service.settings.graph.enabled
    if found:
        rows = [
            (event.id, event.title, output.span(event.starts, event.ends), _outside(event, calendar))
            for event in found
        ]
        output.table(("event", "title", "when, by the backup", "compared with"), rows)
    output.say(
        f"{output.count(len(found), 'coming event')} will be looked at before anything is changed outside"
    )
    output.say(
        "next: hybrid-sync plan, then start the worker; what must be decided stands in hybrid-sync attention"
    )


def _outside(event: Event, calendar: bool) -> str:
    """What can be asked how the event stands now."""
    places = [*(["Webex"] if event.online else []), *(["the staff calendar"] if calendar else [])]
    return ", ".join(places) or "nothing: see for yourself whether it was changed since"
