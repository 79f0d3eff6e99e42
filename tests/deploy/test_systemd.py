"""The units, judged by systemd's own tools. That they run under a real systemd: test_installation.py."""

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


@pytest.mark.parametrize("script", ["install", "hybrid-sync", "hybrid-sync-secret"])
def test_the_administrators_scripts_are_sound(script: str) -> None:
    shellcheck = kit.tool("shellcheck", "apt-get install shellcheck")
    ran = subprocess.run([shellcheck, str(kit.UNITS / script)], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "")


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """The administrator's script for secrets, with folders of the test; the machine has no user hybrid-sync."""
    (tmp_path / "credentials").mkdir()
    listed = (kit.UNITS / "hybrid-sync-.service.d" / "20-credentials.conf").read_text(encoding="utf-8")
    (tmp_path / "list").write_text(listed.replace("/etc/hybrid-sync/", f"{tmp_path}/"))
    script = (kit.UNITS / "hybrid-sync-secret").read_text(encoding="utf-8")
    for was, becomes in (
        ("folder=/etc/hybrid-sync/credentials", f"folder={tmp_path}/credentials"),
        ("list=/etc/systemd/system/hybrid-sync-.service.d/20-credentials.conf", f"list={tmp_path}/list"),
        ("chown root:hybrid-sync", ":"),
        ("[ -d /run/systemd/system ]", "false"),
    ):
        assert was in script
        script = script.replace(was, becomes)
    (tmp_path / "script").write_text(script)
    return tmp_path


def put(folder: Path, name: str, value: str) -> int:
    ran = subprocess.run(
        ["sh", str(folder / "script"), name], input=value, text=True, capture_output=True, check=False
    )
    assert value.strip() == "" or value.strip() not in ran.stdout + ran.stderr
    return ran.returncode


def test_a_secret_is_closed_to_others_and_named_to_the_units_once(secrets: Path) -> None:
    for _ in range(2):
        assert put(secrets, "webex__client_secret", "first-value\n") == 0
        assert (
            put(secrets, "graph__access_token", "second-value\n") == 0
        )  # not in the list that is handed out
    written = secrets / "credentials" / "webex__client_secret"
    assert (written.read_text(), written.stat().st_mode & 0o777) == ("first-value\n", 0o640)
    named = (secrets / "list").read_text().splitlines()
    for name in ("webex__client_secret", "graph__access_token"):
        line = f"LoadCredential={name}:{secrets}/credentials/{name}"
        assert (named.count(line), f"#{line}" in named) == (1, False)


def test_what_is_no_secret_is_refused_and_what_was_there_stays(secrets: Path) -> None:
    assert put(secrets, "mail__password", "value\n") == 0
    before = (secrets / "list").read_text()
    assert put(secrets, "mail__password", " \n") == 2
    assert put(secrets, "../mail__password", "value\n") == 2
    assert put(secrets, "mail", "value\n") == 2
    assert (secrets / "credentials" / "mail__password").read_text() == "value\n"
    assert [one.name for one in (secrets / "credentials").iterdir()] == ["mail__password"]
    assert (secrets / "list").read_text() == before
