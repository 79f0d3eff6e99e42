"""Wall clock and instant, in summer, in winter and on both change nights."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.domain.localtime import LocalTime, aware, local_of, local_time, zone
from hybrid_sync.errors import InputError, TimeError
from tests.builders import utc, wall


def test_ten_in_brussels_is_eight_in_utc_in_summer() -> None:
    assert local_time(wall("2027-06-09 10:00")).instant == utc("2027-06-09 08:00")


def test_ten_in_brussels_is_nine_in_utc_in_winter() -> None:
    assert local_time(wall("2027-01-13 10:00")).instant == utc("2027-01-13 09:00")


def test_the_abbreviation_is_that_of_the_day() -> None:
    assert local_time(wall("2027-06-09 10:00")).abbreviation == "CEST"
    assert local_time(wall("2027-01-13 10:00")).abbreviation == "CET"


def test_a_time_that_the_clock_skips_is_refused_with_both_readings() -> None:
    with pytest.raises(TimeError, match="does not exist") as caught:
        local_time(wall("2027-03-28 02:30"))
    assert caught.value.readings == (utc("2027-03-28 00:30"), utc("2027-03-28 01:30"))
    assert "01:30 CET" in str(caught.value)
    assert "03:30 CEST" in str(caught.value)


def test_a_time_that_the_clock_shows_twice_is_refused_with_both_readings() -> None:
    with pytest.raises(TimeError, match="exists twice") as caught:
        local_time(wall("2027-10-31 02:30"))
    assert caught.value.readings == (utc("2027-10-31 00:30"), utc("2027-10-31 01:30"))


@pytest.mark.parametrize(("fold", "instant"), [(0, "2027-10-31 00:30"), (1, "2027-10-31 01:30")])
def test_a_repeated_time_is_taken_when_its_showing_is_named(fold: int, instant: str) -> None:
    assert local_time(wall("2027-10-31 02:30"), fold=fold).instant == utc(instant)


@pytest.mark.parametrize(
    "text", ["2027-03-28 01:59", "2027-03-28 03:00", "2027-10-31 01:59", "2027-10-31 03:00"]
)
def test_times_beside_the_changed_hour_are_fine(text: str) -> None:
    assert local_time(wall(text)).wall == wall(text)


def test_seconds_are_dropped_as_webex_drops_them() -> None:
    assert local_time(datetime(2027, 6, 9, 10, 0, 59, 5)).wall == wall("2027-06-09 10:00")  # noqa: DTZ001


def test_moving_by_a_day_over_the_change_night_keeps_the_wall_time() -> None:
    assert local_time(wall("2027-03-27 10:00")).moved(timedelta(days=1)).wall == wall("2027-03-28 10:00")


def test_an_unknown_zone_is_named() -> None:
    with pytest.raises(InputError, match="'Europe/Bruxelles' is not an IANA time zone"):
        zone("Europe/Bruxelles")


def test_a_naive_instant_is_a_mistake_in_our_code() -> None:
    with pytest.raises(ValueError, match="naive"):
        aware(wall("2027-06-09 10:00"))
    with pytest.raises(ValueError, match="wall time"):
        LocalTime(utc("2027-06-09 10:00"))


@given(
    st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2060, 1, 1)),  # noqa: DTZ001
    st.sampled_from(["Europe/Brussels", "Europe/Lisbon", "America/New_York", "UTC", "Asia/Kathmandu"]),
)
def test_every_instant_has_one_wall_time_and_comes_back(moment: datetime, name: str) -> None:
    instant = moment.replace(second=0, microsecond=0, tzinfo=UTC)
    local = local_of(instant, name)
    assert local.instant == instant.astimezone(ZoneInfo(name)).astimezone(UTC)
    assert local_time(local.wall, name, local.fold).instant == local.instant
