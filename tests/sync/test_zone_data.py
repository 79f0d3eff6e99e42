"""The law changes the clock: coming events are looked at anew, and the wall time wins."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from tests.world import World, online, publish, sync


def test_an_event_whose_instant_moved_is_looked_at_at_once(world: World) -> None:
    app = world.app()
    publish(app, online("ada"))
    sync(app)
    store: Any = app.store
    with store.engine.begin() as connection:  # as if older zone data had put it an hour later
        connection.execute(text("UPDATE events SET start_utc = start_utc + 3600000, tzdata = '2020a'"))
    with app.store.read() as tx:
        before = tx.work.get("water")
    assert before is not None
    assert before.due_at is not None
    assert before.due_at > world.sandbox.clock.now()
    app.chores()
    with app.store.read() as tx:
        after = tx.work.get("water")
    assert after is not None
    assert after.due_at is not None
    assert after.due_at <= world.sandbox.clock.now()
