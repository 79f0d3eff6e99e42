"""Graph out of order in every way: one entry in the end, other events go on, and a person reads Graph's words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hybrid_sync.domain.localtime import local_time
from hybrid_sync.domain.staff_calendar import EntryChanges
from hybrid_sync.domain.staff_calendar_plan import EntryUpdate
from hybrid_sync.sandbox import Fault
from hybrid_sync.sync.staff_calendar import fingerprint
from hybrid_sync.wiring import App
from tests.builders import an_event, wall
from tests.world import World, publish, sync, until_calm

EVENTS, ONE = "/graph/v1.0/users/*/events", "/graph/v1.0/users/*/events/*"
DESK = {"attendees": ("desk@hybrid.example",)}

LATER: dict[str, dict[str, Any]] = {
    "404": {"status": 404},
    "409": {"status": 409},
    "412": {"status": 412},
    "429": {"status": 429},
    "429 with a time": {"status": 429, "retry_after": 20},
    "500": {"status": 500},
    "502 although it was done": {"status": 502, "effect": True},
    "503": {"status": 503, "retry_after": 20},
    "504 although it was done": {"status": 504, "effect": True},
    "409 although it was done": {"status": 409, "effect": True},
    "dropped before": {"drop": "before"},
    "dropped after it was done": {"drop": "after"},
    "answer broken off": {"body": "truncated"},
    "answer halved": {"body": "halved"},
    "answer is a page": {"body": "html"},
}
PERSON = {"401": 401, "403": 403, "400": 400}


def two_events(world: World, app: App) -> None:
    publish(app)
    app.desk.import_event(replace(an_event(title="Another"), id="other"))
    app.desk.publish("other")


def subjects(world: World) -> list[str]:
    return sorted(one.data["subject"] for one in world.calendar_entries())


@pytest.mark.parametrize("fault", [name for name in LATER if name not in ("404", "412")])
def test_whatever_happens_to_the_creation_there_is_one_entry(world: World, fault: str) -> None:
    app = world.app(world.settings(graph=DESK))
    two_events(world, app)
    world.sandbox.faults.add(Fault("POST", EVENTS, **LATER[fault]))
    first, second = app.converge.event("water"), app.converge.event("other")
    assert second.converged
    assert not first.needs_attention
    assert until_calm(world, app).converged
    assert subjects(world) == ["Another", "Clean water for all"]
    told = [mail for mail in world.sandbox.state.graph_mails if mail.kind == "invitation"]
    assert len(told) == 4
    with app.store.read() as tx:
        assert tx.intents.pending() == []


@pytest.mark.parametrize("fault", LATER)
def test_whatever_happens_to_a_change_it_arrives_once(world: World, fault: str) -> None:
    app = world.app(world.settings(graph=DESK))
    two_events(world, app)
    app.converge.all_due()
    app.desk.edit("water", title="Cleaner water")
    app.desk.edit("other", title="Something else")
    world.sandbox.state.graph_mails.clear()
    world.sandbox.faults.add(Fault("PATCH", ONE, **LATER[fault]))
    first, second = app.converge.event("water"), app.converge.event("other")
    assert second.converged
    assert not first.needs_attention
    assert until_calm(world, app).converged
    assert subjects(world) == ["Cleaner water", "Something else"]
    told = [(mail.kind, mail.to) for mail in world.sandbox.state.graph_mails]
    assert sorted(told) == sorted(2 * [("update", "desk@hybrid.example"), ("update", "room@hybrid.example")])


@pytest.mark.parametrize("fault", LATER)
def test_whatever_happens_to_a_look_nothing_is_made_twice(world: World, fault: str) -> None:
    app = world.app()
    two_events(world, app)
    app.converge.all_due()
    world.sandbox.faults.add(Fault("GET", ONE, **LATER[fault]))
    app.converge.event("water")
    assert app.converge.event("other").converged
    assert until_calm(world, app).converged
    assert subjects(world) == ["Another", "Clean water for all"]
    assert len(world.sandbox.state.events) == 2


@pytest.mark.parametrize("fault", [name for name in LATER if name != "412"])
def test_whatever_happens_to_the_cancellation_the_entry_goes_and_people_are_told_once(
    world: World, fault: str
) -> None:
    app = world.app(world.settings(graph=DESK))
    two_events(world, app)
    app.converge.all_due()
    app.desk.cancel("water")
    world.sandbox.state.graph_mails.clear()
    world.sandbox.faults.add(Fault("POST", ONE + "/cancel", **LATER[fault]))
    app.converge.event("water")
    assert app.converge.event("other").converged
    until_calm(world, app)
    if fault == "404":
        # Graph said that it is gone, and so it is taken to be.
        return
    assert subjects(world) == ["Another"]
    told = [(mail.kind, mail.to) for mail in world.sandbox.state.graph_mails]
    assert told == [("cancellation", "desk@hybrid.example"), ("cancellation", "room@hybrid.example")]


@pytest.mark.parametrize("status", PERSON.values(), ids=PERSON)
@pytest.mark.parametrize("method", ["POST", "PATCH", "GET"])
def test_what_a_machine_cannot_settle_is_asked_with_graphs_words_and_settles_itself(
    world: World, method: str, status: int
) -> None:
    app = world.app(world.settings(graph=DESK))
    publish(app)
    if method != "POST":
        assert sync(app).converged
        app.desk.edit("water", title="Cleaner water")
    fault = world.sandbox.faults.add(Fault(method, "/graph/*", status=status, times=None))
    assert sync(app).needs_attention
    with app.store.read() as tx:
        [asked] = tx.attentions.unsettled("water")
    assert f"{status} " in asked.message
    assert "ordered by a fault rule" in asked.message
    hits = world.sandbox.faults.hits(fault)
    assert sync(app).needs_attention
    if method != "GET" and status != 401:
        assert world.sandbox.faults.hits(fault) == hits, "a refused call was sent again"
    world.sandbox.faults.clear()
    assert sync(app, force=True).converged
    assert len(world.calendar_entries()) == 1
    with app.store.read() as tx:
        assert tx.attentions.unsettled("water") == []


def test_a_refused_change_is_sent_again_when_the_event_changes(world: World) -> None:
    app = world.app()
    publish(app)
    sync(app)
    app.desk.edit("water", title="Cleaner water")
    world.sandbox.faults.add(Fault("PATCH", ONE, status=400))
    assert sync(app).needs_attention
    assert sync(app).needs_attention
    app.desk.reschedule("water", local_time(wall("2027-06-10 10:00")))
    assert sync(app).converged
    assert subjects(world) == ["Cleaner water"]


def test_a_mailbox_that_is_not_there_is_asked_about_and_the_rest_goes_on(world: World) -> None:
    app = world.app(world.settings(graph={"mailbox": "nobody@hybrid.example"}))
    publish(app)
    assert sync(app).needs_attention
    with app.store.read() as tx:
        [asked] = tx.attentions.unsettled("water")
    assert "[graph] mailbox" in asked.message
    assert len(world.meetings()) == 1
    assert sync(world.app()).converged


def test_one_event_that_graph_tells_to_wait_does_not_hold_up_another(world: World) -> None:
    app = world.app()
    two_events(world, app)
    world.sandbox.faults.add(Fault("POST", EVENTS, status=429, retry_after=3600))
    assert not app.converge.event("water").converged
    assert app.converge.event("other").converged
    calls = len([call for call in world.sandbox.calls if call.path.startswith("/graph")])
    world.sandbox.clock.advance(timedelta(minutes=30))
    assert not app.converge.event("water").converged
    assert len([call for call in world.sandbox.calls if call.path.startswith("/graph")]) == calls
    world.sandbox.clock.advance(timedelta(minutes=37))
    assert app.converge.event("water").converged


@pytest.mark.parametrize("survives", [False, True])
def test_an_entry_deleted_by_hand_comes_back_whatever_graph_remembers_of_it(
    a_world: Callable[..., World], survives: bool
) -> None:
    world = a_world(transaction_survives_delete=survives)
    app = world.app()
    publish(app)
    sync(app)
    [held] = world.calendar_entries()
    held.cancelled = True
    assert sync(app).converged
    assert len(world.calendar_entries()) == 1


@pytest.mark.parametrize("works", [True, False], ids=["transactions", "no transactions"])
def test_a_lost_answer_after_the_creation_is_settled_by_looking(
    a_world: Callable[..., World], works: bool
) -> None:
    world = a_world(transaction_id_works=works)
    app = world.app()
    publish(app)
    world.sandbox.faults.add(Fault("POST", EVENTS, drop="after"))
    assert not sync(app).converged
    assert sync(app).converged
    assert len(world.sandbox.state.events) == 1


def test_a_refusal_is_forgotten_once_the_change_has_gone_through(world: World) -> None:
    """Mended and sent; then somebody undoes it by hand, so that the very same change is due again."""
    app = world.app()
    publish(app)
    assert sync(app).converged
    app.desk.edit("water", title="Cleaner water")
    fault = world.sandbox.faults.add(Fault("PATCH", ONE, status=403))
    assert sync(app).needs_attention
    # A process that is started later remembers it, too.
    later = world.app()
    assert sync(later).needs_attention
    assert world.sandbox.faults.hits(fault) == 1
    assert sync(later, force=True).converged
    [held] = world.calendar_entries()
    held.data["subject"] = "Clean water for all"
    held.change += 1
    assert sync(later).converged
    assert subjects(world) == ["Cleaner water"]


class _Alike(str):
    """All of one hash, so that a set holds them in the order in which they came."""

    def __hash__(self) -> int:
        return 1


def test_a_refused_change_is_known_again_in_whatever_order_a_process_keeps_sets() -> None:
    ways = [frozenset(map(_Alike, names)) for names in (("ada", "bob"), ("bob", "ada"))]
    assert list(ways[0]) != list(ways[1])
    first, second = (
        EntryUpdate("calendar.update", "water", "", changes=EntryChanges(uninvite=way)) for way in ways
    )
    assert fingerprint(first) == fingerprint(second)
    assert fingerprint(first) != fingerprint(replace(first, changes=EntryChanges(("subject",))))
