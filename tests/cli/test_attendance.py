"""`attendance pull` and `attendance report`: the corners (the usual way is in test_story.py)."""

from __future__ import annotations

import pytest

from hybrid_sync.sandbox import Fault, Sandbox
from tests.cli.kit import RECORD, Cli


@pytest.mark.parametrize("form", ["xlsx", "pdf"])
def test_forms_of_a_later_release_say_so(published: Cli, form: str) -> None:
    out = published.folder / f"report.{form}"
    for options in (["--format", form], ["--out", str(out)]):
        ran = published("attendance", "report", "water", *options)
        assert ran.code == 2
        assert f"{form} comes with a later release" in ran.err
    assert not out.exists()


def test_a_report_needs_a_form(published: Cli) -> None:
    ran = published("attendance", "report", "water")
    assert ran.code == 2
    assert "--format csv, json or html" in ran.err


def test_a_report_before_anything_was_pulled_says_so(published: Cli) -> None:
    ran = published.ok("attendance", "report", "water", "--format", "csv")
    assert "hybrid-sync attendance pull water" in ran.err
    assert "no-show" in ran.out


def test_a_report_that_cannot_be_written_is_one_line_and_leaves_nothing(published: Cli) -> None:
    out = published.folder / "nowhere" / "report.csv"
    ran = published("attendance", "report", "water", "--out", str(out))
    assert ran.code == 2
    assert f"error: {out} cannot be written" in ran.err
    published.ok("attendance", "report", "water", "--out", str(published.folder / "report.csv"))
    assert [path.name for path in published.folder.glob("*report*")] == ["report.csv"]


def test_an_event_without_an_end_or_a_name_has_no_report(cli: Cli) -> None:
    cli.ok("event", "import", cli.file("e.toml", RECORD.replace("ends = 2027-06-09T11:30:00\n", "")))
    assert cli("attendance", "report", "water", "--format", "csv").code == 2
    assert cli("attendance", "report", "nothing", "--format", "csv").code == 2


def test_an_event_without_a_meeting_cannot_be_pulled(published: Cli) -> None:
    ran = published("attendance", "pull", "water", "--json")
    assert ran.code == 3
    assert "has no Webex meeting" in ran.err
    assert ran.json["outcome"] == "refused"
    assert published("attendance", "pull", "nothing").code == 2


def test_a_pull_from_a_busy_webex_waits(published: Cli, sandbox: Sandbox) -> None:
    published.ok("sync", "water")
    sandbox.faults.add(Fault(path="/v1/*", status=503, times=None))
    assert published("attendance", "pull", "water").code == 4
    sandbox.faults.clear()
    assert published.ok("sync", "water", "--json").json["converged"] is True  # the lease was given back
