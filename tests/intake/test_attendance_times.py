"""Times as reports write them, in every order, with and without zone."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.domain.localtime import local_of, local_time
from hybrid_sync.errors import InputError
from hybrid_sync.intake.attendance_times import Times, Unreadable, moment_of
from tests.builders import an_event, utc
from tests.intake.reading import unhurried

BRUSSELS = "Europe/Brussels"
moments = st.integers(0, 99 * 365 * 86_400).map(
    lambda seconds: utc("2000-01-02 00:00") + timedelta(seconds=seconds)
)


def times(learned: list[str] | None = None, zone: str | None = BRUSSELS, **event: str) -> Times:
    made = Times(an_event(**event), zone, "file.csv")
    made.learn(learned or [])
    return made


def instant(cell: str, **options: str) -> datetime | None:
    told = times(**options).read(cell)
    return told.instant if told else None


@given(moments, st.sampled_from([BRUSSELS, "America/New_York", "Asia/Kolkata", "Pacific/Apia", "UTC"]))
@unhurried
def test_a_wall_time_is_the_instant_that_its_clock_shows_then(moment: datetime, zone: str) -> None:
    wall = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    reader = Times(an_event(), zone, "file.csv")
    cell = f"{wall:%Y-%m-%d %H:%M:%S}"
    other = wall.replace(tzinfo=ZoneInfo(zone), fold=1 - moment.astimezone(ZoneInfo(zone)).fold)
    if other.astimezone(UTC) != moment:
        with pytest.raises(Unreadable, match="exists twice"):
            reader.read(cell)
        return
    told = reader.read(cell)
    assert told is not None
    assert told.instant == moment


@given(moments, st.integers(-14 * 60, 14 * 60))
@unhurried
def test_an_offset_that_is_told_outweighs_the_zone(moment: datetime, minutes: int) -> None:
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    shown = (moment + timedelta(minutes=minutes)).replace(tzinfo=None)
    told = times(zone=None).read(f"{shown:%Y-%m-%dT%H:%M:%S}{sign}{hours:02}:{rest:02}")
    assert told is not None
    assert told.instant == moment


@given(st.dates(date(2001, 1, 1), date(2098, 12, 31)), st.sampled_from("/-"))
@unhurried
def test_near_the_event_every_order_of_day_and_month_is_understood(day: date, sign: str) -> None:
    begins = f"{day.isoformat()} 10:00"
    event = {"starts": begins, "ends": f"{day.isoformat()} 11:30"}
    wanted = local_time(datetime.fromisoformat(begins), BRUSSELS).instant
    for written in (
        f"%d{sign}%m{sign}%Y 10:00",
        f"%m{sign}%d{sign}%Y 10:00 AM",
        f"%d{sign}%m{sign}%y, 10:00:00",
    ):
        assert instant(day.strftime(written), **event) == wanted, written


swappable = st.builds(date, st.integers(2020, 2030), st.integers(1, 12), st.integers(1, 12)).filter(
    lambda day: day.day != day.month and abs((day - an_event().starts.date).days) > 40
)
only_so = st.builds(date, st.integers(2020, 2030), st.integers(1, 12), st.integers(13, 28))


@given(swappable, only_so, st.booleans())
@unhurried
def test_far_from_the_event_the_order_of_the_file_decides_and_without_one_nothing_is_guessed(
    day: date, teacher: date, day_first: bool
) -> None:
    written = "%d/%m/%Y 10:00" if day_first else "%m/%d/%Y 10:00"
    told = times([teacher.strftime(written)]).read(day.strftime(written))
    assert told is not None
    assert local_of(told.instant, BRUSSELS).date == day
    with pytest.raises(Unreadable, match=r"can be .* or .*neither is near the event"):
        times([]).read(day.strftime(written))


def test_a_file_in_two_orders_teaches_nothing() -> None:
    both = times(["25/05/2027 10:00", "05/25/2027 10:00"])
    with pytest.raises(Unreadable, match="write the year first, like 2027-06-09"):
        both.read("04/05/2027 10:00")


def test_dots_are_day_first_whatever_the_rest_of_the_file_does() -> None:
    told = times(["05/25/2027 10:00"]).read("04.05.2027 10:00")
    assert told is not None
    assert told.instant == utc("2027-05-04 08:00")


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("2027-06-09 12:00 AM", "2027-06-08 22:00"),
        ("2027-06-09 12:00 pm", "2027-06-09 10:00"),
        ("2027-06-09 1:05 p. m.", "2027-06-09 11:05"),
        ("2027-06-09 10h05", "2027-06-09 08:05"),
        ("9. 6. 2027 10.05.00", "2027-06-09 08:05"),
        ("2027/6/9 10:05:00.123", "2027-06-09 08:05"),
        ("2027-06-09 10:05 UTC", "2027-06-09 10:05"),
        ("2027-06-09 10:05 (GMT+2)", "2027-06-09 08:05"),
        ("10:05", "2027-06-09 08:05"),
        ("10:05 AM", "2027-06-09 08:05"),
    ],
)
def test_the_ways_to_write_a_time(cell: str, wanted: str) -> None:
    assert instant(cell) == utc(wanted)


@pytest.mark.parametrize("cell", ["", "-", "n/a", "1970-01-01 00:00:00", "01/01/1970, 1:00 AM"])
def test_fillers_tell_no_time(cell: str) -> None:
    assert instant(cell) is None


@pytest.mark.parametrize(
    "cell",
    [
        "soon", "2027-06-09", "2027-13-09 10:00", "2027-02-29 10:00", "2027-06-09 25:00", "2027-06-09 13:00 PM",
        "9999-12-31 23:00", "0000-01-01 00:00", "2027-06-09 10:00 CEST", "2027-06-09 10:00+15:00", "9/6/2027", "x" * 999,
        "٢٠٢٧-٠٦-٠٩ ١٠:٠٠",
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused(cell: str) -> None:
    with pytest.raises(Unreadable):
        instant(cell)


@given(
    st.text(st.characters(codec="utf-8"), max_size=80)
    | st.from_regex(r"[0-9/.:\- APM+]{0,40}", fullmatch=True)
)
@unhurried
def test_whatever_a_cell_holds_it_is_a_time_or_refused(cell: str) -> None:
    with suppress(Unreadable):
        told = times().read(cell)
        assert told is None or told.instant.tzinfo is UTC


def test_a_desk_writes_times_on_the_event_s_clock() -> None:
    winter = an_event("2027-01-13 10:00", "2027-01-13 11:00")
    assert moment_of(" 10:05 ", winter) == utc("2027-01-13 09:05")
    assert moment_of("2027-01-13 10:05", winter) == utc("2027-01-13 09:05")
    with pytest.raises(InputError, match="is no date and time"):
        moment_of("ten", winter)
    with pytest.raises(InputError, match="is no time"):
        moment_of("", winter)
