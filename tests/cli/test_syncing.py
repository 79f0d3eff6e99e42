"""`plan`, `sync` and `attention`: what they say of trouble, and with which exit code."""

from __future__ import annotations

import pytest

from hybrid_sync.sandbox import Fault, Sandbox
from tests.cli.kit import NOW, PEOPLE, RECORD, Cli


def another(cli: Cli, name: str) -> None:
    """A second published event."""
    record = RECORD.replace('id = "water"', f'id = "{name}"').replace("2027-06-09", "2027-06-16")
    cli.ok("event", "import", cli.file(f"{name}.toml", record))
    cli.ok("event", "publish", name)


def test_without_an_event_the_answer_is_a_list(published: Cli) -> None:
    another(published, "soil")
    plans = published.ok("plan", "--json").json
    assert [plan["event"] for plan in plans] == ["water", "soil"]
    assert set(plans[0]) == {"event", "actions", "held", "expected"}
    assert set(plans[0]["actions"][0]) == {"kind", "target", "reason"}
    reports = published.ok("sync", "--json").json
    assert sorted(report["event"] for report in reports) == ["soil", "water"]
    assert set(reports[0]) == {"event", "converged", "actions", "held", "next_due"}
    assert set(reports[0]["actions"][0]) == {"kind", "target", "outcome", "detail"}
    assert published.ok("sync", "--json").json == []


def test_nothing_to_do_is_an_empty_list(cli: Cli) -> None:
    assert cli.ok("plan", "--json").json == []
    ran = cli.ok("sync", "--json")
    assert ran.json == []
    assert "no event is due now" in ran.err


def test_a_draft_is_not_pushed_and_the_way_is_told(cli: Cli, sandbox: Sandbox) -> None:
    cli.ok("event", "import", cli.file("event.toml", RECORD))
    ran = cli.ok("plan", "water")
    assert ran.out == ""
    assert "hybrid-sync event publish water" in ran.err
    assert cli.ok("sync", "water", "--json").json["actions"] == []
    assert not sandbox.writes()


@pytest.mark.parametrize("command", ["plan", "sync"])
def test_an_unknown_event_is_exit_code_2(cli: Cli, command: str) -> None:
    ran = cli(command, "nothing", "--json")
    assert (ran.code, ran.out) == (2, "")
    assert "there is no event 'nothing'" in ran.err


def test_a_busy_webex_is_exit_code_4_and_says_until_when(published: Cli, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(method="POST", path="/v1/meetings", status=429, retry_after=120))
    ran = published("sync", "water", "--json")
    assert ran.code == 4
    assert ran.json["converged"] is False
    assert "later" in {action["outcome"] for action in ran.json["actions"]}
    assert ran.json["next_due"].startswith("2027-05-03T09:0")
    assert "not converged yet" in ran.err
    assert "2027-05-03 11:0" in ran.err  # in the time of the service's zone


def test_an_expired_token_is_a_persons_to_decide(published: Cli, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(path="/v1/*", status=401, times=None))
    ran = published("sync", "water")
    assert ran.code == 3
    assert "hybrid-sync attention" in ran.err
    questions = published("attention", "--json")
    assert questions.code == 3
    assert questions.json[0]["event"] == "water"
    assert set(questions.json[0]) == {"event", "key", "message", "opened_at", "command"}
    assert published("attention", "list").code == 3
    assert published("plan", "water").code == 3

    sandbox.faults.clear()
    assert published.ok("sync", "water", "--json").json["converged"] is True
    assert published.ok("attention", "--json").json == []


def test_trouble_with_one_event_does_not_stop_the_others(
    published: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hybrid_sync.errors import LostLease
    from hybrid_sync.sync.converge import Converge

    another(published, "soil")
    whole = Converge.event

    def event(self: Converge, event_id: str, *, force: bool = False) -> object:
        if event_id == "water":
            raise LostLease("another worker has it")
        return whole(self, event_id, force=force)

    monkeypatch.setattr(Converge, "event", event)
    ran = published("sync", "--json")
    assert ran.code == 4
    assert "error: water: another worker has it" in ran.err
    told = {report["event"]: report for report in ran.json}
    assert told["soil"]["converged"] is True
    assert told["water"]["error"] == "another worker has it"


def test_an_improbable_plan_waits_for_force(cli: Cli, sandbox: Sandbox) -> None:
    cli.ok("event", "import", cli.file("event.toml", RECORD))
    rows = "".join(f"p{number}@example.org,P{number}\n" for number in range(12))
    cli.ok("registrants", "import", "water", cli.file("people.csv", "Email,Name\n" + rows))
    cli.ok("event", "publish", "water")
    cli.ok("sync", "water")
    for number in range(6):
        cli.ok("registrants", "withdraw", "water", f"p{number}@example.org")
    planned = cli("plan", "water")
    assert planned.code == 3
    assert "--force" in planned.err
    assert cli("sync", "water").code == 3
    [meeting] = sandbox.state.meetings.values()
    assert cli.ok("sync", "water", "--force", "--json").json["converged"] is True
    assert cli.ok("attention", "--json").json == []
    assert meeting.id


def test_many_alike_lines_are_counted_in_the_table_and_whole_in_json(cli: Cli) -> None:
    cli.ok("event", "import", cli.file("event.toml", RECORD))
    rows = "".join(f"p{number}@example.org,P{number}\n" for number in range(30))
    cli.ok("registrants", "import", "water", cli.file("people.csv", "Email,Name\n" + rows))
    cli.ok("event", "publish", "water")
    out = cli.ok("sync", "water").out
    assert out.count("mail.invitation") == 11
    assert "… and 20 more" in out


def test_acting_at_another_time_is_refused_with_real_addresses(
    published: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HYBRID_SYNC_WEBEX__BASE_URL", "https://webexapis.com/v1/")
    ran = published("plan", "water")
    assert ran.code == 2
    assert "--at is for rehearsals" in ran.err


@pytest.mark.parametrize("at", ["yesterday", "2027-05-03T09:00", "2027-05-03"])
def test_an_instant_needs_its_offset(cli: Cli, at: str) -> None:
    cli.at = at
    assert cli("event", "list").code == 2


@pytest.mark.parametrize("at", [NOW, "2027-05-03T11:00+02:00"])
def test_an_instant_may_be_written_with_z_or_an_offset(cli: Cli, at: str) -> None:
    cli.ok("event", "import", cli.file("event.toml", RECORD))
    cli.ok("registrants", "import", "water", cli.file("people.csv", PEOPLE))
    cli.at = at
    cli.ok("registrants", "add", "water", "eve@example.org", "--first-name", "Eve")
    listed = cli.ok("registrants", "list", "water", "--json").json
    assert listed[-1]["registered_at"].startswith("2027-05-03T09:00")
