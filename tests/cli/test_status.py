"""`status`: what a person reads when they ask how everything stands."""

from __future__ import annotations

from datetime import datetime, timedelta

from hybrid_sync.adapters.sql import head, open_store
from hybrid_sync.domain.heartbeat import CHORE, EVERY
from hybrid_sync.sandbox import Fault, Sandbox
from tests.cli.kit import NOW, Cli


def store(cli: Cli) -> str:
    return f"sqlite:///{cli.folder}/test.db"


def test_an_empty_house_needs_nothing(cli: Cli) -> None:
    ran = cli.ok("status")
    assert "nothing needs attention" in ran.err
    told = cli.ok("status", "--json").json
    assert told["needs_attention"] is False
    assert told["events"] == []
    assert told["schema"] == head()
    assert told["time_zone_data"].startswith("20")
    assert told["worker"] == {"alive": False, "last_seen": None, "in_hand": 0}


def test_what_was_done_and_when_it_is_looked_at_next(published: Cli) -> None:
    published.at = "2027-05-03T09:00:30Z"
    before = published.ok("status", "--json").json
    assert before["due"]["count"] == 1
    assert before["due"]["since"].startswith("2027-05-03T09:00")
    published.ok("sync", "water")
    after = published.ok("status", "water", "--json").json
    assert after["due"]["count"] == 0
    assert after["mails"] == {"pending": 0, "since": None, "refused": 0}
    [event] = after["events"]
    assert event["event"] == "water"
    assert event["trouble"] is None
    assert after["due"]["next"].startswith("2027-05-03T09:1")
    out = published.ok("status").out
    assert "1 published" in out
    assert "2027-05-03 11:1" in out  # in the time of the service's zone


def test_trouble_is_told_with_its_cause_and_needs_nobody_yet(published: Cli, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(method="POST", path="/v1/meetings", status=503, times=None))
    assert published("sync", "water").code == 4
    ran = published.ok("status")
    assert "webex" in ran.out.casefold()
    [event] = published.ok("status", "--json").json["events"]
    assert "503" in event["trouble"] or "webex" in event["trouble"].casefold()
    assert event["attempts"] == 1


def test_a_question_comes_with_its_command_and_exit_code_3(published: Cli, sandbox: Sandbox) -> None:
    published.ok("sync", "water")
    sandbox.state.meetings.clear()
    assert published("sync", "water").code == 3
    ran = published("status")
    assert ran.code == 3
    assert "hybrid-sync attention create-anew water" in ran.out
    told = published("status", "water", "--json").json
    assert told["needs_attention"] is True
    assert told["attention"][0]["command"] == "hybrid-sync attention create-anew water"
    published.ok("attention", "create-anew", "water")
    published.ok("sync", "water")
    assert published.ok("status").code == 0


def test_a_worker_shows_itself_and_its_silence_is_told_when_something_waits(published: Cli) -> None:
    now = datetime.fromisoformat(NOW)
    other = open_store(store(published))
    with other.begin() as tx:
        assert tx.chores.take(CHORE, now, now + EVERY)
    other.close()
    told = published.ok("status", "--json").json
    assert told["worker"]["alive"] is True
    assert told["worker"]["last_seen"].startswith("2027-05-03T09:00")
    published.at = f"{now + timedelta(minutes=20):%Y-%m-%dT%H:%M:%SZ}"
    ran = published("status")
    assert ran.code == 3
    assert "hybrid-sync worker" in ran.err
    assert published("status", "--json").json["worker"]["alive"] is False


def test_a_worker_with_an_event_in_hand_lives(published: Cli) -> None:
    now = datetime.fromisoformat(NOW)
    other = open_store(store(published))
    with other.begin() as tx:
        assert tx.work.claim("w", now + timedelta(seconds=30), timedelta(minutes=3), 1)
    other.close()
    told = published.ok("status", "--json").json
    assert told["worker"] == {"alive": True, "last_seen": None, "in_hand": 1}
    assert "now, in hand" in published.ok("status").out


def test_an_unknown_event_is_a_mistake(cli: Cli) -> None:
    assert cli("status", "nothing").code == 2
