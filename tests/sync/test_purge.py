"""What goes by itself when its time is over: people, stays, lines; and what stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hybrid_sync.domain.restored import Restored
from hybrid_sync.domain.staff_calendar import Written
from hybrid_sync.errors import NotFound
from hybrid_sync.ports import AuditLine, EntryRecord, Intent, Refusal
from hybrid_sync.wiring import App
from tests.builders import an_event, utc
from tests.sync.privacy_kit import places
from tests.world import World, online, outside, publish, sync, until_calm

ENDED = utc("2027-06-09 09:30")
PEOPLE_GO = utc("2027-12-06 10:30")
"""180 days on the calendar of Brussels, which is an hour behind by then."""
STAYS_GO = utc("2028-06-08 09:30")


@pytest.fixture
def world(tmp_path: Path) -> Any:
    with World(tmp_path, outside(series_kept_days=400)) as world:
        yield world


@pytest.fixture
def app(world: World) -> App:
    """An event that is over, its attendance at rest: Ada and a guest were there, Bob was not."""
    app = world.app()
    publish(app, online("ada"), online("bob"))
    sync(app)
    [meeting] = world.meetings()
    run = world.sandbox.start_meeting(meeting.id, utc("2027-06-09 07:55"))
    world.sandbox.join(run, utc("2027-06-09 08:00"), email="ada@example.org", name="Ada Example")
    world.sandbox.join(run, utc("2027-06-09 08:00"), email="guest@elsewhere.org", name="A guest")
    world.sandbox.end_meeting(run, ENDED)
    for moment in ("2027-06-09 10:00", "2027-06-10 10:00", "2027-06-16 10:00"):
        world.sandbox.clock.set(utc(moment))
        sync(app)
    return app


def chores_at(world: World, app: App, moment: datetime) -> None:
    """The worker's round at that moment: the chores, and then what they made due."""
    world.sandbox.clock.set(moment)
    app.chores()
    app.converge.all_due()


def test_people_go_to_the_minute_and_reach_webex_and_the_figures_stay(world: World, app: App) -> None:
    before = app.attendance_book.of("water")
    chores_at(world, app, PEOPLE_GO - timedelta(seconds=1))
    assert places(app, "ada@example.org") != []
    assert world.registrant_emails()["ada@example.org"] == 1
    chores_at(world, app, PEOPLE_GO + timedelta(days=1, seconds=1))
    assert places(app, "ada@example.org", "bob@example.org", "guest@elsewhere.org", "Ada Ex", "A guest") == []
    assert world.registrant_emails() == {}
    after = app.attendance_book.of("water")
    assert [row.total for row in after.present] == [row.total for row in before.present]
    assert (
        (len(after.no_shows), len(after.unmatched)) == (1, 1) == (len(before.no_shows), len(before.unmatched))
    )
    assert {row.name for row in (*after.present, *after.unmatched)} == {"(erased)"}


def test_a_second_purge_finds_nothing_and_writes_nothing(world: World, app: App) -> None:
    chores_at(world, app, PEOPLE_GO + timedelta(days=1))
    writes = len(world.sandbox.writes())
    world.sandbox.clock.advance(timedelta(hours=1))
    again = app.retention.purge()
    assert (again.events, dict(again.stays)) == ((), {})
    app.converge.all_due()
    assert len(world.sandbox.writes()) == writes
    with app.store.read() as tx:
        assert tx.intents.pending() == []


def test_it_needs_no_secret_because_nobody_has_to_be_known_again(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        app = world.app(world.settings(web={"secret": None}, webex={"join_links": "shared"}))
        publish(app, online("ada"))
        sync(app)
        chores_at(world, app, PEOPLE_GO)
        assert places(app, "ada@example.org") == []


def test_a_dry_run_says_the_same_and_changes_nothing(world: World, app: App) -> None:
    world.sandbox.clock.set(STAYS_GO)
    told = app.retention.purge(dry_run=True)
    assert told.events == ("water",)
    assert dict(told.stays) == {"water": 3}
    assert places(app, "ada@example.org") != []
    done = app.retention.purge()
    assert (done.events, dict(done.stays)) == (told.events, dict(told.stays))


def test_stays_go_and_their_figures_stay_in_a_sentence(world: World, app: App) -> None:
    world.sandbox.clock.set(STAYS_GO - timedelta(seconds=1))
    assert dict(app.retention.purge().stays) == {}
    app.converge.all_due()
    world.sandbox.clock.set(STAYS_GO)
    assert dict(app.retention.purge().stays) == {"water": 3}
    with app.store.read() as tx:
        assert list(tx.attendance.of("water")) == []
        [pull] = tx.attendance.pulls("water")
    assert pull.notes[0].startswith(
        "1 registrants were there (1 online, 0 in the room), 1 were not, 1 came who match"
    )
    with pytest.raises(NotFound, match="1 registrants were there"):
        app.attendance_book.of("water")
    assert sync(app).converged
    with app.store.read() as tx:
        assert len(tx.attendance.pulls("water")) == 1


def test_stays_that_go_before_the_mail_after_the_event_do_not_stop_the_worker(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        settings = world.settings(retention={"attendance_days": 1}, mail={"follow_up": True})
        app = world.app(settings)
        publish(app, online("ada"), recording_url="https://example.org/recording")
        sync(app)
        [meeting] = world.meetings()
        run = world.sandbox.start_meeting(meeting.id, utc("2027-06-09 07:55"))
        world.sandbox.join(run, utc("2027-06-09 08:00"), email="ada@example.org", name="Ada Example")
        world.sandbox.end_meeting(run, ENDED)
        world.sandbox.clock.set(utc("2027-06-09 10:00"))
        sync(app)
        world.sandbox.clock.set(ENDED + timedelta(days=1))
        app.retention.purge()
        assert until_calm(world, app).converged


def test_webex_that_cannot_be_reached_is_tried_again_for_three_weeks_and_then_no_more(
    world: World, app: App
) -> None:
    from hybrid_sync.sandbox import Fault

    world.sandbox.faults.add(Fault("GET", "/v1/meetings/*/registrants*", status=503, times=None))
    chores_at(world, app, PEOPLE_GO)
    assert places(app, "ada@example.org") != []
    chores_at(world, app, PEOPLE_GO + timedelta(days=22))
    assert places(app, "ada@example.org") == []
    with app.store.read() as tx:
        [line] = [line for line in tx.audit.of("water") if line.what == "privacy.purge"]
    assert "Webex still has them" in line.detail


def test_lines_go_by_their_age_and_the_memory_of_a_coming_event_stays(world: World, app: App) -> None:
    now = utc("2028-01-10 09:00")
    world.sandbox.clock.set(now)
    old = now - timedelta(days=200)
    with app.store.begin() as tx:
        tx.audit.add(AuditLine(old, "", "somebody", "old", "x", ""))
        tx.audit.add(AuditLine(now, "", "somebody", "new", "x", ""))
        tx.deliveries.first("old", old)
        tx.deliveries.first("new", now)
        tx.attentions.open("", "old", "words", old)
        tx.attentions.settle("", "old", old)
        tx.intents.put(Intent("kept", "water", "meeting.create", "", "pending", 1, old))
        tx.intents.put(Intent("gone", "water", "meeting.create", "", "done", 1, old))
    app.desk.import_event(an_event("2028-02-10 10:00", "2028-02-10 11:00", id="later"))
    memory = Written("body", "wish", "stood", frozenset({"mark"}), 1)
    with app.store.begin(now=old) as tx:
        tx.intents.put(Intent("still", "later", "meeting.create", "", "done", 1, old))
        for event_id in ("water", "later"):
            refused = Refusal("change", "words")
            entry = EntryRecord(event_id, "AAMk1", 1, "made", "accepted", memory, refused)
            tx.entries.save(entry)
            tx.restores.put(Restored(event_id, old, 7, (), {"id-ada": 7}))
    assert app.retention.purge(dry_run=True).lines["notes of staff entries"] == 1
    counts = app.retention.purge().lines
    assert counts["notes of staff entries"] == counts["notes of restores"] == 1
    assert counts["webhook deliveries"] == 1
    assert counts["settled questions"] >= 1
    assert counts["audit lines"] > 0
    with app.store.read() as tx:
        assert tx.intents.get("gone") is None
        assert tx.intents.get("kept") is not None
        assert tx.intents.get("still") is not None
        # What is known of an entry stays, for it is still there; what was written to it, and for whom, goes.
        assert tx.entries.get("water") == EntryRecord(
            "water", "AAMk1", 1, "made", "accepted", Written("body")
        )
        assert tx.entries.get("later") == entry
        assert tx.restores.get("water") is None
        assert tx.restores.get("later") is not None
        whats = [line.what for line in tx.audit.since()]
    assert "old" not in whats
    assert "new" in whats
