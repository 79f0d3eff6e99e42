"""Which time zone data is used."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import pytest

from hybrid_sync.adapters import tzdb

PINNED = f"{import_module('tzdata').IANA_VERSION} (tzdata {version('tzdata')})"


@pytest.fixture(autouse=True)
def _search_path_as_before() -> Iterator[None]:
    before = zoneinfo.TZPATH
    yield
    zoneinfo.reset_tzpath(before)
    zoneinfo.ZoneInfo.clear_cache()


def test_the_pinned_data_goes_before_the_systems(tmp_path: Path) -> None:
    (tmp_path / "Europe").mkdir()
    (tmp_path / "Europe" / "Brussels").write_bytes(b"not a zone")
    zoneinfo.reset_tzpath([str(tmp_path)])
    tzdb.prefer_pinned_tzdata()
    assert zoneinfo.ZoneInfo("Europe/Brussels").key == "Europe/Brussels"
    assert tzdb.tzdata_version() == PINNED
    assert tzdb.check().ok


def test_the_systems_data_is_named_with_its_place_and_reported(tmp_path: Path) -> None:
    (tmp_path / "Europe").mkdir()
    (tmp_path / "Europe" / "Brussels").write_bytes(b"")
    (tmp_path / "tzdata.zi").write_text("# version 2019a\nR d 1916 o\n")
    zoneinfo.reset_tzpath([str(tmp_path)])
    assert tzdb.tzdata_version() == f"2019a ({tmp_path})"
    assert tzdb.check().ok is False
    (tmp_path / "tzdata.zi").unlink()
    assert tzdb.tzdata_version() == f"unknown ({tmp_path})"


def test_a_system_without_zone_data_means_the_pinned_data(tmp_path: Path) -> None:
    zoneinfo.reset_tzpath([str(tmp_path)])
    assert tzdb.tzdata_version() == PINNED
