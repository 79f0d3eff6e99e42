"""`db restored`: after a backup was put back nothing outside is overwritten without a person's word (docs/operations.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import icalendar
import pytest
from sqlalchemy import URL, make_url
from tests.adapters.sql.postgres_server import as_text, new_database
from tests.adapters.sql.test_restore import put_back
from tests.builders import NOW, an_event, wall
from tests.world import World, online

from hybrid_sync.adapters.sql import backup
from hybrid_sync.domain.attention import steps_of
from hybrid_sync.domain.localtime import local_time
from hybrid_sync.domain.people import RegistrantStatus
from hybrid_sync.domain.restored import sequence_floor
from hybrid_sync.sandbox import Fault
from hybrid_sync.sync.loop import Report
from hybrid_sync.sync.restored import note_restore
from hybrid_sync.wiring import App

LATER = timedelta(hours=2)
"""How long after the backup it is put back."""


class Shelf:
    """A world whose database can be copied and put back, on either kind of database."""

    def __init__(self, world: World, copy: Callable[[], Callable[[], None]]) -> None:
        self.world = world
        self.copy = copy
        """Copies the database now; what it gives puts that copy back."""

    def restored(self, back: Callable[[], None]) -> App:
        """The copy is put back some time later, and the command of the runbook is typed."""
        self.world.sandbox.clock.advance(LATER)
        back()
        app = self.world.app()
        note_restore(app.store, app.clock())
        return app


@pytest.fixture
def shelf(sqlite_url: str, tmp_path: Path) -> Iterator[Shelf]:
    """On SQLite: a file that is copied."""
    with World(tmp_path, url=sqlite_url) as world:

        def copy_file() -> Callable[[], None]:
            copy = tmp_path / "copy.db"
            store: Any = world.app().store
            backup(store.engine, copy)
            return lambda: put_back(world, copy, said=False)

        yield Shelf(world, copy_file)


@pytest.fixture
def postgres_shelf(pg_server: URL, pg_url: str, tmp_path: Path) -> Iterator[Shelf]:
    """On PostgreSQL: a database that is copied whole, as pg_dump and pg_restore do it (test_restore.py)."""
    with World(tmp_path, url=pg_url) as world:

        def close() -> None:
            """Nobody may be connected to what is copied."""
            for app in world.apps:
                app.close()
            world.apps.clear()

        def copy_database() -> Callable[[], None]:
            close()
            copy = new_database(pg_server, str(make_url(world.url).database), settled=False)

            def back() -> None:
                close()
                world.url = as_text(new_database(pg_server, str(copy.database), settled=False))

            return back

        yield Shelf(world, copy_database)


@pytest.fixture(params=["shelf", "postgres_shelf"], ids=["sqlite", "postgresql"])
def each_shelf(request: pytest.FixtureRequest) -> Shelf:
    found: Shelf = request.getfixturevalue(request.param)
    return found


def published(world: World, *events: str, people: tuple[str, ...] = ("ada", "bob")) -> App:
    """Events with these people, everything pushed."""
    app = world.app()
    for day, event_id in enumerate(events, start=9):
        app.desk.import_event(
            an_event(
                f"2027-06-{day:02} 10:00", f"2027-06-{day:02} 11:30", id=event_id, title=f"About {event_id}"
            )
        )
        app.desk.publish(event_id)
        app.desk.register(event_id, [online(name) for name in people])
        assert app.converge.event(event_id).converged
    return app


def moved(app: App, event_id: str, day: int) -> None:
    app.desk.reschedule(event_id, local_time(wall(f"2027-07-{day:02} 15:00")))


def questions(app: App, event_id: str) -> dict[str, str]:
    with app.store.read() as tx:
        return {item.key: item.message for item in tx.attentions.unsettled(event_id)}


def written(world: World) -> tuple[int, int]:
    """How many calls may have changed something outside, and how many mails have arrived."""
    return len(world.sandbox.writes()), len(world.sandbox.inbox)


def entries(world: World) -> dict[tuple[str, str], Any]:
    """What each person's calendar holds of each event: of one UID the highest SEQUENCE, as a calendar takes it in.

    A SEQUENCE that was seen already is ignored, whatever it says.
    """
    newest: dict[str, tuple[int, str, Any]] = {}
    for mail in world.sandbox.inbox:
        parts = message_from_bytes(mail.content, policy=policy.default).walk()
        calendars = [part.get_content() for part in parts if part.get_content_type() == "text/calendar"]
        if not calendars or (mail.uid in newest and newest[mail.uid][0] >= mail.sequence):
            continue
        calendar = icalendar.Calendar.from_ical(calendars[0])
        [entry] = calendar.walk("VEVENT")
        newest[mail.uid] = (mail.sequence, mail.recipients[0], (str(calendar["METHOD"]), entry))
    return {
        (person, str(entry["SUMMARY"])): (method, entry.decoded("DTSTART"))
        for _, person, (method, entry) in newest.values()
    }


def by_title(world: World) -> dict[str, Any]:
    return {meeting.fields["title"]: meeting for meeting in world.meetings()}


def again(app: App, event_id: str) -> Report:
    """A further pass, which may write nothing."""
    return app.converge.event(event_id)


# --- the whole story ---


def test_after_a_restore_nothing_is_overwritten_and_either_answer_leaves_everybody_at_the_right_time(
    each_shelf: Shelf,
) -> None:
    """Moved and taken over; moved and renamed and brought back; cancelled; and one to which nothing happened."""
    shelf, world = each_shelf, each_shelf.world
    events = ("taken", "brought", "cancelled", "quiet")
    published(world, *events)
    back = shelf.copy()
    app = world.app()
    moved(app, "taken", 1)
    moved(app, "brought", 2)
    app.desk.edit("brought", title="Another title")
    app.desk.cancel("cancelled")
    app.desk.register("quiet", [online("cyd")])
    for event_id in events:
        assert app.converge.event(event_id).converged
    before = written(world)
    meetings = {title: meeting.start for title, meeting in by_title(world).items()}

    app = shelf.restored(back)
    assert {event_id for event_id in events if app.loop.plan(event_id).actions} == set()
    for event_id in events:
        assert app.converge.event(event_id).needs_attention
        again(app, event_id)
    assert written(world) == before
    assert {title: meeting.start for title, meeting in by_title(world).items()} == meetings

    # Each question has what stands where, and both ways out.
    taken, brought = (questions(app, event_id)["restored"] for event_id in ("taken", "brought"))
    assert "in Webex the meeting is at 2027-07-01 15:00 to 16:30 CEST (record: 2027-06-09 10:00" in taken
    assert "the staff entry is at 2027-07-01 15:00" in taken
    assert "hybrid-sync event reschedule taken --starts '2027-07-01 15:00' --ends '2027-07-01 16:30'" in taken
    assert "called “Another title” (record: “About brought”)" in brought
    assert "hybrid-sync event edit brought --title 'Another title'" in brought
    assert all(
        f"hybrid-sync sync {name} --force" in words
        for name, words in (("taken", taken), ("brought", brought))
    )
    gone = questions(app, "cancelled")["restored"]
    assert "hybrid-sync event cancel cancelled" in gone
    assert "hybrid-sync event publish cancelled --anew" in gone
    [quiet] = questions(app, "quiet").values()
    assert "Cyd Example" in quiet

    moved(app, "taken", 1)
    app.desk.cancel("cancelled")
    for event_id in ("taken", "cancelled", "quiet"):
        app.converge.event(event_id)
    app.converge.event("brought", force=True, only=steps_of("restored"))

    after = written(world)
    for event_id in events:
        assert set(questions(app, event_id)) <= {"registrant.pull:quiet"}
        again(app, event_id)
    assert written(world) == after

    held = entries(world)
    for event_id, starts in (
        ("taken", "2027-07-01 15:00"),
        ("brought", "2027-06-10 10:00"),
        ("quiet", "2027-06-12 10:00"),
    ):
        instant = local_time(wall(starts)).instant
        title = f"About {event_id}"
        assert by_title(world)[title].start == instant
        with app.store.read() as tx:
            assert tx.events.get(event_id).starts.instant == instant
        [staff] = [one for one in world.calendar_entries() if one.data["subject"] == title]
        assert staff.start == instant
        for name in ("ada", "bob"):
            assert held[f"{name}@example.org", title] == ("REQUEST", instant)
    for name in ("ada", "bob"):
        assert held[f"{name}@example.org", "About cancelled"][0] == "CANCEL"
    assert len(world.calendar_entries()) == 3
    assert set(by_title(world)) == {"About taken", "About brought", "About quiet"}
    for meeting in world.meetings():
        addresses = [one.email for one in meeting.registrants.values()]
        assert len(set(addresses)) == len(addresses)


# --- what is asked, and what is not ---


def test_an_event_to_which_nothing_happened_is_let_go_without_a_word(shelf: Shelf) -> None:
    world = shelf.world
    published(world, "water")
    back = shelf.copy()
    before = written(world)
    app = shelf.restored(back)
    assert app.converge.event("water").converged
    assert (written(world), questions(app, "water")) == (before, {})
    # From now on it is an event like any other: what the organiser changes is pushed, and told above all that was sent.
    moved(app, "water", 1)
    assert app.converge.event("water").converged
    assert entries(world)["ada@example.org", "About water"] == (
        "REQUEST",
        local_time(wall("2027-07-01 15:00")).instant,
    )


def test_the_answer_given_before_the_first_look_counts(shelf: Shelf) -> None:
    """The organiser knows that the event was moved and says so at once."""
    world = shelf.world
    published(world, "water")
    back = shelf.copy()
    app = world.app()
    moved(app, "water", 1)
    app.converge.event("water")
    moved(app, "water", 2)
    app.converge.event("water")
    app = shelf.restored(back)
    moved(app, "water", 3)
    assert app.converge.event("water").converged
    instant = local_time(wall("2027-07-03 15:00")).instant
    assert [meeting.start for meeting in world.meetings()] == [instant]
    assert entries(world)["ada@example.org", "About water"] == ("REQUEST", instant)


def test_a_change_of_something_else_is_no_word_about_the_time(shelf: Shelf) -> None:
    world = shelf.world
    published(world, "water")
    back = shelf.copy()
    app = world.app()
    moved(app, "water", 1)
    app.converge.event("water")
    before = written(world)
    app = shelf.restored(back)
    app.desk.edit("water", description="Another text.")
    app.desk.register("water", [online("dora")])
    assert app.converge.event("water").needs_attention
    assert written(world) == before
    assert "restored" in questions(app, "water")


def test_a_meeting_that_is_gone_is_made_anew_on_a_word_and_everybody_is_told_again(shelf: Shelf) -> None:
    """The event was cancelled since, and is to take place all the same."""
    world = shelf.world
    published(world, "water")
    back = shelf.copy()
    app = world.app()
    app.desk.cancel("water")
    app.converge.event("water")
    app = shelf.restored(back)
    assert app.converge.event("water").needs_attention
    assert (world.meetings(), world.calendar_entries()) == ([], [])
    app.desk.publish("water", anew=True)
    for _ in range(3):
        report = app.converge.event("water")
        world.sandbox.clock.advance(timedelta(minutes=2))
    assert report.converged, report
    assert (len(world.meetings()), len(world.calendar_entries())) == (1, 1)
    instant = local_time(wall("2027-06-09 10:00")).instant
    for name in ("ada", "bob"):
        assert entries(world)[f"{name}@example.org", "About water"] == ("REQUEST", instant)
    before = written(world)
    again(app, "water")
    assert written(world) == before


def test_a_backup_that_knows_of_no_meeting_asks_before_one_is_made(shelf: Shelf) -> None:
    """Copied between publishing and pushing; pushed and cancelled since, or never pushed: no machine can tell."""
    world = shelf.world
    app = world.app()
    app.desk.import_event(an_event())
    app.desk.publish("water")
    app.desk.register("water", [online("ada")])
    back = shelf.copy()
    app = shelf.restored(back)
    assert app.converge.event("water").needs_attention
    assert written(world) == (0, 0)
    assert "no meeting of it is in Webex" in questions(app, "water")["restored"]
    assert app.converge.event("water", force=True).converged
    assert (len(world.meetings()), len(world.calendar_entries()), len(world.sandbox.inbox)) == (1, 1, 1)


@pytest.mark.parametrize("withdrawn", [True, False], ids=["withdrawn again", "registered again"])
def test_somebody_who_withdrew_since_is_not_registered_again_without_a_word(
    shelf: Shelf, withdrawn: bool
) -> None:
    world = shelf.world
    published(world, "water")
    back = shelf.copy()
    app = world.app()
    app.desk.set_status("water", "ada@example.org", RegistrantStatus.WITHDRAWN)
    app.converge.event("water")
    before = written(world)
    app = shelf.restored(back)
    assert app.converge.event("water").needs_attention
    assert written(world) == before
    assert (
        "1 who were registered in Webex are registered there no more" in questions(app, "water")["restored"]
    )
    if withdrawn:
        app.desk.set_status("water", "ada@example.org", RegistrantStatus.WITHDRAWN)
        assert app.converge.event("water").converged
        assert set(world.registrant_emails()) == {"bob@example.org"}
        assert entries(world)["ada@example.org", "About water"][0] == "CANCEL"
    else:
        assert app.converge.event("water", force=True).converged
        assert set(world.registrant_emails()) == {"ada@example.org", "bob@example.org"}
        assert entries(world)["ada@example.org", "About water"][0] == "REQUEST"


def test_while_it_is_asked_other_questions_keep_their_words(shelf: Shelf) -> None:
    """A refused mail is remembered by its question."""
    world = shelf.world
    world.sandbox.faults.add(Fault("RCPT", "bob@example.org", status=550))
    app = world.app()
    app.desk.import_event(an_event())
    app.desk.publish("water")
    app.desk.register("water", [online("ada"), online("bob")])
    app.converge.event("water")
    asked = questions(app, "water")
    assert set(asked) == {"mail:bob@example.org"}
    back = shelf.copy()
    app = world.app()
    moved(app, "water", 1)
    app.converge.event("water")
    app = shelf.restored(back)
    app.converge.event("water")
    found = questions(app, "water")
    assert "restored" in found
    assert {key: words for key, words in found.items() if key != "restored"} == asked


# --- SEQUENCE ---


def test_each_restore_of_the_same_backup_counts_above_the_one_before(shelf: Shelf) -> None:
    """The second one knows of nothing that was sent after the first."""
    world = shelf.world
    published(world, "water", people=("ada",))
    back = shelf.copy()
    for day in (1, 2):
        app = shelf.restored(back)
        moved(app, "water", day)
        assert app.converge.event("water").converged
        instant = local_time(wall(f"2027-07-{day:02} 15:00")).instant
        assert entries(world)["ada@example.org", "About water"] == ("REQUEST", instant)
    numbers = [mail.sequence for mail in world.sandbox.inbox]
    assert numbers == sorted(set(numbers))
    assert numbers[1] == sequence_floor(NOW + LATER, 0)


def test_an_invitation_that_the_backup_does_not_know_goes_out_again_above_the_first(shelf: Shelf) -> None:
    """Whoever was told another time meanwhile has it in a calendar that ignores a lower number."""
    world = shelf.world
    published(world, "water", people=("bob",))
    app = world.app()
    app.desk.register("water", [online("ada")])
    back = shelf.copy()
    world.app().converge.event("water")
    app = shelf.restored(back)
    assert app.converge.event("water").converged
    mails = [mail for mail in world.sandbox.inbox if mail.recipients == ("ada@example.org",)]
    assert [mail.sequence for mail in mails] == [0, sequence_floor(NOW + LATER, 0)]
    assert len({mail.uid for mail in mails}) == 1
    assert entries(world)["ada@example.org", "About water"][0] == "REQUEST"


def test_a_mail_that_the_backup_had_written_down_goes_out_again_as_it_was(shelf: Shelf) -> None:
    """The same message, so the same bytes: SEQUENCE, Message-ID and all."""
    world = shelf.world
    app = world.app()
    app.desk.import_event(an_event())
    app.desk.publish("water")
    app.desk.register("water", [online("ada")])
    fault = world.sandbox.faults.add(Fault("DATA", "ada@example.org", status=451))
    app.converge.event("water")
    back = shelf.copy()
    world.sandbox.faults.clear()
    world.sandbox.clock.advance(timedelta(minutes=30))
    world.app().converge.event("water")
    app = shelf.restored(back)
    app.converge.event("water")
    first, second = [mail.content for mail in world.sandbox.inbox]
    assert first == second
    assert fault is not None


# --- dying in the middle ---


class _Dies(BaseException):
    pass


@contextmanager
def dying(app: App, *, after: bool) -> Iterator[None]:
    """The process dies at its next commit, just before or just after it."""
    store: Any = app.store
    begin = store.begin

    @contextmanager
    def once(*arguments: Any) -> Iterator[Any]:
        with begin(*arguments) as tx:
            yield tx
            if not after:
                raise _Dies
        raise _Dies

    store.begin = once
    with pytest.raises(_Dies):
        yield
    del store.begin


@pytest.mark.parametrize("after", [False, True], ids=["before the commit", "after the commit"])
def test_noting_a_restore_may_die_and_is_run_again(shelf: Shelf, after: bool) -> None:
    world = shelf.world
    published(world, "water", "wine")
    back = shelf.copy()
    app = world.app()
    moved(app, "water", 1)
    app.converge.event("water")
    before = written(world)
    world.sandbox.clock.advance(LATER)
    back()
    app = world.app()
    with dying(app, after=after):
        note_restore(app.store, app.clock())
    world.sandbox.clock.advance(timedelta(minutes=1))
    app = world.app()
    assert [event.id for event in note_restore(app.store, app.clock())] == ["water", "wine"]
    assert app.converge.event("water").needs_attention
    assert app.converge.event("wine").converged
    assert written(world) == before
    assert app.converge.event("water", force=True).converged
    # And once more by mistake, when all is settled: nobody is asked or told anything.
    settled = written(world)
    world.sandbox.clock.advance(timedelta(minutes=1))
    note_restore(app.store, app.clock())
    assert app.converge.event("water").converged
    assert written(world) == settled


@pytest.mark.parametrize("after", [False, True], ids=["before the commit", "after the commit"])
def test_the_pass_that_a_person_forced_may_die_and_everybody_is_told_all_the_same(
    shelf: Shelf, after: bool
) -> None:
    """What people are to be told again is written down before anything is done about it."""
    world = shelf.world
    published(world, "water", people=("ada",))
    back = shelf.copy()
    app = world.app()
    moved(app, "water", 1)
    app.converge.event("water")
    app = shelf.restored(back)
    with app.store.begin() as tx:
        [lease] = tx.work.claim("me", app.clock(), timedelta(minutes=1), 1, "water")
    with dying(app, after=after):
        app.loop.reconcile(lease, force=True)
    world.sandbox.clock.advance(timedelta(minutes=2))
    app = world.app()
    assert app.converge.event("water", force=not after).converged
    instant = local_time(wall("2027-06-09 10:00")).instant
    assert [meeting.start for meeting in world.meetings()] == [instant]
    assert entries(world)["ada@example.org", "About water"] == ("REQUEST", instant)
