"""The store contract: meetings whole, links of people's own, co-hosts and panelists, marks of stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.builders import NOW, a_stay

from hybrid_sync.adapters.sql import SqlStore
from hybrid_sync.ports import MeetingRecord, SourceRecord, StaffRecord

WEBINAR = MeetingRecord(
    event_id="water",
    meeting_id="m1",
    tag="hs.water",
    incarnation=2,
    number="123",
    web_link="https://example.webex.com/m1",
    password="secret",
    state="made",
    kind="webinar",
    registration=False,
    host_email="host@example.org",
    ignored=("chat=1", "recording=2"),
    written="abc",
    recreations=2,
    recreated_at=NOW,
    missing_since=NOW + timedelta(minutes=1),
)


def test_all_that_is_remembered_of_a_meeting_comes_back(store: SqlStore) -> None:
    for record in (WEBINAR, replace(WEBINAR, registration=True, ignored=(), missing_since=None)):
        with store.begin() as tx:
            tx.meetings.save(record)
        with store.read() as tx:
            assert tx.meetings.get("water") == record


def test_a_persons_own_link_is_replaced_and_never_shown(store: SqlStore) -> None:
    old = SourceRecord("water", "id-ada", "m1", "hs01", "https://example.webex.com/old")
    new = replace(old, meeting_id="m2", link="https://example.webex.com/new")
    other = SourceRecord("water", "id-bob", "m2", "hs02", "https://example.webex.com/bob")
    with store.begin() as tx:
        tx.sources.put([old])
        tx.sources.put([new, other])
        tx.sources.put([])
    with store.read() as tx:
        assert tx.sources.of("water") == {"id-ada": new, "id-bob": other}
        assert tx.sources.of("another") == {}
    assert "webex.com" not in repr(new)


def test_people_with_a_role_are_kept_by_address_until_they_are_dropped(store: SqlStore) -> None:
    ana = StaffRecord("water", "ana@example.org", "m1", "i1")
    with store.begin() as tx:
        tx.meeting_staff.put(ana)
        tx.meeting_staff.put(replace(ana, meeting_id="m2", invitee_id="i2"))
    with store.read() as tx:
        assert tx.meeting_staff.of("water")["ana@example.org"].invitee_id == "i2"
    with store.begin() as tx:
        tx.meeting_staff.drop("water", "ana@example.org")
    with store.read() as tx:
        assert tx.meeting_staff.of("water") == {}
    assert "ana@" not in repr(ana)


def test_the_mark_of_a_link_is_kept_with_a_stay_and_check_ins_have_none(store: SqlStore) -> None:
    online = a_stay("ada", "08:00", "09:00", source_id="hs01")
    room = a_stay("bob", "08:00", "09:00", source="room")
    with store.begin() as tx:
        tx.attendance.upsert([online, room])
    with store.read() as tx:
        assert {stay.source_id for stay in tx.attendance.of("water")} == {"hs01", None}
        assert set(tx.attendance.of("water")) == {online, room}
