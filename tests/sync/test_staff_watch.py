"""One round over all staff entries: few calls, events woken whose entry changed, and nothing that depends on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hybrid_sync.domain.staff_calendar import Entry
from hybrid_sync.errors import TryLater
from hybrid_sync.sandbox import Fault
from hybrid_sync.sync.staff_watch import Glances
from hybrid_sync.wiring import App
from tests.builders import NOW, an_event
from tests.world import World

COUNT = 10


def published(world: World, count: int) -> App:
    """Published events with their entries, and one round made."""
    app = world.app()
    for number in range(count):
        app.desk.import_event(replace(an_event(title=f"Event {number}"), id=f"e{number}", online=False))
        app.desk.publish(f"e{number}")
    app.converge.all_due()
    assert len(world.calendar_entries()) == count
    app.chores()
    return app


@pytest.fixture
def many(world: World) -> App:
    return published(world, COUNT)


def calls(world: World, since: int) -> list[str]:
    return [
        f"{call.method} {call.route.rpartition('/')[2]}"
        for call in world.sandbox.calls[since:]
        if call.path.startswith("/graph")
    ]


def due(app: App, world: World) -> set[str]:
    now = world.sandbox.clock.now()
    with app.store.read() as tx:
        return {row.event_id for row in tx.work.rows() if row.due_at is not None and row.due_at <= now}


def entry_of(world: World, title: str) -> Any:
    return next(one for one in world.calendar_entries() if one.data["subject"] == title)


def test_a_round_over_21_entries_takes_two_calls_and_the_passes_after_it_none(world: World) -> None:
    many = published(world, 21)
    since = len(world.sandbox.calls)
    world.sandbox.clock.advance(timedelta(minutes=15))
    many.chores()
    reports = [many.converge.event(f"e{number}") for number in range(21)]
    assert all(report.converged and not report.wrote for report in reports)
    assert calls(world, since) == ["POST $batch"] * 2


def test_without_a_round_each_pass_looks_itself_and_so_does_one_that_is_forced(
    world: World, many: App
) -> None:
    since = len(world.sandbox.calls)
    assert many.converge.event("e1", force=True).converged
    assert calls(world, since) == ["GET {eventId}"]
    other = world.app()
    assert other.converge.event("e1").converged
    assert calls(world, since) == ["GET {eventId}"] * 2
    world.sandbox.clock.advance(timedelta(minutes=17))
    assert many.converge.event("e1").converged
    assert calls(world, since) == ["GET {eventId}"] * 3


def test_events_are_woken_whose_entry_was_changed_answered_or_deleted(world: World, many: App) -> None:
    world.sandbox.clock.advance(timedelta(minutes=1))
    moved, deleted, answered = (entry_of(world, f"Event {number}") for number in (3, 7, 9))
    moved.start += timedelta(hours=1)
    moved.end += timedelta(hours=1)
    moved.change += 1
    deleted.cancelled = True
    answered.responses["room@hybrid.example"] = ("declined", NOW)
    answered.change += 1
    world.sandbox.clock.advance(timedelta(minutes=14))
    before = due(many, world)
    many.chores()
    woken = {"e3", "e7", "e9"}
    assert woken <= due(many, world)
    assert due(many, world) - before <= woken
    assert many.converge.event("e3").wrote
    assert many.converge.event("e7").wrote
    assert many.converge.event("e9").needs_attention
    assert len(world.calendar_entries()) == COUNT
    assert {one.start for one in world.calendar_entries()} == {an_event().starts.instant}


def test_an_edit_here_is_not_decided_on_an_old_glance(world: World, many: App) -> None:
    held = entry_of(world, "Event 4")
    held.change += 1
    many.desk.edit("e4", title="Event four")
    since = len(world.sandbox.calls)
    assert many.converge.event("e4").converged
    # The last look is that of the pass which makes sure that nothing is left.
    assert calls(world, since) == ["GET {eventId}", "PATCH {eventId}", "GET {eventId}"]
    assert entry_of(world, "Event four") is held


def test_an_item_that_is_told_to_wait_waits_as_long_and_the_others_do_not(world: World, many: App) -> None:
    held = entry_of(world, "Event 5")
    name = held.immutable_id.replace("=", "%3D")
    world.sandbox.faults.add(Fault("GET", f"*/events/{name}", status=429, retry_after=600))
    world.sandbox.clock.advance(timedelta(minutes=15))
    many.chores()
    since = len(world.sandbox.calls)
    report = many.converge.event("e5")
    assert not report.converged
    assert many.converge.event("e6").converged
    assert calls(world, since) == []
    world.sandbox.clock.advance(timedelta(minutes=11))
    assert many.converge.event("e5").converged


def test_a_round_that_fails_is_made_up_for_by_the_passes(
    world: World, many: App, caplog: pytest.LogCaptureFixture
) -> None:
    world.sandbox.faults.add(Fault("POST", "*/$batch", status=503, retry_after=60, times=None))
    world.sandbox.clock.advance(timedelta(minutes=20))
    many.chores()
    assert "the chore staff calendar failed" in caplog.text
    assert many.converge.event("e1").converged


def test_events_that_are_over_or_cancelled_are_not_looked_at(world: World, many: App) -> None:
    for number in range(9):
        many.desk.cancel(f"e{number}")
    many.converge.all_due()
    world.sandbox.clock.advance(timedelta(minutes=15))
    since = len(world.sandbox.calls)
    many.chores()
    assert calls(world, since) == ["POST $batch"]
    world.sandbox.clock.set(an_event().ends.instant + timedelta(minutes=1))  # type: ignore[union-attr]
    since = len(world.sandbox.calls)
    many.chores()
    assert calls(world, since) == []


def test_without_graph_there_is_no_such_chore(a_world: Callable[..., World]) -> None:
    world = a_world()
    app = world.app(world.settings(graph={"enabled": False}))
    app.chores()
    assert calls(world, 0) == []


def test_a_wait_ends_by_itself_and_by_a_good_look() -> None:
    glances = Glances(timedelta(minutes=15))
    seen = Entry("a", "s", NOW, NOW, "l", version="1")
    assert not glances.saw(seen, NOW)
    assert glances.take("a", NOW + timedelta(minutes=14)) == seen
    assert glances.take("a", NOW + timedelta(minutes=15)) is None
    glances.wait("a", NOW + timedelta(minutes=1))
    with pytest.raises(TryLater) as caught:
        glances.take("a", NOW)
    assert caught.value.after == 60
    assert glances.take("a", NOW + timedelta(minutes=1)) is None
    glances.saw(seen, NOW)
    assert glances.take("a", NOW) == seen
    assert glances.saw(replace(seen, version="2"), NOW)
    glances.keep_only(set())
    assert glances.take("a", NOW) is None
