"""The units, judged by systemd's own tools. That they run under a real systemd is not shown here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy import kit

SERVICES = sorted(path.name for path in kit.UNITS.glob("*.service"))
MOST_EXPOSED = 1.5
"""Of 10. The units reach 1.2; a plain unit has 9.6."""


def analyze() -> str:
    return kit.tool("systemd-analyze", "apt-get install systemd")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """A copy whose program is the one of this environment: systemd looks whether it is there."""
    folder = tmp_path / "units"
    shutil.copytree(kit.UNITS, folder)
    program = Path(sys.executable).with_name(kit.PROGRAM)
    for path in folder.glob("*.service"):
        path.write_text(path.read_text().replace("/opt/hybrid-sync/bin/hybrid-sync", str(program)))
    return folder


def run(*command: str, units: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [analyze(), *command],
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{units}:", "SYSTEMD_LOG_TARGET": "console"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_systemd_has_nothing_to_say_against_the_units(units: Path) -> None:
    every = [str(path) for path in sorted(units.iterdir()) if path.suffix in (".service", ".timer")]
    ran = run("verify", "--man=no", *every, units=units)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_unit_with_a_mistake_would_be_found(units: Path) -> None:
    wrong = units / "hybrid-sync-web.service"
    wrong.write_text(wrong.read_text().replace("WatchdogSec=", "WatchDogSec="))
    assert "WatchDogSec" in run("verify", "--man=no", str(wrong), units=units).stderr


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_is_closed_in(service: str, units: Path) -> None:
    ran = run("security", "--offline=true", service, units=units)
    exposure = re.search(r"exposure level for \S+: ([\d.]+)", ran.stdout)
    assert exposure is not None, ran
    assert float(exposure[1]) <= MOST_EXPOSED


def test_it_is_the_shared_drop_in_that_closes_them_in(units: Path) -> None:
    shutil.rmtree(units / "hybrid-sync-.service.d")
    ran = run("security", "--offline=true", "hybrid-sync-web.service", units=units)
    exposure = re.search(r"exposure level for \S+: ([\d.]+)", ran.stdout)
    assert exposure is not None
    assert float(exposure[1]) > 9


def test_the_timer_runs_once_a_night_also_when_the_clocks_change(units: Path) -> None:
    (when,) = kit.unit_lines(units / "hybrid-sync-backup.timer", "OnCalendar")
    ran = run("calendar", "--iterations=3", "--base-time=2027-10-29 12:00:00 UTC", when, units=units)
    assert ran.returncode == 0, ran.stderr
    times = re.findall(r"\w+ (2027-1[01]-\d\d \d\d:\d\d:\d\d) UTC", ran.stdout)
    assert sorted(set(times)) == ["2027-10-30 01:17:00", "2027-10-31 01:17:00", "2027-11-01 01:17:00"]


def test_the_user_is_one_that_systemd_can_make() -> None:
    program = kit.tool("systemd-sysusers", "apt-get install systemd")
    ran = subprocess.run(
        [program, "--dry-run", str(kit.UNITS / "hybrid-sync.sysusers.conf")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


def test_the_administrators_script_is_sound() -> None:
    shellcheck = kit.tool("shellcheck", "apt-get install shellcheck")
    ran = subprocess.run(
        [shellcheck, str(kit.UNITS / "hybrid-sync")], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (0, "")
