"""What a person is asked, what is waited for, and which bodies of a change there can be at all."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from hybrid_sync.domain.meeting_by_hand import (
    HandMade,
    asks_first,
    doubts,
    lost_meeting,
    twin,
    wrong_kind,
)
from hybrid_sync.domain.meeting_plan import Ask, Reopen, plan_meeting
from hybrid_sync.domain.meetings import (
    COMPARED,
    Lobby,
    MeetingKind,
    MeetingPolicy,
    MeetingSpec,
    MeetingState,
    channels,
    differences,
    fingerprint,
    impossible,
    not_taken,
    to_change,
    wanted_meeting,
)
from hybrid_sync.domain.plan import Hold
from tests.builders import NOW, a_meeting, an_event, utc


def spec(**changes: Any) -> MeetingSpec:
    found = wanted_meeting(an_event())
    assert found is not None
    return replace(found, **changes)


# --- limits ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": "  "}, "no title"),
        ({"ends": utc("2027-06-09 08:09")}, "10 minutes"),
        ({"ends": utc("2027-06-10 08:00")}, "23 h 59 min"),
        ({"starts": utc("2037-05-03 08:00"), "ends": utc("2037-05-03 09:00")}, "ten years"),
    ],
)
def test_what_webex_takes_never_is_refused_with_the_reason_and_not_sent(
    changes: dict[str, Any], words: str
) -> None:
    wanted = spec(**changes)
    assert words in (impossible(wanted, NOW) or "")
    change = plan_meeting(an_event(), wanted, None, NOW)
    assert isinstance(change, Ask)
    assert words in change.reason
    moved = plan_meeting(an_event(), wanted, a_meeting(), NOW)
    assert isinstance(moved, Ask)
    assert words in moved.reason


@pytest.mark.parametrize("ends", ["2027-06-09 08:10", "2027-06-10 07:59"])
def test_the_shortest_and_the_longest_meeting_can_be_made(ends: str) -> None:
    assert impossible(spec(ends=utc(ends)), NOW) is None


# --- drift ----------------------------------------------------------------------------------------------------------


def test_what_an_answer_does_not_tell_is_no_difference() -> None:
    assert differences(spec(lobby=Lobby.SHUT, chat=False, recording=True), a_meeting()) == ()
    seen = a_meeting(lobby="allowJoin", chat=True, recording=False)
    wanted = spec(lobby=Lobby.SHUT, chat=False, recording=True)
    assert differences(wanted, seen) == ("lobby", "chat", "recording")


def test_a_wish_that_was_not_taken_over_is_not_sent_again_but_another_wish_is() -> None:
    wanted, seen = spec(chat=False, recording=True), a_meeting(chat=True, recording=False)
    ignored = not_taken(wanted, seen)
    assert to_change(wanted, seen, ignored) == ()
    assert to_change(replace(wanted, title="Other"), seen, ignored) == ("title",)
    assert plan_meeting(an_event(), wanted, seen, NOW, ignored=ignored) is None
    forced = plan_meeting(an_event(), wanted, seen, NOW, ignored=ignored, force=True)
    assert forced is not None
    assert forced.kind == "meeting.update"


def test_a_field_named_in_a_warning_is_remembered_even_where_the_answer_repeats_the_wish() -> None:
    wanted = spec(chat=False)
    assert not_taken(wanted, a_meeting(chat=False, ignored=("chat", "publicMeeting"))) == not_taken(
        wanted, a_meeting(chat=True)
    )


def test_a_meeting_that_stays_at_another_time_is_put_before_a_person() -> None:
    wanted, seen = spec(starts=utc("2027-06-09 07:00")), a_meeting()
    change = plan_meeting(an_event(), wanted, seen, NOW, ignored=not_taken(wanted, seen))
    assert isinstance(change, Ask)
    assert "another time" in change.reason


def test_an_edit_here_is_told_from_one_in_webex_by_what_was_written_last() -> None:
    change = plan_meeting(an_event(), spec(), a_meeting(title="By hand"), NOW)
    assert change is not None
    assert isinstance(asks_first(change, pending=False), Ask)
    assert asks_first(change, pending=True) is change
    assert fingerprint(spec()) == fingerprint(spec())
    for name, other in {"title": "T", "chat": False, "starts": utc("2027-06-09 07:00")}.items():
        assert fingerprint(spec(**{name: other})) != fingerprint(spec()), name


# --- hand-made ------------------------------------------------------------------------------------------------------


def lost(now: datetime, **options: Any) -> Hold | None:
    values: dict[str, Any] = {
        "believed_at": NOW,
        "recreations": 0,
        "recreated_at": None,
        **options,
    }
    hand = HandMade(deleted=values.pop("deleted", "recreate"))
    return lost_meeting(an_event(), spec(), hand, now, **values)


def test_a_lost_meeting_is_asked_about_unless_it_may_be_made_anew() -> None:
    asked = lost(NOW, deleted="ask")
    assert isinstance(asked, Ask)
    assert "--anew" in asked.reason
    assert lost(NOW) is None


def test_a_lost_meeting_is_not_made_anew_before_its_loss_is_certain() -> None:
    waiting = lost(NOW, believed_at=NOW + timedelta(seconds=30))
    assert waiting is not None
    assert waiting.until == NOW + timedelta(seconds=30)


def test_a_meeting_is_made_anew_once_an_hour_and_three_times_at_most() -> None:
    soon = lost(NOW, recreations=1, recreated_at=NOW - timedelta(minutes=59))
    assert soon is not None
    assert soon.until == NOW + timedelta(minutes=1)
    assert lost(NOW, recreations=2, recreated_at=NOW - timedelta(hours=1)) is None
    enough = lost(NOW, recreations=3, recreated_at=NOW - timedelta(days=1))
    assert isinstance(enough, Ask)
    assert lost(NOW, recreations=3, recreated_at=NOW, force=True) is None


def test_the_host_and_registration_are_watched_and_each_has_its_own_question() -> None:
    seen = a_meeting(host_email="New@example.org", registration=False)
    found = doubts(an_event(), spec(), seen, HandMade(edited="ask"), "old@example.org", force=False)
    assert [one.topic for one in found if isinstance(one, Ask)] == ["host", "registration"]
    assert all("@" not in one.reason for one in found)
    repaired = doubts(an_event(), spec(), seen, HandMade(), "new@example.org", force=False)
    assert [type(one) for one in repaired] == [Reopen]


@pytest.mark.parametrize(
    "seen",
    [
        a_meeting(registration=False, join_before_host=True),
        a_meeting(registration=False, state=MeetingState.IN_PROGRESS),
    ],
)
def test_registration_that_cannot_be_switched_on_now_is_asked_about(seen: Any) -> None:
    [found] = doubts(an_event(), spec(), seen, HandMade(), None, force=False)
    assert isinstance(found, Ask)


def test_registration_that_is_on_or_not_told_or_not_wanted_is_no_doubt() -> None:
    for wanted, registration in [(spec(), True), (spec(), None), (spec(registration=False), False)]:
        assert doubts(an_event(), wanted, a_meeting(registration=registration), HandMade(), None, False) == []


def test_kind_and_registration_of_a_meeting_that_is_there_are_never_changed() -> None:
    assert wrong_kind(an_event(), spec(), "meeting", True) is None
    for wanted, kind, registration in [
        (spec(kind=MeetingKind.WEBINAR), "meeting", True),
        (spec(), "webinar", True),
        (spec(kind=MeetingKind.WEBINAR, registration=False), "webinar", True),
        (spec(kind=MeetingKind.WEBINAR), "webinar", False),
    ]:
        asked = wrong_kind(an_event(), wanted, kind, registration)
        assert asked is not None
        assert "--anew" in asked.reason


def test_a_twin_is_named_by_its_number_and_nothing_that_lets_people_in() -> None:
    other = a_meeting(id="m2", number="27770001111", password="secret", web_link="https://x/secret")
    asked = twin(an_event(), other, "27770002222")
    assert "27770001111" in asked.reason
    assert "secret" not in asked.reason
    assert asked.until is None


# --- wishes ---------------------------------------------------------------------------------------------------------


def test_channels_pair_the_first_language_with_each_other_once() -> None:
    assert channels(("en", "fr", "en", "nl")) == (("en", "fr"), ("en", "nl"))
    assert channels(("en",)) == channels(()) == ()


def test_the_policy_of_the_house_is_in_every_wish() -> None:
    policy = MeetingPolicy(
        kind=MeetingKind.WEBINAR,
        registration=False,
        lobby=Lobby.ENTER,
        chat=False,
        recording=True,
        interpretation=True,
        join_before_host=True,
    )
    wanted = wanted_meeting(an_event(languages=("en", "fr")), 1, policy)
    assert wanted is not None
    for name in ("kind", "registration", "lobby", "chat", "recording", "join_before_host"):
        assert getattr(wanted, name) == getattr(policy, name)
    assert wanted.channels == (("en", "fr"),)


def test_every_combination_of_differences_is_told_by_name() -> None:
    other = {
        "title": "T",
        "agenda": "A",
        "starts": utc("2027-06-09 07:00"),
        "ends": utc("2027-06-09 11:00"),
        "lobby": Lobby.SHUT,
        "chat": False,
        "recording": True,
    }
    assert set(other) == set(COMPARED)
    seen = a_meeting(lobby=Lobby.WAIT.value, chat=True, recording=False)
    for size in range(len(COMPARED) + 1):
        for names in itertools.combinations(COMPARED, size):
            assert differences(spec(**{name: other[name] for name in names}), seen) == names
