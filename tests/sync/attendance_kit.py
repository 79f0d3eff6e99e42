"""Meetings that happened, a worker that comes exactly when it said it would, and what was kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hybrid_sync.domain.attendance import Presence
from hybrid_sync.ports import Attention, PullRecord
from hybrid_sync.sync.loop import Report
from hybrid_sync.wiring import App
from tests.builders import utc
from tests.world import World, online, publish, sync

END = utc("2027-06-09 09:30")
"""Of the usual event, which begins at 08:00 UTC, 10:00 in Brussels."""

Step = dict[str, Any]


def join(at: str, who: str, **more: Any) -> Step:
    return {"do": "join", "at": at, "email": f"{who}@example.org", **more}


def made(world: World, *names: str, app: App | None = None, **changes: Any) -> App:
    """The usual event, published with these people, its meeting made."""
    app = app or world.app()
    publish(app, *(online(name) for name in names), **changes)
    assert sync(app).converged
    return app


def happens(world: World, *steps: Step) -> list[str]:
    """The one meeting happens; the ids of its runs."""
    [meeting] = world.meetings()
    return [run.id for run in world.sandbox.happen(meeting.id, steps)]


def held(world: World, *steps: Step, start: str = "+0m", end: str = "+90m") -> list[str]:
    return happens(world, {"do": "start", "at": start}, *steps, {"do": "end", "at": end})


def at(world: World, app: App, moment: datetime) -> Report:
    world.sandbox.clock.set(moment)
    return sync(app)


def worker_until(world: World, app: App, until: datetime, most: int = 60) -> list[Report]:
    """A worker's single passes, each when the last one said that the event is due, and none at any other time.

    The weeks before the end, in which it looks for drift every quarter of an hour, are left out.
    """
    reports = []
    with app.store.read() as tx:
        ends = tx.events.get("water").ends
    assert ends is not None
    world.sandbox.clock.set(max(world.sandbox.clock.now(), ends.instant - timedelta(minutes=1)))
    for _ in range(most):
        with app.store.read() as tx:
            row = tx.work.get("water")
        due = row.due_at if row else None
        if due is None or due > until:
            return reports
        world.sandbox.clock.set(max(due, world.sandbox.clock.now()))
        with app.store.begin() as tx:
            [lease] = tx.work.claim("worker", world.sandbox.clock.now(), timedelta(seconds=60), 1)
        reports.append(app.loop.reconcile(lease))
    raise AssertionError("the worker never came to rest")


def pulls(app: App) -> list[PullRecord]:
    with app.store.read() as tx:
        return list(tx.attendance.pulls("water"))


def after_end(app: App, end: datetime = END) -> list[timedelta]:
    """How long after the end each pull was made, to the minute."""
    return [timedelta(minutes=round((one.at - end) / timedelta(minutes=1))) for one in pulls(app)]


def notes(app: App) -> tuple[str, ...]:
    return pulls(app)[-1].notes


def questions(app: App) -> list[Attention]:
    with app.store.read() as tx:
        return list(tx.attentions.unsettled("water"))


def minutes(rows: tuple[Presence, ...]) -> dict[str, float]:
    """Minutes in presence by first name, or by what somebody called themselves."""
    return {
        row.person.first_name if row.person else row.name: row.total / timedelta(minutes=1) for row in rows
    }
