"""Who is added to and removed from the meeting's list."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hybrid_sync.domain.people import Mode, RegistrantStatus
from hybrid_sync.domain.plan import Hold
from hybrid_sync.domain.registrants import MeetingRegistrant, plan_direct, plan_registrants, pulled
from hybrid_sync.errors import UnsafePlan
from tests.builders import NOW, a_person


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


def standing(status: str, name: str = "ada") -> list[MeetingRegistrant]:
    return [replace(seen(name)[0], status=status)]


def test_who_is_approved_here_and_pending_there_is_approved_there() -> None:
    [change] = plan_registrants("water", [a_person()], standing("pending"), ours("ada"))
    assert (change.kind, change.acts) == ("registrant.approve", True)


def test_who_was_rejected_there_by_hand_is_put_before_a_person_with_what_to_do() -> None:
    [change] = plan_registrants("water", [a_person()], standing("rejected"), ours("ada"))
    assert isinstance(change, Hold)
    assert change.kind == "registrant.approve"
    assert "registrants withdraw water ada@example.org" in change.reason
    [forced] = plan_registrants("water", [a_person()], standing("rejected"), ours("ada"), force=True)
    assert forced.acts


def test_who_was_rejected_there_by_us_and_is_approved_again_is_approved_there() -> None:
    key = "ada@example.org"
    [change] = plan_registrants("water", [a_person()], standing("rejected"), ours("ada"), turned_down={key})
    assert (change.kind, change.acts) == ("registrant.approve", True)


@pytest.mark.parametrize("mark", [ours("ada"), {}], ids=["ours", "registered there"])
def test_who_is_rejected_here_and_pending_there_is_rejected_and_not_deleted(mark: dict[str, str]) -> None:
    person = a_person(status=RegistrantStatus.REJECTED)
    [change] = plan_registrants("water", [person], standing("pending"), mark)
    assert change.kind == "registrant.remove"
    assert change.wanted.status == "rejected"
    assert plan_registrants("water", [person], standing("rejected"), mark) == []


@pytest.mark.parametrize("status", [RegistrantStatus.PENDING, RegistrantStatus.WAITLISTED])
def test_who_waits_on_both_sides_is_left_waiting(status: RegistrantStatus) -> None:
    assert plan_registrants("water", [a_person(status=status)], standing("pending"), ours("ada")) == []


def test_who_withdraws_after_a_rejection_is_deleted_too() -> None:
    person = a_person(status=RegistrantStatus.WITHDRAWN)
    [change] = plan_registrants("water", [person], standing("rejected"), ours("ada"))
    assert (change.kind, change.wanted) == ("registrant.remove", None)


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_spellings_there_ours_counts(order: int) -> None:
    other = MeetingRegistrant("by-hand", "Ada@Example.org", status="pending")
    both = [*seen("ada"), other][::order]
    assert plan_registrants("water", [a_person()], both, ours("ada")) == []
    [change] = plan_registrants("water", [a_person(status=RegistrantStatus.WITHDRAWN)], both, ours("ada"))
    assert change.seen.id == "w-ada"


def test_strangers_are_pulled_reported_in_one_question_or_ignored() -> None:
    there = [*seen("ada", "eve", "bob"), *standing("pending", "zoe"), *standing("rejected", "out")]
    people = [a_person()]
    pulls = plan_direct("water", people, there, ours("ada"), "pull")
    assert sorted(kinds(pulls)) == [(("registrant.pull"), name) for name in ("bob", "eve", "zoe")]
    [question] = plan_direct("water", people, there, ours("ada"), "report")
    assert isinstance(question, Hold)
    assert (question.target, question.reason.startswith("3 registered in Webex directly")) == ("water", True)
    assert plan_direct("water", people, there, ours("ada"), "ignore") == []


def test_many_strangers_are_named_up_to_ten_and_counted() -> None:
    there = [
        replace(one, first_name=f"N{number}")
        for number, one in enumerate(seen(*(f"p{n}" for n in range(14))))
    ]
    [question] = plan_direct("water", [], there, {}, "report")
    assert "N9 and 4 more" in question.reason
    assert "N10" not in question.reason
    assert "@" not in question.reason


@pytest.mark.parametrize("direct", ["pull", "report"])
@pytest.mark.parametrize(
    "status", [RegistrantStatus.WITHDRAWN, RegistrantStatus.REJECTED, RegistrantStatus.PENDING]
)
def test_who_is_not_coming_here_and_registers_there_is_asked_about_and_never_brought_back(
    direct: str, status: RegistrantStatus
) -> None:
    person = a_person(status=status)
    [question] = plan_direct("water", [person], seen("ada"), {}, direct)  # type: ignore[arg-type]
    assert isinstance(question, Hold)
    assert "registrants approve water ada@example.org" in question.reason
    assert plan_direct("water", [person], seen("ada"), {}, "ignore") == []


def test_an_address_that_is_none_is_not_taken_over() -> None:
    there = [MeetingRegistrant("w1", "nobody", first_name="No")]
    [question] = plan_direct("water", [], there, {}, "pull")
    assert isinstance(question, Hold)
    assert "No" in question.reason


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [("Ada", "Lovelace", "Ada Lovelace"), ("", "Plato", "Plato"), ("", "", "ada")],
)
def test_who_is_taken_over_has_the_name_and_the_standing_that_they_have_there(
    first: str, last: str, name: str
) -> None:
    there = MeetingRegistrant("w1", "ada@example.org", first, last, "pending", NOW)
    person = pulled("water", "id-1", there, "fr", NOW)
    assert (person.name, person.status, person.language) == (name, RegistrantStatus.PENDING, "fr")
    assert pulled("water", "id-1", replace(there, status="approved"), "fr", NOW).is_coming
