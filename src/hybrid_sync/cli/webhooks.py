"""`hybrid-sync webex webhooks`: install, remove, status."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from hybrid_sync.cli import output
from hybrid_sync.cli.arguments import Json
from hybrid_sync.cli.errors import NEEDS_ATTENTION, group
from hybrid_sync.cli.session import opened

if TYPE_CHECKING:
    from hybrid_sync.sync.webhooks import HookChange

app = group("Whether Webex tells the service when a meeting starts or ends. Everything works without.")


@app.command()
def install(ctx: typer.Context, as_json: Json = False) -> None:
    """Have Webex call this service when a meeting starts or ends and when people come and go.

    Needs an https address in the service settings. What is right already stays as it is; webhooks of others are not
    touched.
    """
    with opened(ctx) as service, output.working("asking Webex"):
        changes = service.webhooks.install()
    _show(changes, as_json, "every webhook is as it should be")


@app.command()
def remove(ctx: typer.Context, as_json: Json = False) -> None:
    """Delete the webhooks of this service, and no others."""
    with opened(ctx) as service, output.working("asking Webex"):
        changes = service.webhooks.remove()
    _show(changes, as_json, "there is no webhook of this service")


@app.command()
def status(ctx: typer.Context, as_json: Json = False) -> None:
    """How each webhook stands, and what to do about it. Exit code 3 when one is not as it should be.

    No webhook at all is a choice, and no fault.
    """
    from hybrid_sync.domain.webhooks import HookState
    from hybrid_sync.sync.webhooks import ADVICE

    with opened(ctx) as service, output.working("asking Webex"):
        views = service.webhooks.status()
    if as_json:
        output.data(
            [
                {
                    "webhook": view.target,
                    "state": view.state.value,
                    "address": view.seen.target_url if view.seen else None,
                    "what_to_do": ADVICE[view.state],
                }
                for view in views
            ]
        )
    else:
        output.table(
            ("webhook", "state", "calls", "what to do"),
            [
                (view.target, view.state.value, view.seen.target_url if view.seen else "", ADVICE[view.state])
                for view in views
            ],
        )
    states = {view.state for view in views}
    if states == {HookState.MISSING}:
        output.say("no webhook is installed; meetings are looked at on schedule")
    elif states != {HookState.ACTIVE}:
        output.say("something is not as it should be")
        raise typer.Exit(NEEDS_ATTENTION)


def _show(changes: Sequence[HookChange], as_json: bool, nothing: str) -> None:
    if as_json:
        output.data(
            [{"webhook": one.target, "done": one.done, "before": one.before.value} for one in changes]
        )
    elif changes:
        output.table(
            ("webhook", "done", "before"), [(one.target, one.done, one.before.value) for one in changes]
        )
    if not changes:
        output.say(nothing)
