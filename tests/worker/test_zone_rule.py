"""The alarm for a change of the European rule: invitations fall back to UTC, and an administrator is told."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from hybrid_sync.render import vtimezone
from hybrid_sync.wiring.zone_rules import zone_rule_check
from tests.builders import NOW
from tests.world import World


@pytest.fixture
def a_law_of_2030(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    real = vtimezone._changes
    monkeypatch.setattr(vtimezone, "_changes", lambda zone, year: real(zone, year) if year < 2030 else ())
    vtimezone.rule_for.cache_clear()
    yield
    vtimezone.rule_for.cache_clear()


def test_the_rule_holds_today() -> None:
    assert zone_rule_check("Europe/Brussels", NOW).ok


@pytest.mark.usefixtures("a_law_of_2030")
def test_a_change_of_law_is_told_by_doctor_and_by_the_worker(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with World(tmp_path) as world:
        app = world.app()
        [told] = [check for check in app.checks() if check.what == "time zone rule"]
        assert told.ok is None
        assert "UTC" in told.detail
        with caplog.at_level(logging.WARNING):
            app.chores()
    assert "Europe/Brussels leaves its yearly rule" in caplog.text


def test_without_a_change_of_law_the_worker_says_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with World(tmp_path) as world, caplog.at_level(logging.WARNING):
        world.app().chores()
    assert "yearly rule" not in caplog.text
