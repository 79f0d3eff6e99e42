"""`hybrid-sync attendance`: pull what Webex recorded, and report it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import typer

from hybrid_sync.cli import output
from hybrid_sync.cli.arguments import EventId, Json
from hybrid_sync.cli.attendance_import import import_
from hybrid_sync.cli.attendance_match import match
from hybrid_sync.cli.attendance_report import report
from hybrid_sync.cli.errors import NEEDS_ATTENTION, NOT_YET, group
from hybrid_sync.cli.session import opened

if TYPE_CHECKING:
    from hybrid_sync.domain.events import Event
    from hybrid_sync.sync.outcome import Outcome
    from hybrid_sync.wiring import App

app = group("Who was there, and for how long.")
app.command("import")(import_)
app.command("match")(match)
app.command("report")(report)


@app.command()
def pull(ctx: typer.Context, event: EventId, as_json: Json = False) -> None:
    """Read the meeting's attendance now, whether a pull is due or not. A second pull adds nothing twice."""
    from hybrid_sync.domain.attendance_pulls import agreement, was_held

    with opened(ctx) as service, output.working("asking Webex who was there"):
        outcome = _pull(service, event)
        with service.store.read() as tx:
            pulls = list(tx.attendance.pulls(event))
        record = _event(service, event)
        following = service.attendance.next_pull(record, service.clock())
    last = pulls[-1] if pulls and outcome.result == "done" else None
    agrees = agreement(pulls) if last else None
    if as_json:
        output.data(
            {
                "event": event,
                "outcome": outcome.result,
                "detail": outcome.detail,
                "instances": list(last.instances) if last else [],
                "rows": last.rows if last else 0,
                "added": last.added if last else 0,
                "notes": list(last.notes) if last else [],
                "agrees": agrees,
                "held": was_held(pulls, record),
                "next_pull": following.isoformat() if following else None,
            }
        )
    if last is None:
        output.problem(f"{event}: {outcome.detail}")
        raise typer.Exit(NOT_YET if outcome.result in ("later", "unknown") else NEEDS_ATTENTION)
    held = output.count(len(last.instances), "run of the meeting", "runs of the meeting")
    output.say(f"{event}: {output.count(last.rows, 'stay')} in {held}, {last.added} new or changed")
    for note in last.notes:
        output.say(f"  {note}")
    if was_held(pulls, record) is False:
        output.doubt("the meeting was not held: there is no run of it a day after its end")
    elif not last.instances:
        output.doubt("the meeting has no ended run yet; Webex shows one about 15 minutes after its end")
    output.say(_outlook(agrees, output.moment(following, record.time_zone)))


def _event(service: App, event_id: str) -> Event:
    with service.store.read() as tx:
        return tx.events.get(event_id)


def _outlook(agrees: bool | None, following: str) -> str:
    """Whether this pull tells the same as the last one, and when the next one is due."""
    same = {True: "the same as the last pull; ", False: "other than the last pull; ", None: ""}[agrees]
    return same + (f"pulled again on {following}" if following else "not pulled again by itself")


def _pull(service: App, event_id: str) -> Outcome:
    """One pull under the event's lease, which is given back with the due time that it had."""
    from hybrid_sync.sync.outcome import Outcome, Pass

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
