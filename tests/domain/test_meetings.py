"""Which change brings a meeting in line; read as the table in plan_meeting."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hybrid_sync.domain.events import EventState
from hybrid_sync.domain.meeting_plan import plan_meeting
from hybrid_sync.domain.meetings import MeetingState, cut, fitted, meeting_tag, wanted_meeting
from hybrid_sync.domain.plan import Hold
from hybrid_sync.errors import UnsafePlan
from tests.builders import NOW, a_meeting, an_event, utc


def test_a_published_online_event_without_a_meeting_gets_one() -> None:
    event = an_event()
    change = plan_meeting(event, wanted_meeting(event), None, NOW)
    assert change is not None
    assert change.kind == "meeting.create"
    assert change.wanted.starts == utc("2027-06-09 08:00")


@pytest.mark.parametrize(
    "event",
    [
        an_event(state=EventState.DRAFT),
        an_event(state=EventState.CANCELLED),
        an_event(online=False),
        an_event(ends=None),
    ],
)
def test_drafts_cancelled_room_only_and_endless_events_want_no_meeting(event) -> None:  # type: ignore[no-untyped-def]
    assert wanted_meeting(event) is None
    assert plan_meeting(event, None, None, NOW) is None


def test_a_meeting_as_wanted_is_left_alone() -> None:
    event = an_event()
    assert plan_meeting(event, wanted_meeting(event), a_meeting(), NOW) is None


def test_a_moved_event_moves_its_meeting() -> None:
    event = an_event("2027-06-09 11:00", "2027-06-09 12:30")
    change = plan_meeting(event, wanted_meeting(event), a_meeting(), NOW)
    assert change is not None
    assert (change.kind, change.reason) == ("meeting.update", "starts, ends differ")


def test_a_running_meeting_is_not_touched_until_it_ends() -> None:
    event = an_event(title="A better title")
    now = utc("2027-06-09 08:30")
    change = plan_meeting(event, wanted_meeting(event), a_meeting(state=MeetingState.IN_PROGRESS), now)
    assert isinstance(change, Hold)
    assert change.until is not None
    assert change.until > now


def test_a_start_in_the_past_is_not_asked_for() -> None:
    event = an_event("2027-06-09 09:30", "2027-06-09 12:00")
    change = plan_meeting(event, wanted_meeting(event), a_meeting(), utc("2027-06-09 08:30"))
    assert isinstance(change, Hold)
    assert "no start in the past" in change.reason


def test_an_event_that_started_without_a_meeting_is_put_before_a_person() -> None:
    event = an_event()
    change = plan_meeting(event, wanted_meeting(event), None, utc("2027-06-09 08:10"))
    assert isinstance(change, Hold)
    assert change.until is None


def test_nothing_is_made_or_changed_once_the_event_is_over() -> None:
    event = an_event(title="Too late")
    after = utc("2027-06-09 09:30")
    assert plan_meeting(event, wanted_meeting(event), None, after) is None
    assert plan_meeting(event, wanted_meeting(event), a_meeting(), after) is None


def test_a_cancelled_event_takes_its_meeting_with_it() -> None:
    event = an_event(state=EventState.CANCELLED)
    change = plan_meeting(event, None, a_meeting(), NOW)
    assert change is not None
    assert (change.kind, change.reason) == ("meeting.cancel", "the event is cancelled")


def test_a_started_meeting_is_cancelled_only_by_force() -> None:
    event = an_event(state=EventState.CANCELLED)
    now = utc("2027-06-09 08:30")
    with pytest.raises(UnsafePlan, match="--force"):
        plan_meeting(event, None, a_meeting(), now)
    forced = plan_meeting(event, None, a_meeting(), now, force=True)
    assert forced is not None
    assert forced.kind == "meeting.cancel"


def test_no_two_events_share_a_tag_and_every_tag_fits() -> None:
    ids = ["a" * 60, "a" * 61, "a" * 62, "a" * 62 + "b", "été", "ete", "et\u0435", "x.y", "x-y", "x y"]
    tags = {meeting_tag(event_id, incarnation) for event_id in ids for incarnation in (1, 2, 11)}
    assert len(tags) == len(ids) * 3
    assert all(len(tag) <= 64 for tag in tags)


def test_a_long_title_is_cut_at_a_word_and_fits() -> None:
    event = an_event(title="word " * 60, description="x" * 3000)
    spec = wanted_meeting(event)
    assert spec is not None
    short = fitted(spec, 128, 1300)
    assert len(short.title) <= 128
    assert short.title.endswith("word…")
    assert len(short.agenda) == 1300
    assert fitted(short, 128, 1300) == short


@pytest.mark.parametrize("most", [1, 2, 10])
def test_cutting_never_exceeds_the_limit(most: int) -> None:
    assert len(cut("a b c d e f g h i j k", most)) <= most


def test_the_event_keeps_its_real_length_over_the_change_night() -> None:
    spring = an_event("2027-03-27 22:00", "2027-03-28 06:00")
    autumn = an_event("2027-10-30 22:00", "2027-10-31 06:00")
    assert spring.duration == timedelta(hours=7)
    assert autumn.duration == timedelta(hours=9)
