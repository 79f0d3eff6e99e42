"""Bad input and refusals about the meeting itself: what the organiser reads, and that other events go on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hybrid_sync.domain.localtime import local_time
from hybrid_sync.errors import InputError
from hybrid_sync.sandbox import Fault
from hybrid_sync.wiring import App
from tests.builders import an_event, utc, wall
from tests.world import World, news, online, outside, publish, sync

MEETINGS = "/v1/meetings"


def questions(app: App, event_id: str = "water") -> dict[str, str]:
    with app.store.read() as tx:
        return {item.key: item.message for item in tx.attentions.unsettled(event_id)}


def creations(world: World) -> int:
    return len([call for call in world.sandbox.writes() if (call.method, call.path) == ("POST", MEETINGS)])


def changes(world: World) -> list[str]:
    calls = [(call.method, call.path) for call in world.sandbox.writes()]
    return [path for method, path in calls if method == "PATCH" and path.startswith(MEETINGS)]


def another(app: App) -> None:
    app.desk.import_event(replace(an_event(title="Another"), id="other"))
    app.desk.publish("other")


# --- refused before anything is sent --------------------------------------------------------------------------------


def test_an_event_ten_years_ahead_is_refused_before_anything_is_sent(world: World) -> None:
    app = world.app()
    publish(app, online("ada"), starts="2038-06-09 10:00", ends="2038-06-09 11:00")
    assert sync(app).needs_attention
    assert "nothing was sent to Webex" in questions(app)["meeting:water"]
    assert "ten years" in questions(app)["meeting:water"]
    assert creations(world) == 0


@pytest.mark.parametrize("ends", ["2027-06-09 10:05", "2027-06-10 10:00"])
def test_an_event_too_short_or_too_long_cannot_be_published(world: World, ends: str) -> None:
    app = world.app()
    with pytest.raises(InputError, match="10 minutes to 23 h 59 min"):
        publish(app, starts="2027-06-09 10:00", ends=ends)
    assert world.sandbox.calls == []


def test_a_long_title_and_agenda_are_cut_for_webex_and_kept_whole_here(world: World) -> None:
    app = world.app()
    publish(app, title="Water " * 40, description="How it works. " * 300)
    assert sync(app).converged
    [meeting] = world.meetings()
    assert len(meeting.fields["title"]) <= 128
    assert len(meeting.fields["agenda"]) <= 1300
    with app.store.read() as tx:
        event = tx.events.get("water")
    assert (event.title, event.description) == ("Water " * 40, "How it works. " * 300)
    assert news(sync(app)) == []


# --- refused by Webex -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "webex", "words"),
    [
        ({}, {"site_url": "wrong.webex.com"}, "wrong"),
        ({"unlicensed": ("host@hybrid.example",)}, {}, "licenses"),
        ({}, {"host_email": "somebody@else.example"}, "hostEmail"),
    ],
    ids=["wrong site", "host without licence", "host of somebody else's site"],
)
def test_a_meeting_that_webex_will_not_make_is_told_with_the_way_out_and_asked_for_once(
    tmp_path: Path, options: dict[str, Any], webex: dict[str, Any], words: str
) -> None:
    with World(tmp_path, outside(**options)) as world:
        app = world.app(world.settings(webex=webex))
        publish(app, online("ada"))
        report = sync(app)
        assert not report.converged
        told = " ".join(outcome.detail for outcome in report.outcomes)
        assert words in told
        posts = creations(world)
        assert posts <= 1
        sync(app)
        assert creations(world) == posts
        assert len(world.calendar_entries()) == 1
        app.close()
        good = world.app(world.settings())
        if not options:
            assert sync(good, force=True).converged
            assert len(world.meetings()) == 1


@pytest.mark.parametrize("status", [403, 400])
def test_a_used_up_quota_is_told_waits_a_day_and_leaves_other_events_alone(
    tmp_path: Path, status: int
) -> None:
    with World(tmp_path, outside(meetings_per_day=1, quota_status=status)) as world:
        app = world.app()
        another(app)
        assert app.converge.event("other").converged
        publish(app, online("ada"))
        report = sync(app)
        words = questions(app)["meeting:water"]
        assert "tried again by itself in 24 hours" in words
        assert "--force" in words
        assert [outcome.result for outcome in report.outcomes if outcome.kind == "meeting.create"] == [
            "later"
        ]
        assert creations(world) == 2
        app.desk.edit("other", title="Retitled")
        assert app.converge.event("other").converged, "another event's meeting can still be changed"
        world.sandbox.clock.advance(timedelta(hours=23))
        sync(app)
        assert creations(world) == 2
        assert questions(app), "the question stays while it waits"
        world.sandbox.clock.advance(timedelta(hours=1, minutes=1))
        assert sync(app).converged
        assert questions(app) == {}
        assert world.registrant_emails() == {"ada@example.org": 1}


def test_a_locked_meeting_is_for_later_when_webex_says_when(world: World) -> None:
    app = world.app()
    publish(app, online("ada"))
    another(app)
    world.sandbox.faults.add(Fault("POST", MEETINGS, status=423, retry_after=120))
    reports = sorted(app.converge.all_due(), key=lambda report: report.converged)
    first, second = reports
    assert [outcome.result for outcome in first.outcomes if outcome.kind == "meeting.create"] == ["later"]
    assert second.converged
    world.sandbox.clock.advance(timedelta(seconds=150))
    assert app.converge.event(first.event_id).converged
    assert len(world.meetings()) == 2


def test_a_locked_meeting_without_a_time_is_put_before_a_person(world: World) -> None:
    app = world.app()
    publish(app, online("ada"))
    world.sandbox.faults.add(Fault("POST", MEETINGS, status=423))
    assert sync(app).needs_attention
    assert "423" in questions(app)["meeting:water"]
    assert sync(app, force=True).converged
    assert len(world.meetings()) == 1


def test_a_change_that_webex_refuses_is_told_and_not_sent_again_until_something_is_another(
    tmp_path: Path,
) -> None:
    refusal = "Meetings made through a calendar connector cannot be updated."
    with World(tmp_path, outside(update_refused=refusal)) as world:
        app = world.app()
        publish(app, online("ada"))
        assert sync(app).converged
        app.desk.edit("water", title="Retitled")
        assert sync(app).needs_attention
        assert len(changes(world)) == 1
        for _ in range(3):
            assert sync(app).needs_attention
        assert len(changes(world)) == 1
        assert "calendar connector" in questions(app)["meeting:water"]
        sync(app, force=True)
        assert len(changes(world)) == 2
        app.desk.edit("water", title="Retitled again")
        sync(app)
        assert len(changes(world)) == 3


# --- what a site ignores --------------------------------------------------------------------------------------------


def test_what_a_converged_site_ignores_is_sent_once_and_is_no_drift(tmp_path: Path) -> None:
    ignored = ("enabledChat", "unlockedMeetingJoinSecurity", "enabledAutoRecordMeeting")
    with World(tmp_path, outside(converged_site=True, converged_also_ignores=ignored)) as world:
        app = world.app(world.settings(webex={"chat": False, "recording": True, "lobby": "blockFromJoin"}))
        publish(app, online("ada"))
        report = sync(app)
        assert report.converged
        [meeting] = world.meetings()
        assert meeting.fields["meetingOptions"]["enabledChat"] is True
        assert changes(world) == []
        assert news(sync(app)) == []
        app.desk.edit("water", title="Retitled")
        assert sync(app).converged
        assert meeting.fields["title"] == "Retitled"
        assert len(changes(world)) == 1
        assert news(sync(app)) == []


# --- while it runs ----------------------------------------------------------------------------------------------------


def running(world: World, **webex: Any) -> tuple[App, Any]:
    app = world.app(world.settings(webex=webex))
    publish(app, online("ada"))
    sync(app)
    [meeting] = world.meetings()
    world.sandbox.clock.set(utc("2027-06-09 08:05"))
    return app, meeting


def test_a_change_of_the_title_waits_while_the_meeting_runs_and_goes_out_after_it(world: World) -> None:
    app, meeting = running(world)
    run = world.sandbox.start_meeting(meeting.id)
    app.desk.edit("water", title="Retitled")
    report = sync(app)
    assert [outcome.result for outcome in report.outcomes if outcome.kind == "meeting.update"] == ["held"]
    assert report.next_due is not None
    assert changes(world) == []
    world.sandbox.clock.set(utc("2027-06-09 08:30"))
    world.sandbox.end_meeting(run)
    world.sandbox.clock.advance(timedelta(minutes=1))
    assert sync(app).converged
    assert meeting.fields["title"] == "Retitled"


def test_a_meeting_that_began_between_look_and_call_is_changed_later_and_not_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, meeting = running(world)
    app.desk.edit("water", title="Retitled")
    runs = []

    def begin(phase: str, method: str, route: str) -> None:
        if (phase, method) == ("before", "PATCH") and not runs:
            runs.append(world.sandbox.start_meeting(meeting.id))

    watched = world.app(observe=begin)
    report = sync(watched)
    [outcome] = [outcome for outcome in report.outcomes if outcome.kind == "meeting.update"]
    assert outcome.result == "later"
    assert "while it runs" in outcome.detail
    assert questions(app) == {}
    world.sandbox.clock.set(utc("2027-06-09 08:20"))
    world.sandbox.end_meeting(runs[0])
    world.sandbox.clock.advance(timedelta(seconds=1))
    assert sync(watched).converged
    assert meeting.fields["title"] == "Retitled"


@pytest.mark.parametrize("allowed", [True, False])
def test_a_title_changed_after_the_start_is_sent_alone_and_asked_about_where_webex_refuses(
    tmp_path: Path, allowed: bool
) -> None:
    with World(tmp_path, outside(patch_after_start=allowed)) as world:
        app, meeting = running(world)
        app.desk.edit("water", title="Retitled")
        report = sync(app)
        assert report.converged is allowed
        assert (meeting.fields["title"] == "Retitled") is allowed
        sync(app)
        assert len(changes(world)) == 1


def test_a_running_meeting_that_is_called_off_by_force_goes_when_it_is_over(world: World) -> None:
    app, meeting = running(world)
    run = world.sandbox.start_meeting(meeting.id)
    app.desk.cancel("water")
    assert sync(app).needs_attention
    report = sync(app, force=True)
    assert [outcome.result for outcome in report.outcomes if outcome.kind == "meeting.cancel"] == ["later"]
    world.sandbox.clock.set(utc("2027-06-09 08:15"))
    world.sandbox.end_meeting(run)
    world.sandbox.clock.advance(timedelta(minutes=1))
    sync(app, force=True)
    assert world.meetings() == []


# --- settings that would wipe registrations --------------------------------------------------------------------------


def test_an_organisers_edits_never_end_registration(world: World) -> None:
    app = world.app()
    publish(app, online("ada"))
    sync(app)
    [meeting] = world.meetings()
    ids = set(meeting.registrants)
    app.desk.edit("water", title="T", description="", languages=("en", "fr"), venue="Elsewhere")
    app.desk.reschedule("water", local_time(wall("2027-06-09 11:00")))
    assert sync(app).converged
    assert set(meeting.registrants) == ids
    assert meeting.registration is not None
