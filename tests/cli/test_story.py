"""One event from its record to its report, by commands alone, against the sandbox over real sockets."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from typing import Any

from hybrid_sync.sandbox import Sandbox
from tests.cli.kit import PEOPLE, RECORD, Cli


def kinds(answer: Any) -> list[str]:
    return [action["kind"] for action in answer["actions"]]


def only_meeting(sandbox: Sandbox) -> Any:
    [meeting] = sandbox.state.meetings.values()
    return meeting


def test_an_event_goes_out_moves_loses_a_guest_and_is_cancelled(cli: Cli, sandbox: Sandbox) -> None:
    cli.ok("event", "import", cli.file("event.toml", RECORD))
    cli.ok("registrants", "import", "water", cli.file("people.csv", PEOPLE))
    assert cli.ok("plan", "water", "--json").json["actions"] == []  # a draft is not pushed
    cli.ok("event", "publish", "water")

    plan = cli.ok("plan", "water", "--json").json
    assert plan["event"] == "water"
    assert kinds(plan) == ["meeting.create", "calendar.create", "mail.invitation"]
    assert [(one["kind"], one["count"]) for one in plan["expected"]] == [("registrant.add", 2)]
    assert not sandbox.writes()  # planning only looks

    done = cli.ok("sync", "water", "--json").json
    assert done["converged"] is True
    assert sorted(kinds(done)) == [
        "calendar.create",
        "mail.invitation",
        "mail.invitation",
        "mail.invitation",
        "meeting.create",
        "registrant.add",
        "registrant.add",
    ]
    assert {one["outcome"] for one in done["actions"]} == {"done"}
    assert done["next_due"].endswith("Z")
    assert len(sandbox.inbox) == 3

    writes = len(sandbox.writes())
    again = cli.ok("sync", "water", "--json").json
    assert again["actions"] == []
    assert len(sandbox.writes()) == writes
    assert cli.ok("plan", "water", "--json").json["actions"] == []

    cli.ok("event", "reschedule", "water", "--starts", "2027-06-10 14:00")
    moved = cli.ok("sync", "water", "--json").json
    assert sorted(set(kinds(moved))) == ["calendar.update", "mail.update", "meeting.update"]
    assert len(sandbox.inbox) == 6
    assert cli.ok("event", "show", "water", "--json").json["ends"] == "2027-06-10T15:30:00+02:00"

    cli.ok("registrants", "withdraw", "water", "ada@example.org")
    fewer = cli.ok("sync", "water", "--json").json
    assert sorted(kinds(fewer)) == ["mail.cancellation", "registrant.remove"]

    cli.ok("event", "cancel", "water")
    gone = cli.ok("sync", "water", "--json").json
    assert sorted(set(kinds(gone))) == ["calendar.cancel", "mail.cancellation", "meeting.cancel"]
    assert not sandbox.state.meetings
    writes = len(sandbox.writes())
    assert cli.ok("sync", "water", "--json").json["actions"] == []
    assert len(sandbox.writes()) == writes


def test_after_the_meeting_the_report_has_one_figure_for_each_person(
    published: Cli, sandbox: Sandbox
) -> None:
    published.ok("sync", "water")
    script = [
        {"do": "start", "at": "-5m"},
        {"do": "join", "at": "+0m", "email": "ada@example.org"},
        {"do": "join", "at": "+10m", "email": "ada@example.org", "device": "mobile", "until": "+40m"},
        {"do": "leave", "at": "+45m", "email": "ada@example.org"},
        {"do": "end", "at": "+90m"},
    ]
    sandbox.happen(only_meeting(sandbox).id, script)

    published.at = "2027-06-09T10:30:00Z"
    sandbox.clock.set(datetime.fromisoformat(published.at))
    pulled = published.ok("attendance", "pull", "water", "--json").json
    assert pulled["outcome"] == "done"
    assert len(pulled["instances"]) == 1
    assert pulled["rows"] == pulled["added"] >= 2
    assert published.ok("attendance", "pull", "water", "--json").json["added"] == 0

    out = published.folder / "report.csv"
    published.ok("attendance", "report", "water", "--format", "csv", "--out", str(out))
    rows = {row["email"]: row for row in csv.DictReader(io.StringIO(out.read_text("utf-8-sig")))}
    assert rows["ada@example.org"]["minutes_total"] == "45"  # two devices, one person
    assert rows["dora@example.org"]["verdict"] == "no-show"

    page = published.folder / "report.html"
    published.ok("attendance", "report", "water", "--out", str(page))
    assert "Clean water for all" in page.read_text()
    data = json.loads(published.ok("attendance", "report", "water", "--format", "json").out)
    assert data["summary"]["attended"] == 1


def test_a_pull_leaves_the_event_as_due_as_it_was(published: Cli, sandbox: Sandbox) -> None:
    due = published.ok("sync", "water", "--json").json["next_due"]
    published("attendance", "pull", "water")
    assert due.startswith("2027-05-03T09:")
    assert published.ok("sync", "--json").json == []  # not due yet, and nobody holds it
    assert published.ok("sync", "water", "--json").json["converged"] is True
