"""One event that is told to wait, or whose calls hang, never keeps another from being worked on.

Where an engine is given NEVER for the time between its ticks, it ticks once: what is done then was not put off at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Event, Lock

import pytest
from tests.builders import an_event
from tests.engine.pg import pg_server, pg_store, pg_template, pg_url
from tests.engine.workbench import NEVER, a_queue_engine, an_engine, running, until
from tests.world import World

from hybrid_sync.adapters.sql import SqlStore
from hybrid_sync.ports import Engine, Lease
from hybrid_sync.sandbox import Fault
from hybrid_sync.wiring import App

__all__ = ["pg_server", "pg_store", "pg_template", "pg_url"]  # fixtures

MakeEngine = Callable[..., Engine]
OTHERS = ["e1", "e2", "e3"]


@pytest.fixture(params=["embedded", "procrastinate"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if kind == "procrastinate":
        return str(request.getfixturevalue("pg_url"))
    return f"sqlite:///{tmp_path}/fair.db"


class Counted:
    """The service's own reconcile, counting what each pass came to."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.lock = Lock()
        self.passes: Counter[str] = Counter()
        self.converged: Counter[str] = Counter()

    def __call__(self, lease: Lease) -> None:
        with self.lock:
            self.passes[lease.event_id] += 1
        report = self.app.loop.reconcile(lease)
        with self.lock:
            self.converged[lease.event_id] += report.converged


def a_world(tmp_path: Path, url: str, kind: str) -> tuple[World, App, MakeEngine]:
    world = World(tmp_path, url=url).__enter__()
    app = world.app(world.settings(engine={"kind": kind}))
    return world, app, a_queue_engine if kind == "procrastinate" else an_engine


def published(app: App, *ids: str) -> None:
    for event_id in ids:
        app.desk.import_event(an_event(id=event_id))
        app.desk.publish(event_id)


def meeting_of(app: App, event_id: str) -> str:
    app.converge.event(event_id)
    with app.store.read() as tx:
        record = tx.meetings.get(event_id)
    assert record is not None
    assert record.meeting_id is not None
    return record.meeting_id


def one_turn(world: World, app: App, make: MakeEngine, title: str) -> None:
    """Everything is edited; an engine with one hand ticks once, and all but "e0" converge."""
    reconcile, store = Counted(app), app.store
    assert isinstance(store, SqlStore)
    for event_id in ("e0", *OTHERS):
        app.desk.edit(event_id, title=title)
    with running(store, reconcile, make, clock=world.sandbox.clock.now, concurrency=1, poll_seconds=NEVER):
        until(lambda: all(reconcile.converged[one] for one in OTHERS))
    assert reconcile.converged["e0"] == 0


@pytest.mark.parametrize(
    "fault", [{"status": 429, "retry_after": 3600.0}, {"status": 503}, {"drop": "before"}]
)
def test_one_event_that_is_put_off_does_not_put_off_the_others(
    tmp_path: Path, url: str, kind: str, fault: dict[str, object]
) -> None:
    world, app, make = a_world(tmp_path, url, kind)
    try:
        published(app, "e0", *OTHERS)
        unlucky = meeting_of(app, "e0")
        for event_id in OTHERS:
            meeting_of(app, event_id)
        world.sandbox.faults.add(Fault("*", f"/v1/meetings/{unlucky}*", times=None, **fault))  # type: ignore[arg-type]
        for turn in (1, 2):
            one_turn(world, app, make, f"Another title {turn}")
            titles = {meeting.fields["title"] for meeting in world.meetings() if meeting.id != unlucky}
            assert titles == {f"Another title {turn}"}
    finally:
        world.__exit__()


def hold(world: World, go_on: Event, monkeypatch: pytest.MonkeyPatch, path: str) -> Event:
    """Calls to `path` are not answered before `go_on`; tells when the first has come."""
    came, take = Event(), world.sandbox.faults.take

    def held(method: str, called: str) -> Fault | None:
        if called.startswith(path):
            came.set()
            go_on.wait(60)
        return take(method, called)

    monkeypatch.setattr(world.sandbox.faults, "take", held)
    return came


def test_one_event_whose_call_hangs_takes_one_hand_and_no_more(
    tmp_path: Path, url: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, app, make = a_world(tmp_path, url, kind)
    go_on = Event()
    try:
        published(app, "e0", *OTHERS)
        came = hold(world, go_on, monkeypatch, f"/v1/meetings/{meeting_of(app, 'e0')}")
        for event_id in OTHERS:
            meeting_of(app, event_id)
        counted, store = Counted(app), app.store
        assert isinstance(store, SqlStore)

        def edited(title: str, *ids: str) -> None:
            for event_id in ids:
                app.desk.edit(event_id, title=title)

        edited("Another title", "e0")
        with running(store, counted, make, clock=world.sandbox.clock.now, concurrency=2, poll_seconds=0.05):
            until(came.is_set)
            for turn in (1, 2):
                edited(f"Another title {turn}", *OTHERS)
                until(lambda turn=turn: all(counted.converged[one] >= turn for one in OTHERS))  # type: ignore[misc]
            assert counted.passes["e0"] == 1
            assert counted.converged["e0"] == 0
            go_on.set()
            until(lambda: counted.converged["e0"] > 0)
    finally:
        go_on.set()
        world.__exit__()


def test_in_the_tick_in_which_one_event_hangs_all_others_are_done(
    tmp_path: Path, url: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, app, make = a_world(tmp_path, url, kind)
    go_on = Event()
    try:
        published(app, "e0", *OTHERS)
        hold(world, go_on, monkeypatch, f"/v1/meetings/{meeting_of(app, 'e0')}")
        for event_id in ("e0", *OTHERS):
            app.desk.edit(event_id, title="Another title")
        counted, store = Counted(app), app.store
        assert isinstance(store, SqlStore)
        with running(store, counted, make, clock=world.sandbox.clock.now, concurrency=2, poll_seconds=NEVER):
            until(lambda: all(counted.converged[one] for one in OTHERS))
            assert counted.converged["e0"] == 0
            go_on.set()
            until(lambda: counted.converged["e0"] > 0)
    finally:
        go_on.set()
        world.__exit__()


@pytest.mark.parametrize("away", ["Webex", "Microsoft"])
def test_while_one_system_is_away_every_event_gets_what_the_others_do_for_it(
    tmp_path: Path, url: str, kind: str, away: str
) -> None:
    world, app, make = a_world(tmp_path, url, kind)
    ids = ["e0", *OTHERS]
    try:
        published(app, *ids)
        for event_id in ids:
            meeting_of(app, event_id)
            app.desk.edit(event_id, title="Another title")
        path = {"Webex": "/v1/*", "Microsoft": "/graph/*"}[away]
        world.sandbox.faults.add(Fault("*", path, times=None, status=503))

        def renamed() -> dict[str, int]:
            meetings = [meeting.fields["title"] for meeting in world.meetings()]
            entries = [entry.data["subject"] for entry in world.calendar_entries()]
            told = {"Webex": meetings, "Microsoft": entries}
            return {system: sum("Another title" in one for one in found) for system, found in told.items()}

        def one_tick(done: Callable[[], bool]) -> None:
            store = app.store
            assert isinstance(store, SqlStore)
            clock = world.sandbox.clock.now
            with running(store, Counted(app), make, clock=clock, concurrency=1, poll_seconds=NEVER):
                until(done)

        there = {"Webex": "Microsoft", "Microsoft": "Webex"}[away]
        one_tick(lambda: renamed() == {away: 0, there: 4})
        world.sandbox.faults.clear()
        world.sandbox.clock.advance(timedelta(hours=1))
        one_tick(lambda: renamed() == {away: 4, there: 4})
    finally:
        world.__exit__()
