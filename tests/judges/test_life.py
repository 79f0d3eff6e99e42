"""Every calendar object of a whole life cycle, as it arrived over SMTP, before four independent readers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hybrid_sync.domain.localtime import local_time
from hybrid_sync.domain.people import Mode, NewPerson, RegistrantStatus
from hybrid_sync.wiring import App
from tests.builders import NOW, utc, wall
from tests.judges.conftest import IcalJs, Libical
from tests.judges.readers import Mail, Reading, by_vobject, calendar_mail
from tests.world import World, publish, sync

AWKWARD = NewPerson(
    "odd@example.org", 'Zoë "Z", M\u202e\u0007üller; ' + "x" * 500, "\r\nBcc: everybody@example.org 🎉"
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path) as made:
        yield made


def a_whole_life(world: World) -> None:
    """Made, moved over the change night, renamed, switched, address changed, withdrawn, back again, called off."""
    app = world.app()
    publish(
        app,
        NewPerson("ada@example.org", "Ada", "Lovelace", language="en"),
        NewPerson("jean@example.org", "Jean", "Dupont", language="fr"),
        NewPerson("room@example.org", "Eva", "Novák", mode=Mode.ROOM),
        NewPerson("gone@example.org", "Gone", "Person"),
        AWKWARD,
    )
    steps = [
        lambda: app.desk.reschedule("water", local_time(wall("2027-10-30 22:00")), local_time(wall("2027-10-31 06:00"))),
        lambda: app.desk.reschedule("water", local_time(wall("2027-12-31 23:30")), local_time(wall("2028-01-01 00:45"))),
        lambda: app.desk.reschedule("water", local_time(wall("2028-02-29 10:00")), local_time(wall("2028-02-29 11:30"))),
        lambda: app.desk.edit("water", title="Clean water; safe schools, “again”\nand more"),
        lambda: app.desk.switch("water", "ada@example.org", Mode.ROOM),
        lambda: app.desk.switch("water", "room@example.org", Mode.ONLINE),
        lambda: app.desk.set_status("water", "gone@example.org", RegistrantStatus.WITHDRAWN),
        lambda: app.desk.register("water", [NewPerson("gone@example.org", "Gone", "Person")], again=True),
        lambda: app.desk.readdress("water", "odd@example.org", "even@example.org"),
        lambda: app.desk.revoke_link("water", "jean@example.org"),
        lambda: app.desk.cancel("water"),
    ]  # fmt: skip
    settle(world, app)
    for step in steps:
        step()
        settle(world, app)


def settle(world: World, app: App) -> None:
    report = sync(app)
    assert report.converged, report
    world.sandbox.clock.set(world.sandbox.clock.now() + timedelta(minutes=1))


def arrived(world: World) -> list[Mail]:
    return [calendar_mail(message.content) for message in world.sandbox.inbox if message.method]


def test_libical_ical_js_and_vobject_agree_on_every_object_of_a_life(
    world: World, libical: Libical, ical_js: IcalJs
) -> None:
    a_whole_life(world)
    mails = arrived(world)
    # 5 invitations, 4 changes of the event told to each, 2 switches, withdrawn and back, a new address (cancelled
    # there, invited here), a new link, 5 cancellations.
    assert len(mails) == 5 + 20 + 2 + 2 + 2 + 1 + 5
    by_script = ical_js({mail.message_id: mail.ics for mail in mails})
    newest: dict[str, int] = {}
    for mail in mails:
        reading = libical(mail.ics)
        assert reading == by_vobject(mail.ics)
        assert reading == by_script[mail.message_id]
        assert reading.attendee == mail.to.lower()
        assert mail.sender == "events@example.org"
        assert b"mailto:events@example.org" in unfolded(mail.ics)
        assert reading.sequence > newest.get(reading.uid, -1), "SEQUENCE rises with every message of one UID"
        newest[reading.uid] = reading.sequence


def test_what_a_calendar_program_is_left_with_is_nothing_after_the_event_is_called_off(
    world: World, libical: Libical
) -> None:
    a_whole_life(world)
    calendars: dict[str, dict[str, Reading]] = {}
    shown: list[int] = []
    for mail in arrived(world):
        reading = libical(mail.ics)
        calendar = calendars.setdefault(mail.to, {})
        if reading.method == "CANCEL":
            assert calendar.pop(reading.uid, None) is not None, "only what is there is taken away"
        else:
            calendar[reading.uid] = reading
        shown.append(len(calendar))
    assert max(shown) == 1, "nobody ever has two entries"
    assert all(not calendar for calendar in calendars.values())
    assert len(calendars) == 6


def test_no_name_breaks_out_of_its_place(world: World, libical: Libical) -> None:
    app = world.app()
    publish(app, AWKWARD)
    settle(world, app)
    [mail] = arrived(world)
    [message] = world.sandbox.inbox
    assert message.recipients == ("odd@example.org",)
    assert b"\r\nBcc:" not in message.content
    assert libical(mail.ics).attendee == "odd@example.org"
    text = unfolded(mail.ics).decode()
    assert not {"\u202e", "\u0007"} & set(text)
    assert all(len(line) <= 75 for line in mail.ics.split(b"\r\n"))
    assert "\n" not in mail.ics.decode().replace("\r\n", "")


def test_the_instants_that_people_were_told_are_those_of_the_event(world: World, libical: Libical) -> None:
    a_whole_life(world)
    told = {
        (reading.start, reading.end)
        for mail in arrived(world)
        if mail.to == "jean@example.org" and (reading := libical(mail.ics)).method == "REQUEST"
    }
    assert told == {
        (utc("2027-06-09 08:00"), utc("2027-06-09 09:30")),
        (utc("2027-10-30 20:00"), utc("2027-10-31 05:00")),
        (utc("2027-12-31 22:30"), utc("2027-12-31 23:45")),
        (utc("2028-02-29 09:00"), utc("2028-02-29 10:30")),
    }
    assert min(start for start, _ in told) > NOW


def unfolded(ics: bytes) -> bytes:
    return ics.replace(b"\r\n ", b"")
