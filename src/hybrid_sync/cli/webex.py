"""`hybrid-sync webex`: who the service is signed in as at Webex, and signing in."""

from __future__ import annotations

import secrets
from datetime import datetime
from enum import StrEnum
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from hybrid_sync.cli import output, reading, webhooks
from hybrid_sync.cli.arguments import Json
from hybrid_sync.cli.errors import NEEDS_ATTENTION, group
from hybrid_sync.cli.session import opened

if TYPE_CHECKING:
    from hybrid_sync.ports import Check, SignInFacts
    from hybrid_sync.wiring import App

app = group("The sign-in to Webex.")
app.add_typer(webhooks.app, name="webhooks")

_KINDS = {
    "fixed": "a fixed token from the settings",
    "renewed": "an integration or Service App, whose token is renewed by itself",
    "none": "nobody has signed in",
}


class Level(StrEnum):
    USER = "user"
    ADMIN = "admin"


@app.command()
def login(
    ctx: typer.Context,
    paste: Annotated[
        bool, typer.Option("--paste", help="For a machine without a browser: paste the address it ended at.")
    ] = False,
    level: Annotated[
        Level | None,
        typer.Option(
            "--scopes",
            help="user: for meetings of whoever signs in; admin: for those of the host in the settings. "
            "By default admin when a host is set.",
            show_default=False,
        ),
    ] = None,
    wait: Annotated[str, typer.Option(metavar="DURATION", help="How long to wait for the browser.")] = "5m",
) -> None:
    """Sign in to Webex: a person allows it in a browser, and the tokens are kept, sealed."""
    seconds = reading.duration(wait, "--wait").total_seconds()
    with opened(ctx) as service:
        acting = level is Level.ADMIN if level else bool(service.settings.webex.host_email)
        state = secrets.token_urlsafe(24)
        address = service.sign_in.address(service.webex_scopes(acting), state)
        code = _pasted(address, state) if paste else _brought(service, address, state, seconds)
        with output.working("trading the code for tokens"):
            facts = service.sign_in.complete(code)
            service.sign_in_watch(service.clock())
            who = service.webex_check.identity()
        output.result(f"Webex: {who.detail}")
        _say_ends(service, facts)
        raise typer.Exit(NEEDS_ATTENTION if who.ok is False else 0)


def _pasted(address: str, state: str) -> str:
    from hybrid_sync.cli.loopback import code_of, returned

    output.say(
        "open this address in a browser, sign in as the user whose meetings these will be, and allow it:"
    )
    output.result(address)
    output.say("the browser then ends at a page that need not load; its address holds the code")
    text = typer.prompt("paste that whole address, or the code", err=True)
    return code_of(returned(text), state, bare=True)


def _brought(service: App, address: str, state: str, seconds: float) -> str:
    from hybrid_sync.cli.loopback import wait_for_code

    def ready() -> None:
        output.say("open this address in a browser on this machine, sign in, and allow it:")
        output.result(address)

    return wait_for_code(
        service.settings.webex.redirect_uri, state, seconds=seconds, ready=ready, monotonic=monotonic
    )


@app.command()
def status(ctx: typer.Context, as_json: Json = False) -> None:
    """Who the service is signed in as, until when, and with which scopes. Exit code 3 when it is not."""
    with opened(ctx) as service:
        with output.working("asking Webex"):
            who = service.webex_check.identity()
        facts = service.sign_in.facts()
        if as_json:
            output.data(_status_json(service, who, facts))
        else:
            _show(service, who, facts)
    raise typer.Exit(NEEDS_ATTENTION if who.ok is False or facts.problem else 0)


def _status_json(service: App, who: Check, facts: SignInFacts) -> dict[str, object]:
    webex = service.settings.webex
    return {
        "ok": who.ok,
        "identity": who.detail,
        "kind": facts.kind,
        "access_ends": _utc(facts.access_ends),
        "refresh_ends": _utc(facts.refresh_ends),
        "scopes": None if facts.scopes is None else list(facts.scopes),
        "problem": facts.problem,
        "host_email": webex.host_email,
        "site_url": webex.site_url,
    }


def _show(service: App, who: Check, facts: SignInFacts) -> None:
    webex, zone = service.settings.webex, service.settings.service.time_zone
    rows = [
        ("identity", who.detail),
        ("kind", _KINDS[facts.kind]),
        ("token ends", output.moment(facts.access_ends, zone) or "not told"),
        ("sign-in ends", output.moment(facts.refresh_ends, zone) or "not told"),
        ("scopes", " ".join(facts.scopes) if facts.scopes is not None else "not told"),
        ("host", webex.host_email or "whoever is signed in"),
        ("site", webex.site_url or "the host's own"),
    ]
    output.table(("", ""), rows)
    for words in filter(None, (facts.problem, who.advice)):
        output.say(words)


def _say_ends(service: App, facts: SignInFacts) -> None:
    zone = service.settings.service.time_zone
    if facts.access_ends:
        output.result(f"this token ends {output.moment(facts.access_ends, zone)} and is renewed by itself")
    if facts.refresh_ends:
        output.result(
            f"the sign-in ends {output.moment(facts.refresh_ends, zone)} if it is not renewed until then"
        )


def _utc(instant: datetime | None) -> str | None:
    from hybrid_sync.render.event_json import utc_text

    return utc_text(instant) if instant else None
