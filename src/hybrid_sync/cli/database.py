"""`hybrid-sync db`: upgrade, backup, check."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hybrid_sync.cli import checks, output
from hybrid_sync.cli.arguments import Json
from hybrid_sync.cli.errors import group
from hybrid_sync.cli.session import read_settings

if TYPE_CHECKING:
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
