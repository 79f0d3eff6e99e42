"""Whoever speaks at an event or runs it asks to be erased, or their time is over: record, roles, Webex, stays, proof."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hybrid_sync.domain.events import EventWarning, Speaker
from hybrid_sync.errors import InputError
from hybrid_sync.sandbox import Fault
from hybrid_sync.wiring import App
from tests.builders import an_event, utc
from tests.sync.privacy_kit import places
from tests.world import World, news, online, outside, publish, sync, until_calm

ANA = "ana@example.org"
EVA = "eva@example.org"
SPEAKERS = (Speaker("Ana Lima", "keynote", "Lima Institute", ANA), Speaker("Ida Ek"))
MODERATORS = (Speaker("Eva Moss", email="Eva@Example.org"),)
NAMED: dict[str, Any] = {
    "speakers": SPEAKERS,
    "moderators": MODERATORS,
    "description": "ANA LIMA opens, then Ida Ek. Anabel Limanova is somebody else.",
    "organisers": ("Unit C2", "Ana Lima"),
    "warnings": (EventWarning("no_title", f"ask Ana Lima <{ANA}>"),),
}
MAILS = frozenset({"messages"})
"""What the others were sent tells the description as it stood then, until their own days are over."""
PEOPLE_GO = utc("2027-12-07 10:30")


@pytest.fixture
def world(tmp_path: Path) -> Any:
    with World(tmp_path, outside(series_kept_days=900)) as world:
        yield world


def published(world: World, **sections: dict[str, Any]) -> App:
    app = world.app(world.settings(**sections))
    publish(app, online("bob"), **NAMED)
    assert sync(app).converged
    return app


def over(world: World, app: App) -> None:
    """Ana spoke, Bob listened; attendance was pulled."""
    [meeting] = world.meetings()
    run = world.sandbox.start_meeting(meeting.id, utc("2027-06-09 07:55"))
    for email, name in ((ANA, "Ana Lima"), ("bob@example.org", "Bob Example")):
        world.sandbox.join(run, utc("2027-06-09 08:00"), email=email, name=name)
    world.sandbox.end_meeting(run, utc("2027-06-09 09:30"))
    world.sandbox.clock.set(utc("2027-06-09 10:00"))
    sync(app)


def roles(world: World) -> list[str]:
    return sorted(one.email for meeting in world.meetings() for one in meeting.invitees.values())


def proof(app: App) -> str:
    with app.store.read() as tx:
        return [line.detail for line in tx.audit.of("water") if line.what == "privacy.purge"][-1]


def test_a_speaker_of_a_past_event_leaves_record_and_roles_and_webex_and_the_others_stay(
    world: World,
) -> None:
    app = published(world)
    over(world, app)
    assert roles(world) == [ANA, EVA]
    before = app.attendance_book.of("water")
    mails = len(world.sandbox.inbox)
    asked = app.privacy.erase(ANA)
    assert (asked.events, asked.coming, asked.speaks_at) == (("water",), (), ())
    assert until_calm(world, app).converged
    assert places(app, ANA, "Ana Lima", "Lima Institute", besides=MAILS) == []
    assert roles(world) == [EVA]
    with app.store.read() as tx:
        event = tx.events.get("water")
    assert (event.speakers, event.moderators) == ((Speaker("Ida Ek"),), MODERATORS)
    assert event.description == "(erased) opens, then Ida Ek. Anabel Limanova is somebody else."
    assert event.organisers == ("Unit C2",)
    assert event.warnings == (EventWarning("no_title", "ask (erased) <(erased)>"),)
    assert event.starts == an_event().starts
    assert proof(app) == "1 attendance, 1 roles, 4 parts of the record"
    assert len(world.sandbox.inbox) == mails
    assert not world.sandbox.state.webex_mails
    after = app.attendance_book.of("water")
    assert [row.name for row in after.present] == [row.name for row in before.present] == ["Bob Example"]
    assert len(after.unmatched) == len(before.unmatched) == 0


def test_a_later_pull_does_not_make_a_participant_of_the_speaker_who_was_erased(world: World) -> None:
    app = published(world)
    over(world, app)
    app.privacy.erase(ANA)
    until_calm(world, app)
    world.sandbox.clock.set(utc("2027-06-10 10:00"))
    sync(app)
    with app.store.read() as tx:
        assert len(tx.attendance.pulls("water")) > 1
    assert places(app, ANA, "Ana Lima", besides=MAILS) == []
    after = app.attendance_book.of("water")
    assert [row.name for row in after.present] == ["Bob Example"]
    assert after.unmatched == ()


def test_a_second_pass_writes_nothing_and_the_export_is_empty(world: World) -> None:
    app = published(world)
    over(world, app)
    _, held, _ = app.privacy.export(ANA)
    assert [row["email_key"] for row in held["staff_roles"]] == [ANA]
    told = {(row["as"], row.get("name")) for row in held["named_in_event_records"]}
    assert told == {("speakers", "Ana Lima")}
    app.privacy.erase(ANA)
    until_calm(world, app)
    writes = len(world.sandbox.writes())
    assert sync(app).converged
    assert len(world.sandbox.writes()) == writes
    _, held, erased = app.privacy.export(ANA)
    assert (erased, {name for name, rows in held.items() if rows}) == (True, set())


def test_a_published_programme_does_not_silently_lose_a_speaker_and_says_how_it_may(world: World) -> None:
    app = published(world)
    asked = app.privacy.erase(ANA)
    assert (asked.coming, asked.speaks_at) == (("water",), ("water",))
    report = sync(app)
    assert report.needs_attention
    [outcome] = [one for one in news(report) if one.kind == "privacy.purge"]
    assert "'Clean water for all'" in outcome.detail
    assert "event edit water --remove-speaker ADDRESS" in outcome.detail
    assert ANA not in outcome.detail
    assert roles(world) == [ANA, EVA]
    # No time makes good for it.
    world.sandbox.clock.advance(timedelta(days=25))
    assert sync(app).needs_attention
    with app.store.read() as tx:
        assert tx.events.get("water").speakers == SPEAKERS
        assert [one.key for one in tx.attentions.unsettled("water")] == [f"privacy:{outcome.target}"]
    app.desk.edit("water", speakers=SPEAKERS[1:], organisers=("Unit C2",), description="", warnings=())
    assert until_calm(world, app).converged
    assert roles(world) == [EVA]
    assert places(app, ANA, "Ana Lima", besides=MAILS) == []
    with app.store.read() as tx:
        assert tx.attentions.unsettled("water") == []
        assert tx.intents.pending() == []


def test_force_takes_a_speaker_out_of_an_event_to_come_and_everything_outside_follows(world: World) -> None:
    app = published(world, graph={"speakers": True})
    [entry] = world.calendar_entries()
    assert ANA in [one["emailAddress"]["address"] for one in entry.data["attendees"]]
    asked = app.privacy.erase(ANA, force=True)
    assert asked.speaks_at == ()
    until_calm(world, app)
    app.converge.all_due()
    assert until_calm(world, app).converged
    assert roles(world) == [EVA]
    [entry] = world.calendar_entries()
    assert ANA not in [one["emailAddress"]["address"] for one in entry.data["attendees"]]
    assert "Ana Lima" not in str(entry.data["body"])
    assert places(app, ANA, "Ana Lima", besides=MAILS) == []
    with app.store.read() as tx:
        assert [line.what for line in tx.audit.of("water")].count("event.edit") == 1
    writes = len(world.sandbox.writes())
    assert sync(app).converged
    assert len(world.sandbox.writes()) == writes


def test_a_cancelled_event_needs_no_speaker_to_be_taken_out(world: World) -> None:
    app = published(world)
    app.desk.cancel("water")
    sync(app)
    assert app.privacy.erase(ANA).speaks_at == ()
    assert until_calm(world, app).converged
    assert places(app, ANA, "Ana Lima", besides=MAILS) == []


def test_a_co_host_whom_the_settings_name_is_asked_about_and_goes_when_it_is_over(world: World) -> None:
    app = published(world, webex={"cohosts": ["carl@example.org"]})
    assert roles(world) == [ANA, "carl@example.org", EVA]
    app.privacy.erase("carl@example.org")
    report = sync(app)
    [outcome] = [one for one in news(report) if one.kind == "privacy.purge"]
    assert (outcome.result, "[webex] cohosts" in outcome.detail) == ("attention", True)
    over(world, app)
    assert until_calm(world, app).converged
    assert places(app, "carl@example.org") == []
    assert roles(world) == [ANA, EVA]


def test_a_webex_that_refuses_asks_a_person_and_nothing_is_erased_here(world: World) -> None:
    app = published(world)
    over(world, app)
    world.sandbox.faults.add(Fault("DELETE", "/v1/meetingInvitees/*", status=403, times=None))
    app.privacy.erase(ANA)
    assert sync(app).needs_attention
    with app.store.read() as tx:
        assert tx.events.get("water").speakers == SPEAKERS
    app.privacy.erase(ANA, force=True)
    sync(app)
    assert "Webex still has them" in proof(app)
    assert places(app, ANA, "Ana Lima", besides=MAILS) == []


def test_an_old_record_does_not_bring_the_address_back(world: World) -> None:
    app = published(world)
    over(world, app)
    app.privacy.erase(ANA)
    until_calm(world, app)
    with pytest.raises(
        InputError, match=r"speakers and moderators, email: the owner of ana@example\.org was erased"
    ):
        app.desk.import_event(an_event(**NAMED))
    without = {**NAMED, "speakers": (Speaker("Ana Lima"),), "warnings": ()}
    _, changed = app.desk.import_event(an_event(**without))
    assert changed


def test_addresses_of_speakers_go_with_the_people_and_the_published_names_stay(world: World) -> None:
    app = published(world)
    over(world, app)
    for day in ("2027-06-10 10:00", "2027-06-16 10:00"):
        world.sandbox.clock.set(utc(day))
        sync(app)
    before = app.attendance_book.of("water")
    world.sandbox.clock.set(PEOPLE_GO)
    assert app.retention.purge().events == ("water",)
    app.converge.all_due()
    assert places(app, ANA, EVA) == []
    assert roles(world) == []
    with app.store.read() as tx:
        event = tx.events.get("water")
    assert [one.name for one in (*event.speakers, *event.moderators)] == ["Ana Lima", "Ida Ek", "Eva Moss"]
    after = app.attendance_book.of("water")
    assert (len(after.present), after.unmatched) == (len(before.present), before.unmatched) == (1, ())
    # Nothing is due again, whatever else is let go of.
    world.sandbox.clock.set(PEOPLE_GO + timedelta(days=1))
    assert app.retention.purge().events == ()


def test_names_in_the_programme_go_when_their_own_days_are_over_and_not_before_the_people(
    world: World,
) -> None:
    app = published(world, retention={"speaker_days": 10})
    over(world, app)
    world.sandbox.clock.set(utc("2027-07-01 10:00"))
    assert app.retention.purge().programmes == ()
    world.sandbox.clock.set(PEOPLE_GO)
    app.retention.purge()
    app.converge.all_due()
    world.sandbox.clock.advance(timedelta(days=1))
    assert app.retention.purge().programmes == ()  # it is noted now that the people are gone
    world.sandbox.clock.advance(timedelta(days=1))
    assert app.retention.purge(dry_run=True).programmes == app.retention.purge().programmes == ("water",)
    with app.store.read() as tx:
        event = tx.events.get("water")
    assert (event.speakers, event.moderators, event.organisers) == ((), (), ("Unit C2",))
    assert "Ana" in event.description  # Anabel
    assert places(app, "Ana Lima", "Ida Ek", "Eva Moss", "Lima Institute", besides=MAILS) == []
    world.sandbox.clock.advance(timedelta(days=1))
    assert app.retention.purge().programmes == ()


@pytest.mark.parametrize(
    ("registration", "past"),
    [(False, False), (False, True), (True, True)],
    ids=["coming", "past", "registered"],
)
def test_in_a_webinar_what_webex_can_end_ends_and_what_it_cannot_is_said(
    world: World, registration: bool, past: bool
) -> None:
    app = published(world, webex={"kind": "webinar", "webinar_registration": registration})
    [meeting] = world.meetings()
    assert [one.email for one in meeting.invitees.values() if one.panelist] == [ANA, EVA]
    app.desk.register("water", [online("ada")])
    sync(app)
    with app.store.read() as tx:
        links = [one.link for one in tx.sources.of("water").values()]
    assert len([link for link in links if link]) == (0 if registration else 2)
    if past:
        over(world, app)
    app.privacy.erase("ada@example.org")
    assert until_calm(world, app).converged
    assert ("ada@example.org" in world.registrant_emails()) is False
    left = "; 1 own links into the webinar stay in Webex, which has no call that ends one"
    assert proof(app).endswith(left) is not registration
    # What was said is true.
    [meeting] = world.meetings()
    assert [one.email for one in meeting.sources.values()].count("ada@example.org") == (
        0 if registration else 1
    )
    assert places(app, "ada@example.org") == []
    if past:
        app.privacy.erase(ANA)
        assert until_calm(world, app).converged
        assert roles(world) == [EVA]
        assert places(app, ANA, "Ana Lima", besides=MAILS) == []
