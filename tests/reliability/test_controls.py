"""The negative controls of the whole life: without what protects it, it goes wrong, and at the points that theory names."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from hybrid_sync.adapters.sql.work import SqlWork
from hybrid_sync.domain.plan import Change
from hybrid_sync.ports import Intent, Lease
from hybrid_sync.sync import once
from hybrid_sync.sync.loop import Report
from hybrid_sync.sync.once import _announce, still_open
from hybrid_sync.wiring import App
from tests.reliability.chapters import PUBLISHED, published
from tests.reliability.life import LEASE, Death, Life, Told, Work, differences, unharmed
from tests.reliability.pairs import ChapterLife, at, pairs_of
from tests.reliability.sleeper import SleepingLife
from tests.world import sync

POST = "POST /v1/meetings"

SLOW = replace(PUBLISHED, settings={"engine": {"settle_seconds": 120}}, sandbox={"list_lag_seconds": 90})
"""A new meeting is on Webex's list after a minute and a half; whoever takes over comes after one."""


def unwritten(work: once.Pass, change: Change, op_key: str, earlier: Intent | None) -> Intent:
    """What is about to be done is known to this process only."""
    return Intent(op_key, work.lease.event_id, change.kind, "", "pending", 1, work.clock())


def patient(life: Life) -> Work:
    """A process that waits until what is not certain is certain."""
    published(life)

    def two_passes(app: App) -> Report:
        sync(app)
        life.world.sandbox.clock.advance(LEASE)
        return sync(app)

    return two_passes


def unrenewed(work: once.Pass, change: Change, op_key: str, earlier: Intent | None) -> Intent:
    """Only the first try is written down; the second goes by its time."""
    return still_open(earlier) or _announce(work, change, op_key, None)


def dying(folder: Path, point: int) -> Told:
    told = Life(folder, SLOW).run({"published": Death(point)})
    assert told.deaths == 1
    return told


def test_without_the_intent_a_meeting_that_is_not_on_the_list_yet_is_made_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mark alone does not protect: only the intent says that something may be there that cannot be seen yet."""
    clean = unharmed(tmp_path / "clean", SLOW)
    trace = clean.traces["published"]
    made = trace.index(f"after {POST}")
    assert trace[made + 1] == "before COMMIT"
    for point in (made, made + 1):
        assert differences(dying(tmp_path / f"with-{point}", point), clean) == {}

    monkeypatch.setattr(once, "_announce", unwritten)
    # Two points fewer come before: those of the intent's own commit.
    assert trace[made - 3 : made - 1] == ["before COMMIT", "after COMMIT"]
    made -= 2
    failing = []
    for point in range(made - 1, made + 3):
        told = dying(tmp_path / f"without-{point}", point)
        if len(told.pictures["published"]["meetings"]) == 2:
            failing.append(told.traces["published"][point])
        else:
            assert differences(told, clean) == {}
    assert failing == [f"after {POST}", "before COMMIT"]


def test_without_the_fence_a_sleeper_makes_a_second_meeting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exactly when it slept between its look and its call: whatever comes later is refused or found outside."""
    clean = unharmed(tmp_path / "clean", PUBLISHED)

    def anybody(self: SqlWork, lease: Lease, now: datetime | None) -> None:
        """Whoever comes with a lease may write, however old it is."""

    monkeypatch.setattr(SqlWork, "hold", anybody)
    failing = []
    for point in range(1, 7):
        told = SleepingLife(tmp_path / str(point), PUBLISHED).run({"published": Death(point)})
        picture = told.pictures["published"]
        if len(picture["meetings"]) == 2:
            assert dict(picture["registered"]) == {"ada@example.org": 2, "bob@example.org": 2}
            failing.append(told.traces["published"][point])
        else:
            assert differences(told, clean) == {}
    assert failing == ["after GET /v1/meetings", "after COMMIT", f"before {POST}"]


@pytest.mark.parametrize(
    ("protection", "wrong"),
    [
        (unrenewed, True),
        pytest.param(unwritten, True, marks=pytest.mark.long),
        pytest.param(_announce, False, marks=pytest.mark.long),
    ],
)
def test_without_the_intent_of_the_second_try_a_second_death_makes_a_second_meeting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, protection: Any, wrong: bool
) -> None:
    """Dead before the call, dead after it in the recovery. Only a pair finds that the second try is not written down."""
    monkeypatch.setattr(once, "_announce", protection)
    life = ChapterLife(tmp_path, replace(SLOW, chapters={"published": patient}))
    tried = pairs_of(life, at(f"before {POST}"), at(f"before {POST}", f"after {POST}"))
    assert tried.runs == 2
    assert [points[-1].partition(" ")[2] for points in tried.wrong] == [f"after {POST}"] * wrong
