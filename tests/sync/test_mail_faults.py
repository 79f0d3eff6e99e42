"""Whatever a mail server or Graph does: each person ends with exactly one distinct message, and others are not delayed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hybrid_sync.domain.localtime import local_time
from hybrid_sync.sandbox import Fault
from hybrid_sync.settings import Settings
from hybrid_sync.wiring import App
from tests.builders import an_event, wall
from tests.world import World, crowd, online, publish, sync, until_calm

ADA, BOB, CY = "ada@example.org", "bob@example.org", "cy@example.org"
PEOPLE = (online("ada"), online("bob"), online("cy"))
SEND_MAIL = "/graph/v1.0/users/*/sendMail"

AWorld = Callable[..., World]


def by_graph(world: World, **mail: Any) -> Settings:
    return world.settings(mail={"transport": "graph", "from_address": world.sandbox.mailbox, **mail})


def by_xoauth2(world: World) -> Settings:
    credentials = {
        "access_token": None,
        "tenant_id": "sandbox-tenant",
        "client_id": "sandbox-app",
        "client_secret": "sandbox-app-secret",
        "authority": world.sandbox.authority_url,
    }
    return world.settings(mail={"auth": "xoauth2", "from_address": world.sandbox.mailbox}, graph=credentials)


def assert_one_each(world: World, app: App, *addresses: str) -> None:
    """One distinct message for each; a copy is the same message, byte by byte."""
    assert world.mails() == {(address, "invitation"): 1 for address in addresses}
    first = {message.message_id: message.content for message in world.sandbox.inbox}
    assert all(first[message.message_id] == message.content for message in world.sandbox.inbox)
    with app.store.read() as tx:
        assert tx.messages.pending("water") == []
        assert tx.attentions.unsettled("water") == []


def reached(world: World) -> set[str]:
    return {message.recipients[0] for message in world.sandbox.inbox}


# --- SMTP ---------------------------------------------------------------------------------------------------------

FOR_ONE = {
    "greylisted": Fault("RCPT", ADA, status=451, words="4.7.1 Greylisted, come back"),
    "greylisted for long": Fault("RCPT", ADA, status=451, times=3),
    "mailbox busy": Fault("RCPT", ADA, status=450, words="4.2.1\nthe mailbox\n\nis busy"),
    "deferred after the message": Fault("DATA", ADA, status=451),
    "no room after the message": Fault("DATA", ADA, status=452),
    "dropped before it was taken": Fault("DATA", ADA, drop="before"),
    "dropped after it was taken": Fault("DATA", ADA, drop="after"),
    "dropped again and again": Fault("DATA", ADA, drop="after", times=3),
}


@pytest.mark.parametrize("fault", FOR_ONE.values(), ids=FOR_ONE)
def test_what_goes_wrong_for_one_person_keeps_nobody_else_waiting(world: World, fault: Fault) -> None:
    app = world.app()
    publish(app, *PEOPLE)
    world.sandbox.faults.add(fault)
    assert not sync(app).converged
    assert {BOB, CY} <= reached(world)
    assert until_calm(world, app).converged
    assert world.sandbox.faults.hits(fault) == fault.times
    assert_one_each(world, app, ADA, BOB, CY)


FOR_ALL = {
    "no connection": Fault("CONNECT", drop="before", times=2),
    "no service now": Fault("CONNECT", status=421, words="4.3.2 shutting down"),
    "no service at all": Fault("CONNECT", status=554, words="5.3.2 not today"),
    "no sender now": Fault("MAIL", status=451, words="4.3.1 no room"),
    "goodbye at the first recipient": Fault("RCPT", status=421),
    "goodbye at the second recipient": Fault("RCPT", BOB, status=421),
    "goodbye after the message": Fault("DATA", status=421),
    "dropped at the recipient": Fault("RCPT", drop="before"),
    "every message dropped once": Fault("DATA", drop="after", times=3),
    "every recipient greylisted": Fault("RCPT", status=451, times=3),
}


@pytest.mark.parametrize("fault", FOR_ALL.values(), ids=FOR_ALL)
def test_what_goes_wrong_for_all_ends_with_one_message_each(world: World, fault: Fault) -> None:
    app = world.app()
    publish(app, *PEOPLE)
    world.sandbox.faults.add(fault)
    sync(app)
    assert until_calm(world, app).converged
    assert world.sandbox.faults.hits(fault) == fault.times
    assert_one_each(world, app, ADA, BOB, CY)


SERVERS: dict[str, dict[str, Any]] = {
    "greylists everybody twice": {"smtp_greylist": 2},
    "takes two on a connection, and says so": {"smtp_messages_per_connection": 2},
    "takes two on a connection, and hangs up": {"smtp_messages_per_connection": 2, "smtp_goodbye": "drop"},
    "answers in many lines": {"smtp_many_lines": True},
    "takes two a minute": {"mails_per_minute": 2},
    "closes idle connections": {"smtp_idle_seconds": 0.05},
}


@pytest.mark.parametrize("options", SERVERS.values(), ids=SERVERS)
def test_servers_of_every_manner_deliver_one_message_each(a_world: AWorld, options: dict[str, Any]) -> None:
    world = a_world(**options)
    app = world.app()
    publish(app, *PEOPLE)
    sync(app)
    assert until_calm(world, app, most=12).converged
    assert_one_each(world, app, ADA, BOB, CY)


def test_a_hundred_people_are_one_connection(world: World) -> None:
    app = world.app()
    publish(app, *crowd(100))
    assert sync(app).converged
    assert len(world.sandbox.inbox) == 100
    assert world.sandbox.state.smtp_connections == 1


@pytest.mark.parametrize("stage", ["CONNECT", "RCPT", "DATA"])
def test_a_server_that_drips_is_left_at_the_deadline(
    world: World, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hybrid_sync.wiring.post.TOTAL_SECONDS", 0.5)
    app = world.app()
    publish(app, *PEOPLE)
    world.sandbox.faults.add(Fault(stage, drip=0.05))
    assert not sync(app).converged
    assert until_calm(world, app).converged
    assert_one_each(world, app, ADA, BOB, CY)


def test_a_server_that_is_down_for_hours_costs_no_message(world: World) -> None:
    app = world.app()
    publish(app, *PEOPLE)
    down = world.sandbox.faults.add(Fault("CONNECT", drop="before", times=None))
    for _ in range(5):
        report = sync(app)
        assert not report.converged
        assert not report.needs_attention
        world.sandbox.clock.advance(timedelta(hours=1))
    assert world.sandbox.faults.hits(down) >= 5
    world.sandbox.faults.clear()
    assert until_calm(world, app).converged
    assert_one_each(world, app, ADA, BOB, CY)


REFUSALS = {
    "unknown": Fault("RCPT", ADA, status=550, words="5.1.1 <ada@example.org>: no such user", times=None),
    "mailbox full": Fault("RCPT", ADA, status=552, words="5.2.2 over quota", times=None),
    "refused after the message": Fault("DATA", ADA, status=554, words="5.6.0 not like this", times=None),
    "too large for it": Fault("DATA", ADA, status=552, words="5.3.4 too big", times=None),
}


@pytest.mark.parametrize("fault", REFUSALS.values(), ids=REFUSALS)
def test_a_refused_recipient_is_put_before_the_organiser_and_the_others_are_served(
    world: World, fault: Fault
) -> None:
    app = world.app()
    publish(app, *PEOPLE)
    world.sandbox.faults.add(fault)
    report = sync(app)
    assert report.needs_attention
    assert reached(world) == {BOB, CY}
    with app.store.read() as tx:
        [question] = tx.attentions.unsettled("water")
    assert question.key == f"mail:{ADA}"
    assert str(fault.status) in question.message
    sync(app)
    assert world.sandbox.faults.hits(fault) == 1
    assert reached(world) == {BOB, CY}


@pytest.mark.parametrize(
    "fault",
    [
        Fault("MAIL", status=550, words="5.7.60 not allowed to send as this sender", times=None),
        Fault("RCPT", status=554, words="5.7.1 Relay access denied", times=None),
        Fault("DATA", status=554, words="5.2.252 SendAsDenied", times=None),
        Fault("AUTH", status=535, words="5.7.3 Authentication unsuccessful", times=None),
    ],
    ids=["sender", "relay", "after the message", "sign-in"],
)
def test_a_refusal_of_us_marks_nobody_and_stops_after_one_message(a_world: AWorld, fault: Fault) -> None:
    world = a_world(smtp_username="box", smtp_password="canary-pw")
    app = world.app(world.settings(mail={"auth": "login", "username": "box", "password": "canary-pw"}))
    publish(app, *PEOPLE)
    world.sandbox.faults.add(fault)
    assert sync(app).needs_attention
    with app.store.read() as tx:
        assert [item.key for item in tx.attentions.unsettled("water")] == ["sign-in"]
        assert len(tx.messages.pending("water")) == 3
    world.sandbox.faults.clear()
    assert until_calm(world, app).converged
    assert_one_each(world, app, ADA, BOB, CY)


def test_a_token_that_ends_between_two_mails_is_renewed_and_a_sign_in_outage_is_waited_for(
    a_world: AWorld,
) -> None:
    world = a_world(smtp_mechanisms=("XOAUTH2",), smtp_messages_per_connection=1)
    app = world.app(by_xoauth2(world))
    world.sandbox.faults.add(Fault("POST", "/entra/*", status=503, retry_after=30, times=2))
    publish(app, online("ada"))
    assert not sync(app).converged
    assert until_calm(world, app).converged
    world.sandbox.clock.advance(timedelta(hours=2))
    app.desk.register("water", [online("bob"), online("cy")])
    assert until_calm(world, app).converged
    assert_one_each(world, app, ADA, BOB, CY)


# --- Graph --------------------------------------------------------------------------------------------------------

GRAPH_FAULTS: dict[str, dict[str, Any]] = {
    "429 with a time": {"status": 429, "retry_after": 20},
    "429 without": {"status": 429},
    "503": {"status": 503},
    "500": {"status": 500},
    "502 although it was taken": {"status": 502, "effect": True},
    "504 although it was taken": {"status": 504, "effect": True},
    "dropped before": {"drop": "before"},
    "dropped after": {"drop": "after"},
    "dropped twice": {"drop": "after", "times": 2},
    "401 once": {"status": 401},
}


@pytest.mark.parametrize("fault", GRAPH_FAULTS, ids=str)
def test_whatever_happens_to_send_mail_everybody_gets_one_message(world: World, fault: str) -> None:
    app = world.app(by_graph(world))
    publish(app, *PEOPLE)
    rule = world.sandbox.faults.add(Fault("POST", SEND_MAIL, **GRAPH_FAULTS[fault]))
    sync(app)
    assert until_calm(world, app).converged
    assert world.sandbox.faults.hits(rule) == rule.times
    assert_one_each(world, app, ADA, BOB, CY)
    assert world.sandbox.state.smtp_connections == 0


def test_a_recipient_whom_graph_refuses_does_not_stop_the_rest(world: World) -> None:
    app = world.app(by_graph(world))
    publish(app, *PEOPLE)
    world.sandbox.faults.add(Fault("POST", SEND_MAIL, status=400))
    assert sync(app).needs_attention
    assert len(reached(world)) == 2
    with app.store.read() as tx:
        [question] = tx.attentions.unsettled("water")
    assert question.key.startswith("mail:")


def test_without_the_permission_nobody_is_marked_and_the_way_out_is_said(a_world: AWorld) -> None:
    world = a_world(graph_roles=("Calendars.ReadWrite",))
    app = world.app(by_graph(world))
    publish(app, *PEOPLE)
    assert sync(app).needs_attention
    with app.store.read() as tx:
        [question] = tx.attentions.unsettled("water")
    assert question.key == "sign-in"
    assert "Mail.Send" in question.message
    # One for each pass that sync makes; the other two people are not tried.
    assert len([call for call in world.sandbox.calls if call.route.endswith("sendMail")]) <= 2
    with app.store.read() as tx:
        assert len(tx.messages.pending("water")) == 3


def test_what_is_missing_in_the_settings_for_graph_is_said_in_words(world: World) -> None:
    graph = {"enabled": False, "access_token": None, "tenant_id": "t"}
    app = world.app(
        world.settings(mail={"transport": "graph", "from_address": world.sandbox.mailbox}, graph=graph)
    )
    [check] = [one for one in app.checks() if one.what == "Graph mail"]
    assert check.ok is False
    assert "client_id, client_secret (or certificate) is missing there" in check.detail


def test_the_whole_life_goes_by_graph_too(world: World) -> None:
    app = world.app(by_graph(world))
    publish(app, *PEOPLE)
    assert sync(app).converged
    app.desk.reschedule("water", local_time(wall("2027-06-09 11:00")))
    assert until_calm(world, app).converged
    app.desk.cancel("water")
    assert until_calm(world, app).converged
    kinds = ("invitation", "update", "cancellation")
    assert world.mails() == {(address, kind): 1 for address in (ADA, BOB, CY) for kind in kinds}
    counts = world.sandbox.mail_counts()
    assert counts["duplicate_message_ids"] == counts["duplicate_calendar_objects"] == 0


# --- when the allowance is short ----------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [World.settings, by_graph], ids=["smtp", "graph"])
def test_a_cancellation_finds_a_part_of_the_allowance_that_a_large_invitation_left(
    world: World, settings: Callable[..., Settings]
) -> None:
    app = world.app(settings(world))
    app.desk.import_event(replace(an_event(title="Off"), id="off"))
    app.desk.publish("off")
    app.desk.register("off", [online("zoe")])
    assert app.converge.event("off").converged
    publish(app, *crowd(20))
    short = settings(world)
    short = short.model_copy(update={"mail": short.mail.model_copy(update={"messages_per_minute": 25})})
    app.close()
    app = world.app(short)
    _pour_out(app, left=3)
    assert not sync(app).converged
    sent = len(world.sandbox.inbox)
    assert 0 < sent - 1 < 20
    # Nothing has come back since; what is kept is there for whoever may not wait.
    _pour_out(app, left=1.9)
    assert not until_due(world, app, "water")
    app.desk.cancel("off")
    assert app.converge.event("off").converged
    assert world.mails()["zoe@example.org", "cancellation"] == 1
    assert len(world.sandbox.inbox) == sent + 1


def _pour_out(app: App, left: float) -> None:
    """Leave so many mails in the allowance, with no time to come back in."""
    with app.store.engine.begin() as connection:  # type: ignore[attr-defined]
        connection.exec_driver_sql(
            f"UPDATE budgets SET thousandths = {round(left * 1000)}, at = at + 3600000 WHERE name LIKE 'mail:%'"
        )


def until_due(world: World, app: App, event_id: str) -> bool:
    """One more pass at the time that the last one named; whether it sent anything."""
    before = len(world.sandbox.inbox)
    world.sandbox.clock.advance(timedelta(minutes=5))
    app.converge.event(event_id)
    return len(world.sandbox.inbox) > before


def test_a_message_that_is_lost_again_and_again_is_put_before_a_person_and_holds_up_nobody(
    world: World,
) -> None:
    world.sandbox.faults.add(Fault("DATA", ADA, drop="before", times=None))
    app = world.app()
    publish(app, *PEOPLE)
    for _ in range(8):
        report = sync(app)
        world.sandbox.clock.set(world.sandbox.clock.now() + timedelta(seconds=61))
    assert reached(world) == {BOB, CY}
    assert report.needs_attention
    [told] = [outcome for outcome in report.outcomes if outcome.result == "attention"]
    assert "was sent 5 times" in told.detail
    tried = len([call for call in world.sandbox.calls if (call.method, call.path) == ("DATA", ADA)])
    assert tried == 5
    world.sandbox.faults.clear()
    # Not by itself: somebody has to have asked whether it arrived.
    assert not sync(app).converged
    assert sync(app, force=True).converged
    assert_one_each(world, app, ADA, BOB, CY)
    with app.store.read() as tx:
        assert tx.intents.pending() == []
