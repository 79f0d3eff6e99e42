"""What SECURITY.md and docs/security.md promise is there."""

from __future__ import annotations

import ast
import re
import ssl
from pathlib import Path

from hybrid_sync.http_client.trust import trusting
from hybrid_sync.web import connections
from hybrid_sync.web.app import MOST_LOOKS, MOST_WRONG
from hybrid_sync.web.guard import MOST_BODY

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def test_every_test_that_the_table_names_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+(?:\.py)?)(?:::(\w+))?`", TABLE)
    assert len(named) > 50
    for path, test in named:
        file = ROOT / path
        assert file.exists(), path
        if test:
            defined = {
                node.name
                for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
                if isinstance(node, ast.FunctionDef)
            }
            assert test in defined, f"{path}::{test}"


def test_every_line_of_the_table_has_ids_and_a_test() -> None:
    lines = [line for line in TABLE.splitlines() if line.startswith("| ") and not line.startswith("| point")]
    assert len(lines) > 35
    for line in lines:
        points, *_, shown = [cell.strip() for cell in line.strip("|").split("|")]
        assert all(re.fullmatch(r"\d{1,2}\.\d\.\d{1,2}", point) for point in points.split(", ")), line
        assert "tests/" in shown, line


def test_every_point_that_a_security_test_names_is_in_the_table() -> None:
    known = set(re.findall(r"\b\d{1,2}\.\d\.\d{1,2}\b", TABLE))
    for file in sorted((ROOT / "tests" / "security").glob("test_*.py")):
        for chapter, section, point in re.findall(
            r"def test_asvs_(\d+)_(\d+)_(\d+)_", file.read_text(encoding="utf-8")
        ):
            assert f"{chapter}.{section}.{point}" in known, file


def test_the_figures_in_the_checklist_are_those_of_the_code() -> None:
    text = " ".join((ROOT / "SECURITY.md").read_text(encoding="utf-8").split())
    for words in (
        f"{connections.WHOLE_REQUEST_WITHIN:g} s for a whole request",
        f"{MOST_BODY // 1024} kB of body",
        f"{connections.LONGEST_HEAD // 1024} kB of headers",
        f"{connections.MOST_CONNECTIONS:,} connections",
        f"{MOST_LOOKS} looks",
        f"{MOST_WRONG} wrong links",
    ):
        assert words in text, words


def test_asvs_12_1_1_older_tls_is_not_spoken() -> None:
    context = trusting(None)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
