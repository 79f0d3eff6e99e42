"""`hybrid-sync attendance`: pull what Webex recorded, and report it."""

from __future__ import annotations

import json
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hybrid_sync.cli import output, reading
from hybrid_sync.cli.arguments import EventId, Json
from hybrid_sync.cli.errors import NEEDS_ATTENTION, NOT_YET, group
from hybrid_sync.cli.session import opened
from hybrid_sync.errors import InputError, NotFound

if TYPE_CHECKING:
    from hybrid_sync.domain.attendance import Attendance
    from hybrid_sync.sync.once import Outcome
    from hybrid_sync.wiring import App

app = group("Who was there, and for how long.")


class Format(StrEnum):
    CSV = "csv"
    JSON = "json"
    HTML = "html"
    XLSX = "xlsx"
    PDF = "pdf"


LATER = {
    Format.XLSX: "xlsx comes with a later release; --format csv opens in a spreadsheet",
    Format.PDF: "pdf comes with a later release; --format html prints to one",
}


@app.command()
def pull(ctx: typer.Context, event: EventId, as_json: Json = False) -> None:
    """Read the meeting's attendance now, whether a pull is due or not. A second pull adds nothing twice."""
    with opened(ctx) as service, output.working("asking Webex who was there"):
        outcome = _pull(service, event)
        with service.store.read() as tx:
            pulls = list(tx.attendance.pulls(event))
    last = pulls[-1] if pulls and outcome.result == "done" else None
    if as_json:
        output.data(
            {
                "event": event,
                "outcome": outcome.result,
                "detail": outcome.detail,
                "instances": list(last.instances) if last else [],
                "rows": last.rows if last else 0,
                "added": last.added if last else 0,
            }
        )
    if last is None:
        output.problem(f"{event}: {outcome.detail}")
        raise typer.Exit(NOT_YET if outcome.result in ("later", "unknown") else NEEDS_ATTENTION)
    held = output.count(len(last.instances), "run of the meeting", "runs of the meeting")
    output.say(f"{event}: {output.count(last.rows, 'stay')} in {held}, {last.added} new or changed")
    if not last.instances:
        output.doubt("the meeting has no ended run yet; Webex shows one about 15 minutes after its end")


def _pull(service: App, event_id: str) -> Outcome:
    """One pull under the event's lease, which is given back with the due time that it had."""
    from hybrid_sync.sync.once import Outcome, Pass

    engine = service.settings.engine
    with service.store.begin() as tx:
        event = tx.events.get(event_id)
        row = tx.work.get(event_id)
        leases = tx.work.claim(
            service.owner, service.clock(), timedelta(seconds=engine.lease_seconds), 1, event_id
        )
    if not leases:
        return Outcome("attendance.pull", event_id, "later", "another worker has this event in hand")
    work = Pass(service.store, leases[0], service.clock, settle=timedelta(seconds=engine.settle_seconds))
    try:
        return service.attendance.pull(event, work)
    finally:
        with work.begin() as tx:
            tx.work.finish(leases[0], row.due_at if row else None, None)


@app.command("report")
def report_(
    ctx: typer.Context,
    event: EventId,
    form: Annotated[
        Format | None,
        typer.Option("--format", help="csv, json or html; taken from the ending of --out when left out."),
    ] = None,
    out: Annotated[
        str, typer.Option("--out", metavar="FILE", help="Where to write it; '-' for standard output.")
    ] = reading.STDIN,
) -> None:
    """One figure for each person: minutes in presence, online and in the room, from what was pulled so far."""
    form = form or _by_ending(out)
    if form in LATER:
        raise InputError(LATER[form])
    with opened(ctx) as service:
        content = _rendered(_attendance(service, event), form)
    if out == reading.STDIN:
        output.raw(content)
        return
    reading.write_file(Path(out), content)
    output.say(f"{event}: written to {out}; it holds personal data")


def _by_ending(out: str) -> Format:
    ending = Path(out).suffix.removeprefix(".").lower()
    try:
        return Format(ending)
    except ValueError:
        raise InputError("say which form: --format csv, json or html") from None


def _attendance(service: App, event_id: str) -> Attendance:
    from hybrid_sync.domain.attendance import attendance

    with service.store.read() as tx:
        event = tx.events.get(event_id)
        people, stays = tx.people.of(event_id), tx.attendance.of(event_id)
        pulls = tx.attendance.pulls(event_id)
        sources = {one.source_id: one.registrant_id for one in tx.sources.of(event_id).values()}
    if event.ends is None:
        raise NotFound(f"event {event_id} has no end yet, so nobody's share of it can be counted")
    if not pulls and not stays:
        output.doubt(
            f"no attendance is known yet: hybrid-sync attendance pull {event_id}, once the meeting is over"
        )
    settings = service.settings.attendance
    return attendance(
        event,
        people,
        stays,
        margin=timedelta(minutes=settings.margin_minutes),
        present_from=timedelta(minutes=settings.present_minutes),
        pulled_at=pulls[-1].at if pulls else None,
        sources=sources,
    )


def _rendered(report: Attendance, form: Format) -> bytes:
    if form is Format.CSV:
        from hybrid_sync.render.report_csv import attendance_csv

        return attendance_csv(report)
    if form is Format.HTML:
        from hybrid_sync.render.report_html import attendance_html

        return attendance_html(report).encode()
    from hybrid_sync.render.report_json import attendance_json

    return (json.dumps(attendance_json(report), indent=2, ensure_ascii=False) + "\n").encode()
