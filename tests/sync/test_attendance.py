"""Pulling: when, until when, what is set aside, what is compared, and what a person is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hybrid_sync.domain.localtime import local_time
from hybrid_sync.sandbox import Fault
from hybrid_sync.sync.outcome import Outcome, Pass
from hybrid_sync.wiring import App
from tests.builders import a_stay, wall
from tests.sync.attendance_kit import (
    END,
    after_end,
    at,
    held,
    join,
    made,
    notes,
    pulls,
    questions,
    worker_until,
)
from tests.world import World, sync

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def reads(world: World, path: str) -> int:
    return sum(call.path == path for call in world.sandbox.calls)


REPORT = "/v1/meetingReports/attendees"


def test_a_worker_that_only_comes_when_it_is_due_pulls_until_two_pulls_agree(world: World) -> None:
    app = made(world, "ada")
    held(world, join("+0m", "ada"))
    worker_until(world, app, END + 100 * DAY)
    assert after_end(app) == [20 * MINUTE, 2 * HOUR, DAY]
    assert [one.added for one in pulls(app)] == [2, 0, 0]
    assert len({one.digest for one in pulls(app)}) == 1
    assert notes(app) == ()
    assert questions(app) == []


def test_leave_times_that_come_late_are_taken_over_and_looked_at_again_after_a_week(
    a_world: Callable[..., World],
) -> None:
    world = a_world(leave_times_known_after_minutes=5 * 60)
    app = made(world, "ada")
    held(world, join("+0m", "ada", until="+40m"))
    worker_until(world, app, END + 3 * HOUR)
    with app.store.read() as tx:
        assert {stay.left for stay in tx.attendance.of("water")} == {None}
    worker_until(world, app, END + 100 * DAY)
    assert after_end(app) == [20 * MINUTE, 2 * HOUR, DAY, 7 * DAY]
    assert [one.added for one in pulls(app)] == [2, 0, 2, 0]
    with app.store.read() as tx:
        assert {stay.left for stay in tx.attendance.of("water")} == {END - 50 * MINUTE, END}


def test_the_attendee_report_is_asked_once_it_is_complete_and_not_before(world: World) -> None:
    app = made(world, "ada")
    held(world, join("+0m", "ada"))
    worker_until(world, app, END + 23 * HOUR)
    assert reads(world, REPORT) == 0
    worker_until(world, app, END + 25 * HOUR)
    assert reads(world, REPORT) == 1
    assert notes(app) == ()


def test_a_meeting_that_ended_late_is_compared_a_day_after_its_real_end(world: World) -> None:
    app = made(world, "ada")
    held(world, join("+0m", "ada"), end="+135m")
    worker_until(world, app, END + 100 * DAY)
    # After 20 minutes it is still going on; after a day its report is 45 minutes from being complete.
    assert after_end(app) == [20 * MINUTE, 2 * HOUR, DAY + 45 * MINUTE, 7 * DAY][:3]
    assert [len(one.instances) for one in pulls(app)] == [0, 1, 1]
    assert reads(world, REPORT) == 1
    assert notes(app) == ()


def test_a_person_may_pull_before_that_and_is_told_what_is_missing(world: World) -> None:
    app = made(world, "ada")
    held(world, join("+0m", "ada"), end="+135m")
    worker_until(world, app, END + 3 * HOUR)
    world.sandbox.clock.set(END + DAY + 5 * MINUTE)
    assert by_hand(app).result == "done"
    assert notes(app) == (
        "the attendee report is complete from 2027-06-10 10:15 UTC on, so it was not compared",
    )
    assert reads(world, REPORT) == 0


def by_hand(app: App) -> Outcome:
    """As `attendance pull` does."""
    with app.store.begin() as tx:
        event = tx.events.get("water")
        [lease] = tx.work.claim("somebody", app.clock(), timedelta(seconds=60), 1, "water")
    try:
        return app.attendance.pull(event, Pass(app.store, lease, app.clock))
    finally:
        with app.store.begin() as tx:
            tx.work.finish(lease, None, None)


def test_what_the_report_says_otherwise_is_noted_and_the_raw_facts_stay_as_they_are(world: World) -> None:
    app = made(world, "ada", "bob")
    held(
        world,
        join("+0m", "ada"),
        {"do": "leave", "at": "+60m", "email": "ada@example.org", "lost": True, "reported": True},
        join("+5m", "bob", reported=False),
        join("+5m", "cem", listed=False),
    )
    worker_until(world, app, END + 25 * HOUR)
    assert notes(app) == (
        "the attendee report names 1 person whom the list of participants does not have: cem@example.org",
        "the list of participants names 1 person whom the attendee report does not have: bob@example.org",
        (
            "ada@example.org was there from 10:00 to an unknown time by the list of participants, from 10:00 to 11:00 by "
            "the attendee report"
        ),
    )
    assert set(notes(app)) <= set(app.attendance_book.of("water").doubts)
    with app.store.read() as tx:
        stays = {stay.email: stay.left for stay in tx.attendance.of("water")}
    assert stays == {world.sandbox.host_email: END, "ada@example.org": None, "bob@example.org": END}


@pytest.mark.parametrize(
    ("options", "attendance", "words"),
    [
        (
            {"webex_scopes": ("meeting:schedules_read", "meeting:schedules_write", "spark:people_read")},
            {},
            None,
        ),
        ({}, {"check_report": False}, None),
        ({"token_kind": "service_app"}, {}, "hostEmail"),
    ],
    ids=["no scope for participants at all", "switched off", "service app"],
)
def test_where_the_report_cannot_be_had_a_note_says_why_and_nobody_is_asked(
    a_world: Callable[..., World], options: dict[str, Any], attendance: dict[str, Any], words: str | None
) -> None:
    world = a_world(**options)
    webex = {"host_email": world.sandbox.host_email} if "token_kind" in options else {}
    app = made(world, "ada", app=world.app(world.settings(attendance=attendance, webex=webex)))
    held(world, join("+0m", "ada"))
    worker_until(world, app, END + 25 * HOUR)
    if "webex_scopes" in options:
        # Without the scope for participants there is no pull at all: that is asked about.
        assert pulls(app) == []
        assert len(questions(app)) == 1
        return
    assert questions(app) == []
    if words is None:
        assert (notes(app), reads(world, REPORT)) == ((), 0)
    else:
        [note] = notes(app)
        assert note.startswith("the attendee report could not be compared: ")
        assert words in note


def test_a_refusal_of_the_report_is_a_note_and_no_question(world: World) -> None:
    app = made(world, "ada")
    held(world, join("+0m", "ada"))
    world.sandbox.faults.add(Fault(path=REPORT, status=403, times=None))
    worker_until(world, app, END + 100 * DAY)
    assert after_end(app) == [20 * MINUTE, 2 * HOUR, DAY]
    [note] = notes(app)
    assert note.startswith("the attendee report could not be compared: ")
    assert questions(app) == []


def test_a_report_that_is_out_of_order_for_days_keeps_nothing_back(world: World) -> None:
    app = made(world, "ada")
    held(world, join("+0m", "ada"))
    world.sandbox.faults.add(Fault(path=REPORT, status=503, retry_after=3600, times=None))
    world.sandbox.clock.set(END + 30 * HOUR)
    assert not sync(app).converged
    assert pulls(app) == []
    with app.store.read() as tx:
        assert len(tx.attendance.of("water")) == 2
    world.sandbox.faults.clear()
    worker_until(world, app, END + 3 * DAY)
    assert len(pulls(app)) == 1
    assert notes(app) == ()


def test_rehearsals_are_set_aside_and_said_to_be(world: World) -> None:
    app = made(world, "ada")
    *_, run = held(
        world,
        join("-24h", "ada"), {"do": "end", "at": "-1430m"},
        {"do": "start", "at": "-60m"}, join("-60m", "ada"), {"do": "end", "at": "-40m"},
        {"do": "start", "at": "+0m"}, join("+10m", "ada"),
        start="-24h",
    )  # fmt: skip
    worker_until(world, app, END + HOUR)
    assert pulls(app)[-1].instances == (run,)
    assert notes(app) == (
        "a run from 2027-06-08 10:00 to 2027-06-08 10:10 was a rehearsal and is not counted",
        "a run from 09:00 to 09:20 was a rehearsal and is not counted",
    )
    with app.store.read() as tx:
        assert {stay.instance_id for stay in tx.attendance.of("water")} == {run}


def test_who_is_not_told_of_any_more_stays_and_is_noted(world: World) -> None:
    app = made(world, "ada", "bob")
    held(world, join("+0m", "ada"), join("+0m", "bob"))
    worker_until(world, app, END + HOUR)
    [meeting] = world.meetings()
    meeting.instances[0].participants.pop()
    worker_until(world, app, END + 3 * HOUR)
    assert notes(app) == (
        "an earlier pull named 1 person whom this one does not; their stays are kept: bob@example.org",
    )
    with app.store.read() as tx:
        assert "bob@example.org" in {stay.email for stay in tx.attendance.of("water")}
    assert pulls(app)[0].digest != pulls(app)[1].digest


def test_a_meeting_that_was_never_started_is_said_not_to_have_been_held(world: World) -> None:
    app = made(world, "ada")
    worker_until(world, app, END + 3 * HOUR)
    assert app.attendance_book.of("water").held is True
    assert questions(app) == []
    reports = worker_until(world, app, END + 2 * DAY)
    assert after_end(app) == [20 * MINUTE, 2 * HOUR, DAY]
    assert app.attendance_book.of("water").held is False
    [question] = questions(app)
    assert "was not held" in question.message
    assert "attendance import water" in question.message
    assert reports[-1].needs_attention
    calls = len(world.sandbox.calls)
    assert sync(app).needs_attention
    assert len(questions(app)) == 1
    # Nothing is asked of attendance any more, and after two weeks nobody either.
    assert all(call.path != "/v1/meetingParticipants" for call in world.sandbox.calls[calls:])
    worker_until(world, app, END + 100 * DAY)
    assert len(pulls(app)) == 3
    assert questions(app) == []


def test_a_rehearsal_alone_is_no_meeting(world: World) -> None:
    app = made(world, "ada")
    held(world, join("-120m", "ada"), start="-120m", end="-100m")
    worker_until(world, app, END + 2 * DAY)
    assert app.attendance_book.of("water").held is False
    assert len(questions(app)) == 1
    assert len(notes(app)) == 1


def test_what_was_not_held_is_asked_no_more_once_its_attendance_is_known(world: World) -> None:
    app = made(world, "ada")
    worker_until(world, app, END + 2 * DAY)
    assert len(questions(app)) == 1
    with app.store.begin() as tx:
        tx.attendance.upsert([a_stay("ada", "08:00", "09:00", source="file")])
    assert sync(app).converged
    assert questions(app) == []


def test_a_meeting_found_after_all_by_hand_takes_the_question_back(world: World) -> None:
    app = made(world, "ada")
    worker_until(world, app, END + 2 * DAY)
    held(world, join("+0m", "ada"))
    assert by_hand(app).result == "done"
    assert app.attendance_book.of("water").held is True
    assert sync(app).converged
    assert questions(app) == []


def test_an_event_that_moved_is_pulled_anew(world: World) -> None:
    app = made(world)
    worker_until(world, app, END + HOUR)
    app.desk.reschedule("water", local_time(wall("2027-06-16 10:00")))
    assert sync(app).converged
    worker_until(world, app, END + 7 * DAY + 3 * HOUR)
    assert after_end(app, END + 7 * DAY)[-2:] == [20 * MINUTE, 2 * HOUR]


def test_attendance_that_never_comes_to_rest_is_put_before_a_person_before_the_report_is_gone(
    world: World,
) -> None:
    app = made(world, "ada")
    held(world, join("+0m", "ada"))
    [meeting] = world.meetings()
    [run] = meeting.instances
    for number, moment in enumerate(
        (END + HOUR, END + 3 * HOUR, END + 2 * DAY, END + 8 * DAY, END + 82 * DAY)
    ):
        worker_until(world, app, moment)
        run.participants[-1].devices[0].left = END - timedelta(minutes=number)
    assert questions(app) == []
    worker_until(world, app, END + 84 * DAY)
    assert after_end(app) == [20 * MINUTE, 2 * HOUR, DAY, 7 * DAY, 83 * DAY]
    [question] = questions(app)
    assert "until 2027-09-07 only" in question.message
    worker_until(world, app, END + 120 * DAY)
    assert questions(app) == []
    assert len(pulls(app)) == 5


def test_a_hint_still_wakes_the_event_and_a_pull_that_is_due_is_made_at_once(world: World) -> None:
    app = made(world, "ada")
    held(world, join("+0m", "ada"))
    world.sandbox.clock.set(END + 25 * MINUTE)
    with app.store.begin() as tx:
        tx.work.wake("water", END + 25 * MINUTE)
    worker_until(world, app, END + 26 * MINUTE)
    assert after_end(app) == [25 * MINUTE]


def test_the_answer_of_a_pull_by_hand_agrees_or_not_and_changes_nothing_twice(world: World) -> None:
    app = made(world, "ada")
    held(world, join("+0m", "ada"))
    at(world, app, END + HOUR)
    assert by_hand(app).result == "done"
    assert [one.added for one in pulls(app)] == [2, 0]
    assert pulls(app)[0].digest == pulls(app)[1].digest
