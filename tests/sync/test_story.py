"""The life of one event, over real sockets."""

from __future__ import annotations

from hybrid_sync.domain.localtime import local_time
from hybrid_sync.domain.people import Mode, RegistrantStatus
from tests.builders import utc, wall
from tests.world import World, news, online, publish, sync


def test_a_published_event_becomes_one_meeting_one_entry_and_one_invitation_each(world: World) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    report = sync(app)
    assert report.converged, report
    assert [meeting.start for meeting in world.meetings()] == [utc("2027-06-09 08:00")]
    assert world.registrant_emails() == {"ada@example.org": 1, "bob@example.org": 1}
    assert len(world.calendar_entries()) == 1
    assert world.mails() == {("ada@example.org", "invitation"): 1, ("bob@example.org", "invitation"): 1}


def test_a_second_sync_makes_no_writing_call(world: World) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    sync(app)
    before = (len(world.sandbox.writes()), len(world.sandbox.inbox))
    report = sync(app)
    assert report.converged
    assert news(report) == []
    assert (len(world.sandbox.writes()), len(world.sandbox.inbox)) == before
    assert app.loop.plan("water").actions == ()


def test_neither_webex_nor_graph_mails_a_registrant(world: World) -> None:
    app = world.app()
    publish(app, online("ada"))
    sync(app)
    app.desk.reschedule("water", local_time(wall("2027-06-09 11:00")))
    sync(app)
    app.desk.cancel("water")
    sync(app)
    assert world.sandbox.state.webex_mails == []
    assert all("ada@example.org" not in str(mail) for mail in world.sandbox.state.graph_mails)


def test_a_moved_event_moves_everything_and_keeps_everybody(world: World) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    sync(app)
    app.desk.reschedule("water", local_time(wall("2027-06-09 11:00")))
    report = sync(app)
    assert report.converged
    [meeting] = world.meetings()
    [entry] = world.calendar_entries()
    assert (meeting.start, meeting.end) == (utc("2027-06-09 09:00"), utc("2027-06-09 10:30"))
    assert entry.start == utc("2027-06-09 09:00")
    assert world.registrant_emails() == {"ada@example.org": 1, "bob@example.org": 1}
    assert world.mails()["ada@example.org", "update"] == 1


def test_who_withdraws_leaves_the_meeting_and_the_calendar(world: World) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    sync(app)
    app.desk.set_status("water", "ada@example.org", RegistrantStatus.WITHDRAWN)
    assert sync(app).converged
    assert world.registrant_emails() == {"bob@example.org": 1}
    assert world.mails()["ada@example.org", "cancellation"] == 1
    assert world.mails()["bob@example.org", "cancellation"] == 0


def test_who_switches_to_the_room_and_back_is_in_the_meeting_once(world: World) -> None:
    app = world.app()
    publish(app, online("ada"))
    sync(app)
    app.desk.switch("water", "ada@example.org", Mode.ROOM)
    assert sync(app).converged
    assert world.registrant_emails() == {}
    app.desk.switch("water", "ada@example.org", Mode.ONLINE)
    assert sync(app).converged
    assert world.registrant_emails() == {"ada@example.org": 1}
    assert world.mails()["ada@example.org", "update"] == 2


def test_a_cancelled_event_is_taken_back_everywhere(world: World) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    sync(app)
    app.desk.cancel("water")
    assert sync(app).converged
    assert world.meetings() == []
    assert world.calendar_entries() == []
    assert world.mails()["ada@example.org", "cancellation"] == 1
    assert news(sync(app)) == []


def test_an_event_published_again_gets_a_new_meeting_and_new_entries(world: World) -> None:
    app = world.app()
    publish(app, online("ada"))
    sync(app)
    app.desk.cancel("water")
    sync(app)
    app.desk.publish("water")
    assert sync(app).converged
    assert len(world.meetings()) == 1
    assert len(world.calendar_entries()) == 1
    assert world.registrant_emails() == {"ada@example.org": 1}
    assert world.mails()["ada@example.org", "invitation"] == 2


def test_a_draft_is_pushed_nowhere(world: World) -> None:
    app = world.app()
    publish(app, online("ada"))
    app.desk.cancel("water")
    assert news(sync(app)) == []
    assert world.sandbox.calls == []


def test_the_plan_says_what_will_happen_and_changes_nothing(world: World) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    plan = app.loop.plan("water")
    assert [change.kind for change in plan.actions] == ["meeting.create", "calendar.create"]
    assert "after the meeting is made: 2 to add" in [change.reason for change in plan.changes]
    assert world.sandbox.writes() == []
    assert world.sandbox.inbox == []


def test_a_change_made_by_hand_in_webex_is_put_right(world: World) -> None:
    app = world.app()
    publish(app, online("ada"))
    sync(app)
    [meeting] = world.meetings()
    meeting.fields["title"] = "Something else"
    meeting.registrants.clear()
    meeting.by_email.clear()
    report = sync(app)
    assert report.converged
    assert meeting.fields["title"] == "Clean water for all"
    assert world.registrant_emails() == {"ada@example.org": 1}
    assert len(world.sandbox.inbox) == 1


def test_a_meeting_deleted_by_hand_is_put_before_a_person_who_may_have_it_made_anew(world: World) -> None:
    app = world.app()
    publish(app, online("ada"))
    sync(app)
    world.sandbox.state.meetings.clear()
    report = sync(app)
    assert report.needs_attention
    assert "--anew" in report.outcomes[0].detail
    with app.store.read() as tx:
        assert [item.key for item in tx.attentions.unsettled("water")] == ["meeting:water"]
    app.desk.publish("water", anew=True)
    assert sync(app).converged
    assert len(world.meetings()) == 1
    assert world.registrant_emails() == {"ada@example.org": 1}
    with app.store.read() as tx:
        assert tx.attentions.unsettled("water") == []


def test_a_staff_entry_deleted_by_hand_is_made_again(world: World) -> None:
    app = world.app()
    publish(app)
    sync(app)
    world.sandbox.state.events.clear()
    assert sync(app).converged
    assert len(world.calendar_entries()) == 1
    assert news(sync(app)) == []
