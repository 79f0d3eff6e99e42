"""Door codes, who somebody at the desk is, and one stay however often it is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.domain.desk import who_is
from hybrid_sync.domain.door import (
    ALPHABET,
    AtDoor,
    as_code,
    checked_in,
    door_code,
    door_days,
    found,
    similar,
    stays_of,
)
from hybrid_sync.domain.people import RegistrantStatus
from hybrid_sync.domain.presence import Segment, union
from hybrid_sync.errors import InputError
from tests.builders import a_person, an_event, utc

ADA, BO = a_person("ada", last_name="Lovelace"), a_person("bo", first_name="Bo", last_name="Dé e")


@given(st.text(max_size=40))
def test_a_code_is_short_always_the_same_and_read_back_however_it_is_typed(registrant_id: str) -> None:
    code = door_code(registrant_id)
    assert len(code) == 6
    assert set(code) <= set(ALPHABET)
    assert door_code(registrant_id) == code
    assert as_code(f" {code[:3].lower()}-{code[3:]} ") == code


def test_codes_hardly_ever_clash_within_an_event() -> None:
    assert len({door_code(f"id-{number}") for number in range(2000)}) == 2000


@pytest.mark.parametrize(
    "text", ["", "ADA", "ada@example.org", "Ada Lovelace", "K7M4QXX", "KOMMEN", "ÀÉÎÕÜß"]
)
def test_what_is_no_code_is_none(text: str) -> None:
    assert as_code(text) is None


def test_people_are_found_by_code_address_and_full_name() -> None:
    people = [ADA, BO]
    for who in (
        door_code(ADA.id),
        door_code(ADA.id).lower(),
        "ADA@example.org ",
        "ada lovelace",
        "Lovelace, Ada",
    ):
        assert found(people, who) == (ADA,), who
    assert found(people, "bo de e") == (BO,)
    assert found(people, "Ada") == ()
    assert found(people, "x@example.org") == ()
    assert found(people, "") == ()
    assert similar(people, "lovelace") == (ADA,)
    assert similar(people, " ") == ()


def test_two_of_one_name_are_both_found_unless_only_one_has_a_place() -> None:
    other = a_person("ada2", first_name="Ada", last_name="Lovelace")
    assert found([ADA, other], "Ada Lovelace") == (ADA, other)
    gone = replace(other, status=RegistrantStatus.WITHDRAWN)
    assert found([ADA, gone], "Ada Lovelace") == (ADA,)
    assert found([gone], "Ada Lovelace") == (gone,)


def test_the_days_of_an_event_are_its_own_also_over_midnight_and_change_nights() -> None:
    assert door_days(an_event()) == (utc("2027-06-08 22:00"), utc("2027-06-09 22:00"))
    over = an_event("2027-01-13 22:00", "2027-01-14 01:00")
    assert door_days(over) == (utc("2027-01-12 23:00"), utc("2027-01-14 23:00"))
    autumn = an_event("2027-10-31 10:00", "2027-10-31 12:00")
    first, last = door_days(autumn)
    assert first <= utc("2027-10-30 23:00")
    assert last == utc("2027-10-31 23:00")


def test_two_people_who_share_a_code_are_told_apart_by_address() -> None:
    seen: dict[str, str] = {}
    ids = (f"id-{number}" for number in range(1_000_000))
    one, other = next(
        (seen[door_code(some)], some) for some in ids if seen.setdefault(door_code(some), some) != some
    )
    people = [replace(ADA, id=one), replace(BO, id=other)]
    with pytest.raises(
        InputError, match=r"fits 2 people: .*ada@example.org.*bo@example.org.*say which by e-mail"
    ):
        who_is(people, door_code(one), walk_in=True)
    assert who_is(people, "bo@example.org", walk_in=False).person == people[1]


WHO = AtDoor("Ada Lovelace", "ada@example.org", ADA)


def told(*times: tuple[str, str | None], who: AtDoor = WHO) -> list[Segment]:
    """The check-ins after these times were told one after the other."""
    stays: dict[str, Segment] = {}
    for at, left in times:
        stay = checked_in(
            "water", who, stays_of(who, stays.values()), moment(at), moment(left) if left else None
        )
        if stay:
            stays[stay.key] = stay
    return stays_of(who, stays.values())


def moment(text: str) -> datetime:
    return utc(f"2027-06-09 {text}")


def spans(stays: list[Segment]) -> list[tuple[str, str | None]]:
    return [
        (f"{stay.joined:%H:%M}" if stay.joined else "?", f"{stay.left:%H:%M}" if stay.left else None)
        for stay in stays
    ]


def test_a_check_in_names_the_registrant_and_twice_is_once() -> None:
    (stay,) = told(("08:00", None), ("08:00", None), ("08:10", None))
    assert (stay.source, stay.registrant_id, stay.email) == ("room", ADA.id, "ada@example.org")
    assert (stay.joined, stay.left) == (moment("08:00"), None)


@pytest.mark.parametrize(
    ("times", "wanted"),
    [
        ([("08:00", None), ("08:00", "09:00")], [("08:00", "09:00")]),
        ([("08:10", None), ("08:00", None)], [("08:00", None)]),
        ([("08:00", "08:30"), ("09:00", None)], [("08:00", "08:30"), ("09:00", None)]),
        ([("09:00", None), ("08:00", "08:30")], [("08:00", "08:30"), ("09:00", None)]),
        ([("08:00", "09:00"), ("08:30", "08:40")], [("08:00", "09:00")]),
        ([("08:00", "09:00"), ("08:30", None)], [("08:00", "09:00")]),
        ([("08:00", "08:30"), ("08:10", "09:00")], [("08:00", "09:00")]),
    ],
)
def test_told_times_widen_a_stay_or_begin_another(
    times: list[tuple[str, str | None]], wanted: list[tuple[str, str | None]]
) -> None:
    assert spans(told(*times)) == wanted
    assert spans(told(*times, *times)) == wanted, "the same list again changes nothing"


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30)), min_size=1, max_size=8))
def test_stays_with_both_ends_add_up_to_their_union(times: list[tuple[int, int]]) -> None:
    start = moment("08:00")
    intervals = [
        (start + timedelta(minutes=at), start + timedelta(minutes=at + length)) for at, length in times
    ]
    stays = told(*((f"{at:%H:%M}", f"{left:%H:%M}") for at, left in intervals))
    kept = [(stay.joined, stay.left) for stay in stays if stay.joined and stay.left]
    assert union(kept) == union(intervals)
    assert len({stay.key for stay in stays}) == len(stays)


def test_times_that_nobody_told_count_only_for_somebody_unknown() -> None:
    start = moment("08:00")
    alone = checked_in("water", WHO, [], start, assumed=True)
    assert alone is not None
    assert (alone.joined, alone.left) == (start, None)
    assert checked_in("water", WHO, told(("09:00", None)), start, assumed=True) is None


def test_a_walk_in_is_known_by_address_or_by_name() -> None:
    (stay,) = told(("08:00", None), who=AtDoor("Zoë Zee"))
    assert (stay.registrant_id, stay.display_name, stay.email) == (None, "Zoë Zee", "")
    assert AtDoor("zee, zoe").key == AtDoor("Zoë Zee").key
    assert AtDoor("Z", "z@example.org").key == AtDoor("Zoë", "Z@example.org").key
    assert AtDoor("Zoë Zee").key != AtDoor("Zoë Zeeland").key
    assert AtDoor("???").key != AtDoor("!!!").key


def test_leaving_before_coming_is_an_error() -> None:
    with pytest.raises(ValueError, match="leaves before"):
        told(("09:00", "08:00"))
