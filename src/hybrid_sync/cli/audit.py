"""`hybrid-sync audit`: who did what and when, and whether the trail is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from hybrid_sync.cli import output, reading
from hybrid_sync.cli.arguments import Json, MaybeEventId
from hybrid_sync.cli.errors import NEEDS_ATTENTION, group
from hybrid_sync.cli.session import opened_store
from hybrid_sync.domain.audit_chain import KeptLine, Verdict
from hybrid_sync.domain.audit_chain import verify as verify_chain
from hybrid_sync.errors import InputError

if TYPE_CHECKING:
    from hybrid_sync.ports import AuditLine

app = group("The trail of what was done: by whom, when, and under which request id of the provider.")


@app.command()
def show(
    ctx: typer.Context,
    event: MaybeEventId = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="INSTANT", help="Only from then on, such as 2027-06-09T08:00:00Z."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Print the trail, oldest line first; "-" as EVENT shows what concerns no single event."""
    try:
        moment = reading.instant(since)
    except typer.BadParameter as error:
        raise InputError(f"--since: {error}") from error
    event_id = "" if event == "-" else event
    with opened_store(ctx) as kept:
        with kept.store.read() as tx:
            if event_id:
                tx.events.get(event_id)
            lines = tx.audit.since(moment, event_id)
        zone = kept.settings.service.time_zone
    if as_json:
        output.data([_json(line) for line in lines])
        return
    output.table(
        ("when", "event", "who", "what", "whom", "detail", "request id"),
        [
            (
                f"{output.moment(line.at, zone)}",
                line.event_id or "-",
                line.actor,
                line.what,
                line.target,
                line.detail,
                line.request_id or "",
            )
            for line in lines
        ],
    )


@app.command()
def verify(
    ctx: typer.Context,
    noted: Annotated[
        str | None,
        typer.Option(metavar="VALUE", help="An end that was noted earlier and must still be in the trail."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Read the whole trail and say whether every line fits the one before it. Exit code 3 when one does not.

    Note the end that is printed somewhere else: only with that a cut at the end, or a chain that somebody built anew,
    can be told.
    """
    with opened_store(ctx) as kept:
        with output.working("reading the trail"), kept.store.read() as tx:
            verdict = verify_chain(tx.audit.kept(), noted)
        zone = kept.settings.service.time_zone
    if as_json:
        output.data(_verdict_json(verdict))
    else:
        output.result(f"lines   {verdict.lines}")
        output.result(f"begins  {verdict.first or '(nothing is chained yet)'}")
        output.result(f"ends    {verdict.last or '(nothing is chained yet)'}")
    if verdict.unchained:
        output.doubt(
            f"{output.count(verdict.unchained, 'line')} of before the trail was chained: nothing tells whether they "
            "were changed"
        )
    if verdict.misfit is not None:
        output.problem(_words(verdict.misfit, zone))
    if verdict.noted_found is False:
        output.problem(
            "the end that was noted is not in the trail: lines were cut off, or the chain built anew"
        )
    if not verdict.whole:
        raise typer.Exit(NEEDS_ATTENTION)
    output.say("every line fits the one before it")


def _words(line: KeptLine, zone: str) -> str:
    return (
        f"line {line.number} ({output.moment(line.at, zone)}, {line.actor}, {line.what}) does not fit the line before it: it "
        "was changed, or lines before it were changed, removed, put in or put in another order"
    )


def _verdict_json(verdict: Verdict) -> dict[str, object]:
    misfit = verdict.misfit
    return {
        "whole": verdict.whole,
        "lines": verdict.lines,
        "unchained": verdict.unchained,
        "begins": verdict.first,
        "ends": verdict.last,
        "noted_found": verdict.noted_found,
        "misfit": None if misfit is None else {"line": misfit.number, "what": misfit.what},
    }


def _json(line: AuditLine) -> dict[str, str | None]:
    from hybrid_sync.render.event_json import utc_text

    return {
        "at": utc_text(line.at),
        "event": line.event_id,
        "who": line.actor,
        "what": line.what,
        "whom": line.target,
        "detail": line.detail,
        "request_id": line.request_id,
    }
