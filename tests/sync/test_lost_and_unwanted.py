"""A call was lost, and before it is looked for the event is called off: what it made is taken back all the same."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hybrid_sync.domain.people import RegistrantStatus
from hybrid_sync.sandbox import Fault
from tests.builders import utc
from tests.world import World, online, outside, publish, sync, until_calm

CALLS = {"meeting": "/v1/meetings", "entry": "/graph/v1.0/users/*/events"}


@pytest.mark.parametrize("what", CALLS)
@pytest.mark.parametrize("drop", ["before", "after"])
def test_what_a_lost_call_made_is_taken_back_when_the_event_is_cancelled(
    world: World, what: str, drop: str
) -> None:
    app = world.app()
    publish(app, online("ada"))
    world.sandbox.faults.add(Fault(method="POST", path=CALLS[what], drop=drop))  # type: ignore[arg-type]
    assert not sync(app).converged
    app.desk.cancel("water")
    assert until_calm(world, app).converged
    assert world.meetings() == []
    assert world.calendar_entries() == []
    with app.store.read() as tx:
        assert tx.intents.pending() == []
    assert sync(app).outcomes == ()


def test_a_meeting_that_lists_show_late_is_still_taken_back(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with World(tmp_path, outside(list_lag_seconds=25)) as world:
        app = world.app()
        publish(app, online("ada"))
        world.sandbox.faults.add(Fault(method="POST", path=CALLS["meeting"], drop="after"))
        sync(app)
        app.desk.cancel("water")
        world.sandbox.clock.advance(timedelta(seconds=10))
        assert not sync(app).converged
        assert until_calm(world, app).converged
        assert world.meetings() == []


@pytest.mark.parametrize("drop", ["before", "after"])
def test_who_withdraws_after_a_lost_registration_is_taken_off_the_list(world: World, drop: str) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    world.sandbox.faults.add(Fault(method="POST", path="/v1/meetings/*/registrants/bulkInsert", drop=drop))  # type: ignore[arg-type]
    assert not sync(app).converged
    app.desk.set_status("water", "ada@example.org", RegistrantStatus.WITHDRAWN)
    assert until_calm(world, app).converged
    assert world.registrant_emails() == {"bob@example.org": 1}
    assert world.mails() == {("bob@example.org", "invitation"): 1}


@pytest.mark.parametrize("what", CALLS)
def test_a_lost_call_for_an_event_that_is_over_is_closed(world: World, what: str) -> None:
    app = world.app()
    publish(app, online("ada"))
    world.sandbox.faults.add(Fault(method="POST", path=CALLS[what], drop="before"))  # type: ignore[arg-type]
    assert not sync(app).converged
    world.sandbox.clock.set(utc("2027-06-09 10:00"))
    assert until_calm(world, app).converged
    with app.store.read() as tx:
        assert tx.intents.pending() == []
        assert any("graph" in line.detail or "webex" in line.detail for line in tx.audit.of("water"))
