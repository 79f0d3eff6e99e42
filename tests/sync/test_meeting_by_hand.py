"""What somebody did in Webex by hand: noticed, and repaired, made anew or put before a person, by setting."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hybrid_sync.domain.localtime import local_time
from hybrid_sync.sandbox import Fault
from hybrid_sync.sandbox.state import Invitee
from hybrid_sync.sync.loop import Report
from hybrid_sync.wiring import App
from tests.builders import wall
from tests.world import World, online, outside, publish, sync


def settled(world: World, app: App, most: int = 6) -> Report:
    """Passes, each when what the one before held back is due, until nothing is held back any more."""
    for _ in range(most):
        report = sync(app)
        held = [outcome.until for outcome in report.outcomes if outcome.result == "held" and outcome.until]
        if not held and not any(outcome.result == "later" for outcome in report.outcomes):
            return report
        due = max(held, default=world.sandbox.clock.now() + timedelta(minutes=1))
        world.sandbox.clock.set(due + timedelta(seconds=1))
    return report


def made(world: World, **webex: Any) -> App:
    app = world.app(world.settings(webex=webex))
    publish(app, online("ada"), online("bob"))
    assert sync(app).converged
    return app


def questions(app: App) -> dict[str, str]:
    with app.store.read() as tx:
        return {item.key: item.message for item in tx.attentions.unsettled("water")}


def quiet(world: World, app: App) -> bool:
    writes = len(world.sandbox.writes())
    sync(app)
    return len(world.sandbox.writes()) == writes


# --- edited -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", "Something else"),
        ("agenda", "Another agenda"),
        ("unlockedMeetingJoinSecurity", "allowJoin"),
        ("meetingOptions", {"enabledChat": False, "enabledVideo": True}),
        ("enabledAutoRecordMeeting", True),
    ],
)
def test_what_was_edited_by_hand_is_repaired_with_one_call(world: World, name: str, value: object) -> None:
    app = made(world)
    [meeting] = world.meetings()
    before = meeting.fields[name]
    meeting.fields[name] = value
    writes = len(world.sandbox.writes())
    assert sync(app).converged
    assert meeting.fields[name] == before
    assert [call.method for call in world.sandbox.writes()[writes:]] == ["PATCH"]
    assert quiet(world, app)


def test_with_ask_an_edit_made_in_webex_waits_for_a_person_and_one_made_here_does_not(world: World) -> None:
    app = made(world, edited_meeting="ask")
    [meeting] = world.meetings()
    meeting.fields["title"] = "Something else"
    assert sync(app).needs_attention
    assert "somebody changed the meeting in Webex (title differ)" in questions(app)["meeting:water"]
    assert quiet(world, app)
    assert meeting.fields["title"] == "Something else"
    app.desk.edit("water", description="A new agenda")
    assert sync(app).converged
    assert (meeting.fields["title"], meeting.fields["agenda"]) == ("Clean water for all", "A new agenda")
    meeting.fields["title"] = "Once more"
    assert sync(app).needs_attention
    assert sync(app, force=True).converged
    assert meeting.fields["title"] == "Clean water for all"
    assert questions(app) == {}


def test_registration_switched_off_by_hand_is_switched_on_and_everybody_registered_again(
    world: World,
) -> None:
    app = made(world)
    [meeting] = world.meetings()
    meeting.registration = None
    meeting.registrants.clear()
    meeting.by_email.clear()
    assert sync(app).converged
    assert meeting.registration["autoAcceptRequest"]
    assert world.registrant_emails() == {"ada@example.org": 1, "bob@example.org": 1}
    assert world.sandbox.state.webex_mails == []
    assert quiet(world, app)


def test_with_ask_registration_switched_off_by_hand_is_put_before_a_person(world: World) -> None:
    app = made(world, edited_meeting="ask")
    [meeting] = world.meetings()
    meeting.registration = None
    writes = len(world.sandbox.writes())
    assert not sync(app).converged
    assert "--force" in questions(app)["meeting:water:registration"]
    assert len(world.sandbox.writes()) == writes
    assert sync(app, force=True).converged
    assert meeting.registration is not None


def test_people_let_in_before_the_host_is_told_as_what_wiped_the_registrations(world: World) -> None:
    app = made(world)
    [meeting] = world.meetings()
    meeting.fields["enabledJoinBeforeHost"] = True
    meeting.registration = None
    meeting.registrants.clear()
    meeting.by_email.clear()
    assert not sync(app).converged
    words = questions(app)["meeting:water:registration"]
    assert "before the host" in words
    assert "forgotten who was registered" in words
    meeting.fields["enabledJoinBeforeHost"] = False
    report = sync(app, force=True)
    assert report.converged, report
    assert world.registrant_emails() == {"ada@example.org": 1, "bob@example.org": 1}


def test_another_host_is_put_before_a_person_and_can_be_accepted(world: World) -> None:
    app = made(world)
    [meeting] = world.meetings()
    meeting.invitees["i"] = Invitee("i", world.sandbox.host_email, "Host", co_host=True)
    meeting.host_email = "host2@hybrid.example"
    assert sync(app).needs_attention
    words = questions(app)["meeting:water:host"]
    assert "another person the host" in words
    assert "@" not in words
    assert sync(app, force=True).converged
    assert questions(app) == {}
    assert sync(app).converged


# --- deleted ------------------------------------------------------------------------------------------------------


def test_with_recreate_a_deleted_meeting_is_made_anew_with_everybody_registered_again(world: World) -> None:
    app = made(world, deleted_meeting="recreate")
    world.sandbox.state.meetings.clear()
    first = sync(app)
    assert world.meetings() == [], "one look proves nothing"
    assert [outcome.result for outcome in first.outcomes if outcome.kind == "meeting.create"] == ["held"]
    assert settled(world, app).converged
    assert len(world.meetings()) == 1
    assert world.registrant_emails() == {"ada@example.org": 1, "bob@example.org": 1}
    assert len(world.sandbox.inbox) == 2, "personal links stay good: nobody is mailed"
    assert quiet(world, app)


def test_a_meeting_that_is_only_hidden_for_a_moment_is_not_made_again(world: World) -> None:
    app = made(world, deleted_meeting="recreate")
    hidden = dict(world.sandbox.state.meetings)
    world.sandbox.state.meetings.clear()
    sync(app)
    world.sandbox.state.meetings.update(hidden)
    world.sandbox.clock.advance(timedelta(minutes=2))
    assert sync(app).converged
    assert len(world.meetings()) == 1
    world.sandbox.state.meetings.clear()
    sync(app)
    assert world.meetings() == [], "the time that it was missing before does not count"


def test_recreating_stops_after_three_times_and_happens_once_an_hour_at_most(world: World) -> None:
    app = made(world, deleted_meeting="recreate")
    for round_ in range(3):
        world.sandbox.state.meetings.clear()
        before = world.sandbox.clock.now()
        assert settled(world, app).converged
        assert len(world.meetings()) == 1
        waited = world.sandbox.clock.now() - before
        assert (waited >= timedelta(minutes=50)) == (round_ > 0)
    world.sandbox.state.meetings.clear()
    report = settled(world, app)
    assert report.needs_attention
    assert world.meetings() == []
    assert "after 3 new ones were made" in questions(app)["meeting:water"]
    assert "--anew" in questions(app)["meeting:water"]
    app.desk.publish("water", anew=True)
    assert sync(app).converged
    assert world.registrant_emails() == {"ada@example.org": 1, "bob@example.org": 1}


def test_a_shared_link_changes_with_the_new_meeting_and_everybody_is_told_once(world: World) -> None:
    app = made(world, deleted_meeting="recreate", join_links="shared")
    world.sandbox.state.meetings.clear()
    assert settled(world, app).converged
    assert world.mails()["ada@example.org", "update"] == 1
    assert world.mails()["bob@example.org", "update"] == 1


def test_a_meeting_given_up_for_a_new_one_is_taken_back_first(world: World) -> None:
    app = made(world)
    [old] = world.meetings()
    app.desk.publish("water", anew=True)
    report = sync(app)
    assert report.converged, report
    [new] = world.meetings()
    assert new.id != old.id
    assert world.registrant_emails() == {"ada@example.org": 1, "bob@example.org": 1}
    assert quiet(world, app)


# --- twins --------------------------------------------------------------------------------------------------------


def test_a_second_meeting_with_our_mark_is_put_before_a_person_and_never_deleted(world: World) -> None:
    app = made(world)
    [meeting] = world.meetings()
    twin = world.sandbox.state.meetings["twin"] = type(meeting)(
        **{**vars(meeting), "id": "twin", "number": "27771234567", "registrants": {}, "by_email": {}}
    )
    report = sync(app)
    assert report.needs_attention
    [words] = questions(app).values()
    assert "two meetings in Webex carry the mark" in words
    assert twin.number in words
    assert quiet(world, app)
    assert len(world.meetings()) == 2
    del world.sandbox.state.meetings["twin"]
    assert sync(app).converged
    assert questions(app) == {}


def test_a_lost_creation_that_shows_up_late_beside_a_second_one_is_told(tmp_path: Path) -> None:
    """The list lags longer than we wait: the one case in which a second meeting is made. It must be seen."""
    with World(tmp_path, outside(list_lag_seconds=300)) as world:
        app = world.app()
        publish(app, online("ada"))
        world.sandbox.faults.add(Fault("POST", "/v1/meetings", drop="after"))
        sync(app)
        world.sandbox.clock.advance(timedelta(seconds=40))
        sync(app)
        assert len(world.meetings()) == 2
        world.sandbox.clock.advance(timedelta(seconds=400))
        assert sync(app).needs_attention
        assert [words for words in questions(app).values() if "two meetings" in words]


# --- moved --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("drops", [True, False])
@pytest.mark.parametrize("changes", [True, False])
@pytest.mark.parametrize("join_links", ["redirect", "shared"])
def test_a_moved_event_keeps_everybody_whatever_webex_does_to_registrants_and_links(
    tmp_path: Path, drops: bool, changes: bool, join_links: str
) -> None:
    options = outside(reschedule_drops_registrants=drops, reschedule_changes_links=changes)
    with World(tmp_path, options) as world:
        app = made(world, join_links=join_links)
        app.desk.reschedule("water", local_time(wall("2027-06-09 11:00")))
        assert sync(app).converged
        [meeting] = world.meetings()
        with app.store.read() as tx:
            record = tx.meetings.get("water")
        assert record is not None
        assert record.web_link is not None
        assert record.web_link.endswith(meeting.web_link_id)
        assert record.password == meeting.password
        assert world.registrant_emails() == {"ada@example.org": 1, "bob@example.org": 1}
        assert world.mails()["ada@example.org", "update"] == 1, "time and link in one message"
        assert quiet(world, app)


def test_a_link_changed_by_hand_makes_one_update_where_the_link_is_in_the_mail(world: World) -> None:
    app = made(world, join_links="shared")
    [meeting] = world.meetings()
    meeting.web_link_id = "f" * 32
    assert sync(app).converged
    assert world.mails()["ada@example.org", "update"] == 1
    assert quiet(world, app)
