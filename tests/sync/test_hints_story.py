"""The whole way of a hint over real sockets, and the same story without any: both end alike."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from hybrid_sync.web.app import create_app
from hybrid_sync.wiring import App
from tests.builders import utc
from tests.world import World, online, outside, publish, sync


@contextmanager
def standing(world: World) -> Iterator[App]:
    """The service's web on a real port, with webhooks installed that call it."""
    config = uvicorn.Config("unused", port=0, log_config=None, lifespan="off", ws="none")
    bound = config.bind_socket()
    address = f"http://127.0.0.1:{bound.getsockname()[1]}"
    app = world.app(world.settings(service={"base_url": address}))
    config.app = create_app(app)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    try:
        app.webhooks.install()
        yield app
    finally:
        server.should_exit = True
        thread.join(20)
        bound.close()


def happens(world: World) -> None:
    """Ada comes, the host restarts, and it is over."""
    [meeting] = world.meetings()
    for joined, left in (("07:55", "08:30"), ("08:35", "09:30")):
        run = world.sandbox.start_meeting(meeting.id, utc(f"2027-06-09 {joined}"))
        world.sandbox.join(run, utc(f"2027-06-09 {joined}"), email="ada@example.org", name="Ada")
        world.sandbox.end_meeting(run, utc(f"2027-06-09 {left}"))


def outcome(world: World, app: App) -> tuple[Any, ...]:
    """What the story came to, with ids of one world left out."""
    for clock in ("2027-06-09 10:00", "2027-06-09 12:00", "2027-06-10 12:00"):
        world.sandbox.clock.set(utc(clock))
        world.sandbox.deliver_webhooks()
        assert sync(app).converged
    with app.store.read() as tx:
        stays = sorted((stay.email, stay.joined, stay.left) for stay in tx.attendance.of("water"))
        pulls = [(pull.at, len(pull.instances), pull.rows) for pull in tx.attendance.pulls("water")]
    return stays, len(pulls), world.registrant_emails(), world.mails(), len(world.meetings())


OPTIONS: list[dict[str, Any]] = [
    {},
    {"webhook_copies": 3, "webhook_order": "reversed"},
    {"webhook_delay_seconds": 600},
    {"webhook_names_series": True, "webhook_retries": 2},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_with_webhooks_however_they_come_and_without_the_story_ends_alike(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    ends = []
    for name in ("with", "without"):
        (tmp_path / name).mkdir()
        with World(tmp_path / name, outside(**options)) as world, standing(world) as app:
            publish(app, online("ada"), online("bob"))
            assert sync(app).converged
            if name == "without":
                app.webhooks.remove()
            happens(world)
            ends.append(outcome(world, app))
            statuses = [delivery.status for delivery in world.sandbox.deliveries]
            assert statuses == ([] if name == "without" else [200] * len(statuses))
            assert bool(statuses) is (name == "with")
    assert ends[0] == ends[1]
    assert len(ends[0][0]) == 4


def test_a_meeting_that_starts_wakes_its_event_over_the_wire(world: World) -> None:
    with standing(world) as app:
        publish(app, online("ada"))
        assert sync(app).converged
        with app.store.read() as tx:
            row = tx.work.get("water")
        world.sandbox.clock.advance(timedelta(minutes=2))
        now = world.sandbox.clock.now()
        assert row is not None
        assert row.due_at is not None
        assert row.due_at > now
        [meeting] = world.meetings()
        world.sandbox.start_meeting(meeting.id, with_host=False)
        world.sandbox.deliver_webhooks()
        for _ in range(1000):
            with app.store.read() as tx:
                row = tx.work.get("water")
            assert row is not None
            if row.due_at is not None and row.due_at < now + timedelta(minutes=1):
                break
            threading.Event().wait(0.01)
        else:
            pytest.fail("it was not woken")
    [delivery] = world.sandbox.deliveries
    assert delivery.status == 200
