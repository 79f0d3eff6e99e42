"""The alert rules, judged and played through by promtool, held against the figures that the service shows."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

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


ALONE = {
    "HybridSyncDown": {"up": "0x120"},
    "HybridSyncWorkerStill": {"hybrid_sync_worker_heartbeat_age_seconds": "301x120"},
    "HybridSyncDueLag": {"hybrid_sync_due_lag_seconds": "601x120"},
    "HybridSyncEventsFailing": {"hybrid_sync_events_failing": "1x120"},
    "HybridSyncAttention": {"hybrid_sync_attention_open": "1x120"},
    "HybridSyncAttentionOld": {"hybrid_sync_attention_oldest_seconds": "86401x120"},
    "HybridSyncOutcomeUnknown": {
        "hybrid_sync_intents_unknown": "1x120",
        "hybrid_sync_intents_oldest_seconds": "3601x120",
    },
    "HybridSyncMailLate": {"hybrid_sync_mails_oldest_pending_seconds": "1801x120"},
    "HybridSyncMailRefused": {"hybrid_sync_mails_refused": "0+1x120"},
    "HybridSyncSignInEnding": {"hybrid_sync_token_renewal_ends_seconds": "1209599x120"},
    "HybridSyncSignInFailed": {"hybrid_sync_token_renewal_failed": "1x120"},
    "HybridSyncChoreOverdue": {"hybrid_sync_chore_overdue_seconds": "7201x120"},
}
"""What is wrong, and nothing else, for each alert; HybridSyncNoMetrics has a case of its own."""


def test_each_alert_comes_alone_when_only_its_own_figure_is_wrong(tmp_path: Path) -> None:
    assert {*ALONE, "HybridSyncNoMetrics"} == {rule["alert"] for rule in rules()}
    cases = kit.documents(Path(__file__).with_name("alerts_test.yaml"))[0]
    well = cases["tests"][0]
    cases["tests"] = []
    for alert, wrong in ALONE.items():
        series = [
            {**one, "values": wrong.get(one["series"].partition("{")[0], one["values"])}
            for one in well["input_series"]
        ]
        assert sum(one not in well["input_series"] for one in series) == len(wrong)
        count = {
            "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
            "eval_time": "75m",
            "exp_samples": [{"labels": f'{{alertname="{alert}"}}', "value": 1}],
        }
        cases["tests"].append({**well, "name": alert, "input_series": series, "promql_expr_test": [count]})
    shutil.copy(RULES, tmp_path)
    (tmp_path / "alone.yaml").write_text(yaml.safe_dump(cases))
    ran = promtool("test", "rules", str(tmp_path / "alone.yaml"))
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
