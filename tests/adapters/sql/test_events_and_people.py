"""The store contract: events, people, registrations."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from tests.builders import NOW, a_person, an_event, utc, wall

from hybrid_sync.adapters.sql import SqlStore
from hybrid_sync.domain.events import EventState, EventWarning, Speaker
from hybrid_sync.domain.localtime import local_time
from hybrid_sync.domain.people import Mode, RegistrantStatus
from hybrid_sync.errors import InputError, NotFound

FULL = an_event(
    languages=("fr", "en"),
    organisers=("INTPA", "Δήμος"),
    speakers=(Speaker("Ana Ruiz", "head of unit", "INTPA", "ana@example.org"), Speaker("Bo")),
    moderators=(Speaker("Cy", organisation="KU Leuven"),),
    registration_url="https://example.org/register",
    state=EventState.DRAFT,
    warnings=(EventWarning("zone_label_wrong_for_date", "the page says CET"),),
    source="page.html",
    generation=7,
    onsite=False,
)


def test_an_event_comes_back_as_it_was_saved(bare_store: SqlStore) -> None:
    with bare_store.begin() as tx:
        tx.events.save(FULL)
    with bare_store.read() as tx:
        assert tx.events.get(FULL.id) == FULL


def test_an_event_without_an_end_comes_back_without_an_end(bare_store: SqlStore) -> None:
    open_end = an_event(ends=None)
    with bare_store.begin() as tx:
        tx.events.save(open_end)
        assert tx.events.get(open_end.id) == open_end


def test_saving_again_replaces_the_event(store: SqlStore) -> None:
    changed = an_event(title="Clean water for everybody", venue=None, generation=2)
    with store.begin() as tx:
        tx.events.save(changed)
        assert tx.events.all() == [changed]


def test_events_are_listed_by_the_instant_at_which_they_start(bare_store: SqlStore) -> None:
    later_by_the_clock = an_event("2027-06-09 10:30", id="helsinki", zone="Europe/Helsinki")  # 07:30 UTC
    with bare_store.begin() as tx:
        tx.events.save(an_event("2027-06-09 10:00"))  # 08:00 UTC
        tx.events.save(later_by_the_clock)
        assert [event.id for event in tx.events.all()] == ["helsinki", "water"]


def test_an_unknown_event_is_not_found_and_the_way_out_is_named(bare_store: SqlStore) -> None:
    with pytest.raises(NotFound, match="'nowhere': hybrid-sync event list"), bare_store.read() as tx:
        tx.events.get("nowhere")


@pytest.mark.parametrize(
    ("starts", "fold", "expected"),
    [
        ("2027-03-28 01:59", None, "2027-03-28 00:59"),
        ("2027-03-28 03:00", None, "2027-03-28 01:00"),
        ("2027-10-31 01:59", None, "2027-10-30 23:59"),
        ("2027-10-31 02:30", 0, "2027-10-31 00:30"),
        ("2027-10-31 02:30", 1, "2027-10-31 01:30"),
        ("2027-10-31 03:00", None, "2027-10-31 02:00"),
    ],
)
def test_wall_times_of_the_change_nights_keep_their_reading(
    bare_store: SqlStore, starts: str, fold: int | None, expected: str
) -> None:
    event = replace(
        an_event(), starts=local_time(wall(starts), fold=fold), ends=local_time(wall("2027-11-01 10:00"))
    )
    with bare_store.begin() as tx:
        tx.events.save(event)
        read = tx.events.get(event.id)
    assert read == event
    assert read.starts.instant == utc(expected)
    with bare_store.engine.connect() as connection:
        row = connection.execute(text("SELECT wall_start, zone, start_utc, tzdata FROM events")).one()
    milliseconds = int(utc(expected).timestamp()) * 1000
    assert tuple(row) == (starts.replace(" ", "T"), "Europe/Brussels", milliseconds, "2026f (test)")


def test_new_zone_data_moves_the_instants_of_coming_events_and_wakes_them(store: SqlStore) -> None:
    with store.begin() as tx:
        tx.events.save(an_event(id="stays"))
        tx.events.save(an_event("2027-01-11 10:00", "2027-01-11 11:00", id="over"))
    with store.engine.begin() as connection:  # as if older zone data had put them elsewhere
        hour = 3_600_000
        connection.execute(text("UPDATE events SET tzdata = '2025b'"))
        connection.execute(text(f"UPDATE events SET start_utc = start_utc - {hour} WHERE id <> 'stays'"))
    assert store.recompute_utc(NOW) == ("water",)
    assert store.recompute_utc(NOW) == ()
    with store.read() as tx:
        assert [(row.event_id, row.due_at) for row in tx.work.rows()] == [("water", NOW)]
    with store.engine.connect() as connection:
        rows = {row.id: row.tzdata for row in connection.execute(text("SELECT id, tzdata FROM events"))}
    assert rows == {"water": "2026f (test)", "stays": "2026f (test)", "over": "2025b"}


def test_people_come_back_as_they_were_saved(store: SqlStore) -> None:
    person = a_person(
        email="Ada.B@Example.ORG",
        last_name="",
        organisation="Πανεπιστήμιο",
        language="el",
        mode=Mode.ROOM,
        status=RegistrantStatus.WAITLISTED,
        incarnation=3,
        link_generation=4,
    )
    with store.begin() as tx:
        assert tx.people.save([person]) == 1
        assert tx.people.get(person.id) == person
        assert tx.people.find("water", " ada.b@example.org ") == person
        assert tx.people.find("other", person.email) is None
    with pytest.raises(NotFound, match="'nobody'"), store.read() as tx:
        tx.people.get("nobody")


def test_people_are_listed_in_the_order_of_registration(store: SqlStore) -> None:
    late = a_person("late", registered_at=NOW + timedelta(hours=1))
    early = a_person("early", registered_at=NOW - timedelta(hours=1))
    undated = [a_person(name, registered_at=None) for name in ("zoe", "bob")]  # here since NOW, in this order
    with store.begin() as tx:
        tx.people.save([late, *undated, early])
        tx.people.save([replace(person, mode=Mode.ROOM) for person in reversed(undated)])
        assert [person.id for person in tx.people.of("water")] == ["id-early", "id-zoe", "id-bob", "id-late"]


def test_only_people_who_really_differ_count_as_changed(store: SqlStore) -> None:
    people = [a_person(f"p{number}") for number in range(10_000)]
    with store.begin() as tx:
        assert tx.people.save(people) == 10_000
    with store.begin() as tx:
        assert tx.people.save(people) == 0
        people[17] = replace(people[17], organisation="KU Leuven")
        people[8_000] = replace(people[8_000], registered_at=None)
        assert tx.people.save([*people, a_person("new")]) == 3
    with store.read() as tx:
        assert len(tx.people.of("water")) == 10_001


def test_two_registrants_of_one_event_cannot_share_an_address(store: SqlStore) -> None:
    with pytest.raises(InputError, match="cannot share"), store.begin() as tx:
        tx.people.save([a_person("ada"), a_person("bob", email="ADA@example.org")])
    with store.read() as tx:
        assert tx.people.of("water") == []


def test_a_registrant_of_an_unknown_event_is_refused(store: SqlStore) -> None:
    with pytest.raises(NotFound, match="not in the store"), store.begin() as tx:
        tx.people.save([a_person(event_id="nowhere")])


def test_a_naive_datetime_is_refused(store: SqlStore) -> None:
    naive = datetime(2027, 5, 3, 9, 0)  # noqa: DTZ001
    with pytest.raises(Exception, match="naive datetime 2027-05-03"), store.begin() as tx:
        tx.people.save([a_person(registered_at=naive)])
    with pytest.raises(Exception, match="naive datetime 2027-05-03"), store.begin() as tx:
        tx.work.wake("water", naive)


def test_instants_come_back_in_utc_and_to_the_millisecond(store: SqlStore) -> None:
    exact = local_time(wall("2027-07-01 10:00")).aware + timedelta(microseconds=123_999)
    with store.begin() as tx:
        tx.people.save([a_person(registered_at=exact)])
        read = tx.people.get("id-ada").registered_at
    assert read is not None
    assert read.isoformat() == "2027-07-01T08:00:00.123000+00:00"


def test_registrations_are_kept_by_email_key(store: SqlStore) -> None:
    with store.begin() as tx:
        tx.registrations.put("water", {"ada@example.org": "r1", "Bob@example.org": "r2"})
        tx.registrations.put("water", {"ada@example.org": "r3"})
        tx.registrations.put("water", {})
        assert tx.registrations.of("water") == {"ada@example.org": "r3", "bob@example.org": "r2"}
        tx.registrations.drop("water", ["ada@example.org", "nobody@example.org"])
        assert tx.registrations.of("water") == {"bob@example.org": "r2"}
        assert tx.registrations.of("other") == {}
