"""Calendars to subscribe to: stable bytes, 304, cancelled events told for some weeks, nothing personal."""

from __future__ import annotations

import io
from datetime import timedelta

import vobject

from hybrid_sync.domain.events import EventState
from hybrid_sync.sync.organising import Organising
from tests.builders import a_person, an_event, utc
from tests.judges.conftest import Libical
from tests.web.conftest import MakeHouse
from tests.web.house import House

NOW = utc("2027-05-03 09:00")


def events_in(text: str) -> dict[str, tuple[str, int]]:
    calendar = vobject.readOne(io.StringIO(text), validate=True)
    return {
        entry.summary.value: (entry.status.value, int(entry.sequence.value))
        for entry in calendar.contents.get("vevent", [])
    }


def desk(house: House) -> Organising:
    return Organising(house.app.store, house.clock, lambda: "an-id")


def add(house: House, event_id: str, title: str, **changes: object) -> None:
    event = an_event(id=event_id, title=title, state=EventState.DRAFT, **changes)
    desk(house).import_event(event)


def test_the_feed_holds_published_events_and_no_drafts(a_house: MakeHouse) -> None:
    house = a_house(now=NOW)
    add(house, "draft", "Not yet")
    add(house, "schools", "Safe schools")
    desk(house).publish("schools")
    answer = house.client.get("/calendar.ics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert set(events_in(answer.text)) == {"Clean water for all", "Safe schools"}


def test_nothing_personal_and_no_way_into_the_meeting_is_in_it(a_house: MakeHouse) -> None:
    person = a_person()
    house = a_house(now=NOW, person=person)
    for path in ("/calendar.ics", "/events/water/calendar.ics"):
        text = house.client.get(path).text.replace("\r\n ", "")
        assert "ATTENDEE" not in text
        for secret in (person.email, person.last_name, person.id, "canary", "/join/", "webex.com"):
            assert secret not in text


def test_the_same_events_are_the_same_bytes_and_304(a_house: MakeHouse) -> None:
    house = a_house(now=NOW)
    first = house.client.get("/calendar.ics")
    house.clock.passes(timedelta(hours=5))
    second = house.client.get("/calendar.ics")
    assert second.content == first.content
    tag = first.headers["etag"]
    for asked in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        unchanged = house.client.get("/calendar.ics", headers={"If-None-Match": asked})
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        assert unchanged.headers["etag"] == tag
    changed = house.client.get("/calendar.ics", headers={"If-None-Match": '"other"'})
    assert changed.status_code == 200


def test_a_change_of_the_record_is_a_new_version(a_house: MakeHouse) -> None:
    house = a_house(now=NOW)
    before = house.client.get("/calendar.ics")
    house.clock.passes(timedelta(minutes=2))
    desk(house).edit("water", title="Clean water for everybody")
    after = house.client.get("/calendar.ics")
    assert after.headers["etag"] != before.headers["etag"]
    assert events_in(before.text) == {"Clean water for all": ("CONFIRMED", 0)}
    assert events_in(after.text) == {"Clean water for everybody": ("CONFIRMED", 1)}
    assert after.headers["last-modified"] == "Mon, 03 May 2027 09:02:00 GMT"


def test_a_cancelled_event_is_told_for_some_weeks_and_then_goes(a_house: MakeHouse) -> None:
    house = a_house(now=NOW)
    desk(house).cancel("water")
    house.clock.passes(timedelta(days=27))
    assert events_in(house.client.get("/calendar.ics").text) == {"Clean water for all": ("CANCELLED", 1)}
    house.clock.passes(timedelta(days=2))
    assert events_in(house.client.get("/calendar.ics").text) == {}
    assert house.client.get("/events/water/calendar.ics").status_code == 404


def test_one_event_has_a_calendar_of_its_own(a_house: MakeHouse) -> None:
    house = a_house(now=NOW)
    add(house, "schools", "Safe schools")
    desk(house).publish("schools")
    answer = house.client.get("/events/schools/calendar.ics")
    assert set(events_in(answer.text)) == {"Safe schools"}
    assert house.client.get("/events/nothing/calendar.ics").status_code == 404


def test_feeds_can_be_switched_off(a_house: MakeHouse) -> None:
    house = a_house(now=NOW, web={"feeds": False})
    assert house.client.get("/calendar.ics").status_code == 404


def test_libical_takes_the_feed_as_published(a_house: MakeHouse, libical: Libical) -> None:
    house = a_house(now=NOW)
    reading = libical(house.client.get("/calendar.ics").content)
    assert (reading.method, reading.attendee) == ("PUBLISH", None)
    assert (reading.start, reading.end) == (utc("2027-06-09 08:00"), utc("2027-06-09 09:30"))
