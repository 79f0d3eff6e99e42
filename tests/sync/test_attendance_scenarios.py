"""Whole events through the sandbox, the worker and the book: minutes and verdicts are worked out by hand here.

The usual event is from 10:00 to 11:30, 90 minutes, with ten minutes of margin. Offsets are from its start.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from hybrid_sync.domain.attendance import Attendance
from hybrid_sync.domain.events import Speaker
from hybrid_sync.settings import Settings
from hybrid_sync.wiring import App
from tests.builders import utc
from tests.sync.attendance_kit import END, Step, held, join, made, minutes, notes, pulls, worker_until
from tests.world import World

DAY = timedelta(days=1)
Open = Callable[..., World]


def afterwards(world: World, app: App, days: int = 8) -> Attendance:
    """What the book says once the worker has pulled all that it would pull."""
    with app.store.read() as tx:
        ends = tx.events.get("water").ends
    assert ends is not None
    worker_until(world, app, ends.instant + days * DAY)
    return app.attendance_book.of("water")


def verdicts(told: Attendance) -> dict[str, str]:
    return {
        row.name.partition(" ")[0]: row.verdict for row in (*told.present, *told.unmatched, *told.walk_ins)
    }


@pytest.mark.parametrize("rejoin", ["device", "row"])
def test_a_restart_in_the_middle_costs_nobody_what_they_had_before_it(a_world: Open, rejoin: str) -> None:
    world = a_world(rejoin=rejoin)
    app = made(world, "ada", "bob", "cem")
    held(
        world,
        join("-5m", "ada"),  # -5 to 35, and 37 to 90: the margin lets 5 in
        join("+10m", "bob", until="+30m"),  # gone before the restart: 20
        {"do": "restart", "at": "+35m"},
        join("+37m", "ada"),
        join("+40m", "cem"),  # after it only: 40 to 90
        start="-5m",
    )
    told = afterwards(world, app)
    # Ada: 40 + 53 = 93, never more than the event's own 90.
    assert minutes(told.present) == {"Ada": 90, "Bob": 20, "Cem": 50}
    assert verdicts(told) == {"Ada": "present", "Bob": "present", "Cem": "present"}
    assert len(told.instances) == 2
    assert told.no_shows == ()


@pytest.mark.parametrize("rejoin", ["device", "row"])
def test_coming_back_twice_counts_the_time_there_and_not_the_time_away(a_world: Open, rejoin: str) -> None:
    world = a_world(rejoin=rejoin)
    app = made(world, "ada", "bob")
    held(
        world,
        join("+0m", "ada", until="+20m"),
        join("+30m", "ada", until="+45m"),
        join("+60m", "ada", until="+90m"),
        join("+0m", "bob", until="+0.5m"),  # half a minute is not yet a minute
    )
    told = afterwards(world, app)
    assert minutes(told.present) == {"Ada": 20 + 15 + 30, "Bob": 0.5}
    assert verdicts(told) == {"Ada": "present", "Bob": "partly"}


def test_a_phone_beside_the_laptop_counts_once_and_one_that_nobody_linked_stands_alone(world: World) -> None:
    app = made(world, "ada")
    held(
        world,
        join("+0m", "ada", until="+60m"),
        join("+5m", "ada", device="phone", until="+75m"),
        {"do": "join", "at": "+10m", "device": "phone", "until": "+40m"},
    )
    told = afterwards(world, app)
    assert minutes(told.present) == {"Ada": 75}
    assert minutes(told.unmatched) == {"Call-in User_1": 30}
    assert verdicts(told)["Call-in"] == "unknown"


def test_a_guest_with_an_invented_address_is_not_taken_for_the_person_whose_name_they_bear(
    world: World,
) -> None:
    app = made(world, "ada")
    held(world, {"do": "join", "at": "+0m", "name": "Ada Example", "guest": True, "until": "+45m"})
    told = afterwards(world, app)
    assert told.present == ()
    assert [person.first_name for person in told.no_shows] == ["Ada"]
    [guest] = told.unmatched
    assert (guest.name, guest.email, guest.total, guest.verdict) == (
        "Ada Example",
        None,
        timedelta(minutes=45),
        "unknown",
    )
    # Their name suggests, and a person decides.
    assert [one.person.first_name for one in guest.suggestions] == ["Ada"]


def test_two_of_one_name_stay_two(world: World) -> None:
    app = made(world, "ada", "bob")
    held(
        world,
        join("+0m", "ada", name="Ann Smith", until="+30m"),
        join("+0m", "bob", name="Ann Smith", until="+60m"),
        {"do": "join", "at": "+10m", "name": "Ann Smith", "guest": True, "until": "+20m"},
        {"do": "join", "at": "+40m", "name": "Ann Smith", "guest": True, "until": "+45m"},
    )
    told = afterwards(world, app)
    assert minutes(told.present) == {"Ada": 30, "Bob": 60}
    assert sorted(row.total / timedelta(minutes=1) for row in told.unmatched) == [5, 10]


def test_the_room_system_counts_as_nobody_and_the_hosts_are_apart(world: World) -> None:
    settings: Settings = world.settings(attendance={"room_systems": ("horta@rooms.example",)})
    app = made(world, "ada", app=world.app(settings))
    horta: Step = {
        "do": "join",
        "at": "-5m",
        "device": "room",
        "email": "horta@rooms.example",
        "name": "Salle Horta",
    }
    held(world, horta, join("+0m", "grace", name="Grace", coHost=True), join("+0m", "ada"), start="-10m")
    told = afterwards(world, app)
    assert minutes(told.present) == {"Ada": 90}
    assert told.unmatched == ()
    assert told.room_systems == ("Salle Horta",)
    assert told.staff == ("Grace", world.sandbox.options.host_name)


def test_a_host_alone_was_held_and_everybody_else_missed_it(world: World) -> None:
    app = made(world, "ada", "bob")
    held(world)
    told = afterwards(world, app)
    assert (told.present, told.unmatched, told.held) == ((), (), True)
    assert [person.first_name for person in told.no_shows] == ["Ada", "Bob"]
    assert told.staff == (world.sandbox.options.host_name,)
    assert len(pulls(app)) == 3


@pytest.mark.parametrize("form", ["404", "empty"])
def test_a_meeting_that_was_never_started_was_not_held(a_world: Open, form: str) -> None:
    world = a_world(participants_before_start=form)
    app = made(world, "ada")
    told = afterwards(world, app)
    assert (told.held, told.instances, told.present) == (False, (), ())
    assert len(pulls(app)) == 3


def test_over_midnight_the_minutes_are_those_of_the_clock_on_the_wall(world: World) -> None:
    app = made(world, "ada", "bob", starts="2027-12-31 23:00", ends="2028-01-01 00:30")
    held(world, join("+0m", "ada"), join("+50m", "bob", until="+70m"))
    told = afterwards(world, app)
    assert minutes(told.present) == {"Ada": 90, "Bob": 20}
    assert {row.first.isoformat() for row in told.present if row.first} == {
        "2027-12-31T22:00:00+00:00",
        "2027-12-31T22:50:00+00:00",
    }


@pytest.mark.parametrize(
    ("starts", "ends", "length", "late"),
    [
        # 25 October 2026: from 01:00 CEST to 04:00 CET are four hours, the hour from 2 to 3 comes twice.
        ("2026-10-25 01:00", "2026-10-25 04:00", 240, 60),
        # 28 March 2027: from 01:00 CET to 04:00 CEST are two hours, the hour from 2 to 3 is left out.
        ("2027-03-28 01:00", "2027-03-28 04:00", 120, 60),
    ],
    ids=["autumn", "spring"],
)
def test_on_a_change_night_real_time_is_counted(
    tmp_path: Path, starts: str, ends: str, length: int, late: int
) -> None:
    with World(tmp_path, now=utc("2026-09-01 09:00")) as world:
        app = made(world, "ada", "bob", starts=starts, ends=ends)
        held(world, join("+0m", "ada"), join(f"+{length - late}m", "bob"), end=f"+{length}m")
        told = afterwards(world, app)
    assert minutes(told.present) == {"Ada": length, "Bob": late}
    assert {row.person.first_name: row.share for row in told.present if row.person} == {
        "Ada": 1.0,
        "Bob": late / length,
    }


def test_rehearsals_the_day_before_and_an_hour_before_count_for_nobody(world: World) -> None:
    app = made(world, "ada", "bob")
    held(
        world,
        join("-19h", "ada"), {"do": "end", "at": "-18h"},
        {"do": "start", "at": "-60m"}, join("-60m", "ada"), join("-50m", "bob"), {"do": "end", "at": "-30m"},
        {"do": "start", "at": "+0m"}, join("+30m", "ada"),
        start="-19h",
    )  # fmt: skip
    told = afterwards(world, app)
    assert minutes(told.present) == {"Ada": 60}
    assert [person.first_name for person in told.no_shows] == ["Bob"]
    assert len(told.instances) == 1
    rehearsals = [note for note in told.doubts if "was a rehearsal and is not counted" in note]
    assert len(rehearsals) == 2
    assert rehearsals[1] == "a run from 09:00 to 09:30 was a rehearsal and is not counted"


@pytest.mark.parametrize("breakout", ["goes on", "interrupted"])
def test_a_breakout_session_is_part_of_the_event_however_it_is_told(a_world: Open, breakout: str) -> None:
    world = a_world(breakout_stay=breakout)
    app = made(world, "ada", "bob")
    group = {"do": "breakout", "at": "+20m", "until": "+40m", "session": "Group A"}
    held(
        world,
        join("+0m", "ada"), join("+15m", "bob", until="+60m"),
        {**group, "email": "ada@example.org"}, {**group, "email": "bob@example.org"},
    )  # fmt: skip
    told = afterwards(world, app)
    assert minutes(told.present) == {"Ada": 90, "Bob": 45}
    with app.store.read() as tx:
        assert sorted(stay.session for stay in tx.attendance.of("water") if stay.session) == ["Group A"] * 2


@pytest.mark.parametrize("unknown", ["missing", "1970"])
@pytest.mark.parametrize("rows", ["stay", "person"])
@pytest.mark.parametrize("guests", ["made up", "empty"])
def test_whatever_webex_leaves_open_the_figures_are_the_same_and_the_two_accounts_agree(
    a_world: Open, unknown: str, rows: str, guests: str
) -> None:
    world = a_world(
        unknown_time=unknown, report_rows=rows, report_guest_email=guests, leave_times_known_after_minutes=240,
        participants_link=False, empty_pages=True,
    )  # fmt: skip
    app = made(world, "ada", "bob")
    held(
        world,
        join("+0m", "ada", until="+20m"), join("+30m", "ada"), join("+30m", "ada", device="phone"),
        join("+5m", "bob", until="+80m"), {"do": "join", "at": "+5m", "name": "Visitor", "guest": True},
    )  # fmt: skip
    told = afterwards(world, app)
    assert minutes(told.present) == {"Ada": 80, "Bob": 75}
    assert minutes(told.unmatched) == {"Visitor": 85}
    assert notes(app) == ()
    assert told.pulled_at is not None
    assert told.pulled_at >= END + DAY


def test_a_webinars_panelists_and_hosts_are_no_audience_and_its_attendees_are(world: World) -> None:
    settings = world.settings(webex={"kind": "webinar"})
    speakers = (Speaker("Grace", email="grace@example.org"),)
    app = made(world, "ada", "bob", app=world.app(settings), speakers=speakers)
    held(world, join("+0m", "grace"), join("+10m", "ada"))
    told = afterwards(world, app)
    assert minutes(told.present) == {"Ada": 80}
    assert [person.first_name for person in told.no_shows] == ["Bob"]
    with app.store.read() as tx:
        roles = {stay.email: stay.role for stay in tx.attendance.of("water")}
    assert roles["grace@example.org"] == "panelist"
    assert roles["ada@example.org"] == "attendee"
