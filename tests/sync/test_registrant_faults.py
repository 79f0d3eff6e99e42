"""Faults of the registrant calls: everybody is registered once, one person's trouble is theirs alone, others go on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hybrid_sync.domain.people import RegistrantStatus
from hybrid_sync.sandbox import Fault
from hybrid_sync.wiring import App
from tests.builders import an_event
from tests.world import World, crowd, online, publish, sync, until_calm

BULK = "/v1/meetings/*/registrants/bulkInsert"
SINGLE = "/v1/meetings/*/registrants"


def asked(app: App, event_id: str = "water") -> dict[str, str]:
    with app.store.read() as tx:
        return {item.key: item.message for item in tx.attentions.unsettled(event_id)}


def assert_everybody_once(world: World, app: App, count: int) -> None:
    assert len(world.registrant_emails()) == count
    assert set(world.registrant_emails().values()) == {1}
    assert len(world.mails()) == count
    assert set(world.mails().values()) == {1}
    assert world.sandbox.state.webex_mails == []
    with app.store.read() as tx:
        assert tx.intents.pending() == []
        assert set(tx.registrations.statuses("water").values()) == {"approved"}


@pytest.mark.parametrize("effect", [True, False], ids=["was done", "was not done"])
@pytest.mark.parametrize(
    "fault",
    [
        {"status": 502},
        {"status": 500},
        {"status": 503, "retry_after": 30},
        {"drop": True},
        {"body": "truncated"},
    ],
    ids=str,
)
def test_a_fault_in_the_middle_of_batches_registers_everybody_exactly_once(
    world: World, fault: dict[str, Any], effect: bool
) -> None:
    spoilt = dict(fault)
    if "drop" in spoilt:
        spoilt["drop"] = "after" if effect else "before"
    elif "status" in spoilt:
        spoilt["effect"] = effect
    app = world.app()
    publish(app, *crowd(90))
    world.sandbox.faults.add(Fault("POST", BULK, skip=1, **spoilt))
    first = sync(app)
    assert not first.converged or "body" in spoilt
    assert until_calm(world, app).converged
    assert_everybody_once(world, app, 90)


@pytest.mark.parametrize("lag", [0, 3])
def test_a_lost_answer_and_a_lagging_list_together_register_everybody_exactly_once(
    a_world: Any, lag: int
) -> None:
    world = a_world(registrant_lag_reads=lag)
    app = world.app()
    publish(app, *crowd(3))
    world.sandbox.faults.add(Fault("POST", BULK, drop="after"))
    assert not sync(app).converged
    # An impatient second run does not send it again: it may still be on its way.
    writes = [one.path for one in world.sandbox.writes() if one.path.endswith("bulkInsert")]
    sync(app)
    assert [one.path for one in world.sandbox.writes() if one.path.endswith("bulkInsert")] == writes
    assert until_calm(world, app).converged
    assert_everybody_once(world, app, 3)


def test_a_storm_of_conflicts_is_asked_about_person_by_person_and_other_events_go_on(world: World) -> None:
    app = world.app()
    publish(app)
    sync(app)
    app.desk.register("water", crowd(5))
    other = replace(an_event(title="Another"), id="other")
    app.desk.import_event(other)
    app.desk.publish("other")
    app.desk.register("other", [online("zoe")])
    [meeting] = world.meetings()
    for path in (
        f"/v1/meetings/{meeting.id}/registrants/bulkInsert",
        f"/v1/meetings/{meeting.id}/registrants",
    ):
        world.sandbox.faults.add(Fault("POST", path, status=409, times=None))
    assert sync(app).needs_attention
    assert app.converge.event("other").converged
    assert sorted(asked(app)) == [f"registrant:p00{number}@example.org" for number in range(5)]
    assert "not on the list" in asked(app)["registrant:p000@example.org"]
    writes = len(world.sandbox.writes())
    assert sync(app).needs_attention
    assert len(world.sandbox.writes()) == writes
    world.sandbox.faults.clear()
    assert sync(app, force=True).converged
    assert asked(app) == {}
    assert world.mails()["p000@example.org", "invitation"] == 1


@pytest.mark.parametrize("status", [400, 403, 409])
def test_when_the_places_run_out_the_first_get_them_and_the_others_are_asked_about(
    a_world: Any, status: int
) -> None:
    world = a_world(full_status=status)
    app = world.app()
    publish(app)
    sync(app)
    [meeting] = world.meetings()
    meeting.registration["maxRegisterNum"] = 3
    app.desk.register("water", crowd(5))
    assert sync(app).needs_attention
    assert len(world.registrant_emails()) == 3
    assert len(world.sandbox.inbox) == 3
    assert len(asked(app)) == 2
    writes = len(world.sandbox.writes())
    sync(app)
    assert len(world.sandbox.writes()) == writes
    # Somebody leaves, and a person has the others tried again.
    app.desk.set_status("water", "p000@example.org", RegistrantStatus.WITHDRAWN)
    sync(app, force=True)
    assert len(world.registrant_emails()) == 3
    assert len(asked(app)) == 1


def test_a_meeting_that_takes_nobody_is_one_question_and_not_one_for_each_person(world: World) -> None:
    app = world.app()
    publish(app)
    sync(app)
    app.desk.register("water", crowd(90))
    for path in (BULK, SINGLE):
        world.sandbox.faults.add(Fault("POST", path, status=403, times=None))
    assert sync(app).needs_attention
    assert list(asked(app)) == ["registrant:water"]
    calls = [one for one in world.sandbox.writes() if "/registrants" in one.path]
    assert len(calls) == 2
    sync(app)
    assert len([one for one in world.sandbox.writes() if "/registrants" in one.path]) == len(calls)
    world.sandbox.faults.clear()
    assert sync(app, force=True).converged
    assert len(world.registrant_emails()) == 90


def test_somebody_whom_webex_will_not_take_back_is_asked_about_with_what_to_do(a_world: Any) -> None:
    world = a_world(reregister_deleted=False)
    app = world.app()
    publish(app, online("ada"), online("bob"))
    sync(app)
    app.desk.set_status("water", "ada@example.org", RegistrantStatus.WITHDRAWN)
    assert sync(app).converged
    app.desk.set_status("water", "ada@example.org", RegistrantStatus.APPROVED)
    app.desk.register("water", [online("late")])
    assert sync(app).needs_attention
    assert world.registrant_emails() == {"bob@example.org": 1, "late@example.org": 1}
    [words] = asked(app).values()
    assert "another address" in words
    # Nobody is invited to a meeting that does not let them in.
    assert world.mails()["ada@example.org", "invitation"] == 1
    app.desk.set_status("water", "ada@example.org", RegistrantStatus.WITHDRAWN)
    assert sync(app).converged


@pytest.mark.parametrize("verb", ["approve", "bulkDelete"])
@pytest.mark.parametrize(
    "fault",
    [{"status": 502, "effect": True}, {"status": 502}, {"drop": "after"}, {"status": 429, "retry_after": 9}],
    ids=str,
)
def test_whatever_happens_to_an_approval_or_a_removal_the_list_is_right_in_the_end(
    world: World, verb: str, fault: dict[str, Any]
) -> None:
    app = world.app(world.settings(webex={"auto_accept": False}))
    publish(app, online("ada"), online("bob"))
    if verb == "bulkDelete":
        sync(app)
        app.desk.set_status("water", "ada@example.org", RegistrantStatus.WITHDRAWN)
    world.sandbox.faults.add(Fault("POST", f"{SINGLE}/{verb}", **fault))
    assert not sync(app).converged
    assert until_calm(world, app).converged
    gone = {"ada@example.org"} if verb == "bulkDelete" else set()
    assert set(world.registrant_emails()) == {"ada@example.org", "bob@example.org"} - gone
    [meeting] = world.meetings()
    assert {one.status for one in meeting.registrants.values()} == {"approved"}
    assert world.mails()["bob@example.org", "invitation"] == 1
    assert world.sandbox.state.webex_mails == []


@pytest.mark.parametrize("verb", ["approve", "bulkDelete"])
def test_a_refused_approval_or_removal_is_asked_about_once_and_not_sent_at_every_look(
    world: World, verb: str
) -> None:
    app = world.app(world.settings(webex={"auto_accept": False}))
    publish(app, online("ada"), online("bob"))
    if verb == "bulkDelete":
        sync(app)
        app.desk.set_status("water", "ada@example.org", RegistrantStatus.WITHDRAWN)
    world.sandbox.faults.add(Fault("POST", f"{SINGLE}/{verb}", status=400, times=None))
    assert sync(app).needs_attention
    writes = len(world.sandbox.writes())
    assert sync(app).needs_attention
    assert len(world.sandbox.writes()) == writes
    if verb == "approve":
        assert len(world.sandbox.inbox) == 0
    world.sandbox.faults.clear()
    assert sync(app, force=True).converged
