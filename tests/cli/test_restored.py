"""`db restored`, typed as the runbook says, and the commands that its question names."""

from __future__ import annotations

import re
import shlex
import shutil

from hybrid_sync.sandbox import Sandbox
from tests.cli.kit import Cli
from tests.cli.test_attention import named_in, parsed

LATER = "2027-05-03T11:00:00Z"


def put_back_after_a_move(cli: Cli) -> None:
    """Copied, moved and renamed, everybody told; then the copy takes the place of the database."""
    cli.ok("db", "backup", "copy.db")
    cli.ok("event", "reschedule", "water", "--starts", "2027-06-10 14:00")
    cli.ok("event", "edit", "water", "--title", "Water's worth")
    cli.ok("sync", "water")
    for beside in cli.folder.glob("test.db-*"):
        beside.unlink()
    shutil.copy(cli.folder / "copy.db", cli.folder / "test.db")
    cli.at = LATER


def test_after_a_restore_a_person_is_asked_and_what_they_type_is_done(
    published: Cli, sandbox: Sandbox
) -> None:
    cli = published
    cli.ok("sync", "water")
    put_back_after_a_move(cli)
    before = len(sandbox.writes()), len(sandbox.inbox)
    assert "hybrid-sync db restored" in cli.ok("db", "check").out.replace("\n", " ")
    ran = cli.ok("db", "restored")
    assert "restored" not in cli.ok("db", "check").out
    assert "water" in ran.out
    assert "2027-06-09 10:00 to 11:30 CEST" in ran.out
    assert "1 coming event" in ran.err
    plan = cli.ok("plan", "water", "--json").json
    assert plan["actions"] == []
    assert [one["kind"] for one in plan["held"]] == ["store.restored"]
    assert cli("sync", "water").code == 3
    assert (len(sandbox.writes()), len(sandbox.inbox)) == before

    [question] = cli("attention", "--json").json
    assert question["key"] == "restored"
    assert question["command"] == "hybrid-sync attention retry water restored"
    parsed(question["command"])
    named_in(question["message"])
    commands = re.findall(
        r"hybrid-sync (event (?:reschedule|edit) water .*?)(?= and hybrid-sync|; everybody)",
        question["message"],
    )
    assert len(commands) == 2, question["message"]
    for command in commands:
        cli.ok(*shlex.split(command))
    cli.ok("sync", "water")
    assert cli("attention", "--json").json == []
    [meeting] = sandbox.state.meetings.values()
    assert (f"{meeting.start:%Y-%m-%d %H:%M}", meeting.fields["title"]) == (
        "2027-06-10 12:00",
        "Water's worth",
    )
    assert len(sandbox.inbox) > before[1]


def test_retrying_the_question_means_that_the_record_is_right(published: Cli, sandbox: Sandbox) -> None:
    cli = published
    cli.ok("sync", "water")
    put_back_after_a_move(cli)
    cli.ok("db", "restored")
    assert cli("sync", "water").code == 3
    before = len(sandbox.inbox)
    cli.ok("attention", "retry", "water", "restored")
    [meeting] = sandbox.state.meetings.values()
    assert f"{meeting.start:%Y-%m-%d %H:%M}" == "2027-06-09 08:00"
    assert {mail.method for mail in sandbox.inbox[before:]} == {"REQUEST"}
    assert len(sandbox.inbox) - before == 3


def test_where_nothing_is_published_it_says_so(cli: Cli) -> None:
    assert "0 coming events" in cli.ok("db", "restored").err
