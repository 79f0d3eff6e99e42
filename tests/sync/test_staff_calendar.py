"""The staff entry through the service: who is on it, what changes it, what the room says, what somebody does by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hybrid_sync.domain.events import Speaker
from hybrid_sync.domain.localtime import local_time
from hybrid_sync.ports import Attention
from hybrid_sync.sandbox import Fault
from hybrid_sync.wiring import App
from tests.builders import an_event, utc, wall
from tests.world import World, online, publish, sync, until_calm

DESK = {"attendees": ("desk@hybrid.example",)}
SPEAKERS = (
    Speaker("Grace", email="grace@example.org"),
    Speaker("Hedy", email="hedy@example.org"),
    Speaker("Ida"),
)


def entry(world: World) -> Any:
    [only] = world.calendar_entries()
    return only


def on_the_list(world: World) -> list[str]:
    return [one["emailAddress"]["address"] for one in entry(world).data["attendees"]]


def mails(world: World) -> list[tuple[str, str]]:
    """What Exchange mailed since last time."""
    told = [(mail.kind, mail.to.partition("@")[0]) for mail in world.sandbox.state.graph_mails]
    world.sandbox.state.graph_mails.clear()
    return told


def graph_writes(world: World) -> list[str]:
    return [call.method for call in world.sandbox.writes() if call.path.startswith("/graph")]


def questions(app: App) -> list[Attention]:
    with app.store.read() as tx:
        return list(tx.attentions.unsettled("water"))


# --- who is on it -------------------------------------------------------------------------------------------------


def test_staff_and_room_are_invited_and_no_way_into_the_meeting_is_told(world: World) -> None:
    app = world.app(world.settings(graph=DESK))
    publish(app, online("ada"))
    assert sync(app).converged
    assert on_the_list(world) == ["desk@hybrid.example", "room@hybrid.example"]
    assert entry(world).data["isOnlineMeeting"] is False
    [meeting] = world.meetings()
    text = str(entry(world).data)
    with app.store.read() as tx:
        record = tx.meetings.get("water")
        [ada] = tx.people.of("water")
    assert record is not None
    for secret in ("/join/", record.web_link, record.password, meeting.number, app.links.token(ada), "ada@"):
        assert secret
        assert secret not in text


def test_speakers_are_invited_by_setting_and_nobody_sees_their_addresses(world: World) -> None:
    app = world.app(world.settings(graph=DESK | {"speakers": True}))
    publish(app, speakers=SPEAKERS, moderators=(Speaker("Kay", email="kay@example.org"),))
    assert sync(app).converged
    names = [address.partition("@")[0] for address in on_the_list(world)]
    assert names == ["desk", "grace", "hedy", "kay", "room"]
    assert entry(world).data["hideAttendees"] is True


def test_without_the_setting_no_speaker_is_mailed(world: World) -> None:
    app = world.app()
    publish(app, speakers=SPEAKERS)
    assert sync(app).converged
    assert on_the_list(world) == ["room@hybrid.example"]
    assert entry(world).data["hideAttendees"] is False


def test_somebody_who_joins_or_leaves_is_mailed_alone(world: World) -> None:
    app = world.app(world.settings(graph=DESK | {"speakers": True}))
    publish(app, speakers=SPEAKERS)
    sync(app)
    mails(world)
    app.desk.edit("water", speakers=(SPEAKERS[1], Speaker("Lise", email="lise@example.org")))
    assert sync(app).converged
    # The body names the speakers, so that everybody is told of the change first.
    told = mails(world)
    assert told.count(("cancellation", "grace")) == 1
    assert told.count(("invitation", "lise")) == 1
    assert ("cancellation", "hedy") not in told
    assert sorted(on_the_list(world)) == [
        "desk@hybrid.example", "hedy@example.org", "lise@example.org", "room@hybrid.example",
    ]  # fmt: skip


def test_new_staff_in_the_settings_get_entries_that_are_there_already(world: World) -> None:
    first = world.app()
    publish(first)
    sync(first)
    mails(world)
    second = world.app(world.settings(graph={"attendees": ("desk@hybrid.example", "new@hybrid.example")}))
    assert sync(second).converged
    assert mails(world) == [("invitation", "desk"), ("invitation", "new")]
    third = world.app(world.settings(graph={"attendees": ("new@hybrid.example",)}))
    assert sync(third).converged
    assert mails(world) == [("cancellation", "desk")]
    writes = len(world.sandbox.writes())
    assert sync(third).converged
    assert len(world.sandbox.writes()) == writes


def test_somebody_who_left_the_settings_and_comes_back_is_invited_again(world: World) -> None:
    for attendees in (("desk@hybrid.example",), (), ("desk@hybrid.example",)):
        app = world.app(world.settings(graph={"attendees": attendees}))
        if not world.calendar_entries():
            publish(app)
        assert sync(app).converged
    told = [kind for kind, name in mails(world) if name == "desk"]
    assert told == ["invitation", "cancellation", "invitation"]


def test_people_added_by_hand_stay_and_people_taken_off_by_hand_stay_off(world: World) -> None:
    app = world.app(world.settings(graph=DESK))
    publish(app)
    sync(app)
    held = entry(world)
    held.data["attendees"] = [{"type": "required", "emailAddress": {"address": "guest@hybrid.example"}}]
    held.change += 1
    mails(world)
    assert sync(app).converged
    assert (on_the_list(world), mails(world)) == (["guest@hybrid.example"], [])
    app.desk.edit("water", title="Cleaner water")
    assert sync(app).converged
    assert (on_the_list(world), mails(world)) == (["guest@hybrid.example"], [("update", "guest")])
    assert sync(app, force=True).converged
    assert set(on_the_list(world)) == {f"{name}@hybrid.example" for name in ("guest", "desk", "room")}


def test_an_alias_that_exchange_keeps_under_another_address_is_mailed_once(
    a_world: Callable[..., World],
) -> None:
    world = a_world(attendee_aliases=("desk@hybrid.example front.desk@hybrid.example",))
    app = world.app(world.settings(graph=DESK))
    publish(app)
    for _ in range(4):
        assert sync(app).converged
    assert mails(world) == [("invitation", "front.desk"), ("invitation", "room")]
    assert graph_writes(world) == ["POST"]


# --- the room -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kept"),
    [("accepted", "accepted"), ("tentativelyAccepted", "tentativelyAccepted"), ("none", "none")],
)
def test_the_rooms_answer_is_kept(a_world: Callable[..., World], answer: str, kept: str) -> None:
    world = a_world(room_answer=answer)
    app = world.app()
    publish(app)
    assert sync(app).converged
    sync(app)
    with app.store.read() as tx:
        record = tx.entries.get("water")
    assert record is not None
    assert record.room_answer == kept


def test_a_room_that_is_taken_then_is_asked_about_until_the_event_moves(
    a_world: Callable[..., World],
) -> None:
    world = a_world(room_double_booked="declined")
    app = world.app()
    app.desk.import_event(replace(an_event(title="Another"), id="other"))
    app.desk.publish("other")
    publish(app)
    assert app.converge.event("other").converged
    sync(app)
    report = sync(app)
    assert report.needs_attention
    [asked] = questions(app)
    assert asked.key == "calendar:water:room"
    assert "room@hybrid.example declined" in asked.message
    assert app.converge.event("other").converged
    app.desk.reschedule("water", local_time(wall("2027-06-09 14:00")))
    sync(app)
    assert until_calm(world, app).converged
    assert questions(app) == []


def test_a_room_that_answers_late_is_noticed_and_settles_itself_when_it_accepts(
    a_world: Callable[..., World],
) -> None:
    world = a_world(room_answer="declined", room_answer_seconds=120)
    app = world.app()
    publish(app)
    assert sync(app).converged
    world.sandbox.clock.advance(timedelta(minutes=3))
    assert sync(app).needs_attention
    entry(world).responses["room@hybrid.example"] = ("accepted", world.sandbox.clock.now())
    assert sync(app).converged
    assert questions(app) == []


def test_another_room_in_the_settings_takes_the_place_of_the_first(a_world: Callable[..., World]) -> None:
    rooms = ("room@hybrid.example", "hall@hybrid.example")
    world = a_world(room_mailboxes=rooms)
    app = world.app()
    publish(app)
    sync(app)
    mails(world)
    other = world.app(world.settings(graph={"room_mailbox": "hall@hybrid.example"}))
    assert until_calm(world, other).converged
    assert on_the_list(world) == ["hall@hybrid.example"]
    assert entry(world).data["location"]["locationEmailAddress"] == "hall@hybrid.example"
    assert mails(world) == [("update", "room"), ("invitation", "hall"), ("cancellation", "room")]


def test_an_event_without_a_room_part_any_more_lets_the_room_go(world: World) -> None:
    app = world.app(world.settings(graph=DESK))
    publish(app)
    sync(app)
    app.desk.edit("water", onsite=False)
    assert sync(app).converged
    assert on_the_list(world) == ["desk@hybrid.example"]
    assert entry(world).data["location"]["displayName"] == "online (Webex)"


# --- by hand ------------------------------------------------------------------------------------------------------


def move(world: World, hours: int = 1) -> None:
    """Somebody moves the entry in Outlook."""
    held = entry(world)
    held.start += timedelta(hours=hours)
    held.end += timedelta(hours=hours)
    held.change += 1


def test_an_entry_moved_by_hand_is_put_back_and_the_second_run_writes_nothing(world: World) -> None:
    app = world.app()
    publish(app)
    sync(app)
    move(world)
    assert sync(app).converged
    assert entry(world).start == utc("2027-06-09 08:00")
    assert graph_writes(world) == ["POST", "PATCH"]
    assert sync(app).converged
    assert graph_writes(world) == ["POST", "PATCH"]


def test_with_ask_a_person_decides_and_edits_made_here_go_out_all_the_same(world: World) -> None:
    app = world.app(world.settings(graph={"edited_entry": "ask"}))
    publish(app)
    sync(app)
    move(world)
    assert sync(app).needs_attention
    [asked] = questions(app)
    assert "somebody changed the staff entry" in asked.message
    assert entry(world).start == utc("2027-06-09 09:00")
    app.desk.reschedule("water", local_time(wall("2027-06-09 11:00")))
    assert sync(app).converged
    assert questions(app) == []
    move(world)
    assert sync(app, force=True).converged
    assert entry(world).start == utc("2027-06-09 09:00")


def test_whatever_changes_the_entry_back_for_ever_does_not_have_everybody_mailed_for_ever(
    world: World,
) -> None:
    app = world.app(world.settings(graph=DESK))
    publish(app)
    sync(app)
    for _ in range(8):
        move(world)
        report = sync(app)
    assert report.needs_attention
    assert graph_writes(world) == ["POST", "PATCH", "PATCH", "PATCH"]
    assert "changes it back" in questions(app)[0].message


def test_an_entry_deleted_by_hand_is_made_again_but_not_for_ever(world: World) -> None:
    app = world.app(world.settings(graph=DESK))
    publish(app)
    sync(app)
    for made in (2, 3, 4):
        entry(world).cancelled = True
        assert sync(app).converged
        assert len(world.sandbox.state.events) == made
    entry(world).cancelled = True
    for _ in range(2):
        assert sync(app).needs_attention
    assert world.calendar_entries() == []
    assert "deleted the staff entry again" in questions(app)[0].message
    assert sync(app, force=True).converged
    assert len(world.calendar_entries()) == 1
    assert questions(app) == []


def test_an_answer_that_comes_in_between_look_and_write_costs_one_more_look_in_the_same_pass(
    world: World,
) -> None:
    app = world.app(world.settings(graph=DESK))
    publish(app)
    sync(app)
    app.desk.edit("water", title="Cleaner water")
    fault = world.sandbox.faults.add(Fault("PATCH", "/graph/*", status=412))
    assert sync(app).converged
    assert (world.sandbox.faults.hits(fault), entry(world).data["subject"]) == (1, "Cleaner water")


def test_an_entry_that_keeps_changing_is_tried_twice_a_pass_and_then_waits(world: World) -> None:
    app = world.app(world.settings(graph=DESK))
    publish(app)
    sync(app)
    app.desk.edit("water", title="Cleaner water")
    fault = world.sandbox.faults.add(Fault("PATCH", "/graph/*", status=412, times=None))
    report = sync(app)
    assert not report.converged
    assert not report.needs_attention
    assert world.sandbox.faults.hits(fault) == 2
    world.sandbox.faults.clear()
    assert until_calm(world, app).converged
    assert entry(world).data["subject"] == "Cleaner water"


def test_an_event_that_is_cancelled_takes_its_entry_back_once(world: World) -> None:
    app = world.app(world.settings(graph=DESK))
    publish(app)
    sync(app)
    app.desk.cancel("water")
    mails(world)
    assert until_calm(world, app).converged
    assert world.calendar_entries() == []
    assert mails(world) == [("cancellation", "desk"), ("cancellation", "room")]
    writes = len(graph_writes(world))
    sync(app)
    assert len(graph_writes(world)) == writes


# --- days that are not like the others ----------------------------------------------------------------------------

DAYS = [
    ("2027-06-09 10:00", "2027-06-09 11:30", "2027-06-09 08:00", "2027-06-09 09:30"),
    ("2028-01-12 10:00", "2028-01-12 11:30", "2028-01-12 09:00", "2028-01-12 10:30"),
    ("2028-03-25 23:30", "2028-03-26 04:00", "2028-03-25 22:30", "2028-03-26 02:00"),
    ("2027-10-30 23:00", "2027-10-31 04:00", "2027-10-30 21:00", "2027-10-31 03:00"),
    ("2027-12-31 23:30", "2028-01-01 00:45", "2027-12-31 22:30", "2027-12-31 23:45"),
    ("2028-02-29 10:00", "2028-02-29 11:00", "2028-02-29 09:00", "2028-02-29 10:00"),
    ("2028-03-20 10:00", "2028-03-20 11:00", "2028-03-20 09:00", "2028-03-20 10:00"),
]
"""Wall times in Brussels and the instants that they are, worked out by hand. The last: only America has changed."""


@pytest.mark.parametrize(("starts", "ends", "start", "end"), DAYS)
@pytest.mark.parametrize("times", ["preferred", "own"])
def test_the_entry_stands_at_the_right_instants(
    a_world: Callable[..., World], starts: str, ends: str, start: str, end: str, times: str
) -> None:
    world = a_world(graph_times=times)
    app = world.app()
    publish(app, starts=starts, ends=ends)
    assert sync(app).converged
    assert (entry(world).start, entry(world).end) == (utc(start), utc(end))
    assert entry(world).start_zone == "Romance Standard Time"
    assert sync(app).converged
    assert graph_writes(world) == ["POST"]


@pytest.mark.parametrize(("starts", "ends", "start", "end"), DAYS[1:])
def test_an_event_moved_there_takes_its_entry_along(
    world: World, starts: str, ends: str, start: str, end: str
) -> None:
    app = world.app()
    publish(app)
    sync(app)
    app.desk.reschedule("water", local_time(wall(starts)), local_time(wall(ends)))
    assert sync(app).converged
    assert (entry(world).start, entry(world).end) == (utc(start), utc(end))
    assert sync(app).converged
    assert graph_writes(world) == ["POST", "PATCH"]


@pytest.mark.parametrize(("fold", "hour"), [(0, "00:30"), (1, "01:30")])
def test_a_start_in_the_hour_that_comes_twice_is_the_one_that_was_meant(
    world: World, fold: int, hour: str
) -> None:
    app = world.app()
    starts = local_time(wall("2027-10-31 02:30"), "Europe/Brussels", fold)
    app.desk.import_event(replace(an_event(ends="2027-10-31 05:00"), starts=starts))
    app.desk.publish("water")
    assert sync(app).converged
    assert entry(world).start == utc(f"2027-10-31 {hour}")
    sync(app)
    assert graph_writes(world) == ["POST"]
