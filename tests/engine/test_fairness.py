"""One event that is told to wait, or whose calls hang, never keeps another from being worked on.

Where an engine is given NEVER for the time between its ticks, it ticks once: what is done then was not put off at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Event, Lock

import pytest
from tests.builders import an_event
from tests.engine.pg import pg_server, pg_store, pg_template, pg_url
from tests.engine.workbench import HELD, NEVER, a_queue_engine, an_engine, running, until
from tests.world import World

from hybrid_sync.adapters.sql import SqlStore
from hybrid_sync.ports import Engine, Lease
from hybrid_sync.sandbox import Fault
from hybrid_sync.wiring import App

__all__ = ["pg_server", "pg_store", "pg_template", "pg_url"]  # fixtures

MakeEngine = Callable[..., Engine]
OTHERS = ["e1", "e2", "e3"]
ALL = ["e0", *OTHERS]


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


@dataclass
class House:
    """One service, to which "e0" and the others are published."""

    world: World
    app: App
    make: MakeEngine

    def edit(self, title: str, *ids: str) -> None:
        for event_id in ids:
            self.app.desk.edit(event_id, title=title)

    def meeting_of(self, event_id: str) -> str:
        """The meeting's id; it is made by a pass outside every engine."""
        self.app.converge.event(event_id)
        with self.app.store.read() as tx:
            record = tx.meetings.get(event_id)
        assert record is not None
        assert record.meeting_id is not None
        return record.meeting_id

    def running(
        self, reconcile: Counted, *, hands: int, poll_seconds: float = NEVER
    ) -> AbstractContextManager[Engine]:
        """An engine on the sandbox's clock; `hands` events at a time."""
        store, clock = self.app.store, self.world.sandbox.clock.now
        assert isinstance(store, SqlStore)
        return running(store, reconcile, self.make, clock=clock, concurrency=hands, poll_seconds=poll_seconds)

    def hold(self, monkeypatch: pytest.MonkeyPatch, go_on: Event, path: str) -> Event:
        """Calls to `path` are not answered before `go_on`; tells when the first has come."""
        came, take = Event(), self.world.sandbox.faults.take

        def held(method: str, called: str) -> Fault | None:
            if called.startswith(path):
                came.set()
                go_on.wait(HELD)
            return take(method, called)

        monkeypatch.setattr(self.world.sandbox.faults, "take", held)
        return came


@pytest.fixture
def house(tmp_path: Path, url: str, kind: str) -> Iterator[House]:
    with World(tmp_path, url=url) as world:
        app = world.app(world.settings(engine={"kind": kind}))
        for event_id in ALL:
            app.desk.import_event(an_event(id=event_id))
            app.desk.publish(event_id)
        yield House(world, app, a_queue_engine if kind == "procrastinate" else an_engine)


@pytest.fixture
def go_on(house: House) -> Iterator[Event]:
    """Lets go of what is held; at the end in any case, and before the house is closed."""
    word = Event()
    yield word
    word.set()


@pytest.mark.parametrize(
    "fault", [{"status": 429, "retry_after": 3600.0}, {"status": 503}, {"drop": "before"}]
)
def test_one_event_that_is_put_off_does_not_put_off_the_others(
    house: House, fault: dict[str, object]
) -> None:
    unlucky, *_ = [house.meeting_of(event_id) for event_id in ALL]
    house.world.sandbox.faults.add(Fault("*", f"/v1/meetings/{unlucky}*", times=None, **fault))  # type: ignore[arg-type]
    for turn in (1, 2):
        counted = Counted(house.app)
        house.edit(f"Another title {turn}", *ALL)
        with house.running(counted, hands=1):
            until(lambda counted=counted: all(counted.converged[one] for one in OTHERS))  # type: ignore[misc]
        assert counted.converged["e0"] == 0
        titles = {meeting.fields["title"] for meeting in house.world.meetings() if meeting.id != unlucky}
        assert titles == {f"Another title {turn}"}


def test_one_event_whose_call_hangs_takes_one_hand_and_no_more(
    house: House, go_on: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlucky, *_ = [house.meeting_of(event_id) for event_id in ALL]
    came = house.hold(monkeypatch, go_on, f"/v1/meetings/{unlucky}")
    counted = Counted(house.app)
    house.edit("Another title", "e0")
    with house.running(counted, hands=2, poll_seconds=0.05):
        until(came.is_set)
        for turn in (1, 2):
            house.edit(f"Another title {turn}", *OTHERS)
            until(lambda turn=turn: all(counted.converged[one] >= turn for one in OTHERS))  # type: ignore[misc]
        assert counted.passes["e0"] == 1
        assert counted.converged["e0"] == 0
        go_on.set()
        until(lambda: counted.converged["e0"] > 0)


def test_in_the_tick_in_which_one_event_hangs_all_others_are_done(
    house: House, go_on: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.hold(monkeypatch, go_on, f"/v1/meetings/{house.meeting_of('e0')}")
    house.edit("Another title", *ALL)
    counted = Counted(house.app)
    with house.running(counted, hands=2):
        until(lambda: all(counted.converged[one] for one in OTHERS))
        assert counted.converged["e0"] == 0
        go_on.set()
        until(lambda: counted.converged["e0"] > 0)


@pytest.mark.parametrize("away", ["Webex", "Microsoft"])
def test_while_one_system_is_away_every_event_gets_what_the_others_do_for_it(house: House, away: str) -> None:
    for event_id in ALL:
        house.meeting_of(event_id)
    house.edit("Another title", *ALL)
    world = house.world
    path = {"Webex": "/v1/*", "Microsoft": "/graph/*"}[away]
    world.sandbox.faults.add(Fault("*", path, times=None, status=503))

    def renamed() -> dict[str, int]:
        meetings = [meeting.fields["title"] for meeting in world.meetings()]
        entries = [entry.data["subject"] for entry in world.calendar_entries()]
        told = {"Webex": meetings, "Microsoft": entries}
        return {system: sum("Another title" in one for one in found) for system, found in told.items()}

    def one_tick(done: Callable[[], bool]) -> None:
        with house.running(Counted(house.app), hands=1):
            until(done)

    there = {"Webex": "Microsoft", "Microsoft": "Webex"}[away]
    one_tick(lambda: renamed() == {away: 0, there: 4})
    world.sandbox.faults.clear()
    world.sandbox.clock.advance(timedelta(hours=1))
    one_tick(lambda: renamed() == {away: 4, there: 4})
