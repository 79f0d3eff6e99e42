"""`hybrid-sync certificates`, and the recording's address, by commands alone."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Any

import pypdf
import pytest

from hybrid_sync.sandbox import Sandbox
from tests.cli.kit import RECORD, Cli

AFTER = "2027-06-10T09:00:00Z"


@pytest.fixture
def over(published: Cli, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The event is over: Ada was there for 85 minutes, Dora for 20, Bob was not."""
    monkeypatch.setenv("HYBRID_SYNC_ATTENDANCE__CERTIFICATE_MINUTES", "60")
    published.ok("sync", "water")
    [meeting] = sandbox.state.meetings.values()
    script: list[dict[str, Any]] = [
        {"do": "start", "at": "-5m"},
        {"do": "join", "at": "+0m", "email": "ada@example.org", "until": "+85m"},
        {"do": "join", "at": "+0m", "email": "dora@example.org", "until": "+20m"},
        {"do": "end", "at": "+90m"},
    ]
    sandbox.happen(meeting.id, script)
    published.at = AFTER
    sandbox.clock.set(datetime.fromisoformat(AFTER))
    published.ok("attendance", "pull", "water")
    return published


def issued(cli: Cli) -> Any:
    return cli.ok("certificates", "issue", "water", "--json").json


def test_whoever_reached_the_minutes_gets_one_and_a_pdf_is_written(over: Cli) -> None:
    out = over.folder / "certificates"
    ran = over.ok("certificates", "issue", "water", "--out", str(out))
    assert "1 certificate (1 new, 0 changed, 0 as before)" in ran.err
    assert "1 PDF written" in ran.err
    [file] = out.iterdir()
    assert file.name.startswith("ada-lovelace-")
    text = " ".join(pypdf.PdfReader(io.BytesIO(file.read_bytes())).pages[0].extract_text().split())
    assert "Ada Lovelace" in text
    assert "85 minutes" in text
    [listed] = over.ok("certificates", "list", "water", "--json").json
    assert listed["code"] in text
    assert (listed["minutes"], listed["state"]) == (85, "valid")


def test_a_second_issue_says_that_nothing_changed(over: Cli) -> None:
    first = issued(over)
    second = issued(over)
    assert (len(first["new"]), len(second["new"]), len(second["unchanged"])) == (1, 0, 1)
    assert first["new"][0]["code"] == second["unchanged"][0]["code"]


def test_a_code_is_shown_however_it_is_typed(over: Cli) -> None:
    code = issued(over)["new"][0]["code"]
    ran = over.ok("certificates", "show", code.replace("-", "").lower())
    assert "Ada Lovelace" in ran.out
    assert "water: Clean water for all" in ran.out
    assert "valid" in ran.out
    pdf = over.folder / "one.pdf"
    over.ok("certificates", "show", code, "--out", str(pdf))
    assert pdf.read_bytes().startswith(b"%PDF")


def test_a_withdrawn_one_stays_withdrawn_until_somebody_says_again(over: Cli) -> None:
    code = issued(over)["new"][0]["code"]
    assert "is withdrawn: Ada Lovelace" in over.ok("certificates", "withdraw", code).err
    assert "withdrawn" in over.ok("certificates", "show", code).out
    refused = over("certificates", "show", code, "--out", str(over.folder / "one.pdf"))
    assert refused.code == 2
    assert not (over.folder / "one.pdf").exists()
    ran = over.ok("certificates", "issue", "water")
    assert "stays withdrawn" in ran.err
    assert "Ada Lovelace" in ran.err
    again = over.ok("certificates", "issue", "water", "--again", "--json").json
    assert [one["state"] for one in again["changed"]] == ["valid"]


def test_who_drops_under_the_minutes_loses_it_and_that_is_said(
    over: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued(over)
    monkeypatch.setenv("HYBRID_SYNC_ATTENDANCE__CERTIFICATE_MINUTES", "88")
    ran = over.ok("certificates", "issue", "water")
    assert "0 certificates" in ran.err
    assert "withdrawn, no longer enough minutes: Ada Lovelace" in ran.err


def test_before_the_end_there_are_none(published: Cli) -> None:
    ran = published("certificates", "issue", "water")
    assert ran.code == 2
    assert "is not over" in ran.err


def test_a_code_or_an_event_that_nobody_knows_is_said_to_be_so(over: Cli) -> None:
    for arguments in (("show", "AAAAA"), ("withdraw", "0" * 20), ("list", "fire"), ("issue", "fire")):
        ran = over("certificates", *arguments)
        assert ran.code == 2, arguments
        assert "no certificate has that code" in ran.err or "there is no event 'fire'" in ran.err


def test_a_folder_that_cannot_be_made_is_one_clear_line(over: Cli) -> None:
    in_the_way = Path(over.file("taken", "a file"))
    ran = over("certificates", "issue", "water", "--out", str(in_the_way / "inside"))
    assert ran.code == 2
    assert "cannot be made" in ran.err


# --- the recording ---


def test_the_recording_is_told_taken_back_and_kept_by_a_new_import_of_the_record(cli: Cli) -> None:
    record = cli.file("event.toml", RECORD)
    cli.ok("event", "import", record)
    cli.ok("event", "edit", "water", "--recording-url", "https://videos.example.org/water")
    assert "https://videos.example.org/water" in cli.ok("event", "show", "water").out
    cli.ok("event", "import", record)
    assert "https://videos.example.org/water" in cli.ok("event", "show", "water").out
    cli.ok("event", "edit", "water", "--recording-url", "")
    assert "videos.example.org" not in cli.ok("event", "show", "water").out


@pytest.mark.parametrize("address", ["videos", "javascript:alert(1)", "https://exa mple.org/"])
def test_a_recording_without_a_web_address_is_refused(published: Cli, address: str) -> None:
    ran = published("event", "edit", "water", "--recording-url", address)
    assert ran.code == 2
    assert "--recording-url" in ran.err
