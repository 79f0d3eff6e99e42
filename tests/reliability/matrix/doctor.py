"""What is asked by `hybrid-sync doctor` only."""

from __future__ import annotations

from typing import Any

from hybrid_sync.sync.loop import Report
from hybrid_sync.wiring import App
from tests.reliability.matrix import words
from tests.reliability.matrix.stage import Stage, Told


def by_doctor(stage: Stage, app: App, event: str) -> tuple[list[Told], Report | None]:
    """Every check that does not go well, as `doctor` tells it: its words, and its advice."""
    failed = [check for check in app.checks() if check.ok is False]
    return [Told("doctor", f"{check.what}: {check.detail}", check.advice or "") for check in failed], None


def well_again(stage: Stage, event: str, report: Report | None) -> tuple[list[str], bool]:
    """All checks go well, and the event goes on as if nobody had asked."""
    told, _ = by_doctor(stage, stage.app, event)
    return [f"doctor: {one}" for one in told] + stage.quiet(event), False


def check_and_advice(told: Told, event: str, system: str, fault: dict[str, Any]) -> list[str]:
    """Only the collection is found in trouble; its section of the settings is named, or that it is worth another try."""
    found = words.missing(Told(told.result, told.words, "again"), "calendar collection", system, fault)
    lasting = fault.get("status") in (401, 403, 404, 409, 412, 423)
    wanted = "[caldav]" if lasting else "again"
    return found if wanted in told.way_out else [*found, f"the way out is not named: {told}"]
