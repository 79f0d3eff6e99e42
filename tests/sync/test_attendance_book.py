"""One event's attendance from the store: everything that is known and decided comes together, over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hybrid_sync.domain.attendance import Attendance
from hybrid_sync.domain.events import Speaker
from hybrid_sync.domain.participant_codes import codes
from hybrid_sync.domain.people import RegistrantStatus
from hybrid_sync.errors import InputError, NotFound
from hybrid_sync.ports import AliasRecord, PullRecord, StaffRecord
from hybrid_sync.sandbox import Fault
from hybrid_sync.wiring import App
from tests.builders import a_stay, an_event, utc
from tests.world import World, online, person, publish, sync

MINUTE = timedelta(minutes=1)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path) as world:
        yield world


def held(world: World, app: App, *joins: dict[str, Any]) -> Attendance:
    """The usual event with Ada, Bob and Cem, held from 08:00 to 09:30 UTC, and pulled."""
    publish(app, online("ada"), online("bob"), online("cem"))
    sync(app)
    [meeting] = world.meetings()
    world.sandbox.clock.set(utc("2027-06-09 07:55"))
    run = world.sandbox.start_meeting(meeting.id, utc("2027-06-09 08:00"))
    for join in joins:
        world.sandbox.join(run, **{"at": utc("2027-06-09 08:05"), **join})
    world.sandbox.end_meeting(run, utc("2027-06-09 09:30"))
    world.sandbox.clock.set(utc("2027-06-09 10:00"))
    sync(app)
    return app.attendance_book.of("water")


def totals(report: Attendance) -> dict[str, tuple[float, str]]:
    return {row.name: (row.total / MINUTE, row.matched_by) for row in report.present}


def code_of(app: App, name: str) -> str:
    found = app.attendance_book.who("water")
    [one] = [one for one in found if one.name == name]
    return codes(found)[one.key]


def test_a_click_on_our_own_link_brings_people_in_under_their_registered_address(world: World) -> None:
    app = world.app()
    publish(app, online("ada"))
    sync(app)
    world.sandbox.clock.set(utc("2027-06-09 07:58"))
    ada = person(app, "ada")
    [meeting] = world.meetings()
    run = world.sandbox.start_meeting(meeting.id, utc("2027-06-09 07:58"))
    _, entry = app.joining.enter(ada.id, ada.link_generation)
    assert entry is not None
    world.sandbox.join(run, utc("2027-06-09 08:00"), link=entry.url)
    world.sandbox.end_meeting(run, utc("2027-06-09 09:30"))
    world.sandbox.clock.set(utc("2027-06-09 10:00"))
    sync(app)
    assert totals(app.attendance_book.of("water")) == {"Ada Example": (90, "address")}


def test_a_guest_with_an_invented_address_is_suggested_by_click_and_settled_by_a_person(world: World) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    sync(app)
    [meeting] = world.meetings()
    world.sandbox.clock.set(utc("2027-06-09 08:03"))
    ada = person(app, "ada")
    app.joining.enter(ada.id, ada.link_generation)
    run = world.sandbox.start_meeting(meeting.id, utc("2027-06-09 08:00"))
    world.sandbox.join(run, utc("2027-06-09 08:05"), name="A. Example", guest=True)
    world.sandbox.end_meeting(run, utc("2027-06-09 09:30"))
    world.sandbox.clock.set(utc("2027-06-09 10:00"))
    sync(app)
    [guest] = app.attendance_book.of("water").unmatched
    assert guest.email is None
    best = guest.suggestions[0]
    assert best.person.email == "ada@example.org"
    assert best.why == "the initials fit; pressed their join link 2 min before; not online otherwise"
    chosen = app.attendance_choices.match("water", code_of(app, "A. Example"), "ADA@example.org")
    assert chosen.alias is None, "an invented address is another one next time"
    report = app.attendance_book.of("water")
    assert totals(report) == {"Ada Example": (85, "choice")}
    assert [one.email for one in report.no_shows] == ["bob@example.org"]


def test_who_had_to_type_their_name_because_webex_gave_no_link_is_suggested_by_the_click_too(
    world: World,
) -> None:
    app = world.app()
    publish(app, online("ada"))
    sync(app)
    [meeting] = world.meetings()
    world.sandbox.clock.set(utc("2027-06-09 08:03"))
    world.sandbox.faults.add(Fault(path="/v1/meetings/join", status=403, times=None))
    ada = person(app, "ada")
    _, entry = app.joining.enter(ada.id, ada.link_generation)
    assert entry is not None
    assert entry.url is None
    run = world.sandbox.start_meeting(meeting.id, utc("2027-06-09 08:00"))
    world.sandbox.join(run, utc("2027-06-09 08:05"), name="Laptop", guest=True)
    world.sandbox.end_meeting(run, utc("2027-06-09 09:30"))
    world.sandbox.clock.set(utc("2027-06-09 10:00"))
    sync(app)
    [guest] = app.attendance_book.of("water").unmatched
    assert [one.why for one in guest.suggestions] == [
        "pressed their join link 2 min before; not online otherwise"
    ]


def test_a_settled_address_is_remembered_at_the_next_event_and_forgotten_by_undo(world: World) -> None:
    app = world.app()
    held(world, app, {"email": "private@elsewhere.example", "name": "Ada"})
    chosen = app.attendance_choices.match("water", "private@elsewhere.example", "ada@example.org")
    assert chosen.alias == "private@elsewhere.example"
    app.desk.import_event(an_event("2027-06-16 10:00", "2027-06-16 11:30", id="next"))
    app.desk.register("next", [online("ada")])
    late = a_stay("x", None, None, event_id="next", email="Private@elsewhere.example", source="file")
    stay = replace(late, joined=utc("2027-06-16 08:00"), left=utc("2027-06-16 08:30"))
    with app.store.begin() as tx:
        tx.attendance.upsert([stay])
    assert totals(app.attendance_book.of("next")) == {"Ada Example": (30, "alias")}
    assert app.attendance_choices.undo("next", "private@elsewhere.example").alias == chosen.alias
    assert [row.verdict for row in app.attendance_book.of("next").unmatched] == ["unknown"]
    assert totals(app.attendance_book.of("water")) == {"Ada Example": (85, "choice")}, (
        "that was a decision of its own"
    )
    app.attendance_choices.undo("water", "private@elsewhere.example")
    assert app.attendance_book.of("water").present == ()


def test_a_walk_in_at_one_event_leaves_alone_what_another_event_taught(world: World) -> None:
    app = world.app()
    held(world, app, {"email": "private@elsewhere.example", "name": "Ada"})
    with app.store.begin() as tx:
        tx.aliases.put(AliasRecord("private@elsewhere.example", "ada@example.org", "earlier", app.clock()))
    assert totals(app.attendance_book.of("water")) == {"Ada Example": (85, "alias")}
    assert app.attendance_choices.walk_in("water", "Ada").alias is None
    assert app.attendance_book.of("water").present == ()
    assert app.attendance_choices.undo("water", "Ada").alias is None
    assert totals(app.attendance_book.of("water")) == {"Ada Example": (85, "alias")}


def test_undo_forgets_the_decision_and_what_was_learned_from_it(world: World) -> None:
    app = world.app()
    held(world, app, {"email": "private@elsewhere.example", "name": "Ada"})
    choices = app.attendance_choices
    choices.match("water", "Ada", "ada@example.org")
    undone = choices.undo("water", "Ada")
    assert (undone.alias, undone.person and undone.person.id) == (
        "private@elsewhere.example",
        person(app, "ada").id,
    )
    assert len(app.attendance_book.of("water").unmatched) == 1
    with pytest.raises(InputError, match="nothing was decided about Ada"):
        choices.undo("water", "Ada")


def test_a_colleagues_address_is_nobodys_alias(world: World) -> None:
    """Bob came in with Ada's address: true for this event, and for no other."""
    app = world.app()
    held(world, app, {"email": "ada@example.org", "name": "Bob"})
    chosen = app.attendance_choices.match("water", "ada@example.org", "bob@example.org")
    assert chosen.alias is None
    report = app.attendance_book.of("water")
    assert totals(report) == {"Bob Example": (85, "choice")}
    assert {one.email for one in report.no_shows} == {"ada@example.org", "cem@example.org"}


def test_the_newest_decision_counts_and_a_walk_in_unlearns_the_address(world: World) -> None:
    app = world.app()
    held(world, app, {"email": "private@elsewhere.example", "name": "Ada"})
    choices = app.attendance_choices
    choices.match("water", "Ada", "ada@example.org")
    choices.match("water", "Ada", "bob@example.org")
    assert totals(app.attendance_book.of("water")) == {"Bob Example": (85, "choice")}
    assert choices.walk_in("water", "Ada").alias == "private@elsewhere.example"
    report = app.attendance_book.of("water")
    assert report.present == ()
    assert [(row.name, row.matched_by) for row in report.walk_ins] == [("Ada", "choice")]
    with app.store.read() as tx:
        assert tx.aliases.get("private@elsewhere.example") is None


def test_a_choice_for_somebody_who_was_there_anyway_unites_the_two(world: World) -> None:
    app = world.app()
    held(
        world,
        app,
        {"email": "ada@example.org", "until": utc("2027-06-09 08:35")},
        {"name": "Phone", "guest": True, "at": utc("2027-06-09 08:20"), "until": utc("2027-06-09 09:00")},
    )
    app.attendance_choices.match("water", "Phone", "ada@example.org")
    assert totals(app.attendance_book.of("water")) == {"Ada Example": (55, "choice")}


def test_each_decision_is_one_audit_line_without_names_or_addresses(world: World) -> None:
    app = world.app()
    held(world, app, {"email": "private@elsewhere.example", "name": "Zoe Z"})
    code = code_of(app, "Zoe Z")
    app.attendance_choices.match("water", code, "ada@example.org")
    app.attendance_choices.walk_in("water", code)
    app.attendance_choices.undo("water", code)
    with app.store.read() as tx:
        lines = [
            line
            for line in tx.audit.of("water")
            if line.actor == "organiser" and line.what.startswith("attendance.")
        ]
        woken = tx.work.get("water")
    ada = person(app, "ada").id
    assert [(line.actor, line.what, line.target) for line in lines] == [
        ("organiser", "attendance.match", ada),
        ("organiser", "attendance.walk_in", code),
        ("organiser", "attendance.undo", code),
    ]
    assert {line.detail for line in lines} == {f"participant {code}"}
    assert woken is not None
    assert woken.due_at is not None
    assert woken.due_at <= app.clock()


def test_who_cannot_be_meant_is_refused_in_words_and_nothing_is_written(world: World) -> None:
    app = world.app(world.settings(attendance={"room_systems": ["InfoPoint Room"]}))
    held(
        world,
        app,
        {"name": "Twin", "guest": True},
        {"name": "Twin", "guest": True, "at": utc("2027-06-09 08:06")},
        {"name": "InfoPoint Room", "guest": True},
    )
    door = a_stay("cem", "08:00", "09:00", source="room", registrant_id=person(app, "cem").id)
    with app.store.begin() as tx:
        tx.attendance.upsert([door])
    app.desk.set_status("water", "bob@example.org", RegistrantStatus.WITHDRAWN)
    choices = app.attendance_choices
    with pytest.raises(NotFound, match="nobody at event water is called 'Nobody'"):
        choices.match("water", "Nobody", "ada@example.org")
    with pytest.raises(InputError, match=r"fits 2 at event water: say which one by its code: [0-9a-f]{6}, "):
        choices.match("water", "Twin", "ada@example.org")
    with pytest.raises(InputError, match="is a device of the room"):
        choices.match("water", "InfoPoint Room", "ada@example.org")
    with pytest.raises(InputError, match="mended at the door"):
        choices.walk_in("water", "cem@example.org")
    found = app.attendance_book.who("water")
    code = codes(found)[next(one.key for one in found if one.name == "Twin")]
    with pytest.raises(
        NotFound, match=r"nobody with the address zoe@example\.org is registered for event water"
    ):
        choices.match("water", code, "zoe@example.org")
    with pytest.raises(InputError, match=r"bob@example.org is withdrawn .* registrants approve water"):
        choices.match("water", code, "bob@example.org")
    with pytest.raises(NotFound):
        choices.match("nothing", code, "ada@example.org")
    with app.store.read() as tx:
        assert tx.matches.of("water") == {}
        assert not [
            line
            for line in tx.audit.of("water")
            if line.actor == "organiser" and line.what.startswith("attendance.")
        ]


def test_settings_and_the_events_own_helpers_say_who_is_staff(world: World) -> None:
    settings = world.settings(
        webex={"host_email": "host@example.org", "cohosts": ["desk@example.org"]},
        attendance={"margin_minutes": 0, "present_minutes": 60, "plus_addresses": "same"},
    )
    app = world.app(settings)
    people = ["host", "desk", "speaker", "moderator", "invited", "ada+phone", "bob"]
    stays = [a_stay(who, "07:50", "08:50") for who in people]
    stays.append(a_stay("room", "07:50", "08:50", email=world.sandbox.room_mailbox))
    stays.append(a_stay("staff", "07:50", "08:50", email=world.sandbox.mailbox))
    event = an_event(
        speakers=(Speaker("S", email="speaker@example.org"), Speaker("T")),
        moderators=(Speaker("M", email="moderator@example.org"),),
    )
    app.desk.import_event(event)
    app.desk.register("water", [online("ada"), online("bob")])
    with app.store.begin() as tx:
        tx.attendance.upsert(stays)
        tx.meeting_staff.put(StaffRecord("water", "invited@example.org", "m1", "i1"))
    report = app.attendance_book.of("water")
    assert report.staff == ("Desk", "Host", "Invited", "Moderator", "Speaker", "Staff")
    assert report.room_systems == ("Room",)
    assert [(row.name, row.total / MINUTE, row.verdict) for row in report.present] == [
        ("Ada Example", 50, "partly"),
        ("Bob Example", 50, "partly"),
    ]
    assert report.unmatched == ()


def test_an_event_without_end_or_that_is_not_there_has_no_attendance(world: World) -> None:
    app = world.app()
    app.desk.import_event(an_event(ends=None))
    for read in (app.attendance_book.of, app.attendance_book.who):
        with pytest.raises(NotFound, match="event water has no end yet"):
            read("water")
        with pytest.raises(NotFound, match="there is no event 'nothing'"):
            read("nothing")


def test_what_pulls_noted_is_among_the_doubts_and_the_newest_pull_is_named(world: World) -> None:
    app = world.app()
    app.desk.import_event(an_event())
    first = PullRecord("water", utc("2027-06-09 09:50"), (), 0, 0, "d1", ("an old note",))
    last = PullRecord("water", utc("2027-06-10 10:00"), (), 0, 0, "d1", ("a rehearsal was set aside",))
    with app.store.begin() as tx:
        tx.attendance.record_pull(first)
    early = app.attendance_book.of("water")
    assert (early.pulled_at, early.doubts, early.held) == (first.at, ("an old note",), True)
    with app.store.begin() as tx:
        tx.attendance.record_pull(last)
    report = app.attendance_book.of("water")
    assert (report.pulled_at, report.doubts) == (last.at, ("a rehearsal was set aside",))
    assert report.held is False, "a day after the end Webex still knew of no run"
