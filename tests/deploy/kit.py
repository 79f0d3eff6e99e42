"""Where the files for administrators stand, and what they say to the program."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = DEPLOY / "systemd"
PROGRAM = "hybrid-sync"
COMPOSE = sorted((DEPLOY / "compose").glob("*.yaml"))
KUBERNETES = sorted((DEPLOY / "kubernetes").rglob("*.yaml"))
MANUALS = sorted(DEPLOY.rglob("*.md"))


def tool(name: str, package: str) -> str:
    """The path of another house's program; the test is skipped, saying how to get it, where it is missing."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        pytest.skip(f"{name} is missing here: {package}")
    return found


def documents(path: Path) -> list[dict[str, Any]]:
    return [one for one in yaml.safe_load_all(path.read_text(encoding="utf-8")) if one]


def resources() -> list[dict[str, Any]]:
    """Everything that goes to a cluster, with what is a template only."""
    return [one for path in KUBERNETES for one in documents(path) if one["kind"] != "Kustomization"]


def pod_specs() -> list[tuple[str, dict[str, Any]]]:
    found = []
    for one in resources():
        if one["kind"] == "Deployment":
            found.append((one["metadata"]["name"], one["spec"]["template"]["spec"]))
        if one["kind"] == "CronJob":
            found.append((one["metadata"]["name"], one["spec"]["jobTemplate"]["spec"]["template"]["spec"]))
    return found


def containers(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [*spec.get("initContainers", []), *spec["containers"]]


def unit_lines(path: Path, key: str) -> list[str]:
    """The values of a key, which may stand more than once."""
    return [
        line.partition("=")[2]
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.partition("=")[0] == key
    ]


def calls_in(shell: str) -> Iterator[list[str]]:
    """The arguments of each call of the program in lines of a shell."""
    for line in shell.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words[:1] == ["exec"]:
            words = words[1:]
        if words and (words[0] == PROGRAM or words[0].endswith(f"/bin/{PROGRAM}")):
            after = words[1:]
            ends = [after.index(end) for end in ("|", "&&", "||", ">", "<", ";") if end in after]
            yield after[: min(ends, default=len(after))]


def blocks(manual: Path, language: str) -> list[str]:
    return re.findall(
        rf"^ *```{language}\n(.*?)^ *```", manual.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


def words(heading: str, number: int = 0, **instead: str) -> str:
    """The n-th block of commands under a heading of the runbook; what stands in capitals there is filled in."""
    parts = re.split(r"^## (.+)$", (DEPLOY / "runbook.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    section = parts[parts.index(heading) + 1]
    block = re.findall(r"^ *```sh\n(.*?)^ *```", section, re.MULTILINE | re.DOTALL)[number]
    for placeholder, value in instead.items():
        assert placeholder in block, (placeholder, block)
        block = block.replace(placeholder, value)
    return str(block)
