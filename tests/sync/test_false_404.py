"""A deletion is answered "not there", and it is there: not believed, done later, put before a person when it goes on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from hybrid_sync.domain.attention import steps_of
from hybrid_sync.domain.people import RegistrantStatus
from hybrid_sync.sandbox import Fault
from hybrid_sync.wiring import App
from tests.world import World, online, publish, sync

DELETIONS = {
    "meeting.cancel": ("DELETE", "/v1/meetings/*"),
    "calendar.cancel": ("POST", "/graph/v1.0/users/*/events/*/cancel"),
    "registrant.remove": ("POST", "/v1/meetings/*/registrants/bulkDelete"),
}


def a_wish(world: World, kind: str) -> App:
    """Something is to be deleted."""
    app = world.app()
    publish(app, online("ada"), online("bob"))
    assert sync(app).converged
    if kind == "registrant.remove":
        app.desk.set_status("water", "ada@example.org", RegistrantStatus.WITHDRAWN)
    else:
        app.desk.cancel("water")
    return app


def left(world: World) -> tuple[int, int, list[str]]:
    return len(world.meetings()), len(world.calendar_entries()), sorted(world.registrant_emails())


@pytest.mark.parametrize("kind", DELETIONS)
def test_it_is_done_later_by_itself(world: World, kind: str) -> None:
    app = a_wish(world, kind)
    method, path = DELETIONS[kind]
    world.sandbox.faults.add(Fault(method, path, status=404))
    report = sync(app)
    [outcome] = [one for one in report.outcomes if one.kind == kind]
    assert outcome.result == "later"
    assert "404" in outcome.detail
    assert "yet a look just afterwards shows the" in outcome.detail
    assert report.next_due is not None
    world.sandbox.clock.set(report.next_due + timedelta(seconds=1))
    assert sync(app).converged
    assert left(world) == ((1, 1, ["bob@example.org"]) if kind == "registrant.remove" else (0, 0, []))
    with app.store.read() as tx:
        assert tx.attentions.unsettled("water") == []


@pytest.mark.parametrize("kind", DELETIONS)
def test_when_it_goes_on_a_person_is_told_and_settles_it(world: World, kind: str) -> None:
    app = a_wish(world, kind)
    method, path = DELETIONS[kind]
    world.sandbox.faults.add(Fault(method, path, status=404, times=None))
    for _ in range(4):
        sync(app)
        with app.store.read() as tx:
            assert tx.attentions.unsettled("water") == []
        world.sandbox.clock.advance(timedelta(minutes=1))
    sync(app)
    with app.store.read() as tx:
        [question] = tx.attentions.unsettled("water")
    assert "tried 5 times: delete it there by hand, then run hybrid-sync sync water" in question.message
    world.sandbox.faults.clear()
    world.sandbox.clock.advance(timedelta(minutes=1))
    # As `hybrid-sync attention retry` does: what stands open is forced, and nothing else.
    assert app.converge.event("water", force=True, only=steps_of(question.key)).converged
    assert sync(app).converged
    with app.store.read() as tx:
        assert tx.attentions.unsettled("water") == []


@pytest.mark.parametrize("kind", DELETIONS)
def test_gone_is_done_after_one_look_and_the_good_case_needs_none(tmp_path: Path, kind: str) -> None:
    made = []
    for name, answer in {"gone": {"status": 404, "effect": True}, "good": {"delay": 0.001}}.items():
        (tmp_path / name).mkdir()
        with World(tmp_path / name) as world:
            app = a_wish(world, kind)
            method, path = DELETIONS[kind]
            rule = world.sandbox.faults.add(Fault(method, path, **answer))  # type: ignore[arg-type]
            before = len(world.sandbox.calls)
            assert sync(app).converged
            assert world.sandbox.faults.hits(rule) == 1
            assert left(world) == ((1, 1, ["bob@example.org"]) if kind == "registrant.remove" else (0, 0, []))
            made.append(len(world.sandbox.calls) - before)
    # By id and by tag for a meeting; one call for the others.
    assert made[0] - made[1] == (2 if kind == "meeting.cancel" else 1)


@pytest.mark.parametrize("refused", [401, 403])
def test_a_question_about_an_event_that_was_called_off_is_looked_at_again_by_itself(
    world: World, refused: int
) -> None:
    app = a_wish(world, "meeting.cancel")
    world.sandbox.faults.add(Fault("DELETE", "/v1/meetings/*", status=refused, times=2))
    report = sync(app)
    assert report.needs_attention
    assert report.next_due is not None
    world.sandbox.clock.set(report.next_due + timedelta(seconds=1))
    assert sync(app).converged
    assert world.meetings() == []
    with app.store.read() as tx:
        assert tx.attentions.unsettled("water") == []
