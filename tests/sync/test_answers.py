"""Answers and bounces that lie in a real mailbox, and what organisers then see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hybrid_sync.domain.answers import Answer
from hybrid_sync.domain.ledger import MessageState
from hybrid_sync.domain.localtime import local_time
from hybrid_sync.domain.people import RegistrantStatus
from hybrid_sync.wiring import App
from tests.answers_kit import a_bounce, a_reply, an_out_of_office
from tests.builders import wall
from tests.dovecot_server import PASSWORD, USER, Imap, dovecot
from tests.http_client.certificates import a_certificate
from tests.sync.crash_kit import Crash
from tests.world import World, online, person, publish, sync


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imap]:
    pem = tmp_path_factory.mktemp("tls") / "server.pem"
    pem.write_text(a_certificate("imap", for_server=True).pem)
    with dovecot(pem, pem) as running:
        yield running


@pytest.fixture
def imap(server: Imap) -> Imap:
    server.emptied()
    return server


@pytest.fixture
def an_app(world: World, imap: Imap) -> Callable[..., App]:
    """Apps that read the mailbox; two people have been invited."""
    box = {
        "kind": "imap", "host": "127.0.0.1", "port": imap.port, "security": "none", "username": USER, "password": PASSWORD
    }  # fmt: skip

    def make(**options: Any) -> App:
        return world.app(world.settings(mailbox=box), **options)

    app = make()
    publish(app, online("ada"), online("bob"))
    assert sync(app).converged
    # The mailbox is known before anything comes in: Dovecot dates mails by the real clock, the world has its own.
    app.chores()
    return make


def look(world: World, app: App) -> None:
    """The worker comes round to the mailbox."""
    world.sandbox.clock.set(world.sandbox.clock.now() + timedelta(minutes=6))
    app.chores()


def newest(app: App, name: str) -> Any:
    with app.store.read() as tx:
        return tx.messages.latest("water")[person(app, name).id]


def answers(app: App) -> dict[str, str]:
    with app.store.read() as tx:
        people = {one.id: one.first_name for one in tx.people.of("water")}
        return {people[key]: record.answer.value for key, record in tx.replies.of("water").items()}


def test_an_answer_is_noted_and_changes_nothing_else(world: World, imap: Imap, an_app: Any) -> None:
    app = an_app()
    now = world.sandbox.clock.now()
    imap.put(
        a_reply(newest(app, "ada").uid, stamp=now),
        a_reply(newest(app, "bob").uid, attendee="bob@example.org", partstat="DECLINED", stamp=now),
        an_out_of_office(),
    )
    before = len(world.sandbox.writes()), len(world.sandbox.inbox)
    look(world, app)
    assert answers(app) == {"Ada": "accepted", "Bob": "declined"}
    # To decline is no withdrawal: the person may come after all, and has a place until they give it back.
    assert person(app, "bob").status is RegistrantStatus.APPROVED
    assert sync(app).converged
    assert (len(world.sandbox.writes()), len(world.sandbox.inbox)) == before


def test_a_newer_answer_wins_whatever_comes_first(world: World, imap: Imap, an_app: Any) -> None:
    app = an_app()
    now, uid = world.sandbox.clock.now(), newest(app, "ada").uid
    imap.put(
        a_reply(uid, partstat="DECLINED", stamp=now + timedelta(minutes=2)),
        a_reply(uid, partstat="ACCEPTED", stamp=now),
    )
    look(world, app)
    assert answers(app) == {"Ada": "declined"}
    imap.put(a_reply(uid, partstat="TENTATIVE", stamp=now + timedelta(minutes=5)))
    look(world, app)
    assert answers(app) == {"Ada": "tentative"}


def test_an_answer_to_an_earlier_version_does_not_count(world: World, imap: Imap, an_app: Any) -> None:
    app = an_app()
    app.desk.reschedule("water", local_time(wall("2027-06-09 11:00")))
    sync(app)
    message, now = newest(app, "ada"), world.sandbox.clock.now()
    assert message.sequence == 1
    imap.put(a_reply(message.uid, sequence=0, stamp=now))
    look(world, app)
    assert answers(app) == {}
    imap.put(a_reply(message.uid, sequence=1, stamp=now))
    look(world, app)
    assert answers(app) == {"Ada": "accepted"}


def test_an_answer_from_another_address_of_the_person_counts(world: World, imap: Imap, an_app: Any) -> None:
    app = an_app()
    imap.put(
        a_reply(newest(app, "ada").uid, attendee="a.example@gmail.com", stamp=world.sandbox.clock.now()),
    )
    look(world, app)
    assert answers(app) == {"Ada": "accepted"}


def test_an_answer_to_something_that_is_not_ours_is_passed_over(
    world: World, imap: Imap, an_app: Any
) -> None:
    app = an_app()
    imap.put(a_reply("040000008200E00074C5B7101A82E008", stamp=world.sandbox.clock.now()))
    look(world, app)
    assert answers(app) == {}


def test_a_mail_that_came_back_is_asked_about_until_the_address_is_mended(
    world: World, imap: Imap, an_app: Any
) -> None:
    app = an_app()
    imap.put(a_bounce("ada@example.org", newest(app, "ada").message_id))
    look(world, app)
    assert newest(app, "ada").state is MessageState.REFUSED
    report = sync(app)
    assert report.needs_attention
    [told] = [outcome for outcome in report.outcomes if outcome.result == "refused"]
    assert "550 5.1.1 user unknown" in told.detail
    assert "ada@example.org" in told.detail
    # Others go on, and nothing more goes to the address that does not work.
    app.desk.reschedule("water", local_time(wall("2027-06-09 11:00")))
    sync(app)
    assert world.mails() == {
        ("ada@example.org", "invitation"): 1,
        ("bob@example.org", "invitation"): 1,
        ("bob@example.org", "update"): 1,
    }
    app.desk.readdress("water", "ada@example.org", "ada@example.com")
    assert sync(app).converged
    assert world.mails()["ada@example.com", "invitation"] == 1
    with app.store.read() as tx:
        assert tx.attentions.unsettled("water") == []
        [bounce] = tx.bounces.of("water")
    assert (bounce.email_key, bounce.status) == ("ada@example.org", "5.1.1")


@pytest.mark.parametrize(
    "report",
    [
        lambda mine: a_bounce("ada@example.org", "<somebody.else@example.org>"),
        lambda mine: a_bounce("bob@example.org", mine),
        lambda mine: a_bounce("ada@example.org", mine, action="delayed", status="4.4.7"),
    ],
    ids=["names no mail of ours", "names another recipient", "is a delay"],
)
def test_a_report_that_proves_nothing_silences_nobody(
    world: World, imap: Imap, an_app: Any, report: Callable[[str], bytes]
) -> None:
    app = an_app()
    imap.put(report(newest(app, "ada").message_id))
    look(world, app)
    assert newest(app, "ada").state is MessageState.SENT
    assert sync(app).converged


def test_a_death_while_reading_loses_no_answer_and_doubles_none(
    world: World, imap: Imap, an_app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hybrid_sync.adapters.sql.answers import SqlMailboxes

    app = an_app()
    imap.put(a_reply(newest(app, "ada").uid, stamp=world.sandbox.clock.now()))
    save = SqlMailboxes.save

    def death(*_: object) -> None:
        raise Crash

    monkeypatch.setattr(SqlMailboxes, "save", death)
    with pytest.raises(Crash):
        look(world, app)
    assert answers(app) == {}
    monkeypatch.setattr(SqlMailboxes, "save", save)
    # The chore was taken by the process that died; another may take it after its time.
    world.sandbox.clock.set(world.sandbox.clock.now() + timedelta(minutes=11))
    app.chores()
    assert answers(app) == {"Ada": "accepted"}
    with app.store.read() as tx:
        lines = [line for line in tx.audit.of("water") if line.what == "mail.reply"]
    assert len(lines) == 1


def test_a_hundred_and_twenty_answers_are_read_in_one_go(world: World, imap: Imap, an_app: Any) -> None:
    app = an_app()
    uid, now = newest(app, "ada").uid, world.sandbox.clock.now()
    imap.put(*(a_reply(uid, stamp=now + timedelta(seconds=number)) for number in range(120)))
    look(world, app)
    with app.store.read() as tx:
        record = tx.replies.of("water")[person(app, "ada").id]
    assert record.answer is Answer.ACCEPTED
    assert record.stamp == (now + timedelta(seconds=119)).replace(microsecond=0)


def test_a_mailbox_that_is_away_holds_up_nothing(world: World, tmp_path: Path) -> None:
    box = {
        "kind": "imap",
        "host": "127.0.0.1",
        "port": 9,
        "security": "none",
        "username": USER,
        "password": PASSWORD,
    }
    app = world.app(world.settings(mailbox=box))
    publish(app, online("ada"))
    app.chores()
    assert sync(app).converged
    assert not next(check for check in app.checks() if check.what == "Mailbox").ok
