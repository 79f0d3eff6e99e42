"""A table of dates times readers: each gets the instants that zoneinfo gives, whatever night it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hybrid_sync.domain.ledger import Method
from tests.judges.conftest import IcalJs, Libical
from tests.judges.objects import an_object
from tests.judges.readers import Reading, by_vobject

BRUSSELS = "Europe/Brussels"

DATES = {
    "a summer day": ("2027-06-09 10:00", "2027-06-09 11:30", BRUSSELS),
    "a winter day": ("2028-01-12 10:00", "2028-01-12 11:30", BRUSSELS),
    "over the spring night": ("2027-03-27 22:00", "2027-03-28 06:00", BRUSSELS),
    "just before the spring change": ("2027-03-28 00:30", "2027-03-28 01:45", BRUSSELS),
    "just after the spring change": ("2027-03-28 03:00", "2027-03-28 04:00", BRUSSELS),
    "over the autumn night": ("2027-10-30 22:00", "2027-10-31 06:00", BRUSSELS),
    "just before the repeated hour": ("2027-10-31 00:30", "2027-10-31 01:45", BRUSSELS),
    "just after the repeated hour": ("2027-10-31 03:00", "2027-10-31 04:00", BRUSSELS),
    "only the US has changed, spring": ("2027-03-16 15:00", "2027-03-16 16:30", BRUSSELS),
    "only Europe has changed back, autumn": ("2027-11-03 15:00", "2027-11-03 16:30", BRUSSELS),
    "the first minutes of a year": ("2028-01-01 00:00", "2028-01-01 00:45", BRUSSELS),
    "over new year": ("2027-12-31 23:30", "2028-01-01 00:45", BRUSSELS),
    "a leap day": ("2028-02-29 10:00", "2028-02-29 11:30", BRUSSELS),
    "over a leap night": ("2028-02-28 23:30", "2028-02-29 00:30", BRUSSELS),
    "midnight in UTC, summer": ("2027-07-01 01:30", "2027-07-01 02:30", BRUSSELS),
    "midnight in UTC, winter": ("2027-12-01 00:30", "2027-12-01 01:30", BRUSSELS),
    "far ahead": ("2035-07-04 10:00", "2035-07-04 11:30", BRUSSELS),
    "Athens in summer": ("2027-07-01 10:00", "2027-07-01 11:30", "Europe/Athens"),
    "Lisbon over the spring night": ("2027-03-28 00:30", "2027-03-28 03:30", "Europe/Lisbon"),
    "New York when only the US has changed": ("2027-03-16 10:00", "2027-03-16 11:30", "America/New_York"),
    "Kathmandu, without changes": ("2027-06-09 10:00", "2027-06-09 11:30", "Asia/Kathmandu"),
    "Sydney, southern summer": ("2027-12-01 10:00", "2027-12-01 11:30", "Australia/Sydney"),
    "Casablanca, changes that no rule tells": ("2027-03-01 10:00", "2027-03-01 11:30", "Africa/Casablanca"),
}


def expected(name: str) -> tuple[datetime, datetime]:
    start, end, zone = DATES[name]
    clock = ZoneInfo(zone)
    first, last = (
        datetime.fromisoformat(wall).replace(tzinfo=clock).astimezone(UTC) for wall in (start, end)
    )
    return first, last


def object_of(name: str, method: Method = Method.REQUEST) -> bytes:
    start, end, zone = DATES[name]
    return an_object(start, end, zone=zone, method=method, sequence=3)


def judge(name: str, reading: Reading, method: str) -> None:
    assert (reading.start, reading.end) == expected(name)
    assert (reading.method, reading.sequence) == (method, 3)
    assert reading.attendee == "zoe@example.org"


@pytest.mark.parametrize("method", [Method.REQUEST, Method.CANCEL])
@pytest.mark.parametrize("name", DATES)
def test_libical_gets_the_instants(name: str, method: Method, libical: Libical) -> None:
    judge(name, libical(object_of(name, method)), method.value)


@pytest.mark.parametrize("name", DATES)
def test_vobject_gets_the_instants(name: str) -> None:
    judge(name, by_vobject(object_of(name)), "REQUEST")


def test_ical_js_gets_the_instants(ical_js: IcalJs) -> None:
    for name, reading in ical_js({name: object_of(name) for name in DATES}).items():
        judge(name, reading, "REQUEST")


def test_every_reader_takes_the_same_objects_for_a_whole_year_of_days(ical_js: IcalJs) -> None:
    """Each day of 2027 at nine, by the zone's own data and by the object's."""
    days = [datetime(2027, 1, 1, 9) + timedelta(days=number) for number in range(365)]  # noqa: DTZ001
    objects = {f"{day:%Y-%m-%d}": an_object(f"{day:%Y-%m-%d} 09:00", f"{day:%Y-%m-%d} 10:00") for day in days}
    by_script = ical_js(objects)
    for day in days:
        name = f"{day:%Y-%m-%d}"
        at = day.replace(tzinfo=ZoneInfo(BRUSSELS)).astimezone(UTC)
        assert by_script[name].start == at
        if day.day in (1, 15, 28):
            assert by_vobject(objects[name]).start == at
