"""`hybrid-sync engine`: who works, on how much, and how far behind."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import typer

from hybrid_sync.cli import output
from hybrid_sync.cli.arguments import Json
from hybrid_sync.cli.errors import group
from hybrid_sync.cli.session import opened

if TYPE_CHECKING:
    from hybrid_sync.ports import EngineState

app = group("Who calls the worker's passes, and how they get on.")


@app.callback()
def _engine() -> None:
    """A group, though it has one command."""


@app.command()
def status(ctx: typer.Context, as_json: Json = False) -> None:
    """How many events are due or in hand, who holds them, and how long the longest has been waiting.

    An embedded worker that holds nothing just now leaves no trace in the database and is not shown.
    """
    with opened(ctx) as service:
        settings = service.settings
        state = service.engine_state()
    kind = settings.engine.kind
    if as_json:
        output.data(_as_data(kind, state))
        return
    zone = settings.service.time_zone
    rows = [
        ("engine", kind),
        ("due now", str(state.due)),
        ("longest waiting", f"{_seconds(state.lag)} s"),
        ("in hand", str(state.leased)),
        ("lease run out, not given back", str(state.stalled)),
    ]
    rows += [
        (
            f"held by {one.owner}",
            f"{output.count(one.events, 'event')}, until {output.moment(one.until, zone)}",
        )
        for one in state.holders
    ]
    if state.queue is not None:
        rows.append(("jobs in the queue", f"{state.queue.waiting} waiting, {state.queue.running} taken"))
        rows += [
            (f"queue worker {number}", f"last heard of {output.moment(heard, zone)}")
            for number, heard in state.queue.workers
        ]
    output.table(("what", "now"), rows)


def _as_data(kind: str, state: EngineState) -> dict[str, Any]:
    from hybrid_sync.render.event_json import utc_text

    def when(moment: datetime) -> str:
        return utc_text(moment)

    queue = state.queue
    return {
        "kind": kind,
        "at": when(state.at),
        "due": state.due,
        "leased": state.leased,
        "stalled": state.stalled,
        "due_lag_seconds": _seconds(state.lag),
        "workers": [
            {"owner": one.owner, "events": one.events, "lease_until": when(one.until)}
            for one in state.holders
        ],
        "queue": None
        if queue is None
        else {
            "waiting": queue.waiting,
            "running": queue.running,
            "workers": [{"id": number, "heartbeat": when(heard)} for number, heard in queue.workers],
        },
    }


def _seconds(length: timedelta) -> int:
    return round(length.total_seconds())
