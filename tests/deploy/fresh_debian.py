"""A fresh Debian 12 of its own with a systemd of its own, made by debootstrap and started by systemd-nspawn.

Packages come from where this machine's apt and pip get theirs. It shares this machine's network, so ports must be free.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.deploy import kit

RELEASE = "bookworm"
CHECKOUT = "/root/hybrid-sync"
AUTHORITIES = "etc/outside.pem"


def wait(what: str, is_so: Callable[[], bool], seconds: float) -> None:
    """Until it is so; the test fails when that takes too long."""
    for _ in range(int(seconds * 2)):
        if is_so():
            return
        time.sleep(0.5)
    raise AssertionError(f"not within {seconds:.0f} s: {what}")


@dataclass(frozen=True)
class Debian:
    """A root folder, and the first process of the machine that was started in it."""

    root: Path
    first: int

    def inside(self, lines: str) -> list[str]:
        """The command that runs lines of a shell in it, as root in the checkout; the first that fails ends them."""
        environment = {
            "HOME": "/root",
            "LANG": "C.UTF-8",
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "PIP_CERT": f"/{AUTHORITIES}",
        }
        return [
            *("nsenter", "-t", str(self.first), "-m", "-u", "-i", "-p", "-C", "-r", "-w", "--"),
            *("env", "-i", *(f"{name}={value}" for name, value in environment.items())),
            *("bash", "-euxo", "pipefail", "-c", f"cd {CHECKOUT}\n{lines}"),
        ]

    def try_shell(self, lines: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """What somebody types, and what came of it; `given` is its standard input."""
        return subprocess.run(
            self.inside(lines), input=given, capture_output=True, text=True, timeout=900, check=False
        )

    def shell(self, lines: str, given: str = "") -> str:
        """The same; it must succeed. What was written to standard output."""
        ran = self.try_shell(lines, given)
        assert ran.returncode == 0, f"exit code {ran.returncode}\n{ran.stdout[-4000:]}\n{ran.stderr[-4000:]}"
        return ran.stdout

    def main_pid(self, unit: str) -> int:
        """The process of a unit as the machine itself numbers it; 0 when it does not run."""
        return int(self.shell(f"systemctl show --property=MainPID --value {unit}"))


def install(root: Path, debs: Path) -> None:
    """A Debian as its installer leaves it without any task, and a copy of this project's files in root's home."""
    told = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(RELEASE) $(SITE)"],
        capture_output=True,
        text=True,
        check=True,
    )
    mirror = next(line.split()[1] for line in told.stdout.splitlines() if line.split()[0] == RELEASE)
    debs.mkdir(parents=True, exist_ok=True)
    made = subprocess.run(
        [
            kit.tool("debootstrap", "apt-get install debootstrap"),
            f"--cache-dir={debs}",
            RELEASE,
            root,
            mirror,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout[-4000:]
    # What this machine's pip needs to reach its index, the new one's needs too.
    shutil.copyfile("/etc/ssl/certs/ca-certificates.crt", root / AUTHORITIES)
    if Path("/etc/pip.conf").exists():
        shutil.copy("/etc/pip.conf", root / "etc")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=kit.ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (kit.ROOT / name).is_file():
            copy = root / CHECKOUT.lstrip("/") / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(kit.ROOT / name, copy)


@contextmanager
def booted(root: Path) -> Iterator[Debian]:
    """The machine from its start to its end, which is a proper shutdown."""
    nspawn = kit.tool("systemd-nspawn", "apt-get install systemd-container")
    options = ["--boot", "--register=no", "--keep-unit", "--console=pipe", "--resolv-conf=replace-host"]
    with (root.parent / "console.log").open("ab") as console:
        process = subprocess.Popen(
            [nspawn, f"--directory={root}", *options],
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=console,
            env={"PATH": os.environ["PATH"]},
        )
    try:
        machine = Debian(root, _first_process(process))
        for _ in range(120):
            state = machine.try_shell("systemctl is-system-running --wait").stdout.strip()
            if state in ("running", "degraded"):
                break
            time.sleep(0.5)
        assert state == "running", machine.try_shell("systemctl --failed").stdout
        yield machine
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=120)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _first_process(nspawn: subprocess.Popen[bytes]) -> int:
    for _ in range(200):
        for child in Path(f"/proc/{nspawn.pid}/task/{nspawn.pid}/children").read_text().split():
            if Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                return int(child)
        assert nspawn.poll() is None, "systemd-nspawn ended; its words are in console.log"
        time.sleep(0.1)
    raise AssertionError("no first process within 20 s")
