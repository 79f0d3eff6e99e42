"""`attendance pull` says what was found, what was set aside, whether it agrees with the last pull, and when next."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hybrid_sync.sandbox import Sandbox
from tests.cli.kit import Cli

JOIN = {"do": "join", "at": "+0m", "email": "ada@example.org"}


def pulled(cli: Cli, sandbox: Sandbox, at: str) -> tuple[Any, str]:
    """The JSON and, from a second run of the command, the words; both at that instant."""
    cli.at = at
    sandbox.clock.set(datetime.fromisoformat(at))
    told = cli.ok("attendance", "pull", "water", "--json").json
    return told, cli.ok("attendance", "pull", "water").err


def test_what_was_found_and_set_aside_is_said_and_when_it_is_pulled_next(
    published: Cli, sandbox: Sandbox
) -> None:
    published.ok("sync", "water")
    [meeting] = sandbox.state.meetings.values()
    script = [
        {"do": "start", "at": "-60m"}, {"do": "end", "at": "-40m"},
        {"do": "start", "at": "+0m"}, JOIN, {"do": "end", "at": "+90m"},
    ]  # fmt: skip
    [_, run] = sandbox.happen(meeting.id, script)
    first, words = pulled(published, sandbox, "2027-06-09T10:00:00Z")
    note = "a run from 09:00 to 09:20 was a rehearsal and is not counted"
    assert first == {
        "event": "water", "outcome": "done", "detail": "asked for",
        "instances": [run.id], "rows": 2, "added": 2, "notes": [note],
        "agrees": None, "held": True, "next_pull": "2027-06-09T11:30:00+00:00",
    }  # fmt: skip
    assert words.splitlines() == [
        "water: 2 stays in 1 run of the meeting, 0 new or changed",
        f"  {note}",
        "the same as the last pull; pulled again on 2027-06-09 13:30 CEST",
    ]


def test_a_pull_that_tells_something_else_says_so_and_in_the_end_nothing_more_is_due(
    published: Cli, sandbox: Sandbox
) -> None:
    published.ok("sync", "water")
    [meeting] = sandbox.state.meetings.values()
    [run] = sandbox.happen(meeting.id, [{"do": "start", "at": "+0m"}, JOIN, {"do": "end", "at": "+90m"}])
    pulled(published, sandbox, "2027-06-09T10:00:00Z")
    run.participants[1].devices[0].left = run.started
    changed, _ = pulled(published, sandbox, "2027-06-09T12:00:00Z")
    assert (changed["agrees"], changed["added"]) == (False, 1)
    last, words = pulled(published, sandbox, "2027-06-10T10:00:00Z")
    assert (last["agrees"], last["next_pull"]) == (True, None)
    assert words.splitlines()[-1] == "the same as the last pull; not pulled again by itself"


def test_a_meeting_without_a_run_is_awaited_and_a_day_later_not_held(
    published: Cli, sandbox: Sandbox
) -> None:
    published.ok("sync", "water")
    early, words = pulled(published, sandbox, "2027-06-09T09:35:00Z")
    assert (early["held"], early["instances"]) == (None, [])
    assert "has no ended run yet" in words
    late, words = pulled(published, sandbox, "2027-06-10T10:00:00Z")
    assert (late["held"], late["next_pull"]) == (False, None)
    assert "the meeting was not held" in words
    synced = published("sync", "water", "--json")
    assert synced.code == 3
    assert [one["outcome"] for one in synced.json["actions"] if one["kind"] == "attendance.pull"] == [
        "attention"
    ]
