"""Death at every numbered point while a person's own meeting is taken over, and two who take over at once.

Adopting itself and the passes after it are one life: whoever died in the middle of it says the command once more. In the
end there is one meeting, the person's, with everybody registered once, and nobody was mailed twice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from hybrid_sync.errors import InputError, LostLease
from hybrid_sync.sandbox import Fault
from hybrid_sync.wiring import App
from tests.builders import NOW
from tests.sync.crash_kit import Life, Points, failures, prepared, with_points
from tests.world import World, online, publish, sync

PHASES = ["before ours was made", "after ours was deleted", "after a lost answer", "at another time"]


def by_hand(world: World, title: str = "Made by hand", day: int = 9) -> str:
    """Somebody makes a meeting in Webex; its id."""
    body = {
        "title": title,
        "start": f"2027-06-{day:02}T08:00:00Z",
        "end": f"2027-06-{day:02}T09:30:00Z",
        "sendEmail": False,
    }
    token = {"Authorization": f"Bearer {world.sandbox.webex_token}"}
    answer = requests.post(f"{world.sandbox.webex_url}meetings", json=body, headers=token, timeout=10)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


class AdoptedLife(Life):
    """What led to the command in each phase, and what must be true at the end of it."""

    meeting = ""

    def prepare(self) -> None:
        self.world.sandbox.clock.set(NOW)
        app = self.app()
        publish(app, online("ada"), online("bob"))
        if self.phase == "after ours was deleted":
            sync(app)
            self.world.sandbox.state.meetings.clear()
            sync(app)
        elif self.phase == "after a lost answer":
            self.world.sandbox.faults.add(Fault("POST", "/v1/meetings", drop="before"))
            sync(app)
            self.world.sandbox.faults.clear()
        self.meeting = by_hand(self.world, day=10 if self.phase == "at another time" else 9)
        app.close()

    def live(self, points: Points) -> None:
        app = with_points(self.app(observe=points.call), points)
        try:
            self.say(app)
            sync(app)
        finally:
            app.close()

    def say(self, app: App) -> None:
        app.adopting.adopt("water", self.meeting, move=self.phase == "at another time")

    def wrong(self) -> list[str]:
        self.world.sandbox.clock.advance(timedelta(seconds=120))
        app = self.app()
        if not adopted(app, self.meeting):
            self.say(app)
        return super().wrong()

    def _counts(self) -> list[str]:
        found = super()._counts()
        if [one.id for one in self.world.meetings()] != [self.meeting]:
            found.append("another meeting than the one that was named")
        app = self.app()
        with app.store.read() as tx:
            lines = [line for line in tx.audit.of("water") if line.what == "meeting.adopt"]
        if len(lines) != 1:
            found.append(f"taken over {len(lines)} times")
        return found


def adopted(app: App, meeting: str) -> bool:
    with app.store.read() as tx:
        record = tx.meetings.get("water")
    return record is not None and record.meeting_id == meeting and record.state == "made"


def test_wherever_adopting_dies_the_command_may_be_said_again(tmp_path: Path) -> None:
    with prepared(tmp_path / "life", "at another time", AdoptedLife) as run:
        trace, wrong = run(None)
        assert wrong == []
        # The looks of adopting are the first calls; the first writing call is a pass's.
        passes = next(number for number, name in enumerate(trace) if name.startswith("before P"))
        assert failures(run, trace, range(passes)) == {}


@pytest.mark.long
@pytest.mark.parametrize("phase", PHASES)
def test_wherever_it_dies_the_meeting_that_was_named_is_the_only_one(tmp_path: Path, phase: str) -> None:
    with prepared(tmp_path / "life", phase, AdoptedLife) as run:
        trace, wrong = run(None)
        assert wrong == []
        assert any("bulkInsert" in name for name in trace)
        assert failures(run, trace) == {}


# --- at once --------------------------------------------------------------------------------------------------


class Meanwhile(Points):
    """At its point somebody else does something, from beginning to end; then this one goes on."""

    def __init__(self, at: int | None, other: Callable[[], object]) -> None:
        super().__init__()
        self.at, self.other = at, other

    def __call__(self, name: str) -> None:
        # Within a transaction the database itself keeps others waiting.
        if name == "before COMMIT":
            return
        super().__call__(name)
        if self.at == len(self.trace) - 1:
            self.other()


def told(app: App, meeting: str) -> bool:
    """Says the command; whether it was done."""
    try:
        app.adopting.adopt("water", meeting)
    except InputError:
        return False
    return True


@pytest.mark.parametrize(
    ("other", "late"),
    [
        ("another", False),
        ("another", True),
        *(
            pytest.param(other, late, marks=pytest.mark.long)
            for other in ("the same", "the worker")
            for late in (False, True)
        ),
    ],
)
def test_of_two_at_once_one_is_told_no_and_one_meeting_is_used(
    tmp_path: Path, other: str, late: bool
) -> None:
    with World(tmp_path) as world:
        app = world.app()
        publish(app, online("ada"), online("bob"))
        mine, theirs = by_hand(world), by_hand(world, "Somebody else's")
        begin = world.moment()
        wins: list[tuple[bool, bool]] = []
        for at in (*range(MOST), None):
            world.back_to(begin)
            trace, did = at_once(world, mine, theirs, at, other, late=late)
            wins.append(did)
            if at is None:
                assert len(trace) <= MOST
        assert wins[-1] == (True, False)


MOST = 4
"""Adopting has no more points than this, those inside of transactions left out."""


def at_once(
    world: World, mine: str, theirs: str, at: int | None, other: str, *, late: bool
) -> tuple[list[str], tuple[bool, bool]]:
    """One adopts `mine` while at that point the other does what it does, at once or when the lease of the first has ended.

    The points, and who was told yes.
    """
    second = world.app()
    did: list[bool] = []

    def meanwhile() -> None:
        if late:
            world.sandbox.clock.advance(timedelta(seconds=61))
        if other == "the worker":
            did.append(sync(second).converged)
        else:
            did.append(told(second, mine if other == "the same" else theirs))

    points = Meanwhile(at, meanwhile)
    first = with_points(world.app(observe=points.call), points)
    try:
        mine_done = told(first, mine)
    except LostLease:
        mine_done = False
    theirs_done = any(did)
    world.sandbox.clock.advance(timedelta(seconds=61))
    for _ in range(3):
        if sync(second).converged:
            break
        world.sandbox.clock.advance(timedelta(seconds=61))
    with second.store.read() as tx:
        record = tx.meetings.get("water")
        assert tx.attentions.unsettled("water") == []
        assert tx.intents.pending() == []
    assert record is not None
    used = record.meeting_id
    if mine_done and other != "the same":
        assert used == mine
    assert mine_done or theirs_done
    if other == "another":
        assert mine_done != theirs_done
        assert used == (mine if mine_done else theirs)
    titles = {one.id: one.fields["title"] for one in world.meetings()}
    assert [key for key, title in titles.items() if title == "Clean water for all"] == [used]
    assert {one.id for one in world.meetings() if one.registrants} == {used}
    assert world.registrant_emails() == {"ada@example.org": 1, "bob@example.org": 1}
    assert world.mails() == {("ada@example.org", "invitation"): 1, ("bob@example.org", "invitation"): 1}
    return points.trace, (mine_done, theirs_done)
