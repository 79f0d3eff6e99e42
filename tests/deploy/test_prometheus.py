"""The alert rules, judged and played through by promtool, held against the figures that the service shows."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.deploy import kit

RULES = kit.DEPLOY / "prometheus" / "alerts.yaml"
RUNBOOK = kit.DEPLOY / "runbook.md"


def promtool(*command: str) -> subprocess.CompletedProcess[str]:
    program = kit.tool("promtool", "apt-get install prometheus")
    return subprocess.run([program, *command], capture_output=True, text=True, timeout=60, check=False)


def rules() -> list[dict[str, Any]]:
    (group,) = kit.documents(RULES)[0]["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def test_prometheus_takes_the_rules_and_the_configuration() -> None:
    ran = promtool("check", "config", str(kit.DEPLOY / "prometheus" / "prometheus.yaml"))
    assert ran.returncode == 0, ran.stderr
    assert f"{len(rules())} rules found" in ran.stdout


def test_alerts_come_when_they_should_and_not_otherwise(tmp_path: Path) -> None:
    shutil.copy(RULES, tmp_path)
    shutil.copy(Path(__file__).with_name("alerts_test.yaml"), tmp_path)
    ran = promtool("test", "rules", str(tmp_path / "alerts_test.yaml"))
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_figure_that_a_rule_asks_for_is_shown_by_the_service() -> None:
    source = (kit.ROOT / "src" / "hybrid_sync" / "web" / "metrics.py").read_text(encoding="utf-8")
    shown = set(re.findall(r'(?:_gauge|_by|_info)\(\s*"(\w+)"', source))
    asked = {name for rule in rules() for name in re.findall(r"hybrid_sync_(\w+)", rule["expr"])}
    assert asked <= shown, asked - shown
    assert len(asked) >= 10


def test_every_alert_has_its_part_in_the_runbook() -> None:
    headings = re.findall(r"^#+ (\w+)$", RUNBOOK.read_text(encoding="utf-8"), re.MULTILINE)
    for rule in rules():
        address = rule["annotations"]["runbook_url"]
        assert address == f"deploy/runbook.md#{rule['alert'].lower()}"
        assert rule["alert"] in headings
    assert {name for name in headings if name.startswith("HybridSync")} == {rule["alert"] for rule in rules()}
