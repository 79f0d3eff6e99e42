"""Webinars: panelists, registration on, and off with a permanent link and exact attribution for everybody."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hybrid_sync.domain.events import Speaker
from hybrid_sync.domain.localtime import local_time
from hybrid_sync.domain.people import RegistrantStatus
from hybrid_sync.sandbox import Fault
from hybrid_sync.wiring import App
from tests.builders import utc, wall
from tests.world import World, online, outside, person, publish, sync

SOURCES = "/v1/meetings/*/invitationSources"
SPEAKERS = (Speaker("Ana Ruiz", email="ana@example.org"), Speaker("Bo without an address"))


def webinar(world: World, *, registration: bool = True, **webex: Any) -> App:
    keys = {"kind": "webinar", "webinar_registration": registration, **webex}
    return world.app(world.settings(webex=keys))


def questions(app: App) -> dict[str, str]:
    with app.store.read() as tx:
        return {item.key: item.message for item in tx.attentions.unsettled("water")}


def panelists(meeting: Any) -> Counter[str]:
    return Counter(one.email for one in meeting.invitees.values() if one.panelist)


def assert_quiet(world: World, app: App) -> None:
    before = (len(world.sandbox.writes()), len(world.sandbox.inbox))
    assert sync(app).converged
    assert (len(world.sandbox.writes()), len(world.sandbox.inbox)) == before


@pytest.mark.parametrize("needs_type", [True, False])
def test_a_webinar_with_registration_has_its_panelists_and_registrants(
    tmp_path: Path, needs_type: bool
) -> None:
    with World(tmp_path, outside(webinar_needs_session_type=needs_type)) as world:
        app = webinar(world, cohosts=["desk@example.org"])
        publish(app, online("ada"), online("bob"), speakers=SPEAKERS)
        report = sync(app)
        assert report.converged, report
        [meeting] = world.meetings()
        assert meeting.webinar
        assert meeting.registration is not None
        assert panelists(meeting) == {"ana@example.org": 1, "desk@example.org": 1}
        assert [one.email for one in meeting.invitees.values() if one.co_host] == ["desk@example.org"]
        assert world.registrant_emails() == {"ada@example.org": 1, "bob@example.org": 1}
        assert world.mails()["ada@example.org", "invitation"] == 1
        assert world.sandbox.state.webex_mails == []
        assert_quiet(world, app)


@pytest.mark.parametrize("twice", ["refuse", "return"])
@pytest.mark.parametrize("per_call", [100, 1])
def test_without_registration_everybody_has_one_link_of_their_own(
    tmp_path: Path, twice: Any, per_call: int
) -> None:
    with World(tmp_path, outside(source_twice=twice, sources_per_call=per_call)) as world:
        app = webinar(world, registration=False)
        publish(app, online("ada"), online("bob"), speakers=SPEAKERS)
        report = sync(app)
        assert report.converged, report
        [meeting] = world.meetings()
        assert meeting.registration is None
        assert Counter(one.email for one in meeting.sources.values()) == {
            "ada@example.org": 1,
            "bob@example.org": 1,
        }
        assert not any("ada" in source for source in meeting.sources)
        assert world.mails()["ada@example.org", "invitation"] == 1
        assert world.registrant_emails() == {}
        assert_quiet(world, app)


@pytest.mark.parametrize("drop", ["before", "after"])
def test_a_lost_answer_makes_no_second_link(world: World, drop: Any) -> None:
    app = webinar(world, registration=False)
    publish(app, online("ada"))
    world.sandbox.faults.add(Fault("POST", SOURCES, drop=drop))
    assert not sync(app).converged
    world.sandbox.clock.advance(timedelta(seconds=61))
    assert sync(app).converged
    [meeting] = world.meetings()
    assert len(meeting.sources) == 1
    assert world.mails() == {("ada@example.org", "invitation"): 1}


def test_the_join_page_leads_to_the_persons_own_link_and_the_stay_is_theirs(world: World) -> None:
    app = webinar(world, registration=False)
    publish(app, online("ada"), online("bob"))
    sync(app)
    [meeting] = world.meetings()
    ada = person(app, "ada")
    world.sandbox.clock.set(utc("2027-06-09 07:55"))
    calls = len(world.sandbox.calls)
    door, entry = app.joining.enter(ada.id, ada.link_generation)
    assert entry is not None
    assert entry.url is not None
    assert len(world.sandbox.calls) == calls, "a permanent link needs no call"
    source = next(one for one in meeting.sources.values() if one.email == "ada@example.org")
    assert entry.url.endswith(source.token)
    assert source.token not in repr((door, entry))
    run = world.sandbox.start_meeting(meeting.id, utc("2027-06-09 08:00"))
    world.sandbox.join(
        run, utc("2027-06-09 08:05"), link=entry.url, email="private@elsewhere.example", name="A."
    )
    world.sandbox.end_meeting(run, utc("2027-06-09 09:30"))
    world.sandbox.clock.set(utc("2027-06-09 10:00"))
    assert sync(app).converged
    told = app.attendance_book.of("water")
    assert [(row.person.email if row.person else None, row.total) for row in told.present] == [
        ("ada@example.org", timedelta(minutes=85))
    ]
    assert told.unmatched == ()
    assert [one.email for one in told.no_shows] == ["bob@example.org"]


def test_who_withdraws_is_turned_away_by_our_page_though_the_link_lives_on(world: World) -> None:
    app = webinar(world, registration=False)
    publish(app, online("ada"), online("bob"))
    sync(app)
    app.desk.set_status("water", "ada@example.org", RegistrantStatus.WITHDRAWN)
    assert sync(app).converged
    assert world.mails()["ada@example.org", "cancellation"] == 1
    ada = person(app, "ada")
    world.sandbox.clock.set(utc("2027-06-09 08:00"))
    assert app.joining.enter(ada.id, ada.link_generation)[1] is None
    assert_quiet(world, app)


@pytest.mark.parametrize("changes", [True, False])
def test_a_moved_webinar_keeps_everybodys_link_or_takes_the_new_one(tmp_path: Path, changes: bool) -> None:
    with World(tmp_path, outside(reschedule_changes_links=changes)) as world:
        app = webinar(world, registration=False)
        publish(app, online("ada"))
        sync(app)
        app.desk.reschedule("water", local_time(wall("2027-06-09 11:00")))
        assert sync(app).converged
        [meeting] = world.meetings()
        [source] = meeting.sources.values()
        with app.store.read() as tx:
            [row] = tx.sources.of("water").values()
        assert row.link.endswith(source.token)
        assert_quiet(world, app)


def test_a_webinar_made_anew_gives_everybody_a_new_link(world: World) -> None:
    app = webinar(world, registration=False)
    publish(app, online("ada"), speakers=SPEAKERS)
    sync(app)
    app.desk.publish("water", anew=True)
    assert sync(app).converged
    [meeting] = world.meetings()
    [source] = meeting.sources.values()
    with app.store.read() as tx:
        [row] = tx.sources.of("water").values()
    assert (row.meeting_id, row.link.endswith(source.token)) == (meeting.id, True)
    assert panelists(meeting) == {"ana@example.org": 1}
    assert_quiet(world, app)


def test_panelists_follow_the_record_and_people_invited_by_hand_stay(world: World) -> None:
    app = webinar(world)
    publish(app, online("ada"), speakers=SPEAKERS)
    sync(app)
    [meeting] = world.meetings()
    by_hand = type(next(iter(meeting.invitees.values())))("hand", "hand@example.org", "Hand", panelist=True)
    meeting.invitees["hand"] = by_hand
    app.desk.edit("water", speakers=(Speaker("Cy", email="cy@example.org"),))
    assert sync(app).converged
    assert panelists(meeting) == {"cy@example.org": 1, "hand@example.org": 1}
    assert world.registrant_emails() == {"ada@example.org": 1}
    assert world.sandbox.state.webex_mails == []
    assert_quiet(world, app)


def test_a_panelist_removed_by_hand_is_invited_again_and_one_whose_role_was_taken_gets_it_back(
    world: World,
) -> None:
    app = webinar(world)
    publish(app, speakers=(*SPEAKERS, Speaker("Cy", email="cy@example.org")))
    sync(app)
    [meeting] = world.meetings()
    invitees = {one.email: one for one in meeting.invitees.values()}
    del meeting.invitees[invitees["ana@example.org"].id]
    invitees["cy@example.org"].panelist = False
    assert sync(app).converged
    assert panelists(meeting) == {"ana@example.org": 1, "cy@example.org": 1}


def test_a_panelist_whom_webex_refuses_is_asked_about_once_and_the_others_are_invited(world: World) -> None:
    app = webinar(world)
    publish(app, online("ada"), speakers=(*SPEAKERS, Speaker("Cy", email="cy@example.org")))
    world.sandbox.faults.add(Fault("POST", "/v1/meetingInvitees", status=400))
    assert sync(app).needs_attention
    [meeting] = world.meetings()
    assert panelists(meeting) == {"cy@example.org": 1}
    assert "400" in questions(app)["meeting:ana@example.org"]
    writes = len(world.sandbox.writes())
    assert sync(app).needs_attention
    assert len(world.sandbox.writes()) == writes
    assert sync(app, force=True).converged
    assert panelists(meeting) == {"ana@example.org": 1, "cy@example.org": 1}


def test_a_host_without_a_webinar_licence_is_told_and_no_creation_is_spent(tmp_path: Path) -> None:
    with World(tmp_path, outside(webinar_licence=False)) as world:
        app = webinar(world)
        publish(app, online("ada"))
        assert sync(app).needs_attention
        assert "licence for webinars" in questions(app)["meeting:water"]
        assert world.sandbox.state.asked_meetings == {}
        sync(app)
        assert world.sandbox.state.asked_meetings == {}


@pytest.mark.parametrize("registration", [True, False])
def test_the_kind_of_an_event_that_has_a_meeting_stays_until_it_is_made_anew(
    world: World, registration: bool
) -> None:
    app = world.app()
    publish(app, online("ada"))
    sync(app)
    app.close()
    changed = webinar(world, registration=registration)
    assert sync(changed).needs_attention
    assert "--anew" in questions(changed)["meeting:water:kind"]
    [meeting] = world.meetings()
    assert not meeting.webinar
    changed.desk.edit("water", title="Retitled")
    sync(changed)
    assert meeting.fields["title"] == "Retitled", "the meeting that there is is kept in step"
    changed.desk.publish("water", anew=True)
    report = sync(changed)
    assert report.converged, report
    [new] = world.meetings()
    assert new.webinar
    assert world.registrant_emails() == ({"ada@example.org": 1} if registration else {})
    assert len(new.sources) == (0 if registration else 1)
    assert_quiet(world, changed)


@pytest.mark.parametrize("acting", [True, False])
def test_the_join_page_of_a_webinar_with_registration_shows_link_and_password_where_webex_gives_no_link(
    tmp_path: Path, acting: bool
) -> None:
    """/meetings/join gives none early, and none on behalf of a host: without hostEmail an admin is a stranger."""
    kind = "admin" if acting else "user"
    with World(tmp_path, outside(token_kind=kind, host_email="host@hybrid.example")) as world:
        app = webinar(world, host_email="host2@hybrid.example" if acting else None)
        publish(app, online("ada"))
        assert sync(app).converged
        ada = person(app, "ada")
        world.sandbox.clock.set(utc("2027-06-09 07:50"))
        _, early = app.joining.enter(ada.id, ada.link_generation)
        assert early is not None
        assert (early.url, early.web_link is not None, early.password is not None) == (None, True, True)
        world.sandbox.clock.set(utc("2027-06-09 08:01"))
        _, entry = app.joining.enter(ada.id, ada.link_generation)
        assert entry is not None
        assert entry.url is not None, "the password of the meeting opens it for an admin too"


def test_interpretation_channels_go_between_the_first_language_and_the_others(world: World) -> None:
    app = webinar(world, interpretation=True)
    publish(app, languages=("fr", "en", "nl"))
    assert sync(app).converged
    [meeting] = world.meetings()
    told = meeting.fields["simultaneousInterpretation"]
    assert told["enabled"]
    assert [(one["languageCode1"], one["languageCode2"]) for one in told["interpreters"]] == [
        ("fr", "en"),
        ("fr", "nl"),
    ]
    assert meeting.fields["enabledBreakoutSessions"] is False
    assert_quiet(world, app)


def test_people_may_come_before_the_host_only_where_nobody_registers(world: World) -> None:
    app = webinar(world, registration=False, join_before_host=True)
    publish(app, online("ada"))
    assert sync(app).converged
    [meeting] = world.meetings()
    assert meeting.fields["enabledJoinBeforeHost"] is True
    assert_quiet(world, app)
