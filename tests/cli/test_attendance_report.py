"""`attendance report`: from a meeting in the sandbox to files in five forms, and the corners."""

from __future__ import annotations

import io
import json
from datetime import datetime

import pytest
from openpyxl import load_workbook

from hybrid_sync.render.report_csv import read_back
from hybrid_sync.sandbox import Sandbox
from tests.cli.kit import RECORD, Cli
from tests.cli.test_story import only_meeting

FORMS = ["csv", "xlsx", "json", "html", "pdf"]


@pytest.fixture
def over(published: Cli, sandbox: Sandbox) -> Cli:
    """The event is over and pulled: Ada was there with two devices and a guest came; nobody stood at the door."""
    published.ok("sync", "water")
    script = [
        {"do": "start", "at": "-5m"},
        {"do": "join", "at": "+0m", "email": "ada@example.org"},
        {"do": "join", "at": "+10m", "email": "ada@example.org", "device": "mobile", "until": "+40m"},
        {"do": "leave", "at": "+45m", "email": "ada@example.org"},
        {"do": "join", "at": "+20m", "name": "=Guestina", "until": "+50m"},
        {"do": "end", "at": "+90m"},
    ]
    sandbox.happen(only_meeting(sandbox).id, script)
    published.at = "2027-06-09T10:30:00Z"
    sandbox.clock.set(datetime.fromisoformat(published.at))
    published.ok("attendance", "pull", "water")
    return published


def written(cli: Cli, form: str, *options: str) -> bytes:
    """What the command writes into a file; skips where a PDF cannot be made."""
    out = cli.folder / f"report.{form}"
    ran = cli("attendance", "report", "water", "--out", str(out), *options)
    if form == "pdf" and ran.code == 2 and "Pango" in ran.err:
        pytest.skip(ran.err)
    assert ran.code == 0, ran
    assert f"water: written to {out}" in ran.err
    return out.read_bytes()


def test_the_ending_of_the_file_says_the_form(over: Cli) -> None:
    rows = {row["name"]: row for row in read_back(written(over, "csv"))}
    assert (rows["Ada Lovelace"]["minutes_total"], rows["Ada Lovelace"]["matched_by"]) == ("45", "address")
    assert (rows["=Guestina"]["verdict"], rows["=Guestina"]["minutes_total"]) == ("unmatched", "30")
    assert rows["Bob Bee"]["verdict"] == "unrecorded"
    told = json.loads(written(over, "json"))
    assert told["summary"]["applied"] == told["summary"]["registered"] == 3
    assert (told["summary"]["attended"], told["summary"]["peak"]) == (1, 2)
    book = load_workbook(io.BytesIO(written(over, "xlsx")))
    assert book["People"]["A2"].value == "Ada Lovelace"
    page = written(over, "html").decode()
    assert "=Guestina" in page
    assert "Who was there for less than 1 minute counts as partly present." in page
    assert written(over, "pdf").startswith(b"%PDF-1.7")


@pytest.mark.parametrize("form", FORMS)
def test_without_names_there_are_none(over: Cli, form: str) -> None:
    content = written(over, form, "--without-names")
    if form == "xlsx":
        book = load_workbook(io.BytesIO(content))
        text = str([cell.value for sheet in book for row in sheet for cell in row])
    elif form == "pdf":
        from pypdf import PdfReader

        text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    else:
        text = content.decode()
    assert "P001" in text
    assert [
        name for name in ("Ada", "Lovelace", "Bee", "Dora", "Guestina", "example.org") if name in text
    ] == []


def test_a_report_is_in_the_services_first_language_or_the_one_asked_for(
    over: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert '<html lang="en">' in written(over, "html").decode()
    assert '<html lang="fr">' in written(over, "html", "--language", "fr").decode()
    assert load_workbook(io.BytesIO(written(over, "xlsx", "--language", "French"))).sheetnames[0] == "Résumé"
    monkeypatch.setenv("HYBRID_SYNC_SERVICE__LANGUAGES", '["fr", "en"]')
    assert '<html lang="fr">' in written(over, "html").decode()
    ran = over("attendance", "report", "water", "--format", "html", "--language", "mt")
    assert ran.code == 2
    assert "known are en, fr" in ran.err


def test_numbers_for_names_need_a_secret(over: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HYBRID_SYNC_WEB__SECRET")
    ran = over("attendance", "report", "water", "--format", "csv", "--without-names")
    assert ran.code == 2
    assert "[web] secret" in ran.err
    assert ran.out == ""


def test_a_report_needs_a_form(published: Cli) -> None:
    for options in ([], ["--out", "report.docx"]):
        ran = published("attendance", "report", "water", *options)
        assert ran.code == 2
        assert "--format csv, xlsx, json, html or pdf" in ran.err


def test_a_report_before_anything_was_pulled_says_so(published: Cli) -> None:
    ran = published.ok("attendance", "report", "water", "--format", "csv")
    assert "hybrid-sync attendance pull water" in ran.err
    assert "no-show" in ran.out
    page = published.ok("attendance", "report", "water", "--format", "html")
    assert "No attendance has been fetched yet." in page.out


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
