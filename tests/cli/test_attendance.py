"""`attendance pull`: the corners (the usual way is in test_story.py)."""

from __future__ import annotations

from hybrid_sync.sandbox import Fault, Sandbox
from tests.cli.kit import Cli


def test_an_event_without_a_meeting_cannot_be_pulled(published: Cli) -> None:
    ran = published("attendance", "pull", "water", "--json")
    assert ran.code == 3
    assert "has no Webex meeting" in ran.err
    assert ran.json["outcome"] == "refused"
    assert published("attendance", "pull", "nothing").code == 2


def test_a_pull_from_a_busy_webex_waits(published: Cli, sandbox: Sandbox) -> None:
    published.ok("sync", "water")
    sandbox.faults.add(Fault(path="/v1/*", status=503, times=None))
    assert published("attendance", "pull", "water").code == 4
    sandbox.faults.clear()
    assert published.ok("sync", "water", "--json").json["converged"] is True  # the lease was given back
