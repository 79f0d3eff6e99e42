from __future__ import annotations

import io
import warnings
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical  # type: ignore[import-untyped]

from hybrid_sync.render import vtimezone as module
from hybrid_sync.render.vtimezone import check_rule, rule_for, vtimezone

BRUSSELS = """\
BEGIN:VTIMEZONE
TZID:Europe/Brussels
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""


def text_of(zone: str, year: int) -> str:
    component = vtimezone(zone, year)
    assert component is not None
    text: bytes = component.to_ical()
    return text.decode().replace("\r\n", "\n")


def test_brussels_has_both_halves_with_a_yearly_rule_and_exact_onsets() -> None:
    assert text_of("Europe/Brussels", 2027) == BRUSSELS


def offset_by_hand(text: str, local: datetime) -> timedelta:
    """What a simple reader makes of BRUSSELS: the last onset at or before a wall time decides."""
    onsets = []
    for half in text.split("BEGIN:")[2:]:
        values = dict(line.split(":", 1) for line in half.splitlines() if ":" in line and "END" not in line)
        rule = dict(pair.split("=") for pair in values["RRULE"].split(";"))
        assert rule["BYDAY"] == "-1SU"
        hour = int(values["DTSTART"][9:11])
        for year in (local.year - 1, local.year):
            last = date(year, int(rule["BYMONTH"]), 31)
            sunday = last - timedelta(days=(last.weekday() + 1) % 7)
            to = values["TZOFFSETTO"]
            onsets.append((datetime.combine(sunday, time(hour)), int(to[:3])))
    return timedelta(hours=max(onset for onset in onsets if onset[0] <= local)[1])


@pytest.mark.parametrize(
    "wall",
    [
        "2027-01-15T10:00",
        "2027-03-28T01:59",
        "2027-03-28T03:00",
        "2027-07-01T10:00",
        "2027-10-31T01:59",
        "2027-10-31T03:00",
        "2027-12-31T23:59",
        "2028-03-26T04:00",
        "2028-10-29T04:00",
    ],
)
def test_a_reader_of_the_text_gets_what_zoneinfo_says(wall: str) -> None:
    local = datetime.fromisoformat(wall)
    expected = local.replace(tzinfo=ZoneInfo("Europe/Brussels")).utcoffset()
    assert offset_by_hand(BRUSSELS, local) == expected


ZONES = [
    "Europe/Brussels", "Europe/Paris", "Europe/Athens", "Europe/London", "Europe/Dublin", "America/New_York",
    "Australia/Sydney", "Asia/Kolkata", "Africa/Nairobi",
]  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
def test_another_library_reading_the_component_agrees_with_zoneinfo_around_the_year(zone: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # dateutil calls utcfromtimestamp
        read = tzical(io.StringIO(f"BEGIN:VCALENDAR\n{text_of(zone, 2027)}END:VCALENDAR\n")).get(zone)
        for hours in range(0, 366 * 24, 7):
            local = (datetime(2027, 1, 1, tzinfo=UTC) + timedelta(hours=hours)).astimezone(ZoneInfo(zone))
            wall = local.replace(tzinfo=None, fold=0)
            both = {wall.replace(tzinfo=ZoneInfo(zone), fold=fold).utcoffset() for fold in (0, 1)}
            if len(both) == 1:  # a repeated hour is never written this way
                assert wall.replace(tzinfo=read).utcoffset() == local.utcoffset(), wall


@pytest.mark.parametrize(
    "zone",
    [
        "Asia/Gaza",  # follows Ramadan
        "Asia/Jerusalem",  # the Friday before the last Sunday: no nth weekday
        "America/Santiago",  # the Sunday after the 2nd
        "CET",  # read as a fixed +01:00 in places
        "Etc/GMT-1",
        "UTC",
    ],
)
def test_a_zone_that_two_yearly_rules_cannot_tell_gets_none(zone: str) -> None:
    assert vtimezone(zone, 2027) is None


def test_the_alarm_is_silent_while_the_european_rule_stands() -> None:
    assert check_rule("Europe/Brussels", 2027, 10)
    assert check_rule("Europe/Brussels", 1997, 40)
    assert check_rule("America/New_York", 2027, 10)
    assert not check_rule("Asia/Gaza", 2027, 10)


def test_the_alarm_rings_where_the_rule_was_another() -> None:
    assert not check_rule("Europe/Brussels", 1990, 10)  # summer time ended in September until 1995


def test_a_change_of_law_makes_brussels_fall_back_to_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    real = module._changes
    monkeypatch.setattr(module, "_changes", lambda zone, year: real(zone, year) if year < 2030 else ())
    rule_for.cache_clear()
    try:
        assert vtimezone("Europe/Brussels", 2027) is None
        assert not check_rule("Europe/Brussels", 2027, 10)
        assert check_rule("Europe/Brussels", 2027, 3)
    finally:
        rule_for.cache_clear()


def test_years_far_away_are_left_to_utc() -> None:
    assert vtimezone("Europe/Brussels", 9999) is None
