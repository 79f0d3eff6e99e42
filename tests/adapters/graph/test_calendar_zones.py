"""Names of time zones: what goes out, what a tenant takes, what comes back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.adapters.graph.conftest import Office, an_entry, at, made
from tests.builders import utc
from tests.http_client.specs import SPECS

from hybrid_sync.adapters.graph.windows_zones import OTHER_SPELLINGS, WINDOWS_ZONES
from hybrid_sync.adapters.graph.wire import entry_of, in_utc, refuses_zone, time_body
from hybrid_sync.adapters.graph.zones import exchange_zone, zone_named
from hybrid_sync.domain.localtime import LocalTime
from hybrid_sync.domain.staff_calendar import entry_changes


@pytest.mark.parametrize(
    ("iana", "windows"),
    [
        ("Europe/Brussels", "Romance Standard Time"),
        ("Europe/Luxembourg", "W. Europe Standard Time"),
        ("Europe/Warsaw", "Central European Standard Time"),
        ("America/New_York", "Eastern Standard Time"),
        ("Europe/Kyiv", "FLE Standard Time"),
        ("Asia/Kolkata", "India Standard Time"),
        ("UTC", "UTC"),
        ("Antarctica/Troll", "Antarctica/Troll"),
    ],
)
def test_a_zone_goes_out_by_its_windows_name_where_there_is_one(iana: str, windows: str) -> None:
    assert exchange_zone(iana) == windows


@pytest.mark.skipif(
    not (SPECS / "windowsZones.json").exists(), reason="CLDR's table is not beside the checkout"
)
def test_the_table_is_that_of_cldr() -> None:
    table = json.loads((SPECS / "windowsZones.json").read_text("utf-8"))
    rows = [one["mapZone"] for one in table["supplemental"]["windowsZones"]["mapTimezones"]]
    theirs: dict[str, set[str]] = {}
    for row in rows:
        theirs.setdefault(row["_other"], set()).update(row["_type"].split())
    assert {name: set(zones.split()) for name, zones in WINDOWS_ZONES.items()} == theirs
    principal = {row["_other"]: row["_type"] for row in rows if row["_territory"] == "001"}
    assert {name: zones.split()[0] for name, zones in WINDOWS_ZONES.items()} == principal
    known = {zone for zones in theirs.values() for zone in zones}
    assert set(OTHER_SPELLINGS.values()) <= known
    assert not set(OTHER_SPELLINGS) & known


def test_another_spelling_is_the_same_clock() -> None:
    for today, before in OTHER_SPELLINGS.items():
        for month in (1, 7):
            moment = datetime(2027, month, 1, 12, tzinfo=UTC)
            offsets = {moment.replace(tzinfo=ZoneInfo(name)).utcoffset() for name in (today, before)}
            assert len(offsets) == 1, today


def test_most_zones_have_a_windows_name_and_all_of_these_can_be_read_back() -> None:
    named = [zone for zone in available_timezones() if exchange_zone(zone) != zone]
    assert len(named) > 400
    assert all(zone_named(exchange_zone(zone)) for zone in named)
    assert zone_named("Brussels Standard Time") is None


@pytest.mark.parametrize("brussels", ["Romance Standard Time", "Europe/Brussels", "Europe/Paris"])
@pytest.mark.parametrize(("month", "hour"), [(1, 9), (6, 8)])
def test_an_answer_in_another_zone_is_the_same_instant(brussels: str, month: int, hour: int) -> None:
    times = {
        name: {"dateTime": f"2027-{month:02}-09T{clock}:00.0000000", "timeZone": brussels}
        for name, clock in (("start", "10:00"), ("end", "11:30"))
    }
    entry = entry_of({"id": "e", **times})
    assert entry is not None
    assert (entry.starts.hour, entry.ends.isoformat()[-14:]) == (hour, f"{hour + 1:02}:30:00+00:00")


@given(
    minute=st.integers(0, 10 * 366 * 24 * 60),
    zone=st.sampled_from(["Europe/Brussels", "Europe/Lisbon", "America/New_York", "Australia/Sydney", "UTC"]),
    fold=st.sampled_from([0, 1]),
)
def test_what_goes_out_comes_back_as_the_same_instant(minute: int, zone: str, fold: int) -> None:
    wall = utc("2025-01-01 00:00").replace(tzinfo=None) + timedelta(minutes=minute)
    moment = LocalTime(wall, zone, fold)
    if moment.aware.astimezone(ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != wall:
        return  # the clock skips this time: such an event is refused when it is handed over
    body = {"id": "e", "start": time_body(moment), "end": time_body(moment)}
    for sent in (body, in_utc(body) or body):
        seen = entry_of(sent)
        assert seen is not None
        assert seen.starts == moment.instant


def test_a_tenant_that_does_not_know_the_zone_gets_the_same_instants_in_utc(office: Office) -> None:
    wish = an_entry(
        starts=at("2027-06-09 10:00", "Antarctica/Troll"), ends=at("2027-06-09 11:00", "Antarctica/Troll")
    )
    entry = made(office, starts=wish.starts, ends=wish.ends)
    assert (entry.starts, entry.ends) == (wish.starts.instant, wish.ends.instant)
    zones = [one.json["start"]["timeZone"] for one in office.transport.writes]
    assert zones == ["Antarctica/Troll", "UTC"]
    assert len(office.sandbox.state.events) == 1
    later = an_entry(starts=at("2027-06-09 10:30", "Antarctica/Troll"), ends=wish.ends)
    updated = office.calendar.update(entry, later, entry_changes(later, entry))
    assert updated is not None
    assert updated.starts == later.starts.instant


def test_a_tenant_that_knows_the_zone_is_not_asked_twice(an_office: Callable[..., Office]) -> None:
    office = an_office(iana_zones="all")
    made(
        office,
        starts=at("2027-06-09 10:00", "Antarctica/Troll"),
        ends=at("2027-06-09 11:00", "Antarctica/Troll"),
    )
    assert [one.json["start"]["timeZone"] for one in office.transport.writes] == ["Antarctica/Troll"]


def test_times_in_the_entrys_own_zone_are_no_difference(an_office: Callable[..., Office]) -> None:
    office = an_office(graph_times="own")
    entry = made(office)
    assert not entry_changes(an_entry(), entry)


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"[]", b'{"error": "x"}', b'{"error": {"code": "BadRequest"}}']
)
def test_only_an_error_that_speaks_of_the_zone_is_taken_for_one(content: bytes) -> None:
    assert not refuses_zone(content)
