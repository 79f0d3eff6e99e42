"""`hybrid-sync secrets`: new secrets, and what is still under old ones."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import typer

from hybrid_sync.cli import output
from hybrid_sync.cli.arguments import Json
from hybrid_sync.cli.errors import NEEDS_ATTENTION, group
from hybrid_sync.cli.session import read_settings

if TYPE_CHECKING:
    from hybrid_sync.settings import Settings
    from hybrid_sync.wiring.sealing import SealedRow

app = group(
    "The secrets that sign links and seal tokens: make new ones, take them into use, let old ones go."
)

_LOST = "put the secret that sealed it into [store] old_secrets, or sign in again: hybrid-sync webex login"


@app.command()
def new() -> None:
    """Print a new secret for [web] secret or [store] secret. Nothing is changed by it."""
    output.result(secrets.token_urlsafe(32))


@app.command()
def status(ctx: typer.Context, as_json: Json = False) -> None:
    """Say what is sealed under which secret, and how many old ones are accepted. Exit code 3 when something does not open."""
    from hybrid_sync.wiring.sealing import seals

    settings = read_settings(ctx)
    with closing(seals(settings)) as opened:
        rows, erased = opened.resealing.status(), opened.erased()
    raise typer.Exit(_shown(settings, rows, erased, as_json))


@app.command()
def rotate(ctx: typer.Context, as_json: Json = False) -> None:
    """Seal the stored tokens again under the newest [store] secret. May be run while workers run, and run again.

    First put the new secret into [store] secret and the old one into old_secrets, and restart every worker and web
    process; then run this; then take the old one out. Links are not stored: for them [web] old_secrets is enough.
    """
    from hybrid_sync.wiring.sealing import seals

    settings = read_settings(ctx)
    with closing(seals(settings)) as opened:
        rows, erased = opened.resealing.rotate(), opened.erased()
    raise typer.Exit(_shown(settings, rows, erased, as_json))


def _shown(settings: Settings, rows: Sequence[SealedRow], erased: int, as_json: bool) -> int:
    lost = [row for row in rows if row.secret is None]
    if as_json:
        tokens = [{"name": row.name, "secret": row.secret, "renewed": row.renewed} for row in rows]
        accepted = {"store": len(settings.store.old_secrets), "web": len(settings.web.old_secrets)}
        output.data({"tokens": tokens, "old_secrets": accepted})
    elif rows:
        output.table(("stored token", "sealed under", ""), [(row.name, *_words(row)) for row in rows])
    if not rows:
        output.say("no token is stored: nobody has signed in, or the settings hold a fixed token")
    if settings.store.old_secrets and not any(row.secret for row in rows) and not lost:
        if erased:
            output.say(
                f"no token needs [store] old_secrets any more; keep them all the same: {output.count(erased, 'address')} that "
                "were erased are recognised by the secret of their day, which no command can renew"
            )
        else:
            output.say("[store] old_secrets can be taken out of the settings now")
    if settings.web.old_secrets:
        output.say(
            f"links signed by {output.count(len(settings.web.old_secrets), 'old [web] secret')} still open; when one is taken "
            "out, everybody who is still to come and was sent such a link is sent a new one"
        )
    return NEEDS_ATTENTION if lost else 0


def _words(row: SealedRow) -> tuple[str, str]:
    if row.secret is None:
        return "none of ours", _LOST
    if row.secret == 0:
        return "the newest secret", "sealed again" if row.renewed else ""
    return f"old secret {row.secret}", "hybrid-sync secrets rotate"
