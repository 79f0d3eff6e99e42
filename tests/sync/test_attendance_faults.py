"""Trouble while pulling: nothing is lost, nothing doubled, and a pull that dies half-way comes again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hybrid_sync.sandbox import Fault
from tests.builders import NOW
from tests.sync.attendance_kit import END, Step, at, held, join, made, minutes, pulls, worker_until
from tests.sync.crash_kit import Life, failures, prepared
from tests.sync.test_faults import FAULTS
from tests.world import World, online, publish, sync, until_calm

DAY = timedelta(days=1)
PATHS = {
    "the runs": "/v1/meetings",
    "the participants": "/v1/meetingParticipants",
    "the report": "/v1/meetingReports/attendees",
}
STEPS: tuple[Step, ...] = (
    join("+0m", "ada", until="+60m"),
    join("+10m", "ada", device="phone", until="+70m"),
    {"do": "restart", "at": "+75m"},
    join("+76m", "bob"),
)
EXPECTED = {"Ada": 70.0, "Bob": 14.0}


def kept(app: Any) -> list[Any]:
    with app.store.read() as tx:
        return sorted(
            (stay.key.partition("|")[2], stay.joined, stay.left) for stay in tx.attendance.of("water")
        )


@pytest.mark.parametrize("path", PATHS, ids=str)
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_whatever_happens_to_a_reading_call_the_figures_are_right_in_the_end(
    world: World, fault: str, path: str
) -> None:
    app = made(world, "ada", "bob")
    held(world, *STEPS)
    # In the second run, where there is one; and so often that the transport's own repeats do not help.
    skip = 0 if path == "the runs" else 1
    world.sandbox.faults.add(Fault("GET", PATHS[path], skip=skip, times=3, **FAULTS[fault]))
    world.sandbox.clock.set(END + 25 * timedelta(hours=1))
    assert until_calm(world, app, most=12).converged
    assert sum(call.fault for call in world.sandbox.calls) == 3
    [pull] = pulls(app)
    assert (pull.rows, len(pull.instances), pull.notes) == (5, 2, ())
    assert minutes(app.attendance_book.of("water").present) == EXPECTED
    with app.store.read() as tx:
        assert tx.attentions.unsettled("water") == []
        assert tx.intents.pending() == []


def test_a_pull_that_breaks_off_leaves_the_old_facts_and_figures(a_world: Callable[..., World]) -> None:
    world = a_world(leave_times_known_after_minutes=60)
    app = made(world, "ada", "bob")
    held(world, *STEPS)
    worker_until(world, app, END + timedelta(minutes=30))
    before, told = kept(app), pulls(app)
    world.sandbox.faults.add(Fault("GET", "/v1/meetingParticipants", skip=1, status=500, times=None))
    assert not at(world, app, END + timedelta(hours=2)).converged
    assert kept(app) == before
    assert pulls(app) == told
    world.sandbox.faults.clear()
    assert until_calm(world, app).converged
    assert kept(app) != before
    assert len(pulls(app)) == 2
    assert minutes(app.attendance_book.of("water").present) == EXPECTED


def test_webex_asking_to_wait_delays_the_pull_and_nothing_else(world: World) -> None:
    app = made(world, "ada")
    held(world, join("+0m", "ada"))
    world.sandbox.faults.add(Fault("GET", "/v1/meetingParticipants", status=429, retry_after=600))
    report = at(world, app, END + timedelta(minutes=20))
    [waiting] = [one for one in report.outcomes if one.kind == "attendance.pull"]
    assert waiting.result == "later"
    assert waiting.until is not None
    assert waiting.until >= END + timedelta(minutes=30)
    calls = len(world.sandbox.calls)
    at(world, app, END + timedelta(minutes=25))
    asked = [call.path for call in world.sandbox.calls[calls:]]
    assert "/v1/meetingParticipants" not in asked
    worker_until(world, app, END + timedelta(hours=1))
    assert len(pulls(app)) == 1


def test_a_refused_pull_is_put_before_a_person_once_and_comes_by_itself_when_it_is_allowed(
    world: World,
) -> None:
    app = made(world, "ada")
    held(world, join("+0m", "ada"))
    world.sandbox.faults.add(Fault("GET", "/v1/meetingParticipants", status=403, times=None))
    assert at(world, app, END + timedelta(minutes=20)).needs_attention
    assert at(world, app, END + timedelta(minutes=25)).needs_attention
    with app.store.read() as tx:
        [question] = tx.attentions.unsettled("water")
    assert "doctor" in question.message
    world.sandbox.faults.clear()
    assert sync(app).converged
    with app.store.read() as tx:
        assert tx.attentions.unsettled("water") == []
    assert len(pulls(app)) == 1


class DayAfter(Life):
    """The meeting was pulled twice; a day later it is pulled again, compared with the report, and found to agree."""

    def prepare(self) -> None:
        self.world.sandbox.clock.set(NOW)
        app = self.app()
        publish(app, online("ada"), online("bob"))
        sync(app)
        held(self.world, *STEPS)
        worker_until(self.world, app, END + timedelta(hours=3))
        self.before = kept(app)
        app.close()
        self.world.sandbox.clock.set(END + DAY)

    def wrong(self) -> list[str]:
        app = self.app()
        if kept(app) != self.before:
            return ["the facts are others"]
        self.world.sandbox.clock.advance(timedelta(seconds=120))
        found = [] if until_calm(self.world, app).converged else ["not converged"]
        if kept(app) != self.before:
            found.append("the facts are others in the end")
        third = pulls(app)[2:]
        if len(third) != 1 or third[0].added or third[0].notes:
            found.append(f"pulled: {third}")
        if minutes(app.attendance_book.of("water").present) != EXPECTED:
            found.append("the figures are wrong")
        calls = len(self.world.sandbox.calls)
        sync(app)
        asked = [call.path for call in self.world.sandbox.calls[calls:]]
        if any(path in asked for path in PATHS.values() if path != "/v1/meetings"):
            found.append("asked once more")
        app.close()
        return found


def test_wherever_a_pull_dies_the_old_facts_stay_and_it_comes_again(tmp_path: Path) -> None:
    with prepared(tmp_path / "life", "attending", DayAfter) as run:
        trace, wrong = run(None)
        assert wrong == []
        assert any("GET /v1/meetingReports/attendees" in name for name in trace)
        assert failures(run, trace) == {}
