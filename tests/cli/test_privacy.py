"""`hybrid-sync privacy`, as a person types it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from hybrid_sync.sandbox import Sandbox
from tests.cli.kit import PEOPLE, RECORD, Cli

ADA = "ada@example.org"


def test_an_export_holds_everything_and_no_key_to_anything(published: Cli) -> None:
    published.ok("sync", "water")
    ran = published.ok("privacy", "export", ADA, "--out", "-")
    parts = ran.json["parts"]
    assert (ran.json["format"], ran.json["about"]) == ("hybrid-sync/privacy/1", ADA)
    [row] = parts["registrants"]["rows"]
    assert (row["first_name"], row["last_name"], row["event_id"]) == ("Ada", "Lovelace", "water")
    [mail] = parts["messages"]["rows"]
    assert (mail["kind"], mail["told"]["title"]) == ("mail.invitation", "Clean water for all")
    assert [one["id"] for one in parts["events"]["rows"]] == ["water"]
    assert len(parts["webex_registrations"]["rows"]) == 1
    assert any(line["what"] == "mail.invitation" for line in parts["audit"]["rows"])
    assert "/join/" not in ran.out
    assert "bob@example.org" not in ran.out


def test_it_is_written_to_a_file_that_only_its_writer_reads_and_never_printed_unasked(published: Cli) -> None:
    ran = published.ok("privacy", "export", ADA)
    assert ran.out == ""
    assert "1  registrants" in ran.err
    path = published.folder / "ada.json"
    published.ok("privacy", "export", ADA, "--out", str(path))
    assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
    assert '"Lovelace"' in path.read_text()


def test_erasing_says_what_it_comes_to_and_a_sync_does_it(published: Cli, sandbox: Sandbox) -> None:
    published.ok("sync", "water")
    ran = published.ok("privacy", "erase", ADA, "--reason", "asked by mail", "--json")
    assert (ran.json["events"], ran.json["coming"]) == (["water"], ["water"])
    plan = published.ok("plan", "water", "--json").json
    assert [one["kind"] for one in plan["held"] if one["kind"].startswith("privacy")] == ["privacy.purge"]
    published.ok("sync", "water")
    assert [
        held.email for meeting in sandbox.state.meetings.values() for held in meeting.registrants.values()
    ] == ["dora@example.org"]
    assert "nothing is held" in published.ok("privacy", "export", ADA).err
    people = published.ok("registrants", "list", "water", "--json").json
    assert [one["email"] for one in people if one["email"].endswith("@erased.invalid")] != []
    assert ADA not in str(people)


def test_a_list_that_is_read_again_refuses_their_row_by_line_and_takes_the_others(published: Cli) -> None:
    published.ok("privacy", "erase", ADA)
    published.ok("sync", "water")
    ran = published.ok("registrants", "import", "water", published.file("again.csv", PEOPLE), "--json")
    assert [(row["line"], row["field"]) for row in ran.json["refused"]] == [(2, "email")]
    assert (ran.json["taken"], ran.json["new"]) == (2, 0)
    assert "line 2, email: was erased at their request" in ran.err
    refused = published("registrants", "add", "water", ADA, "--first-name", "Ada")
    assert refused.code == 2
    assert "--after-erasure" in refused.err
    published.ok("registrants", "add", "water", ADA, "--first-name", "Ada", "--after-erasure")


def test_a_list_of_nobody_but_the_erased_is_refused_as_a_whole(published: Cli) -> None:
    published.ok("privacy", "erase", ADA)
    published.ok("sync", "water")
    only = "Email,First name,Last name,Mode\nada@example.org,Ada,Lovelace,online\n"
    assert published("registrants", "import", "water", published.file("only.csv", only)).code == 2


@pytest.mark.parametrize("command", ["export", "erase"])
def test_what_is_no_address_is_said_to_be_none(published: Cli, command: str) -> None:
    ran = published("privacy", command, "ada")
    assert (ran.code, "is not an e-mail address" in ran.err) == (2, True)


def test_a_reason_with_an_address_is_refused(published: Cli) -> None:
    assert published("privacy", "erase", ADA, "--reason", "bob@example.org said so").code == 2


def test_without_a_secret_it_says_which_to_set(published: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HYBRID_SYNC_WEB__SECRET")
    monkeypatch.setenv("HYBRID_SYNC_WEBEX__JOIN_LINKS", "shared")
    ran = published("privacy", "erase", ADA)
    assert (ran.code, "[store] secret" in ran.err) == (2, True)


def test_a_purge_says_by_count_what_would_go_and_then_lets_it_go(published: Cli) -> None:
    published.ok("sync", "water")
    assert "nothing has been kept too long" in published.ok("privacy", "purge").err
    published.at = "2027-12-07T09:00:00Z"
    told = published.ok("privacy", "purge", "--dry-run", "--json").json
    assert (told["dry_run"], told["events"]) == (True, ["water"])
    assert told["lines"]["audit lines"] > 0
    assert published.ok("privacy", "export", ADA, "--out", "-").json["parts"]["registrants"]["rows"] != []
    ran = published("privacy", "purge", "--json")
    assert ran.json["events"] == ["water"]
    rows = published.ok("privacy", "export", ADA, "--out", "-").json["parts"]
    assert all(part["rows"] == [] for part in rows.values())


SPEAKERS = """
[[speakers]]
name = "Ana Lima"
email = "ana@example.org"

[[moderators]]
name = "Eva Moss"
"""


def test_a_speaker_of_an_event_to_come_is_named_with_the_command_that_takes_them_out(published: Cli) -> None:
    published.ok("event", "import", published.file("again.toml", RECORD + SPEAKERS))
    published.ok("sync", "water")
    ran = published("privacy", "erase", "ana@example.org", "--json")
    assert (ran.code, ran.json["speaks_at"]) == (3, ["water"])
    command = "hybrid-sync event edit water --remove-speaker ana@example.org"
    assert command in ran.err
    assert published("sync", "water").code == 3
    published.ok(*command.split()[1:])
    published.ok("sync", "water")
    shown = published.ok("event", "show", "water", "--json").json
    assert (shown["speakers"], [one["name"] for one in shown["moderators"]]) == ([], ["Eva Moss"])
    assert "nothing is held" in published.ok("privacy", "export", "ana@example.org").err
    ran = published("event", "import", published.file("again.toml", RECORD + SPEAKERS))
    assert (ran.code, "was erased at their request" in ran.err) == (2, True)


def test_a_speaker_leaves_by_name_too_and_one_who_is_not_there_is_said_to_be_none(published: Cli) -> None:
    published.ok("event", "import", published.file("again.toml", RECORD + SPEAKERS))
    ran = published("event", "edit", "water", "--remove-speaker", "Eva")
    assert (ran.code, "does not name 'Eva'; it names Ana Lima, Eva Moss" in ran.err) == (2, True)
    published.ok("event", "edit", "water", "--remove-speaker", "eva moss", "--remove-speaker", "Ana Lima")
    shown = published.ok("event", "show", "water", "--json").json
    assert (shown["speakers"], shown["moderators"]) == ([], [])
    again = published("event", "edit", "water", "--remove-speaker", "ana lima")
    assert (again.code, "it names nobody" in again.err) == (2, True)
