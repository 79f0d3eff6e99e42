"""What only a real process shows: pipes, signals, standing servers, terminals."""

from __future__ import annotations

import json
import os
import pty
import shlex
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hybrid_sync.sandbox import Sandbox
from tests.cli.kit import NOW, Cli

PROGRAM = [sys.executable, "-m", "hybrid_sync"]
PATIENCE = 180
"""Seconds for what must come about; a busy machine may take its time."""


def run(*arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env={**os.environ, **extra},
    )


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process that stands; it is ended at the end, whatever happens."""
    process = subprocess.Popen(
        [sys.executable, "-X", "faulthandler", *PROGRAM[1:], *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            # It should have ended: its threads say where they stand, for whoever reads the failed test.
            process.send_signal(signal.SIGABRT)
        print(process.communicate()[1][-8000:])


def until(process: subprocess.Popen[str], stream: str, words: str) -> list[str]:
    """The lines up to the one with `words`."""
    lines: list[str] = []
    source = getattr(process, stream)
    while True:
        line = source.readline()
        assert line, (words, lines, process.poll())
        lines.append(line)
        if words in line:
            return lines


def test_the_module_and_the_script_are_the_same_command(cli: Cli) -> None:
    script = Path(sys.executable).with_name("hybrid-sync")
    for command in (PROGRAM, [str(script)]):
        ran = subprocess.run(
            [*command, "event", "list", "--json"], capture_output=True, text=True, check=False
        )
        assert (ran.returncode, json.loads(ran.stdout)) == (0, [])


def test_a_reader_that_goes_away_is_no_traceback(published: Cli) -> None:
    people = "".join(f"p{number}@example.org,P{number}\n" for number in range(3000))
    published.ok("registrants", "import", "water", published.file("many.csv", "Email,Name\n" + people))
    for options in ("", "--json"):
        line = f"{shlex.join(PROGRAM)} registrants list water {options} | head -1"
        ran = subprocess.run(
            ["bash", "-c", line], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert ran.returncode == 0
        assert ran.stderr == ""


def test_an_output_without_unicode_gets_ascii(published: Cli) -> None:
    published.ok("event", "edit", "water", "--title", "Øresund — vand")
    ran = run("event", "show", "water", "--json", PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
    assert ran.returncode == 0
    assert json.loads(ran.stdout)["title"] == "Øresund — vand"
    assert run("event", "list", PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C").returncode == 0


def on_a_terminal(*arguments: str, **extra: str) -> bytes:
    """What a person sees who types the command."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, *arguments],
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100", **extra},
    )
    os.close(theirs)
    seen = b""
    try:
        while chunk := os.read(ours, 65536):
            seen += chunk
    except OSError:  # the other end is closed
        pass
    finally:
        os.close(ours)
        process.wait(timeout=PATIENCE)
    return seen


def test_colours_are_for_terminals_and_no_color_is_respected(
    published: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert b"\x1b[3" in on_a_terminal("event", "list")
    assert b"\x1b[3" not in on_a_terminal("event", "list", NO_COLOR="1")
    assert "\x1b" not in run("event", "list").stdout


def test_the_sandbox_stands_until_told_and_its_lines_point_the_service_at_it(bare: Cli) -> None:
    with started("--at", NOW, "sandbox", "--port", "0", "--smtp-port", "0") as process:
        lines = until(process, "stdout", "FROM_ADDRESS")
        environment = dict(shlex.split(line)[1].split("=", 1) for line in lines)
        assert all(line.startswith("export HYBRID_SYNC_") for line in lines)
        assert run("db", "upgrade", **environment).returncode == 0
        doctor = run("--at", NOW, "doctor", "--json", **environment)
        assert doctor.returncode == 0, doctor
        assert (bare.folder / "var" / "rehearsal.db").exists()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=PATIENCE) == 0


def test_a_port_that_is_taken_is_one_line(bare: Cli, sandbox: Sandbox) -> None:
    port = sandbox.url.rpartition(":")[2]
    ran = run("sandbox", "--port", port, "--smtp-port", "0")
    assert ran.returncode == 2
    assert "--port" in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_the_worker_does_what_is_due_and_ends_by_itself(published: Cli, sandbox: Sandbox) -> None:
    ran = run("--at", "2027-05-03T09:05:00Z", "worker", "--stop-after", "6s")
    assert ran.returncode == 0, ran
    assert len(sandbox.inbox) == 3
    assert "worker started" in ran.stderr
    assert "ada@example.org" not in ran.stderr
    assert published.ok("plan", "water", "--json").json["actions"] == []


@pytest.mark.parametrize("length", ["6", "soon", "-1s", ""])
def test_a_duration_needs_its_unit(cli: Cli, length: str) -> None:
    ran = cli("worker", "--stop-after", length)
    assert ran.code == 2


def test_serve_answers_in_the_browser_and_ends_at_a_signal(published: Cli) -> None:
    with started("--at", "2027-05-03T09:05:00Z", "serve") as process:
        line = until(process, "stderr", "web: http://")[-1]
        address = line.split("web: ")[1].strip()
        until(process, "stderr", "worker started")  # from here on signals are in its hand
        with urllib.request.urlopen(f"{address}livez", timeout=PATIENCE) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE) == 0


def test_serve_on_a_taken_port_is_one_line(published: Cli, sandbox: Sandbox) -> None:
    ran = run("serve", HYBRID_SYNC_WEB__PORT=sandbox.url.rpartition(":")[2])
    assert ran.returncode == 2
    assert "[web] cannot listen on 127.0.0.1" in ran.stderr
