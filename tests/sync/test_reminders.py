"""Reminders over real sockets: who gets them, when, and that each comes once whatever happens."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from hybrid_sync.domain.door import door_code
from hybrid_sync.domain.localtime import local_time
from hybrid_sync.domain.people import Mode, NewPerson, RegistrantStatus
from hybrid_sync.sandbox import Fault
from hybrid_sync.wiring import App
from tests.builders import NOW, utc, wall
from tests.sync.crash_kit import Life, Points, failures, prepared, with_points
from tests.world import World, crowd, news, online, person, publish, sync

DAY_BEFORE = utc("2027-06-08 08:00")
HOUR_BEFORE = utc("2027-06-09 07:00")


def at(world: World, moment: datetime) -> None:
    world.sandbox.clock.set(moment)


def reminders(world: World) -> list[EmailMessage]:
    """Different messages without a calendar object, in the order of arrival."""
    seen = {message.message_id: message for message in world.sandbox.inbox if message.kind == "other"}
    return [message_from_bytes(message.content, policy=policy.default) for message in seen.values()]


def reminded(world: World) -> Counter[str]:
    """How many different reminders each person has."""
    return Counter(str(message["To"].addresses[0].username) for message in reminders(world))


def ledger(app: App) -> list[tuple[str, str | None, str]]:
    """Address, purpose and state of every mail without calendar object."""
    with app.store.read() as tx:
        rows = tx.messages.of("water")
    return [
        (row.email.partition("@")[0], row.purpose, row.state.value) for row in rows if row.method == "NONE"
    ]


def test_everybody_is_reminded_twice_and_a_further_pass_sends_nothing(world: World) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    assert sync(app).converged
    for moment in (DAY_BEFORE, HOUR_BEFORE):
        at(world, moment - timedelta(seconds=1))
        assert news(sync(app)) == []
        at(world, moment)
        report = sync(app)
        assert report.converged
        assert [outcome.kind for outcome in news(report)] == ["mail.reminder", "mail.reminder"]
        assert news(sync(app)) == []
    assert reminded(world) == {"ada": 2, "bob": 2}
    assert ledger(app) == [
        (name, f"reminder {before}", "sent") for before in ("24h", "1h") for name in ("ada", "bob")
    ]


def test_the_worker_is_told_to_wake_at_the_moment(world: World) -> None:
    app = world.app()
    publish(app, online("ada"))
    sync(app)
    at(world, DAY_BEFORE - timedelta(minutes=5))
    assert sync(app).next_due == DAY_BEFORE
    at(world, HOUR_BEFORE - timedelta(minutes=5))
    assert sync(app).next_due == HOUR_BEFORE


def test_the_plan_says_what_will_be_sent_when_and_then_to_whom(world: World) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    sync(app)
    ahead = [change for change in app.loop.plan("water").changes if change.kind == "mail.reminder"]
    assert [(change.reason, change.until) for change in ahead] == [  # type: ignore[attr-defined]
        ("2 people, 24h before the start", DAY_BEFORE),
        ("2 people, 1h before the start", HOUR_BEFORE),
    ]
    at(world, DAY_BEFORE)
    due = app.loop.plan("water").actions
    assert [(change.kind, change.target) for change in due] == [
        ("mail.reminder", "ada@example.org"),
        ("mail.reminder", "bob@example.org"),
    ]
    assert reminders(world) == []


def test_a_reminder_carries_the_own_link_in_the_thread_of_the_invitation_and_no_calendar_object(
    world: World,
) -> None:
    app = world.app()
    publish(app, online("ada"))
    sync(app)
    [invitation] = world.sandbox.inbox
    at(world, DAY_BEFORE)
    sync(app)
    [message] = reminders(world)
    assert message["In-Reply-To"] == message["References"] == invitation.message_id
    assert message["Message-ID"] != invitation.message_id
    assert message["Subject"] == "Reminder: Clean water for all, Wednesday 9 June 2027"
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    for part in message.iter_parts():
        text = part.get_content()
        assert app.links.link(person(app, "ada")) in text
        assert "10:00 - 11:30 (CEST)" in text
        assert "08:00 - 09:30 UTC" in text


def test_who_comes_to_the_room_is_told_place_and_door_code_and_no_link(world: World) -> None:
    app = world.app()
    publish(app, NewPerson("bob@example.org", "Bob", mode=Mode.ROOM, language="fr"))
    sync(app)
    at(world, HOUR_BEFORE)
    sync(app)
    [message] = reminders(world)
    assert message["Subject"] == "Rappel : Clean water for all, mercredi 9 juin 2027"
    body = message.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "InfoPoint, Brussels, Belgium" in text
    assert door_code(person(app, "bob").id) in text
    assert "/join/" not in text


# --- who is not reminded ---


def test_who_registers_half_an_hour_before_has_the_invitation_only(world: World) -> None:
    app = world.app()
    publish(app, online("ada"))
    sync(app)
    at(world, utc("2027-06-09 07:30"))
    app.desk.register("water", [online("late")])
    sync(app)
    at(world, utc("2027-06-09 07:40"))
    sync(app)
    assert world.mails()["late@example.org", "invitation"] == 1
    assert reminded(world)["late"] == 0


def test_who_withdrew_and_a_cancelled_event_are_not_reminded_of(world: World) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    sync(app)
    app.desk.set_status("water", "ada@example.org", RegistrantStatus.WITHDRAWN)
    at(world, DAY_BEFORE)
    sync(app)
    assert reminded(world) == {"bob": 1}
    app.desk.cancel("water")
    sync(app)
    at(world, HOUR_BEFORE)
    assert sync(app).outcomes == ()
    assert reminded(world) == {"bob": 1}


def test_without_distances_nobody_is_reminded(world: World) -> None:
    app = world.app(world.settings(mail={"reminders": []}))
    publish(app, online("ada"))
    sync(app)
    at(world, DAY_BEFORE)
    assert sync(app).outcomes == ()


def test_a_worker_that_was_down_for_long_skips_what_is_late_and_goes_on_with_what_is_not(
    world: World,
) -> None:
    app = world.app()
    publish(app, online("ada"))
    sync(app)
    app.close()
    at(world, DAY_BEFORE + timedelta(hours=3))
    again = world.app()
    assert news(sync(again)) == []
    at(world, HOUR_BEFORE + timedelta(minutes=20))
    sync(again)
    assert ledger(again) == [("ada", "reminder 1h", "sent")]


# --- a moved event ---


def test_reminders_follow_a_moved_event(world: World) -> None:
    app = world.app()
    publish(app, online("ada"))
    sync(app)
    at(world, DAY_BEFORE)
    sync(app)
    at(world, DAY_BEFORE + timedelta(hours=1))
    app.desk.reschedule("water", local_time(wall("2027-06-11 15:00")))
    sync(app)
    at(world, HOUR_BEFORE)
    assert news(sync(app)) == []
    at(world, utc("2027-06-10 13:00"))
    sync(app)
    at(world, utc("2027-06-11 12:00"))
    sync(app)
    assert ledger(app) == [
        ("ada", "reminder 24h", "sent"),
        ("ada", "reminder 24h", "sent"),
        ("ada", "reminder 1h", "sent"),
    ]
    hours = [
        re.findall(r"\d\d:\d\d - \d\d:\d\d", str(one.get_body(("plain",))))[0] for one in reminders(world)
    ]
    assert hours == ["10:00 - 11:30", "15:00 - 16:30", "15:00 - 16:30"]


def test_a_reminder_that_could_not_be_sent_before_the_event_moved_is_never_sent(world: World) -> None:
    app = world.app()
    publish(app, online("ada"))
    sync(app)
    at(world, DAY_BEFORE)
    world.sandbox.faults.add(Fault(method="DATA", path="*", status=451))
    sync(app)
    assert ledger(app) == [("ada", "reminder 24h", "pending")]
    app.desk.reschedule("water", local_time(wall("2027-06-11 15:00")))
    at(world, DAY_BEFORE + timedelta(minutes=20))
    sync(app)
    assert ledger(app) == [("ada", "reminder 24h", "superseded")]
    assert reminders(world) == []


def test_a_link_revoked_before_the_reminder_went_out_is_not_in_it(world: World) -> None:
    app = world.app()
    publish(app, online("ada"))
    sync(app)
    old = app.links.link(person(app, "ada"))
    at(world, DAY_BEFORE)
    world.sandbox.faults.add(Fault(method="DATA", path="*", status=451))
    sync(app)
    app.desk.revoke_link("water", "ada@example.org")
    at(world, DAY_BEFORE + timedelta(minutes=20))
    sync(app)
    at(world, HOUR_BEFORE)
    sync(app)
    assert reminders(world) != []
    for message in reminders(world):
        assert old not in message.as_string()
        body = message.get_body(("plain",))
        assert body is not None
        assert app.links.link(person(app, "ada")) in body.get_content()


# --- trouble ---


def test_a_lost_answer_brings_the_very_same_bytes_again(world: World) -> None:
    app = world.app()
    publish(app, online("ada"))
    sync(app)
    at(world, DAY_BEFORE)
    world.sandbox.faults.add(Fault(method="DATA", path="*", drop="after"))
    assert not sync(app).converged
    at(world, DAY_BEFORE + timedelta(minutes=2))
    assert sync(app).converged
    contents = [message.content for message in world.sandbox.inbox if message.kind == "other"]
    assert len(contents) == 2
    assert len(set(contents)) == 1
    assert reminded(world) == {"ada": 1}


def test_one_refused_address_is_put_before_a_person_and_stops_nobody_else(world: World) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"), online("cleo"))
    sync(app)
    at(world, DAY_BEFORE)
    world.sandbox.faults.add(Fault(method="RCPT", path="bob@example.org", status=550))
    report = sync(app)
    assert report.needs_attention
    assert reminded(world) == {"ada": 1, "cleo": 1}
    calls = len(world.sandbox.calls)
    at(world, DAY_BEFORE + timedelta(minutes=10))
    assert sync(app).needs_attention
    assert [call for call in world.sandbox.calls[calls:] if call.route == "smtp"] == []
    with app.store.read() as tx:
        [question] = tx.attentions.unsettled("water")
    assert question.key == "mail:bob@example.org"
    assert "550" in question.message


def test_many_people_are_written_down_in_few_transactions(world: World) -> None:
    app = world.app()
    people = [NewPerson(one.email, one.first_name, mode=Mode.ROOM) for one in crowd(300)]
    publish(app, *people, online=False)
    sync(app)
    assert len(world.sandbox.inbox) == 300
    at(world, DAY_BEFORE)
    points = Points()
    with_points(app, points)
    assert sync(app).converged
    assert reminded(world) == {one.email.partition("@")[0]: 1 for one in people}
    # Two for each message that is sent (on its way, and its fate); the writing down before that takes a handful.
    assert 600 < points.trace.count("after COMMIT") < 620


# --- change nights ---


@pytest.mark.parametrize(
    ("starts", "ends", "day_before", "hour_before", "clock"),
    [
        ("2027-03-28 10:00", "2027-03-28 11:00", "2027-03-27 08:00", "2027-03-28 07:00", "CEST"),
        ("2027-10-31 10:00", "2027-10-31 11:00", "2027-10-30 09:00", "2027-10-31 08:00", "CET"),
    ],
)
def test_after_a_change_night_the_reminder_comes_24_real_hours_before_and_names_the_right_clock(
    tmp_path: Path, starts: str, ends: str, day_before: str, hour_before: str, clock: str
) -> None:
    with World(tmp_path, now=utc("2027-03-01 09:00")) as world:
        app = world.app()
        publish(app, online("ada"), starts=starts, ends=ends)
        sync(app)
        for moment in (day_before, hour_before):
            at(world, utc(moment) - timedelta(seconds=1))
            assert news(sync(app)) == []
            at(world, utc(moment))
            sync(app)
        assert reminded(world) == {"ada": 2}
        for message in reminders(world):
            assert f"10:00 - 11:00 ({clock})" in " ".join(str(message.get_body(("plain",))).split())


# --- death at every point ---


class Reminding(Life):
    """Invited, and a day before the start; `wrong` asks for one reminder each."""

    def prepare(self) -> None:
        at(self.world, NOW)
        app = self.app()
        publish(app, online("ada"), online("bob"))
        sync(app)
        app.close()
        at(self.world, DAY_BEFORE)

    def wrong(self) -> list[str]:
        found = super().wrong()
        if reminded(self.world) != {"ada": 1, "bob": 1}:
            found.append(f"reminded: {reminded(self.world)}")
        return found


def test_wherever_it_dies_each_is_reminded_once(tmp_path: Path) -> None:
    with prepared(tmp_path / "life", "reminding", Reminding) as run:
        trace, wrong = run(None)
        assert wrong == []
        assert len([name for name in trace if name.startswith("after SEND")]) == 2
        assert failures(run, trace) == {}
