"""Death at every numbered point of seven phases: before and after each outside call, before and after each commit.

Then there must be one of everything, no pending intent, and a further pass must make no writing call. The negative
control shows that the test can fail.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hybrid_sync.adapters.webex import WebexConference
from tests.sync.crash_kit import failures, prepared

PHASES = ["making", "changing", "cancelling", "attending", "webinar", "recreating", "replacing"]


@pytest.mark.parametrize("phase", PHASES)
def test_wherever_it_dies_there_is_one_of_everything_in_the_end(tmp_path: Path, phase: str) -> None:
    with prepared(tmp_path / "life", phase) as run:
        trace, wrong = run(None)
        assert wrong == []
        assert len(trace) > 10
        assert failures(run, trace) == {}


def test_without_the_look_up_a_second_meeting_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: blind to our tag, exactly the points between the POST and its commit go wrong."""
    find = WebexConference.find

    def blind(self: WebexConference, tag: str, known_id: str | None, around: Any) -> Any:
        return find(self, tag, known_id, around) if known_id else None

    monkeypatch.setattr(WebexConference, "find", blind)
    with prepared(tmp_path / "life", "making") as run:
        trace, wrong = run(None)
        assert wrong == []
        made = trace.index("after POST /v1/meetings")
        commit = trace.index("before COMMIT", made)
        failing = failures(run, trace, range(made - 1, commit + 2))
    assert [int(name.split()[0]) for name in failing] == list(range(made, commit + 1))
