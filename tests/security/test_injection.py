"""ASVS 1.2, 1.3, 1.5, 5.3.2, 16.4.1: what people type stays what they typed, in every place that could take it for more."""

from __future__ import annotations

import ast
import io
import logging
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hybrid_sync.adapters.sql import open_store
from hybrid_sync.cli import logs, patience
from hybrid_sync.errors import InputError, NotFound
from hybrid_sync.http_client import RedactingFilter
from hybrid_sync.intake.spreadsheets import open_workbook
from tests.builders import a_person, an_event
from tests.cli.conftest import bare  # noqa: F401 - a fixture
from tests.cli.kit import Cli
from tests.web.house import House

MakeHouse = Callable[..., House]

SRC = Path(__file__).parents[2] / "src" / "hybrid_sync"
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{7*7}}{%x%}"
LOOKED_AT = frozenset({"mode"})  # sql/audit.py: the two words of our own for LOCK TABLE
"""What is filled into SQL and was looked at by a person, because the rule above is too narrow for it."""
HOSTILE_IDS = ("' OR '1'='1", "x'; DROP TABLE events; --", "%", "_", "\\", "a\x00b", "🦆" * 100)


def test_asvs_1_2_1_and_1_3_7_names_and_titles_are_text_on_every_page(a_house: MakeHouse) -> None:
    house = a_house(person=a_person(name=MARKUP), event=an_event(title=MARKUP, venue=MARKUP))
    for path in (house.path, house.my_path):
        text = house.client.get(path).text
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "&lt;script&gt;alert(1)" in text
        assert "49" not in re.findall(r"alert\(2\).{0,40}", text)


def test_no_template_marks_text_of_others_as_safe() -> None:
    """`|safe` is used for our own words only: every use is listed here, so that a new one is looked at."""
    uses = [
        use
        for template in sorted((SRC / "web" / "templates").iterdir())
        for use in re.findall(r"{{([^}]*\|\s*safe[^}]*)}}", template.read_text(encoding="utf-8"))
    ]
    assert uses == ["' data-wait'|safe if loop.first and page.seconds "] or uses == [
        " ' data-wait'|safe if loop.first and page.seconds "
    ]
    for path in SRC.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "autoescape=False" not in text, path
        assert "from_string(" not in text, path


@pytest.mark.parametrize("hostile", HOSTILE_IDS)
def test_asvs_1_2_4_an_id_is_a_value_in_every_query(tmp_path: Path, hostile: str) -> None:
    store = open_store(f"sqlite:///{tmp_path}/hs.db", create=True)
    with store.begin() as tx:
        tx.events.save(an_event())
        tx.people.save([a_person()])
    with store.begin() as tx:
        starts = an_event().starts.instant
        for look in (
            lambda: tx.events.get(hostile),
            lambda: tx.people.get(hostile),
            lambda: tx.work.wake(hostile, starts),
        ):
            with pytest.raises(NotFound):
                look()
        assert tx.people.of(hostile) == []
        assert tx.people.find("water", hostile) is None
        assert tx.messages.of(hostile) == []
        assert tx.meetings.get(hostile) is None
        assert tx.tokens.get(hostile) is None
    with store.read() as tx:
        assert tx.events.get("water") == an_event()
        assert [person.id for person in tx.people.of("water")] == [a_person().id]
    store.close()


def test_asvs_1_2_4_no_statement_is_put_together_from_text() -> None:
    """What is filled into a statement is a constant of ours or a number, never a value that came from somewhere."""
    for path in SRC.rglob("*.py"):
        if "sandbox" in path.parts or "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.JoinedStr):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name == "exec_driver_sql" or (name == "text" and "sql" in path.parts):
                for value in node.args[0].values:
                    if isinstance(value, ast.FormattedValue):
                        filled = ast.unparse(value.value)
                        assert re.fullmatch(r"_?[A-Z][A-Z_]*|int\(.*\)", filled) or filled in LOOKED_AT, (
                            path,
                            filled,
                        )


def test_asvs_1_3_2_and_1_5_2_nothing_is_unpickled_or_evaluated() -> None:
    for path in SRC.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
                assert not {"pickle", "marshal", "shelve", "dill"} & {name.split(".")[0] for name in names}, (
                    path
                )
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec"), path
            if isinstance(node, ast.keyword) and node.arg == "shell":
                assert isinstance(node.value, ast.Constant), path
                assert node.value.value is False, path


# --- logs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "Ada\r\n2027-01-01T00:00:00Z INFO forged: all is well",
        "\x1b[2J\x1b]0;title\x07",
        "a\u2028b\x85c",
        "\u202eadA",
    ],
)
def test_asvs_16_4_1_a_name_begins_no_line_and_steers_no_terminal(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    record = logging.LogRecord("hybrid_sync.x", logging.WARNING, __file__, 1, "person %s", (name,), None)
    record.__dict__["event_id"] = name
    try:
        raise ValueError(name)
    except ValueError as error:
        record.exc_info = (type(error), error, error.__traceback__)
    RedactingFilter().filter(record)
    line = logs.OneLine(traces=False).format(record)
    assert len(line.splitlines()) == 1
    for text in (line, record.__dict__["event_id"], record.exc_text or ""):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]", text)


# --- files ------------------------------------------------------------------------------------------------------------


def test_asvs_1_5_1_a_workbook_that_declares_entities_is_not_read() -> None:
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><workbook>&b;</workbook>'
    )
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as parts:
        parts.writestr("xl/workbook.xml", bomb)
    with pytest.raises(InputError, match="entities"):
        open_workbook(data.getvalue(), "list.xlsx")


def test_asvs_1_5_1_openpyxl_reads_xml_by_defusedxml_where_it_is_there() -> None:
    """openpyxl looks for it by itself; the check above does not depend on it."""
    from openpyxl import xml

    assert isinstance(xml.DEFUSEDXML, bool)


def test_asvs_5_2_3_a_workbook_that_unpacks_to_gigabytes_is_not_unpacked() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as parts:
        for number in range(40):
            parts.writestr(f"xl/worksheets/sheet{number}.xml", b"0" * 8_000_000)
    assert len(data.getvalue()) < 1_000_000
    with pytest.raises(InputError, match="would unpack to"):
        open_workbook(data.getvalue(), "list.xlsx")


@pytest.mark.parametrize(
    "name",
    ["../app.py", "..%2fapp.py", "%2e%2e/app.py", "....//app.py", "/etc/passwd", "page.css%00.html", "."],
)
def test_asvs_5_3_2_static_files_are_a_list_of_two_and_no_path(a_house: MakeHouse, name: str) -> None:
    assert a_house().client.get(f"/static/{name}").status_code == 404


# --- patterns without end -----------------------------------------------------------------------------------------------


def test_asvs_1_3_12_reading_ends_after_its_time_also_inside_a_pattern() -> None:
    words = r"page\.html: could not be read within 0\.3 seconds"
    with pytest.raises(InputError, match=words), patience.reading("page.html", 0.3):
        re.match(r"(a+)+$", "a" * 60 + "b")  # it would take years


def test_asvs_1_3_12_a_page_made_to_hold_up_the_reader_is_given_up(
    bare: Cli,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Half-open tags, for which Python's own HTML parser takes a time that grows with the square of their number."""
    whole = patience.reading
    monkeypatch.setattr(patience, "reading", lambda called: whole(called, 0.5))
    page = bare.file("page.html", "<html><body>" + '<a href="' * 60_000)
    ran = bare("event", "import", page, "--dry-run")
    assert ran.code == 2
    assert "could not be read within 0.5 seconds" in ran.err


def test_a_page_that_is_read_in_time_leaves_no_alarm_behind() -> None:
    import signal

    before = signal.getsignal(signal.SIGALRM)
    with patience.reading("page.html", 5):
        pass
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is before


def test_a_page_that_is_read_in_another_thread_is_read_without_a_limit() -> None:
    from threading import Thread

    found: list[Any] = []

    def read() -> None:
        with patience.reading("page.html", 0.001):
            found.append("read")

    thread = Thread(target=read)
    thread.start()
    thread.join()
    assert found == ["read"]
