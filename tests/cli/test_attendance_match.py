"""`attendance match`: what is open, what was decided, and how a person says so."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest

from hybrid_sync.sandbox import Sandbox
from tests.cli.kit import Cli

SCRIPT: list[dict[str, Any]] = [
    {"do": "start", "at": "-5m"},
    {"do": "join", "at": "+0m", "email": "ada@example.org"},
    {"do": "join", "at": "+5m", "name": "Dora D", "guest": True, "until": "+65m"},
    {"do": "join", "at": "+6m", "name": "Twin", "guest": True, "until": "+16m"},
    {"do": "join", "at": "+7m", "name": "Twin", "guest": True, "until": "+27m"},
    {"do": "join", "at": "+8m", "email": "bob@private.example", "name": "Bob Bee", "until": "+38m"},
    {"do": "end", "at": "+90m"},
]


@pytest.fixture
def over(published: Cli, sandbox: Sandbox) -> Cli:
    """The event is over and its attendance pulled."""
    published.ok("sync", "water")
    [meeting] = sandbox.state.meetings.values()
    published.at = "2027-06-09T10:00:00Z"
    sandbox.happen(meeting.id, SCRIPT)
    sandbox.clock.set(datetime.fromisoformat(published.at))
    published.ok("attendance", "pull", "water")
    return published


def listed(cli: Cli, *options: str) -> dict[str, dict[str, Any]]:
    """By name; twins count as one here."""
    rows = cli.ok("attendance", "match", "water", "--json", *options).json["participants"]
    return {row["name"]: row for row in rows}


def test_what_is_open_is_listed_by_minutes_with_suggestions(over: Cli) -> None:
    ran = over.ok("attendance", "match", "water", "--json")
    rows = ran.json["participants"]
    assert [(row["name"], row["seconds"] // 60, row["verdict"]) for row in rows] == [
        ("Dora D", 60, "unknown"),
        ("Bob Bee", 30, "unknown"),
        ("Twin", 20, "unknown"),
        ("Twin", 10, "unknown"),
    ]
    assert all(row["open"] and len(row["code"]) == 6 for row in rows)
    assert rows[0]["suggestions"] == [
        {"email": "dora@example.org", "name": "Dora Dee", "why": "the initials fit; not online otherwise"}
    ]
    assert [row["email"] for row in rows] == [None, "bob@private.example", None, None]
    shown = over.ok("attendance", "match", "water")
    assert re.search(rf"^{rows[0]['code']} +Dora D +60 +unknown ", shown.out, re.MULTILINE)
    assert "dora@example.org? the initials fit; not online otherwise" in shown.out
    assert "4 people to decide about: hybrid-sync attendance match water CODE --to EMAIL" in shown.err


def test_a_decision_is_told_listed_counted_and_undone(over: Cli) -> None:
    code = listed(over)["Dora D"]["code"]
    ran = over.ok("attendance", "match", "water", code, "--to", "DORA@example.org")
    assert "water: Dora D is Dora Dee <dora@example.org>" in ran.err
    assert "remembered" not in ran.err
    row = listed(over)["Dora D"]
    assert (row["open"], row["matched_by"], row["registrant"]) == (False, "choice", "dora@example.org")
    assert row["verdict"] == "present"
    report = over.ok("attendance", "report", "water", "--format", "json").json
    assert {one["email"] for one in report["present"]} == {"ada@example.org", "dora@example.org"}
    undone = over.ok("attendance", "match", "water", code, "--undo", "--json")
    assert undone.json == {
        "event": "water", "name": "Dora D", "outcome": "undone", "registrant": None, "alias": None
    }  # fmt: skip
    assert listed(over)["Dora D"]["open"] is True


def test_that_an_address_is_remembered_and_forgotten_is_said(over: Cli) -> None:
    who = ("attendance", "match", "water", "bob@private.example")
    ran = over.ok(*who, "--to", "bob@example.org")
    assert "bob@private.example is remembered: at later events too it stands for bob@example.org" in ran.err
    assert "bob@private.example is not remembered for other events any more" in over.ok(*who, "--undo").err
    told = over.ok(*who, "--to", "bob@example.org", "--json").json
    assert told["alias"] == "bob@private.example"
    assert told["outcome"] == "matched"


def test_a_walk_in_is_open_no_more(over: Cli) -> None:
    ran = over.ok("attendance", "match", "water", listed(over)["Dora D"]["code"], "--walk-in")
    assert "Dora D counts as a walk-in, registered by nobody" in ran.err
    row = listed(over)["Dora D"]
    assert (row["open"], row["verdict"], row["registrant"]) == (False, "walk-in", None)
    assert "nobody registered (by choice)" in over.ok("attendance", "match", "water").out


def test_all_lists_those_too_whom_an_address_told(over: Cli) -> None:
    assert "Ada" not in " ".join(listed(over))
    everybody = over.ok("attendance", "match", "water", "--all", "--json").json["participants"]
    [ada] = [row for row in everybody if row["registrant"] == "ada@example.org"]
    assert (ada["matched_by"], ada["verdict"], ada["open"]) == ("address", "present", False)
    assert [row["verdict"] for row in everybody if row["verdict"] == "staff"] == ["staff"]


def test_when_all_is_decided_it_says_so(published: Cli) -> None:
    ran = published.ok("attendance", "match", "water")
    assert (ran.out, ran.err) == ("", "water: nobody is left to decide about\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--to", "ada@example.org"], "say whom you mean"),
        (["--undo"], "say whom you mean"),
        (["Dora D"], "say one thing about them: --to EMAIL, --walk-in or --undo"),
        (["Dora D", "--walk-in", "--undo"], "say one thing about them"),
        (["Dora D", "--to", "ada@example.org", "--all"], "say one thing about them"),
        (
            ["Dora D", "--to", "nobody@example.org"],
            "nobody with the address nobody@example.org is registered",
        ),
        (["Twin", "--to", "ada@example.org"], "'Twin' fits 2 at event water: say which one by its code"),
        (["Somebody", "--walk-in"], "nobody at event water is called 'Somebody'"),
        (["Dora D", "--undo"], "nothing was decided about Dora D"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(over: Cli, arguments: list[str], words: str) -> None:
    ran = over("attendance", "match", "water", *arguments)
    assert ran.code == 2
    assert words in ran.err
    assert len(ran.err.splitlines()) == 1
    assert all(row["open"] for row in listed(over).values())


def test_an_event_that_is_not_there_is_refused(cli: Cli) -> None:
    for options in ([], ["abc123", "--undo"]):
        ran = cli("attendance", "match", "nothing", *options)
        assert ran.code == 2
        assert "there is no event 'nothing'" in ran.err
