"""When attendance is pulled, when two pulls are enough, and when a meeting was not held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.domain.attendance_pulls import (
    COMPLETE_AFTER,
    LAST_LOOK,
    agreement,
    complete_from,
    enough,
    pulls_due,
    report_gone_at,
    was_held,
)
from tests.builders import an_event, utc

AFTER = (timedelta(minutes=20), timedelta(hours=2), timedelta(hours=24), timedelta(days=7))
END = utc("2027-06-09 09:30")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Seen:
    at: datetime
    digest: str = ""
    instances: tuple[str, ...] = ("i1",)


def seen(*pulls: tuple[str, str]) -> list[Seen]:
    """Pulls so long after the end, each with what it told: ("20m", "a")."""
    return [Seen(END + span(after), digest) for after, digest in pulls]


def span(text: str) -> timedelta:
    unit = {"m": "minutes", "h": "hours", "d": "days"}[text[-1]]
    return timedelta(**{unit: float(text[:-1])})


def due(
    pulls: list[Seen], now: datetime, after: tuple[timedelta, ...] = AFTER, **more: bool
) -> tuple[bool, str]:
    """Whether one is due, and how long after the end the next one is ("" when there is none)."""
    is_due, ahead = pulls_due(an_event(), pulls, after, now, **more)
    return is_due, str(ahead - END) if ahead else ""


@pytest.mark.parametrize(
    ("pulls", "now", "expected"),
    [
        ((), "19m", (False, "0:20:00")),
        ((), "20m", (True, "2:00:00")),
        ((), "3h", (True, "1 day, 0:00:00")),
        ((("20m", "a"),), "21m", (False, "2:00:00")),
        ((("20m", "a"),), "2h", (True, "1 day, 0:00:00")),
        # Two that agree early prove nothing: leave times may be missing in both.
        ((("20m", "a"), ("2h", "a")), "3h", (False, "1 day, 0:00:00")),
        ((("20m", "a"), ("2h", "a")), "24h", (True, "7 days, 0:00:00")),
        # The third tells the same: that is enough.
        ((("20m", "a"), ("2h", "a"), ("24h", "a")), "25h", (False, "")),
        ((("2h", "a"), ("24h", "a")), "7d", (False, "")),
        # It tells something else: once more after a week.
        ((("20m", "a"), ("2h", "a"), ("24h", "b")), "25h", (False, "7 days, 0:00:00")),
        ((("20m", "a"), ("2h", "a"), ("24h", "b")), "7d", (True, "83 days, 0:00:00")),
        ((("24h", "b"), ("7d", "b")), "8d", (False, "")),
        # Never at rest: once more before the attendee report is gone.
        ((("24h", "b"), ("7d", "c")), "8d", (False, "83 days, 0:00:00")),
        ((("24h", "b"), ("7d", "c")), "83d", (True, "")),
        ((("24h", "b"), ("7d", "c"), ("83d", "d")), "84d", (False, "")),
        # One pull makes up for all that were missed.
        ((), "10d", (True, "83 days, 0:00:00")),
        ((("10d", "a"),), "10d", (False, "83 days, 0:00:00")),
        ((("10d", "a"), ("83d", "a")), "83d", (False, "")),
        # A person who pulls twice in a row proves nothing by it.
        ((("24h", "a"), ("24.1h", "a")), "25h", (False, "7 days, 0:00:00")),
        ((("23h", "a"), ("24h", "a")), "25h", (False, "")),
        # Of before digests were kept.
        ((("2h", ""), ("24h", "")), "25h", (False, "7 days, 0:00:00")),
    ],
)  # fmt: skip
def test_it_is_pulled_until_two_pulls_prove_something(
    pulls: tuple[tuple[str, str], ...], now: str, expected: tuple[bool, str]
) -> None:
    assert due(seen(*pulls), END + span(now)) == expected


def test_without_the_attendee_report_there_is_no_look_before_its_end() -> None:
    pulls = seen(("24h", "b"), ("7d", "c"))
    assert due(pulls, END + 8 * DAY, report=False) == (False, "")


def test_no_moments_set_means_nothing_is_pulled_by_itself() -> None:
    assert due([], END + 100 * DAY, ()) == (False, "")


def test_pulls_of_before_a_move_prove_nothing() -> None:
    before = [Seen(END - 3 * DAY, "a"), Seen(END - 2 * DAY, "a")]
    assert not enough(an_event(), before)
    assert due(before, END + span("20m")) == (True, "2:00:00")
    assert was_held(before, an_event()) is None


def test_an_event_without_an_end_is_never_pulled() -> None:
    event = an_event(ends=None)
    assert pulls_due(event, [], AFTER, END + DAY) == (False, None)
    assert was_held([Seen(END, "a")], event) is None
    assert complete_from(event, [END]) is None
    assert not enough(event, [Seen(END + 2 * DAY, "a")] * 2)


@pytest.mark.parametrize(
    ("found", "after", "held"),
    [
        ((), (), None),
        ((0,), ("20m",), None),
        ((0, 0), ("20m", "2h"), None),
        ((0, 0, 0), ("20m", "2h", "24h"), False),
        ((0,), ("24h",), False),
        ((0,), ("23.9h",), None),
        ((0, 1), ("20m", "2h"), True),
        ((1, 0, 0), ("20m", "2h", "24h"), True),
        ((0, 0, 0, 1), ("20m", "2h", "24h", "30h"), True),
    ],
)
def test_a_meeting_was_not_held_when_no_run_is_there_a_day_after_its_end(
    found: tuple[int, ...], after: tuple[str, ...], held: bool | None
) -> None:
    pulls = [Seen(END + span(late), "a", ("i1",) * many) for many, late in zip(found, after, strict=True)]
    assert was_held(pulls, an_event()) is held


def test_nothing_is_pulled_any_more_once_it_was_not_held() -> None:
    assert due([Seen(END + DAY, "a", ())], END + 7 * DAY) == (False, "")


def test_two_pulls_in_a_row_agree_or_not() -> None:
    assert agreement([]) is None
    assert agreement(seen(("2h", "a"))) is None
    assert agreement(seen(("2h", ""), ("24h", "a"))) is None
    assert agreement(seen(("20m", "b"), ("2h", "a"), ("24h", "a"))) is True
    assert agreement(seen(("20m", "a"), ("2h", "a"), ("24h", "b"))) is False


def test_everything_is_told_a_day_after_the_last_run_has_really_ended() -> None:
    event = an_event()
    assert complete_from(event, []) == END + COMPLETE_AFTER
    assert complete_from(event, [END - timedelta(hours=1), None]) == END + COMPLETE_AFTER
    late = END + timedelta(minutes=45)
    assert complete_from(event, [END, late]) == late + COMPLETE_AFTER


@pytest.mark.parametrize(
    ("starts", "ends"),
    [("2027-10-30 20:00", "2027-10-31 04:00"), ("2027-03-27 20:00", "2027-03-28 04:00")],
    ids=["autumn", "spring"],
)
def test_delays_are_real_time_over_a_change_night(starts: str, ends: str) -> None:
    event = an_event(starts, ends)
    assert event.ends is not None
    end = event.ends.instant
    _, ahead = pulls_due(event, [Seen(end + timedelta(hours=2), "a")], AFTER, end + timedelta(hours=2))
    assert ahead == end + timedelta(hours=24)


def test_the_report_is_gone_ninety_days_after_the_start_and_the_last_look_is_a_week_earlier() -> None:
    event = an_event()
    assert report_gone_at(event) == utc("2027-09-07 08:00")
    last = END + LAST_LOOK
    assert timedelta(days=6) < report_gone_at(event) - last < timedelta(days=8)


@given(
    after=st.lists(st.integers(min_value=1, max_value=60 * 24 * 30), max_size=6),
    changes=st.lists(st.sampled_from("ab"), min_size=20, max_size=20),
    step=st.integers(min_value=1, max_value=60 * 24 * 10),
)
def test_whenever_it_is_looked_at_pulling_comes_to_an_end(
    after: list[int], changes: list[str], step: int
) -> None:
    """A worker that comes when it was told to, or later, pulls at most once for each moment, and never twice for one."""
    delays = tuple(timedelta(minutes=one) for one in after)
    event, pulls, now = an_event(), [], END
    for _ in range(40):
        is_due, ahead = pulls_due(event, pulls, delays, now)
        if is_due:
            pulls.append(Seen(now, changes[len(pulls) % len(changes)]))
            assert pulls_due(event, pulls, delays, now)[0] is False
            continue
        if ahead is None:
            break
        assert ahead > now
        now = max(ahead, now + timedelta(minutes=step))
    else:
        pytest.fail("it never came to an end")
    assert len(pulls) <= len(set(after)) + bool(after)
