"""Who is added to and removed from the meeting's list."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hybrid_sync.domain.people import Mode, RegistrantStatus
from hybrid_sync.domain.registrants import MeetingRegistrant, plan_registrants
from hybrid_sync.errors import UnsafePlan
from tests.builders import a_person


def seen(*names: str) -> list[MeetingRegistrant]:
    return [MeetingRegistrant(f"w-{name}", f"{name}@example.org") for name in names]


def ours(*names: str) -> dict[str, str]:
    return {f"{name}@example.org": f"w-{name}" for name in names}


def kinds(changes) -> list[tuple[str, str]]:  # type: ignore[no-untyped-def]
    return [(change.kind, change.target.partition("@")[0]) for change in changes]


def test_an_approved_online_person_is_added() -> None:
    assert kinds(plan_registrants("water", [a_person()], [], {})) == [("registrant.add", "ada")]


def test_who_is_there_already_in_another_spelling_is_not_added_again() -> None:
    person = a_person(email="Ada@Example.ORG")
    assert plan_registrants("water", [person], seen("ada"), ours("ada")) == []


@pytest.mark.parametrize("status", [s for s in RegistrantStatus if s is not RegistrantStatus.APPROVED])
def test_only_approved_people_are_in_the_meeting(status: RegistrantStatus) -> None:
    person = a_person(status=status)
    assert plan_registrants("water", [person], [], {}) == []
    assert kinds(plan_registrants("water", [person], seen("ada"), ours("ada"))) == [
        ("registrant.remove", "ada")
    ]


def test_who_switches_to_the_room_leaves_the_meeting() -> None:
    changes = plan_registrants("water", [a_person(mode=Mode.ROOM)], seen("ada"), ours("ada"))
    assert [(change.kind, change.reason) for change in changes] == [
        ("registrant.remove", "comes to the room")
    ]


def test_somebody_who_registered_in_webex_directly_is_left_alone() -> None:
    assert plan_registrants("water", [], seen("stranger"), {}) == []


def test_somebody_removed_by_hand_is_put_back() -> None:
    assert kinds(plan_registrants("water", [a_person()], [], ours("ada"))) == [("registrant.add", "ada")]


def test_a_registration_that_is_not_the_one_we_made_is_not_removed() -> None:
    gone = a_person(status=RegistrantStatus.WITHDRAWN)
    other = [replace(seen("ada")[0], id="made-by-hand")]
    assert plan_registrants("water", [gone], other, ours("ada")) == []


def test_removals_come_before_additions() -> None:
    people = [a_person("ada", status=RegistrantStatus.WITHDRAWN), a_person("bob")]
    changes = plan_registrants("water", people, seen("ada"), ours("ada"))
    assert kinds(changes) == [("registrant.remove", "ada"), ("registrant.add", "bob")]


def test_removing_more_than_three_in_ten_is_refused_until_forced() -> None:
    names = [f"p{number}" for number in range(10)]
    people = [a_person(name, status=RegistrantStatus.WITHDRAWN) for name in names[:4]]
    people += [a_person(name) for name in names[4:]]
    with pytest.raises(UnsafePlan, match="4 of 10"):
        plan_registrants("water", people, seen(*names), ours(*names))
    assert len(plan_registrants("water", people, seen(*names), ours(*names), force=True)) == 4


def test_three_in_ten_may_go_and_small_lists_are_not_guarded() -> None:
    names = [f"p{number}" for number in range(10)]
    people = [a_person(name, status=RegistrantStatus.WITHDRAWN) for name in names[:3]]
    people += [a_person(name) for name in names[3:]]
    assert len(plan_registrants("water", people, seen(*names), ours(*names))) == 3
    few = [a_person(name, status=RegistrantStatus.WITHDRAWN) for name in names[:9]]
    assert len(plan_registrants("water", few, seen(*names[:9]), ours(*names[:9]))) == 9
