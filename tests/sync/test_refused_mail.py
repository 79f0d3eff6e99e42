"""Mails that are refused for the server's own reasons: they go out once that is mended, once, and only if still true."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from hybrid_sync.domain.attention import steps_of, way_out
from hybrid_sync.domain.ledger import MessageState
from hybrid_sync.domain.people import RegistrantStatus
from hybrid_sync.domain.refusals import NOT_THE_ADDRESS
from hybrid_sync.render.mailbox import Mailbox
from hybrid_sync.render.mime import address_header
from hybrid_sync.sandbox import Fault
from hybrid_sync.sync.loop import Report
from hybrid_sync.sync.outbox import sender_of
from hybrid_sync.wiring import App
from tests.answers_kit import a_bounce
from tests.builders import utc
from tests.sync.crash_kit import Crash
from tests.world import World, online, publish, sync

ADA, BOB = "ada@example.org", "bob@example.org"
KEY = f"mail:{ADA}"
OLD, NEW = "old@example.org", "new@example.org"
POLICY = Fault("DATA", ADA, status=554, words="5.7.1 not by our rules", times=None)


def asked(app: App) -> dict[str, str]:
    with app.store.read() as tx:
        return {one.key: one.message for one in tx.attentions.unsettled("water")}


def retried(app: App) -> Report:
    """What `attention retry water KEY` does."""
    return app.converge.event("water", force=True, only=steps_of(KEY))


def refused(world: World, app: App) -> None:
    """Ada's invitation is refused by policy, Bob's is not."""
    publish(app, online("ada"), online("bob"))
    world.sandbox.faults.add(POLICY)
    assert sync(app).needs_attention
    assert way_out("water", KEY, asked(app)[KEY]) == f"hybrid-sync attention retry water {KEY}"


def test_the_question_says_whether_another_address_would_help(world: World) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"), online("cy"))
    world.sandbox.faults.add(Fault("RCPT", ADA, status=550, words="5.7.1 blocked by policy"))
    world.sandbox.faults.add(Fault("RCPT", BOB, status=550, words="5.1.1 no such user"))
    sync(app)
    again = f"hybrid-sync attention retry water {KEY}"
    assert asked(app) == {
        KEY: f"{ADA}: mail: answer to RCPT TO: 550 5.7.1 blocked by policy; {NOT_THE_ADDRESS}; have that mended, then run "
        + again,
        f"mail:{BOB}": f"{BOB}: mail: answer to RCPT TO: 550 5.1.1 no such user",
    }
    assert way_out("water", KEY, asked(app)[KEY]) == again
    readdress = f"hybrid-sync registrants readdress water {BOB} NEW"
    assert way_out("water", f"mail:{BOB}", asked(app)[f"mail:{BOB}"]) == readdress
    # Bob's address is no better for it.
    assert retried(app).needs_attention
    assert world.mails() == {(ADA, "invitation"): 1, ("cy@example.org", "invitation"): 1}


def test_nothing_goes_out_again_by_itself_and_a_question_settled_by_hand_is_asked_again(world: World) -> None:
    app = world.app()
    refused(world, app)
    world.sandbox.faults.clear()
    before = asked(app)
    with app.store.begin() as tx:
        tx.attentions.settle("water", KEY, world.sandbox.clock.now())
    world.sandbox.clock.advance(timedelta(hours=2))
    assert sync(app).needs_attention
    assert asked(app) == before
    assert world.mails() == {(BOB, "invitation"): 1}


def test_a_death_just_before_it_is_sent_again_leaves_one_mail(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = world.app()
    refused(world, app)
    world.sandbox.faults.clear()

    def death(*_: object, **__: object) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr("hybrid_sync.sync.outbox.Outbox.send", death)
        with pytest.raises(Crash):
            retried(app)
    world.sandbox.clock.advance(timedelta(minutes=2))
    assert sync(app).converged
    assert world.mails() == {(ADA, "invitation"): 1, (BOB, "invitation"): 1}
    assert asked(app) == {}


def test_what_is_no_longer_so_is_not_sent_again(world: World) -> None:
    app = world.app()
    refused(world, app)
    world.sandbox.faults.clear()
    app.desk.edit("water", title="Clean water for everybody")
    assert retried(app).converged
    [mail] = [one for one in world.sandbox.inbox if one.recipients[0] == ADA]
    assert "everybody" in str(message_from_bytes(mail.content, policy=policy.default)["Subject"])


@pytest.mark.long
def test_whoever_withdrew_meanwhile_is_not_written_to(world: World) -> None:
    app = world.app()
    refused(world, app)
    world.sandbox.faults.clear()
    app.desk.set_status("water", ADA, RegistrantStatus.WITHDRAWN)
    retried(app)
    assert sync(app).converged
    assert asked(app) == {}
    assert world.mails() == {(BOB, "invitation"): 1}


def test_a_cancellation_that_is_refused_is_asked_about_until_it_went_out(world: World) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    assert sync(app).converged
    world.sandbox.faults.add(POLICY)
    app.desk.cancel("water")
    sync(app)
    world.sandbox.clock.advance(timedelta(hours=2))
    sync(app)
    assert list(asked(app)) == [KEY]
    world.sandbox.faults.clear()
    assert retried(app).converged
    assert asked(app) == {}
    assert world.mails()[ADA, "cancellation"] == 1
    assert world.mails()[BOB, "cancellation"] == 1


@pytest.mark.long
def test_a_cancellation_is_asked_about_no_more_once_the_event_is_over(world: World) -> None:
    app = world.app()
    publish(app, online("ada"))
    assert sync(app).converged
    world.sandbox.faults.add(POLICY)
    app.desk.cancel("water")
    sync(app)
    assert list(asked(app)) == [KEY]
    world.sandbox.clock.set(utc("2027-06-10 10:00"))
    assert sync(app).converged
    assert asked(app) == {}


@pytest.mark.long
def test_a_reminder_that_is_refused_is_sent_again_and_the_invitation_is_not(world: World) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    assert sync(app).converged
    world.sandbox.faults.add(POLICY)
    world.sandbox.clock.set(utc("2027-06-08 08:00"))
    sync(app)
    assert list(asked(app)) == [KEY]
    world.sandbox.faults.clear()
    retried(app)
    assert asked(app) == {}
    assert world.mails() == {(who, kind): 1 for who in (ADA, BOB) for kind in ("invitation", "other")}


def test_a_refusal_that_an_earlier_version_stored_is_read_as_it_was(world: World) -> None:
    app = world.app()
    refused(world, app)
    world.sandbox.faults.clear()
    old = "mail: answer to the message: 554 5.7.1 not by our rules"
    now = world.sandbox.clock.now()
    with app.store.begin() as tx:
        [message] = [one for one in tx.messages.of("water") if one.state is MessageState.REFUSED]
        tx.messages.mark(message, MessageState.REFUSED, now, old)
        tx.attentions.open("water", KEY, f"{ADA}: {old}", now)
    assert sync(app).needs_attention
    assert asked(app) == {KEY: f"{ADA}: {old}"}
    assert way_out("water", KEY, asked(app)[KEY]) == f"hybrid-sync registrants readdress water {ADA} NEW"
    retried(app)
    assert world.mails() == {(BOB, "invitation"): 1}
    app.desk.invite_again("water", ADA)
    assert sync(app).converged
    assert Counter(one.recipients[0] for one in world.sandbox.inbox) == {ADA: 1, BOB: 1}


def test_a_mail_that_came_back_by_policy_goes_out_again_as_it_was(world: World) -> None:
    mail = {"from_address": world.sandbox.mailbox}
    app = world.app(world.settings(mail=mail, mailbox={"kind": "graph"}))
    publish(app, online("ada"), online("bob"))
    assert sync(app).converged
    app.chores()
    [first] = [one for one in world.sandbox.inbox if one.recipients[0] == ADA]
    world.sandbox.receive(a_bounce(ADA, first.message_id, status="5.7.1", words="550 5.7.1 by policy"))
    world.sandbox.clock.advance(timedelta(minutes=6))
    app.chores()
    assert sync(app).needs_attention
    assert "the mail came back: 5.7.1 550 5.7.1 by policy" in asked(app)[KEY]
    assert way_out("water", KEY, asked(app)[KEY]) == f"hybrid-sync attention retry water {KEY}"
    assert retried(app).converged
    assert asked(app) == {}
    copies = [one.content for one in world.sandbox.inbox if one.recipients[0] == ADA]
    assert copies == [first.content] * 2


@pytest.mark.parametrize(
    "fault", [Fault("MAIL", OLD, status=550, words="5.7.60 SendAsDenied", times=None), POLICY]
)
def test_what_the_old_sender_held_up_goes_out_from_the_new_one(world: World, fault: Fault) -> None:
    """Exchange judges the From in the message: bytes with the old one would be refused for ever."""
    app = world.app(world.settings(mail={"from_address": OLD}))
    publish(app, online("ada"))
    world.sandbox.faults.add(fault)
    assert sync(app).needs_attention
    world.sandbox.faults.clear()
    app = world.app(world.settings(mail={"from_address": NEW}))
    assert retried(app).converged
    assert not sync(app).wrote
    assert asked(app) == {}
    [mail] = world.sandbox.inbox
    assert sender_of(mail.content) == NEW


@pytest.mark.parametrize(
    "name", ["", "Events", "Veranstaltungen, Büro", 'The "water" people', "Ein sehr langer Name " * 6]
)
def test_the_sender_is_read_out_of_what_was_written(name: str) -> None:
    header = address_header("From", Mailbox(name, "Events@Example.org"))
    assert sender_of(f"{header}\r\nTo: ada@example.org\r\n\r\nfrom here".encode()) == "events@example.org"
