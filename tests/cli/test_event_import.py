"""`event import`: what is read, what is refused, and that nothing half-read is stored."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hybrid_sync.errors import InputError
from hybrid_sync.ports import Page
from hybrid_sync.wiring import alone
from tests.cli.kit import RECORD, Cli

PAGE = """\
<html><body><h1>Clean water for all</h1>
<p>When: Wednesday 9 June 2027, 10:00 - 11:30 (CET)</p>
<p>Where: InfoPoint and Webex, Brussels, Belgium</p>
</body></html>
"""
TEXT = """\
Clean water for all
Practical information
- When
- Wednesday 9 June 2027, 10:00 - 11:30 (CET)
- Where
- InfoPoint and Webex MeetingsBrussels, Belgium
"""
FIELDS = {
    "id", "title", "starts", "ends", "time_zone", "starts_utc", "ends_utc", "venue", "city", "country", "onsite",
    "online", "languages", "organisers", "description", "speakers", "moderators", "registration_url", "state",
    "warnings",
}  # fmt: skip


def events(cli: Cli) -> list[str]:
    return [event["id"] for event in cli.ok("event", "list", "--json").json]


def test_a_record_becomes_a_draft_and_json_has_the_documented_fields(cli: Cli) -> None:
    ran = cli.ok("event", "import", cli.file("event.toml", RECORD), "--json")
    assert set(ran.json) == FIELDS
    assert ran.json["starts"] == "2027-06-09T10:00:00+02:00"
    assert ran.json["starts_utc"] == "2027-06-09T08:00:00Z"
    assert ran.json["state"] == "draft"
    assert "hybrid-sync event publish water" in ran.err


@pytest.mark.parametrize(("name", "content"), [("page.html", PAGE), ("page.txt", TEXT)])
def test_a_page_labelled_cet_in_summer_keeps_its_wall_time_and_warns(
    cli: Cli, name: str, content: str
) -> None:
    ran = cli.ok("event", "import", cli.file(name, content), "--json")
    assert ran.json["id"] == "2027-06-09-clean-water-for-all"
    assert ran.json["starts"] == "2027-06-09T10:00:00+02:00"
    assert [warning["code"] for warning in ran.json["warnings"]] == ["zone_label_wrong_for_date"]
    assert "zone_label_wrong_for_date" in ran.err
    assert events(cli) == ["2027-06-09-clean-water-for-all"]


@pytest.mark.parametrize("content", [RECORD, PAGE, TEXT])
def test_the_kind_of_standard_input_is_detected(cli: Cli, content: str) -> None:
    ran = cli.ok("event", "import", "-", "--json", input=content)
    assert ran.json["title"] == "Clean water for all"


def test_a_dry_run_prints_the_record_and_stores_nothing(cli: Cli) -> None:
    ran = cli.ok("event", "import", cli.file("page.html", PAGE), "--dry-run", "--json")
    assert set(ran.json) == FIELDS
    assert "nothing was stored" in ran.err
    assert events(cli) == []


def test_a_dry_run_of_a_file_needs_no_database(bare: Cli) -> None:
    ran = bare.ok("event", "import", bare.file("event.toml", RECORD), "--dry-run", "--json")
    assert ran.json["id"] == "water"
    assert not list(bare.folder.rglob("*.db"))


def test_what_the_command_line_says_counts_more_than_the_page(cli: Cli) -> None:
    given = ["--title", "Water", "--id", "w1", "--starts", "2027-06-11 09:00", "--ends", "2027-06-11 10:00"]
    for name, content in (("page.html", PAGE), ("event.toml", RECORD)):
        event = cli.ok("event", "import", cli.file(name, content), "--dry-run", "--json", *given).json
        assert (event["id"], event["title"]) == ("w1", "Water")
        assert event["starts"] == "2027-06-11T09:00:00+02:00"
        assert event["ends"] == "2027-06-11T10:00:00+02:00"


def test_the_same_record_again_changes_nothing_and_keeps_the_state(cli: Cli) -> None:
    path = cli.file("event.toml", RECORD)
    cli.ok("event", "import", path)
    cli.ok("event", "publish", "water")
    ran = cli.ok("event", "import", path, "--json")
    assert ran.json["state"] == "published"
    assert "nothing changed" in ran.err


def test_a_record_that_says_published_is_stored_as_a_draft(cli: Cli) -> None:
    ran = cli.ok("event", "import", cli.file("event.toml", RECORD + 'state = "published"\n'), "--json")
    assert ran.json["state"] == "draft"
    assert "never publishes" in ran.err


def test_what_show_prints_as_toml_can_be_imported_again(cli: Cli) -> None:
    cli.ok("event", "import", cli.file("event.toml", RECORD))
    record = cli.ok("event", "show", "water", "--toml").out
    assert "nothing changed" in cli.ok("event", "import", cli.file("again.toml", record)).err


def missing(cli: Cli) -> str:
    return str(cli.folder / "nowhere.txt")


def folder(cli: Cli) -> str:
    return str(cli.folder)


def not_an_event(cli: Cli) -> str:
    return cli.file("page.html", "<html><body><h1>Cookie policy</h1><p>We use cookies.</p></body></html>")


def empty(cli: Cli) -> str:
    return cli.file("empty.txt", "")


def blank(cli: Cli) -> str:
    return cli.file("blank.txt", " \n\n")


def fifty_megabytes(cli: Cli) -> str:
    path = cli.folder / "large.html"
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    return str(path)


def a_pdf(cli: Cli) -> str:
    return cli.file("page.pdf", b"%PDF-1.7 \x00\x01")


def broken_record(cli: Cli) -> str:
    return cli.file("event.toml", "title = \nstarts = ")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (missing, "there is no file"),
        (folder, "is a folder"),
        (not_an_event, "--starts"),
        (empty, "is empty"),
        (blank, "is empty"),
        (fifty_megabytes, "is 50.0 MB, and at most 5 MB are read"),
        (a_pdf, "PDF"),
        (broken_record, "not a TOML record"),
        (lambda cli: "http://example.org/event", "only https addresses are fetched"),
        (lambda cli: "https://127.0.0.1/event", "private network"),
        (lambda cli: "https://[::1]/event", "private network"),
        (lambda cli: "https://user:pw@example.org/event", "user name"),
        (lambda cli: "ftp://example.org/event", "only https addresses are fetched"),
        (lambda cli: "a\0b", "cannot be read"),
    ],
)
def test_bad_input_is_one_clear_line_and_nothing_is_stored(
    cli: Cli, make: Callable[[Cli], str], words: str
) -> None:
    ran = cli("event", "import", make(cli), "--json")
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.startswith("error: ")
    assert ran.err.count("\n") == 1
    assert words in ran.err
    assert "Traceback" not in ran.err
    assert events(cli) == []


def test_an_unreadable_file_is_one_clear_line(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    path = cli.file("event.toml", RECORD)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    ran = cli("event", "import", path, "--dry-run")
    assert (ran.code, ran.err) == (2, f"error: {path} cannot be read: Permission denied\n")


def test_all_problems_of_a_record_are_told_at_once(cli: Cli) -> None:
    ran = cli("event", "import", cli.file("event.toml", 'starts = "soon"\nlanguages = ["klingon"]\n'))
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 3  # no title, no start, no language
    assert all(line.startswith("error: ") for line in ran.err.splitlines())


def test_more_than_the_limit_on_standard_input_is_refused(cli: Cli) -> None:
    ran = cli("event", "import", "-", input=b"x" * (5 * 1024 * 1024 + 1))
    assert ran.code == 2
    assert "standard input has more than 5 MB" in ran.err


@pytest.mark.parametrize(
    ("starts", "words"),
    [
        ("2027-03-28 02:30", "does not exist"),
        ("2027-10-31 02:30", "exists twice"),
        ("tomorrow", "is not a date and time"),
        ("2027-06-09 10:00+05:00", "offset"),
    ],
)
def test_times_that_cannot_be_are_refused(cli: Cli, starts: str, words: str) -> None:
    ran = cli("event", "import", cli.file("page.html", PAGE), "--starts", starts)
    assert ran.code == 2
    assert words in ran.err
    assert events(cli) == []


@pytest.mark.parametrize("name", ["", "a/b", "..", "-x", "a" * 81])
def test_an_id_that_cannot_be_a_name_is_refused(cli: Cli, name: str) -> None:
    assert cli("event", "import", cli.file("event.toml", RECORD), "--id", name).code == 2


class FakePages:
    """Stands for the network."""

    def __init__(self, answer: Page | InputError) -> None:
        self.answer = answer

    def fetch(self, url: str) -> Page:
        if isinstance(self.answer, InputError):
            raise self.answer
        return self.answer


def serve(monkeypatch: pytest.MonkeyPatch, answer: Page | InputError) -> None:
    monkeypatch.setattr(alone, "HttpsPages", lambda **_: FakePages(answer))


def test_an_https_page_is_fetched_and_stored_with_its_address(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(monkeypatch, Page(PAGE.encode(), "text/html", "https://events.example.org/water_en"))
    cli.ok("event", "import", "https://events.example.org/water")
    record = cli.ok("event", "show", "2027-06-09-clean-water-for-all", "--toml").out
    assert 'source = "https://events.example.org/water_en"' in record


def test_a_dry_run_of_an_address_stores_nothing(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(monkeypatch, Page(PAGE.encode(), "text/html", "https://events.example.org/water"))
    assert cli.ok("event", "import", "https://events.example.org/water", "--dry-run", "--json").json
    assert events(cli) == []


@pytest.mark.parametrize("words", ["did not answer in time", "leads into a private network"])
def test_an_address_that_cannot_be_fetched_stores_nothing(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    serve(monkeypatch, InputError(f"https://events.example.org/: {words}"))
    ran = cli("event", "import", "https://events.example.org/")
    assert (ran.code, ran.err) == (2, f"error: https://events.example.org/: {words}\n")
    assert events(cli) == []


def test_words_that_would_steer_the_terminal_do_not_reach_it(cli: Cli) -> None:
    path = cli.file("event.toml", RECORD.replace("Clean", "\\u001b[31mClean"))
    ran = cli.ok("event", "import", path)
    assert "\x1b" not in ran.out + ran.err


def test_the_real_pages_are_read_or_refused_without_a_traceback(cli: Cli) -> None:
    pages = sorted((Path(__file__).parents[3] / "shared" / "pages").glob("*.txt"))
    if not pages:
        pytest.skip("the real event pages lie in ../shared/pages beside the project, and are not here")
    for page in pages:
        ran = cli("event", "import", str(page), "--dry-run", "--json")
        assert ran.code in (0, 2), ran
        if ran.code == 0:
            assert set(json.loads(ran.out)) == FIELDS
        else:
            assert ran.err.startswith(f"error: {page}: ")
