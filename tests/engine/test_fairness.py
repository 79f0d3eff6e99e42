"""One event that is told to wait, or whose calls hang, never keeps another from being worked on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Event, Lock

import pytest
from tests.builders import an_event
from tests.engine.pg import pg_server, pg_store, pg_template, pg_url
from tests.engine.workbench import a_queue_engine, an_engine, running, until
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
    """Everything is edited; an engine with one hand works until all but "e0" have converged."""
    reconcile, store = Counted(app), app.store
    assert isinstance(store, SqlStore)
    for event_id in ("e0", *OTHERS):
        app.desk.edit(event_id, title=title)
    with running(store, reconcile, make, clock=world.sandbox.clock.now, concurrency=1):
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


def test_one_event_whose_call_hangs_takes_one_hand_and_no_more(tmp_path: Path, url: str, kind: str) -> None:
    world, app, make = a_world(tmp_path, url, kind)
    go_on = Event()
    try:
        published(app, "e0", *OTHERS)
        counted = Counted(app)

        def reconcile(lease: Lease) -> None:
            if lease.event_id == "e0":
                go_on.wait(60)
            counted(lease)

        store = app.store
        assert isinstance(store, SqlStore)
        with running(store, reconcile, make, clock=world.sandbox.clock.now, concurrency=2):
            until(lambda: all(counted.converged[one] for one in OTHERS))
            assert counted.passes["e0"] == 0
            for event_id in OTHERS:
                app.desk.edit(event_id, title="Another title")
            until(lambda: all(counted.converged[one] > 1 for one in OTHERS))
            assert counted.passes["e0"] == 0
            go_on.set()
            until(lambda: counted.converged["e0"] > 0)
    finally:
        go_on.set()
        world.__exit__()
