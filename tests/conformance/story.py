"""One whole life with everything that the service can ask of Webex, through the service as it is wired."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import requests

from hybrid_sync.domain.events import Speaker
from hybrid_sync.domain.localtime import local_time
from hybrid_sync.domain.people import RegistrantStatus
from hybrid_sync.sandbox import Fault
from hybrid_sync.wiring import App
from tests.builders import utc, wall
from tests.world import World, online, person, publish, sync

SPEAKERS = (Speaker("Grace", email="grace@example.org"), Speaker("Hedy", email="hedy@example.org"))


def live(world: World, app: App) -> None:
    """Checks, webhooks, an event from its making to its report, a second one that is called off."""
    app.checks()
    webhooks(world, app)
    publish(app, *(online(name) for name in ("ada", "bob", "cem")), speakers=SPEAKERS)
    _calm(world, app)
    changes(world, app)
    directly(world, app)
    by_hand(world, app)
    joining(world, app)
    attending(world, app)
    app.webhooks.remove()


def webhooks(world: World, app: App) -> None:
    app.webhooks.install()
    for hook in world.sandbox.state.webhooks.values():
        hook.active = False
    app.chores()


def changes(world: World, app: App) -> None:
    """The record changes, somebody goes, and a batch is refused, so that people are registered one by one."""
    app.desk.edit("water", title="Clean water for everybody", description="Anew.")
    app.desk.reschedule("water", local_time(wall("2027-06-09 11:00")))
    app.desk.set_status("water", "bob@example.org", RegistrantStatus.WITHDRAWN)
    _calm(world, app)
    world.sandbox.faults.add(Fault("POST", "*/bulkInsert", status=400))
    app.desk.register("water", [online("dora"), online("eve")])
    _calm(world, app)


def directly(world: World, app: App) -> None:
    """Two people register in Webex itself; of those who are taken over, one is let in and one turned down."""
    [meeting] = world.meetings()
    if meeting.registration is None:
        return
    for name in ("fay", "gil"):
        body = {"firstName": name, "lastName": "Example", "email": f"{name}@example.org", "sendEmail": False}
        headers = {"Authorization": f"Bearer {world.sandbox.webex_token}"}
        host = {"hostEmail": meeting.host_email} if meeting.host_email != world.sandbox.host_email else {}
        url = f"{world.sandbox.webex_url}meetings/{meeting.id}/registrants"
        assert requests.post(url, json=body, params=host, headers=headers, timeout=60).status_code == 200
    _calm(world, app)
    if app.settings.webex.direct_registrants == "pull":
        app.desk.set_status("water", "fay@example.org", RegistrantStatus.APPROVED)
        app.desk.set_status("water", "gil@example.org", RegistrantStatus.REJECTED)
        _calm(world, app)


def by_hand(world: World, app: App) -> None:
    """In Webex somebody takes a speaker's role away and switches registration off; here a speaker goes."""
    [meeting] = world.meetings()
    for invitee in meeting.invitees.values():
        invitee.co_host = invitee.panelist = False
    app.desk.edit("water", speakers=SPEAKERS[1:])
    _calm(world, app)
    if meeting.registration is not None:
        meeting.registration = None
        _calm(world, app)
        assert meeting.registration is not None


def joining(world: World, app: App) -> None:
    world.sandbox.clock.set(utc("2027-06-09 08:50"))
    ada = person(app, "ada")
    app.joining.enter(ada.id, ada.link_generation)


def attending(world: World, app: App) -> None:
    [meeting] = world.meetings()
    run = world.sandbox.start_meeting(meeting.id, utc("2027-06-09 08:55"))
    world.sandbox.join(run, utc("2027-06-09 09:00"), email="ada@example.org", name="Ada")
    world.sandbox.end_meeting(run, utc("2027-06-09 10:30"))
    world.sandbox.clock.set(utc("2027-06-09 11:00"))
    _calm(world, app)
    with app.store.read() as tx:
        assert {stay.email for stay in tx.attendance.of("water")} >= {"ada@example.org"}
    # A day later the attendee report is complete, and compared.
    world.sandbox.clock.set(utc("2027-06-10 11:00"))
    _calm(world, app)


def call_off(world: World, app: App) -> None:
    """An event that is cancelled before it takes place."""
    publish(app, online("ada"))
    _calm(world, app)
    app.desk.cancel("water")
    _calm(world, app)
    assert world.meetings() == []


def _calm(world: World, app: App) -> Any:
    """Until nothing is left to do, or only a person can go on."""
    for _ in range(6):
        report = sync(app)
        if report.converged or report.needs_attention:
            return report
        world.sandbox.clock.advance(timedelta(seconds=61))
    raise AssertionError(report)
