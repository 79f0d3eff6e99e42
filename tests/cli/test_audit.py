"""`audit show` and `audit verify` as an auditor types them."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from hybrid_sync.sandbox import Fault, Sandbox
from tests.cli.kit import Cli


def by_the_back_door(cli: Cli, statement: str) -> None:
    with closing(sqlite3.connect(cli.folder / "test.db")) as raw, raw:
        raw.executescript("DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete;")
        raw.execute(statement)


def test_the_trail_tells_who_did_what(published: Cli) -> None:
    published.ok("sync", "water")
    lines = published.ok("audit", "show", "water", "--json").json
    assert set(lines[0]) == {"at", "event", "who", "what", "whom", "detail", "request_id"}
    told = [(line["who"], line["what"]) for line in lines]
    assert told[0] == ("organiser", "event.import")
    assert ("organiser", "event.publish") in told
    assert ("worker", "meeting.create") in told
    table = published.ok("audit", "show").out
    assert "meeting.create" in table
    assert "CEST" in table


def test_a_refusal_stands_there_with_the_providers_request_id(published: Cli, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(method="POST", path="/v1/meetings", status=403))
    assert published("sync", "water").code == 3
    lines = published.ok("audit", "show", "water", "--json").json
    [refused] = [line for line in lines if line["what"] == "meeting.create"]
    assert refused["request_id"]


def test_since_leaves_out_what_was_before(published: Cli) -> None:
    assert published.ok("audit", "show", "--since", "2027-05-03T09:00:00Z", "--json").json
    assert published.ok("audit", "show", "--since", "2027-05-04T09:00:00Z", "--json").json == []
    assert published("audit", "show", "--since", "yesterday").code == 2


def test_an_unknown_event_is_a_mistake_and_no_empty_trail(published: Cli) -> None:
    assert published("audit", "show", "nothing").code == 2
    assert published.ok("audit", "show", "-", "--json").json == []


def test_a_whole_trail_is_said_to_be_so_with_both_ends(published: Cli) -> None:
    ran = published.ok("audit", "verify")
    assert "every line fits" in ran.err
    verdict = published.ok("audit", "verify", "--json").json
    assert (verdict["whole"], verdict["misfit"], verdict["unchained"]) == (True, None, 0)
    assert verdict["begins"] in ran.out
    assert verdict["ends"] in ran.out
    published.ok("sync", "water")
    assert published.ok("audit", "verify", "--noted", verdict["ends"], "--json").json["noted_found"] is True


def test_a_changed_line_is_named_and_the_exit_code_is_3(published: Cli) -> None:
    by_the_back_door(published, "UPDATE audit SET actor = 'somebody else' WHERE what = 'event.publish'")
    ran = published("audit", "verify")
    assert ran.code == 3
    assert "event.publish) does not fit" in ran.err
    assert published("audit", "verify", "--json").json["misfit"]["what"] == "event.publish"


def test_a_cut_end_is_found_by_the_noted_value(published: Cli) -> None:
    noted = published.ok("audit", "verify", "--json").json["ends"]
    by_the_back_door(published, "DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)")
    assert published("audit", "verify").code == 0
    ran = published("audit", "verify", "--noted", noted)
    assert ran.code == 3
    assert "cut off" in ran.err


def test_an_empty_trail_has_no_ends(cli: Cli) -> None:
    assert "nothing is chained yet" in cli.ok("audit", "verify").out
