"""ASVS 15.1.1, 15.1.2, 15.2.4: what an installation brings along is listed, with licences that somebody has looked at."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def licences() -> ModuleType:
    spec = importlib.util.spec_from_file_location("licences", ROOT / "tools" / "licences.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["licences"] = module
    spec.loader.exec_module(module)
    return module


def test_asvs_15_1_2_every_package_has_a_licence_that_was_looked_at(licences: Any) -> None:
    packages = licences.closure()
    assert len(packages) > 40
    assert [package.problem for package in packages.values() if package.problem] == []


def test_asvs_15_1_2_every_package_that_is_asked_for_is_listed_with_its_versions(licences: Any) -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    for extra, wish in licences.asked_for():
        assert f"| {licences.key(wish.name)} | {wish.specifier} |" in page, f"{wish}: run tools/licences.py"
        assert extra == "" or f"(extra `{extra}`)" in page
        assert licences.WHY.get(licences.key(wish.name)), f"{wish.name}: why is it here? (tools/licences.py)"


def test_no_registry_and_no_path_of_a_machine_stands_in_the_list() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert not re.search(r"https?://|file:|(^|\s)/\w+/", page)


@pytest.mark.parametrize(
    ("licence", "extra", "fine"),
    [
        ("MIT", "", True),
        ("Apache-2.0 OR BSD-3-Clause", "", True),
        ("GPL-3.0-only OR MIT", "", True),
        ("MIT AND GPL-3.0-only", "", False),
        ("GPL-3.0-only", "postgres", False),
        ("LGPL-3.0-only", "", False),
        ("LGPL-3.0-only", "postgres", True),
        ("A licence of my own", "", False),
        (None, "", False),
    ],
)
def test_a_licence_that_nobody_looked_at_is_told(
    licences: Any, licence: str | None, extra: str, fine: bool
) -> None:
    package = licences.Package("x", licence, extra)
    assert (package.problem is None) is fine
    assert fine or "x" in package.problem
