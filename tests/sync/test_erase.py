"""Somebody asks to be erased: outside first, then every row at once, and no list brings them back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hybrid_sync.domain.attendance import Segment
from hybrid_sync.domain.people import Mode, RegistrantStatus
from hybrid_sync.errors import InputError, SettingsError
from hybrid_sync.sandbox import Fault
from hybrid_sync.settings import Settings
from hybrid_sync.sync.organising import NewPerson
from hybrid_sync.wiring import App
from tests.builders import utc
from tests.sync.privacy_kit import places
from tests.world import World, news, online, person, publish, sync, until_calm

ADA = "ada@example.org"


def asked(app: App, **options: Any) -> Any:
    return app.privacy.erase(ADA, "asked by mail", **options)


@pytest.fixture
def world(tmp_path: Path) -> Any:
    with World(tmp_path) as world:
        yield world


def after_it(world: World, *names: str) -> App:
    """A process after an event to which these had been registered (see `over`)."""
    app = world.app()
    publish(app, *map(online, names))
    sync(app)
    over(world, app)
    return app


def webex_is_away(world: World) -> None:
    world.sandbox.faults.add(Fault("GET", "/v1/meetings/*/registrants*", status=503, times=None))


def over(world: World, app: App) -> None:
    """Ada was there on two devices, Bob on one; a guest came whom nobody knows. It is over, and attendance was pulled."""
    [meeting] = world.meetings()
    run = world.sandbox.start_meeting(meeting.id, utc("2027-06-09 07:55"))
    for email, name, joined, left in (
        (ADA, "Ada Example", "08:00", "09:00"),
        (ADA, "Ada's phone", "08:50", "09:20"),
        ("bob@example.org", "Bob Example", "08:00", "09:30"),
        ("guest@elsewhere.org", "A guest", "08:10", "08:40"),
    ):
        world.sandbox.join(
            run, utc(f"2027-06-09 {joined}"), email=email, name=name, until=utc(f"2027-06-09 {left}")
        )
    world.sandbox.end_meeting(run, utc("2027-06-09 09:30"))
    world.sandbox.clock.set(utc("2027-06-09 10:00"))
    sync(app)


def test_somebody_erased_before_the_event_is_told_once_and_then_nothing_names_them(world: World) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    sync(app)
    assert world.registrant_emails() == {ADA: 1, "bob@example.org": 1}
    found = asked(app)
    assert (found.events, found.coming, found.earlier) == (("water",), ("water",), False)
    [planned] = [one for one in app.loop.plan("water").changes if one.kind == "privacy.purge"]
    assert (planned.acts, planned.reason) == (False, "waits until the cancellation has gone out")
    report = sync(app)
    assert report.converged
    assert [one.result for one in news(report) if one.kind == "privacy.purge"] == ["done"]
    assert world.registrant_emails() == {"bob@example.org": 1}
    assert world.mails()[ADA, "cancellation"] == 1
    assert places(app, ADA, "Ada Ex", "Ada's") == []
    writes, mails = len(world.sandbox.writes()), len(world.sandbox.inbox)
    assert sync(app).converged
    assert (len(world.sandbox.writes()), len(world.sandbox.inbox)) == (writes, mails)
    with app.store.read() as tx:
        assert tx.intents.pending() == []


def test_the_proof_stands_in_the_audit_trail_without_the_address(world: World) -> None:
    app = world.app()
    publish(app, online("ada"))
    sync(app)
    found = asked(app)
    sync(app)
    with app.store.read() as tx:
        lines = [line for line in tx.audit.since() if line.what.startswith("privacy")]
    assert [(line.what, line.target.removeprefix("erasure ")[:12]) for line in lines] == [
        ("privacy.erase", found.mark[:12]),
        ("privacy.purge", found.mark[:12]),
    ]
    assert lines[0].detail == "1 events, 1 of them to come: asked by mail"
    assert "1 registrants" in lines[1].detail


def test_somebody_erased_after_the_event_leaves_the_figures_as_they_were(world: World) -> None:
    app = after_it(world, "ada", "bob")
    before = app.attendance_book.of("water")
    mails = len(world.sandbox.inbox)
    asked(app)
    assert until_calm(world, app).converged
    assert places(app, ADA, "Ada Ex", "Ada's") == []
    assert world.registrant_emails() == {"bob@example.org": 1}
    assert len(world.sandbox.inbox) == mails
    after = app.attendance_book.of("water")
    assert sorted(row.total for row in after.present) == sorted(row.total for row in before.present)
    assert (len(after.no_shows), len(after.unmatched)) == (len(before.no_shows), len(before.unmatched))
    assert sorted(row.name for row in after.present) == ["(erased)", "Bob Example"]


def test_a_later_pull_of_the_same_meeting_does_not_bring_the_name_back(world: World) -> None:
    app = after_it(world, "ada", "bob")
    asked(app)
    sync(app)
    with app.store.read() as tx:
        stays = len(tx.attendance.of("water"))
    world.sandbox.clock.set(utc("2027-06-10 10:00"))
    sync(app)
    with app.store.read() as tx:
        assert len(tx.attendance.pulls("water")) > 1
        assert len(tx.attendance.of("water")) == stays
    assert places(app, ADA, "Ada Ex", "Ada's") == []
    assert len(app.attendance_book.of("water").present) == 2


def test_a_past_meeting_that_webex_has_no_more_does_not_stop_it(world: World) -> None:
    app = after_it(world, "ada")
    world.sandbox.state.meetings.clear()
    asked(app)
    assert until_calm(world, app).converged
    assert places(app, ADA) == []


def test_while_webex_is_away_nothing_is_erased_and_force_does_not_wait(world: World) -> None:
    app = after_it(world, "ada")
    asked(app)
    webex_is_away(world)
    report = sync(app)
    assert not report.converged
    assert person(app, "ada").first_name == "Ada"
    asked(app, force=True)
    report = sync(app)
    [done] = [one for one in report.outcomes if one.kind == "privacy.purge" and one.result == "done"]
    assert "Webex still has them" in done.detail
    assert places(app, ADA) == []


def test_after_three_weeks_it_waits_no_longer(world: World) -> None:
    app = after_it(world, "ada")
    asked(app)
    webex_is_away(world)
    sync(app)
    world.sandbox.clock.advance(timedelta(days=22))
    sync(app)
    assert places(app, ADA) == []


def test_a_cancellation_that_the_mail_server_refuses_leaves_no_question_behind(world: World) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    sync(app)
    world.sandbox.faults.add(
        Fault("RCPT", ADA, status=550, words="5.1.1 <ada@example.org> unknown", times=None)
    )
    asked(app)
    sync(app)
    assert places(app, ADA) == []
    with app.store.read() as tx:
        assert tx.attentions.unsettled() == []


def test_a_list_that_is_read_again_does_not_bring_them_back(world: World) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    sync(app)
    asked(app)
    with pytest.raises(InputError, match="still being erased"):
        app.desk.register("water", [online("ada")], after_erasure=True)
    sync(app)
    done = app.desk.register("water", [online("ada"), online("eve")], again=True)
    assert (done.erased, [one.email for one in done.new]) == ((ADA,), ["eve@example.org"])
    done = app.desk.register("water", [online("ada")], after_erasure=True)
    assert [one.email for one in done.new] == [ADA]
    sync(app)
    assert world.mails()[ADA, "invitation"] == 2
    assert asked(app).earlier is False
    sync(app)
    assert places(app, ADA, "Ada Ex", "Ada's") == []


def test_an_imported_or_told_stay_of_theirs_is_kept_without_a_name(world: World) -> None:
    app = world.app()
    publish(app, online("ada"))
    sync(app)
    asked(app)
    sync(app)
    stay = Segment(
        "file:0123",
        "water",
        "i1",
        "Ada Example",
        ADA,
        utc("2027-06-09 08:00"),
        utc("2027-06-09 09:00"),
        source="file",
    )
    with app.store.begin() as tx:
        assert tx.attendance.upsert([stay]) == 1
        assert tx.attendance.upsert([stay]) == 0
    app.door.check_in("water", ADA, utc("2027-06-09 08:00"), walk_in=True)
    assert places(app, ADA, "Ada Example") == []


def test_somebody_who_registers_in_webex_after_it_is_for_a_person_to_decide(tmp_path: Path) -> None:
    class Pulling(World):
        def settings(self, **sections: dict[str, Any]) -> Settings:
            return super().settings(webex={"direct_registrants": "pull"}, **sections)

    with Pulling(tmp_path) as world:
        app = world.app()
        publish(app, online("ada"), online("bob"))
        sync(app)
        asked(app)
        sync(app)
        [meeting] = world.meetings()
        [bob] = meeting.registrants.values()
        held = type(bob)(
            "by-hand", "approved", bob.registered_at, bob.data | {"email": ADA, "firstName": "Ada"}
        )
        meeting.registrants["by-hand"] = held
        meeting.by_email[ADA] = "by-hand"
        report = sync(app)
        assert report.needs_attention
        assert places(app, ADA) == []
        with app.store.read() as tx:
            [question] = tx.attentions.unsettled("water")
        assert question.message.startswith("1 who asked to be erased registered in Webex directly since")
        assert world.registrant_emails()[ADA] == 1


def test_another_address_that_was_learned_goes_with_the_first(world: World) -> None:
    app = after_it(world, "ada", "bob")
    guest = next(one for one in app.attendance_book.of("water").unmatched if one.name == "A guest")
    app.attendance_choices.match("water", "A guest", ADA)
    before = app.attendance_book.of("water")
    assert guest.key not in {row.key for row in before.unmatched}
    found = asked(app)
    assert found.addresses == (ADA, "guest@elsewhere.org")
    until_calm(world, app)
    assert places(app, ADA, "guest@elsewhere.org", "A guest") == []
    after = app.attendance_book.of("water")
    assert (len(after.present), len(after.unmatched)) == (len(before.present), len(before.unmatched))


def test_nobody_erased_is_written_to_when_a_past_event_is_moved_to_a_day_to_come(world: World) -> None:
    from hybrid_sync.domain.localtime import local_time
    from tests.builders import wall

    app = after_it(world, "ada", "bob")
    asked(app)
    until_calm(world, app)
    app.desk.reschedule("water", local_time(wall("2027-07-01 10:00")), local_time(wall("2027-07-01 11:30")))
    until_calm(world, app)
    assert not [key for key in world.mails() if key[0].endswith(".invalid")]
    assert not [key for key in world.registrant_emails() if key.endswith(".invalid")]


def test_without_a_secret_it_is_refused_and_says_which_to_set(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        settings = world.settings(web={"secret": None}, webex={"join_links": "shared"})
        app = world.app(settings)
        publish(app, NewPerson(ADA, "Ada", mode=Mode.ROOM))
        with pytest.raises(SettingsError, match=r"\[store\] secret"):
            asked(app)
        assert person(app, "ada").status is RegistrantStatus.APPROVED


def test_a_changed_secret_is_noticed_before_anybody_is_brought_back(world: World) -> None:
    app = world.app()
    publish(app, online("ada"))
    asked(app)
    app.close()
    other = "another-canary-secret-of-more-than-32-characters"
    with pytest.raises(SettingsError, match="old_secrets"):
        world.app(world.settings(web={"secret": other})).desk.register("water", [online("ada")])
    old = world.settings()
    kept = {"secret": other, "old_secrets": [old.web.secret.get_secret_value()]}  # type: ignore[union-attr]
    app = world.app(world.settings(store=kept))
    assert app.desk.register("water", [online("ada")]).erased == (ADA,)


def test_a_draft_that_nobody_heard_of_needs_no_outside(world: World) -> None:
    from tests.builders import an_event

    app = world.app()
    app.desk.import_event(an_event())
    app.desk.register("water", [online("ada")])
    asked(app)
    sync(app)
    assert places(app, ADA, "Ada Ex", "Ada's") == []
    assert world.sandbox.inbox == []


def test_an_address_that_is_erased_is_not_changed_nor_given_to_somebody(world: World) -> None:
    """Under another address they would not be recognised any more, and stay."""
    app = world.app()
    publish(app, online("ada"), online("bob"))
    sync(app)
    asked(app)
    with pytest.raises(InputError, match="asked to be erased"):
        app.desk.readdress("water", ADA, "ada2@example.org")
    with pytest.raises(InputError, match=r"registered for event water already|asked to be erased"):
        app.desk.readdress("water", "bob@example.org", ADA)
    assert until_calm(world, app).converged
    assert places(app, ADA, "Ada Ex") == []
    with pytest.raises(InputError, match="asked to be erased"):
        app.desk.readdress("water", "bob@example.org", ADA)


def test_an_address_that_was_theirs_before_goes_with_them_and_brings_them_not_back(world: World) -> None:
    """They wrote to Webex's list and to a mail under it; somebody else's address by now it is not."""
    app = world.app()
    publish(app, online("ada"), online("bob"))
    sync(app)
    app.desk.readdress("water", ADA, "ana@example.org")
    sync(app)
    found = app.privacy.erase("ana@example.org")
    assert found.addresses == ("ana@example.org", ADA)
    assert until_calm(world, app).converged
    assert places(app, ADA, "ana@example.org", "Ada Ex") == []
    assert app.desk.register("water", [online("ada")]).erased == (ADA,)


def test_an_earlier_address_that_is_somebody_elses_by_now_stays_theirs(world: World) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    sync(app)
    app.desk.readdress("water", ADA, "ana@example.org")
    app.desk.register("water", [NewPerson(ADA, "Another", "Ada")])
    sync(app)
    assert app.privacy.erase("ana@example.org").addresses == ("ana@example.org",)
    assert until_calm(world, app).converged
    assert world.registrant_emails() == {ADA: 1, "bob@example.org": 1}
    assert person(app, "ada").name == "Another Ada"
