"""Outside faults: nothing is lost, nothing is doubled, other events go on, and a person reads the provider's words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hybrid_sync.domain.people import RegistrantStatus
from hybrid_sync.errors import LostLease, SettingsError
from hybrid_sync.sandbox import Fault
from hybrid_sync.wiring import App
from tests.builders import an_event
from tests.world import World, online, publish, sync, until_calm

MEETINGS = "/v1/meetings"
REGISTRANTS = "/v1/meetings/*/registrants/bulkInsert"
EVENTS = "/graph/v1.0/users/*/events"

FAULTS = {
    "503 with a time": {"status": 503, "retry_after": 20},
    "429 with a time": {"status": 429, "retry_after": 20},
    "429 as a page": {"status": 429, "retry_after": 20, "body": "html"},
    "500": {"status": 500},
    "502 although it was done": {"status": 502, "effect": True},
    "504 although it was done": {"status": 504, "effect": True},
    "dropped before": {"drop": "before"},
    "dropped after it was done": {"drop": "after"},
    "answer broken off": {"body": "truncated"},
    "answer is a page": {"body": "html"},
}


def assert_one_of_everything(world: World, app: App) -> None:
    assert len(world.meetings()) == 1
    assert len(world.calendar_entries()) == 1
    assert world.registrant_emails() == {"ada@example.org": 1, "bob@example.org": 1}
    assert world.mails() == {("ada@example.org", "invitation"): 1, ("bob@example.org", "invitation"): 1}
    assert world.sandbox.state.webex_mails == []
    with app.store.read() as tx:
        assert tx.intents.pending() == []
        assert tx.messages.pending("water") == []


@pytest.mark.parametrize("fault", FAULTS, ids=str)
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", MEETINGS), ("POST", REGISTRANTS), ("POST", EVENTS)],
    ids=["meeting", "people", "entry"],
)
def test_whatever_happens_to_a_writing_call_there_is_one_of_everything(
    world: World, fault: str, method: str, path: str
) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    world.sandbox.faults.add(Fault(method=method, path=path, **FAULTS[fault]))
    first = sync(app)
    report = until_calm(world, app)
    assert report.converged, report
    assert_one_of_everything(world, app)
    if fault not in ("answer is a page", "answer broken off"):
        assert not first.converged or path == REGISTRANTS


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_whatever_happens_to_reading_calls_there_is_one_of_everything(world: World, fault: str) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    for path in ("/v1/meetings", "/v1/meetings/*", "/graph/*"):
        world.sandbox.faults.add(Fault(method="GET", path=path, times=2, **FAULTS[fault]))
    assert until_calm(world, app, most=12).converged
    assert_one_of_everything(world, app)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(method="CONNECT", drop="before", times=2),
        Fault(method="RCPT", path="ada@example.org", status=451),
        Fault(method="DATA", path="ada@example.org", drop="before"),
        Fault(method="DATA", path="ada@example.org", drop="after"),
        Fault(method="DATA", path="ada@example.org", status=421),
    ],
    ids=[
        "no connection",
        "later for one",
        "dropped before",
        "dropped after it was taken",
        "server goes down",
    ],
)
def test_whatever_happens_to_a_mail_everybody_gets_one_message(world: World, fault: Fault) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    world.sandbox.faults.add(fault)
    assert until_calm(world, app).converged
    assert_one_of_everything(world, app)
    copies = {message.message_id: message.content for message in world.sandbox.inbox}
    assert all(copies[message.message_id] == message.content for message in world.sandbox.inbox)


def test_an_address_that_takes_no_mail_is_asked_about_and_the_others_are_served(world: World) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    world.sandbox.faults.add(Fault(method="RCPT", path="ada@example.org", status=550, times=None))
    report = sync(app)
    assert report.needs_attention
    assert world.mails() == {("bob@example.org", "invitation"): 1}
    again = sync(app)
    assert again.needs_attention
    assert not again.wrote
    with app.store.read() as tx:
        [question] = tx.attentions.unsettled("water")
    assert "550" in question.message
    app.desk.set_status("water", "ada@example.org", RegistrantStatus.WITHDRAWN)
    assert until_calm(world, app).converged
    with app.store.read() as tx:
        assert tx.attentions.unsettled("water") == []


def test_a_person_whom_webex_refuses_is_asked_about_once_and_the_others_are_served(world: World) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    world.sandbox.faults.add(Fault(method="POST", path=REGISTRANTS, status=400))
    world.sandbox.faults.add(Fault(method="POST", path="/v1/meetings/*/registrants", status=400))
    report = sync(app)
    assert report.needs_attention
    [refused] = [outcome for outcome in report.outcomes if outcome.ask]
    assert refused.kind == "registrant.add"
    writes = len(world.sandbox.writes())
    assert sync(app).needs_attention
    assert len(world.sandbox.writes()) == writes
    assert sync(app, force=True).converged
    assert world.registrant_emails() == {"ada@example.org": 1, "bob@example.org": 1}


def test_a_meeting_that_webex_refuses_is_not_asked_for_again_until_forced(world: World) -> None:
    app = world.app()
    publish(app, online("ada"))
    world.sandbox.faults.add(Fault(method="POST", path=MEETINGS, status=403, times=None))
    assert sync(app).needs_attention
    posts = [call for call in world.sandbox.writes() if call.path == MEETINGS]
    sync(app)
    assert len([call for call in world.sandbox.writes() if call.path == MEETINGS]) == len(posts) == 1
    world.sandbox.faults.clear()
    assert sync(app, force=True).converged


def test_a_token_that_is_not_accepted_is_said_once_and_nothing_is_lost(world: World) -> None:
    settings = world.settings(webex={"access_token": "not-the-token"})
    app = world.app(settings)
    publish(app, online("ada"))
    report = sync(app)
    assert report.needs_attention
    with app.store.read() as tx:
        assert [item.key for item in tx.attentions.unsettled("water")] == ["sign-in"]
    assert len(world.calendar_entries()) == 1
    app.close()
    assert until_calm(world, world.app()).converged
    assert len(world.meetings()) == 1


def test_one_event_that_is_told_to_wait_does_not_hold_up_another(world: World) -> None:
    app = world.app()
    publish(app, online("ada"))
    other = replace(an_event(title="Another"), id="other")
    app.desk.import_event(other)
    app.desk.publish("other")
    world.sandbox.faults.add(Fault(method="POST", path=MEETINGS, status=429, retry_after=3600))
    first, second = app.converge.all_due()
    assert not first.converged
    assert second.converged
    calls = len(world.sandbox.calls)
    world.sandbox.clock.advance(timedelta(minutes=30))
    assert not app.converge.event("water").converged
    assert [call for call in world.sandbox.calls[calls:] if call.path.startswith("/v1")] == []
    # The hour that Webex asked for, and up to a tenth more: not all processes come back in the same second.
    world.sandbox.clock.advance(timedelta(minutes=37))
    assert app.converge.event("water").converged


def test_a_worker_that_slept_past_its_lease_writes_nothing(world: World) -> None:
    app, other = world.app(), world.app()
    publish(app, online("ada"))
    now = world.sandbox.clock.now()
    with app.store.begin() as tx:
        [stale] = tx.work.claim("sleeper", now, timedelta(seconds=60), 1)
    world.sandbox.clock.advance(timedelta(seconds=61))
    assert sync(other).converged
    with pytest.raises(LostLease):
        app.loop.reconcile(stale)
    assert len(world.meetings()) == 1
    assert len(world.sandbox.inbox) == 1


def test_an_error_that_nobody_expected_leaves_the_event_free(world: World) -> None:
    app = world.app(world.settings(webex={"access_token": None}))
    publish(app, online("ada"))
    with pytest.raises(SettingsError, match="access_token"):
        sync(app)
    assert sync(world.app()).converged


def test_too_many_removals_are_refused_until_forced(world: World) -> None:
    app = world.app()
    names = [f"p{number}" for number in range(12)]
    publish(app, *(online(name) for name in names))
    sync(app)
    for name in names[:6]:
        app.desk.set_status("water", f"{name}@example.org", RegistrantStatus.WITHDRAWN)
    report = sync(app)
    assert report.needs_attention
    assert len(world.registrant_emails()) == 12
    assert sync(app, force=True).converged
    assert len(world.registrant_emails()) == 6
