"""One participant of Webex's list as raw stays: odd ones that the sandbox does not play."""

from __future__ import annotations

from typing import Any

import pytest
from tests.builders import utc

from hybrid_sync.adapters.webex.wire import segments_of
from hybrid_sync.domain.presence import settled

EPOCH = "1970-01-01T00:00:00.000Z"
ROOM = {
    "id": "b1",
    "name": "Group A",
    "joinedTime": "2027-06-09T08:20:00Z",
    "leftTime": "2027-06-09T08:40:00+00:00",
}
ADA: dict[str, Any] = {
    "id": "i1_ada",
    "displayName": "Ada",
    "email": "Ada@Example.org",
    "joinedTime": "2027-06-09T08:00:00Z",
    "leftTime": "2027-06-09T09:00:00Z",
}
DEVICE = {"correlationId": "c1", "joinedTime": "2027-06-09T08:00:00.000Z", "leftTime": EPOCH}


def test_without_devices_one_stay_stands_for_the_participant_until_a_later_pull_tells_them() -> None:
    [whole] = segments_of("water", "i1", ADA | {"breakoutSessionsAttended": [ROOM]})
    assert (whole.key, whole.joined, whole.left) == (
        "i1|i1_ada|",
        utc("2027-06-09 08:00"),
        utc("2027-06-09 09:00"),
    )
    later = segments_of("water", "i1", ADA | {"devices": [DEVICE], "breakoutSessionsAttended": [ROOM]})
    assert [one.session for one in later] == ["", "Group A"]
    assert settled([whole, *later]) == later


def test_1970_is_no_time_and_what_is_no_object_is_left() -> None:
    [stay] = segments_of(
        "water", "i1", ADA | {"devices": [DEVICE, None, "x"], "breakoutSessionsAttended": "y"}
    )
    assert (stay.joined, stay.left) == (utc("2027-06-09 08:00"), None)


@pytest.mark.parametrize("change", [{"leftTime": EPOCH}, {"leftTime": None}, {"joinedTime": EPOCH}], ids=str)
def test_a_breakout_session_without_both_times_is_left_out(change: dict[str, Any]) -> None:
    found = segments_of(
        "water", "i1", ADA | {"devices": [DEVICE], "breakoutSessionsAttended": [ROOM | change]}
    )
    assert [one.session for one in found] == [""]


def test_going_into_the_same_breakout_session_twice_is_two_stays_with_keys_that_last() -> None:
    again = ROOM | {"joinedTime": "2027-06-09T08:50:00Z", "leftTime": "2027-06-09T08:55:00Z"}
    body = ADA | {"devices": [DEVICE], "breakoutSessionsAttended": [ROOM, again]}
    keys = [one.key for one in segments_of("water", "i1", body)]
    assert len(set(keys)) == 3
    assert {key.rpartition("|")[0] for key in keys} == {"i1|i1_ada"}
    unnamed = ADA | {"devices": [DEVICE], "breakoutSessionsAttended": [{**ROOM, "id": None, "name": ""}]}
    assert segments_of("water", "i1", unnamed)[1].session == "breakout session"


@pytest.mark.parametrize(
    ("flags", "role"),
    [
        ({"host": True, "coHost": True}, "host"),
        ({"coHost": True}, "cohost"),
        ({}, "panelist"),
        ({"host": "true"}, "panelist"),
        ({"email": "bob@example.org"}, "attendee"),
        ({"email": None}, "attendee"),
    ],
    ids=str,
)
def test_host_goes_before_cohost_before_panelist(flags: dict[str, Any], role: str) -> None:
    [stay] = segments_of("water", "i1", ADA | flags, frozenset({"ada@example.org"}))
    assert stay.role == role
