"""A newcomer's installation: a fresh Debian, its own systemd, and the runbook's commands word for word.

The outside is the built-in sandbox on loopback. It takes some minutes, a network to install from, and root.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from hybrid_sync.sandbox import SandboxOptions
from tests.deploy import kit
from tests.deploy.fresh_debian import CHECKOUT, Debian, booted, install, wait
from tests.deploy.kit import words
from tests.deploy.proxy_kit import free_port

EVENT = "drinking-water"
PEOPLE = 5
PAGE = """\
Drinking water in small towns: what works
- {day}, 10:00 - 11:30
Practical information
- When
- {day}, 10:00 - 11:30
- Where
- InfoPoint and Webex MeetingsBrussels, Belgium
- Languages
- English
Description
Four towns, four ways to bring clean water to every household.
"""


class Installation:
    """The machine, and what its administrator knows."""

    def __init__(self, machine: Debian) -> None:
        self.machine = machine
        self.shell = machine.shell
        self.web = free_port()
        self.webex = free_port()
        self.smtp = free_port()
        self.outside = f"http://127.0.0.1:{self.webex}"

    def answers(self, path: str) -> int:
        try:
            return requests.get(f"http://127.0.0.1:{self.web}{path}", timeout=10).status_code
        except requests.ConnectionError:
            return 0

    def serves(self) -> bool:
        return self.answers("/livez") == 200 and self.answers("/readyz") == 200

    def mails(self) -> dict[str, int]:
        counts: dict[str, int] = requests.get(f"{self.outside}/_sandbox/mails", timeout=10).json()["counts"]
        return counts

    def meetings(self) -> int:
        return len(requests.get(f"{self.outside}/_sandbox/state", timeout=10).json()["meetings"])

    def waits_for_nobody(self) -> None:
        told = json.loads(self.shell("hybrid-sync status --json"))
        assert told["needs_attention"] is False
        assert told["worker"]["alive"] is True

    def stand_up_the_sandbox(self) -> dict[str, str]:
        """Started beside the service; the lines that it prints for a shell, as settings."""
        self.shell(
            "systemd-run --quiet --unit=sandbox --property=StandardOutput=file:/run/sandbox.lines "
            f"/opt/hybrid-sync/bin/hybrid-sync sandbox --port {self.webex} --smtp-port {self.smtp}"
        )
        wait("the sandbox's lines", lambda: "FROM_ADDRESS" in self.shell("cat /run/sandbox.lines"), 30)
        printed = self.shell("cat /run/sandbox.lines")
        return dict(re.findall(r"^export HYBRID_SYNC_(\w+)='?(.*?)'?$", printed, re.MULTILINE))

    def fill_in(self, lines: dict[str, str]) -> None:
        """The settings as the runbook's first step asks: no secret in the file, and each by its own command."""
        for name, value in {**lines, "WEB__PORT": str(self.web)}.items():
            section, key = name.lower().split("__")
            if (section, key) in {("store", "url"), ("web", "secret"), ("webex", "access_token")}:
                continue
            if key == "access_token":
                self.shell(f"hybrid-sync-secret {section}__{key}", given=value)
            else:
                self.set(section, key, value.replace(":8000", f":{self.web}"))
        self.set("webex", "client_id", SandboxOptions().webex_client_id)
        self.shell("hybrid-sync-secret webex__client_secret", given=SandboxOptions().webex_client_secret)

    def set(self, section: str, key: str, value: str) -> None:
        file = self.machine.root / "etc/hybrid-sync/hybrid-sync.toml"
        written = value if value in ("true", "false") or value.isdigit() or value[0] == "[" else f'"{value}"'
        before = file.read_text()
        line = re.compile(rf"(^\[{section}\].*?^)(?:# )?{key} = [^\n]*", re.MULTILINE | re.DOTALL)
        after = line.sub(rf"\g<1>{key} = {written}", before, count=1)
        assert after != before, (section, key)
        file.write_text(after)

    def sign_in(self) -> str:
        """`webex login --paste` as a person does it: the page it prints is opened, the address it ends at pasted."""
        show, login = words("Sign-in to Webex").splitlines()
        typing = subprocess.Popen(
            self.machine.inside(login),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert typing.stdout is not None
        page = next(line for line in typing.stdout if "/v1/authorize?" in line)
        ended_at = requests.get(page.strip(), allow_redirects=False, timeout=10).headers["Location"]
        told, _ = typing.communicate(ended_at + "\n", timeout=60)
        assert "signed in as" in told
        return self.shell(show)


@pytest.mark.long
def test_a_newcomer_installs_runs_restarts_backs_up_upgrades_and_restores_it(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("a machine of its own needs root")
    root = tmp_path / "root"
    install(root, tmp_path / "debs")
    with booted(root) as machine:
        house = Installation(machine)
        installed(house)
        first_event(house)
        watched(house)
        copied(house)
        upgraded(house)
        restored(house)
        apart(house)
    with booted(root) as machine:
        house.machine, house.shell = machine, machine.shell
        wait("the units after a start of the machine", house.serves, 60)
        assert "hybrid-sync-backup.timer" in house.shell("systemctl list-timers hybrid-sync-backup.timer")


def installed(house: Installation) -> None:
    """Install, fill in, sign in, start."""
    house.shell("echo > src/hybrid_sync/of_the_old_version.py")
    told = house.shell(words("Install"))
    assert "database writable" in told
    secret = house.shell("cat /etc/hybrid-sync/credentials/web__secret")
    house.shell("umask 0077; deploy/systemd/install")
    assert house.shell("cat /etc/hybrid-sync/credentials/web__secret") == secret
    house.fill_in(house.stand_up_the_sandbox())
    assert "renewed by itself" in house.sign_in()
    house.shell("hybrid-sync doctor")
    house.shell(words("Install", 2, **{"http://127.0.0.1:8000": f"http://127.0.0.1:{house.web}"}))
    wait("the pages", house.serves, 30)
    refused = house.machine.try_shell("deploy/systemd/install")
    assert (refused.returncode, "is running" in refused.stderr) == (2, True)


def first_event(house: Installation) -> None:
    """From a page and a list to a mail in everybody's box."""
    day = datetime.now(UTC) + timedelta(days=40)
    (house.machine.root / CHECKOUT.lstrip("/") / "page.txt").write_text(
        PAGE.format(day=day.strftime("%A %-d %B %Y"))
    )
    people = "".join(f"Person {n},person{n}@example.org\n" for n in range(PEOPLE))
    (house.machine.root / CHECKOUT.lstrip("/") / "list.csv").write_text(f"name,email\n{people}")
    house.shell("install -m 0644 page.txt list.csv /tmp")
    source = f"/tmp/page.txt --id {EVENT}"
    house.shell(words("First event", **{"https://example.org/event-page": source, "EVENT": EVENT}))
    wait("the invitations", lambda: house.mails()["invitation"] >= PEOPLE, 60)
    house.waits_for_nobody()
    assert house.meetings() == 1
    figures = requests.get(f"http://127.0.0.1:{house.web}/metrics", timeout=10).text
    rules = (kit.DEPLOY / "prometheus" / "alerts.yaml").read_text(encoding="utf-8")
    for name in set(re.findall(r"hybrid_sync_\w+", rules)):
        assert f"\n{name}" in figures, name


def watched(house: Installation) -> None:
    """A process that stands still is replaced by systemd, as long as its unit says; nobody is mailed again."""
    before = house.machine.main_pid("hybrid-sync-serve")
    house.shell(f"kill -STOP {before}")
    wait(
        "another process",
        lambda: house.machine.main_pid("hybrid-sync-serve") not in (0, before) and house.serves(),
        240,
    )
    assert "Watchdog timeout" in house.shell("journalctl -u hybrid-sync-serve")
    before = house.machine.main_pid("hybrid-sync-serve")
    house.shell("systemctl kill -s KILL hybrid-sync-serve.service")
    wait(
        "the restart",
        lambda: house.machine.main_pid("hybrid-sync-serve") not in (0, before) and house.serves(),
        60,
    )
    house.shell(words("Stop all sending"))
    wait("the pages without a worker", house.serves, 30)
    house.shell("systemctl stop hybrid-sync-web.service && systemctl start hybrid-sync-serve.service")
    wait("worker and pages", house.serves, 30)
    assert house.mails()["invitation"] == house.mails()["messages"]
    assert house.mails()["duplicate_message_ids"] == 0


def copied(house: Installation) -> None:
    listed = house.shell(words("Backup"))
    assert re.search(r"-rw------- 1 hybrid-sync hybrid-sync +\d+ .* \d{8}T\d{6}Z\.db", listed)


def upgraded(house: Installation) -> None:
    """A newer version over this one, with its data in it."""
    house.shell(
        "sed -i 's/^version = .*/version = \"99.0\"/' pyproject.toml; rm src/hybrid_sync/of_the_old_version.py"
    )
    assert house.shell("find /opt/hybrid-sync -name of_the_old_version.py") != ""
    secret = house.shell("cat /etc/hybrid-sync/credentials/web__secret")
    house.shell(words("Upgrade"))
    wait("the new version", house.serves, 30)
    assert "99.0" in house.shell("hybrid-sync --version")
    assert house.shell("find /opt/hybrid-sync -name of_the_old_version.py") == ""
    assert 'version="99.0"' in requests.get(f"http://127.0.0.1:{house.web}/metrics", timeout=10).text
    assert house.shell("cat /etc/hybrid-sync/credentials/web__secret") == secret
    house.waits_for_nobody()


def restored(house: Installation) -> None:
    copy = house.shell("ls /var/lib/hybrid-sync-backups").split()[-1].removesuffix(".db")
    house.shell(words("Restore", COPY=copy))
    house.shell("systemctl start hybrid-sync-serve.service")
    wait("the pages after the restore", house.serves, 30)
    house.waits_for_nobody()
    assert (house.meetings(), house.mails()["duplicate_calendar_objects"]) == (1, 0)


def apart(house: Installation) -> None:
    """Worker and pages as two units, and every other command that the runbook shows."""
    house.shell("systemctl disable --now hybrid-sync-serve.service")
    house.shell(
        "systemctl enable --now hybrid-sync-worker.service hybrid-sync-web.service hybrid-sync-backup.timer"
    )
    wait("the pages", house.serves, 30)
    old = house.shell("cat /etc/hybrid-sync/credentials/store__secret").strip()
    house.set("store", "old_secrets", f'["{old}"]')
    house.shell("hybrid-sync secrets new | hybrid-sync-secret store__secret")
    house.shell("systemctl restart hybrid-sync-worker.service hybrid-sync-web.service")
    house.shell(words("Secrets"))
    house.set("store", "old_secrets", "[]")
    assert "renewed by itself" in house.shell("hybrid-sync webex status")
    house.shell("systemctl restart hybrid-sync-worker.service hybrid-sync-web.service")
    wait("the pages under the new secret", house.serves, 30)
    assert EVENT in house.shell(words("Logs", EVENT=EVENT))
    at_night = house.shell("set +e\n" + words("Alerts"))
    assert "Active: active (running)" in at_night
    assert "Started hybrid-sync-web.service" in at_night
    house.shell(words("Erasure", **{"ada@example.org": "person1@example.org"}))
    wait("the cancellation", lambda: house.mails()["cancellation"] == 1, 60)
    exposure = house.machine.try_shell(
        "systemd-analyze security --no-pager hybrid-sync-worker.service"
    ).stdout
    assert re.search(r"exposure level for hybrid-sync-worker.service: 1\.\d OK", exposure)
    assert house.shell("systemctl --failed --no-legend") == ""
