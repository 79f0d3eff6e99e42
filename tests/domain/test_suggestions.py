"""Who somebody may be: names and clicks put before a person, best first, and never decided by."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.domain.attendance import attendance
from hybrid_sync.domain.matching import Click, Evidence
from hybrid_sync.domain.names import likeness, words_of
from hybrid_sync.domain.people import Registrant, RegistrantStatus
from hybrid_sync.domain.suggestions import Suggester, Suggestion
from tests.builders import a_person, a_stay, an_event, utc

JOIN = utc("2027-06-09 08:05")


def named(number: int, name: str, **changes: object) -> Registrant:
    first, _, last = name.partition(" ")
    return a_person(f"p{number}", **{"first_name": first, "last_name": last, **changes})


PEOPLE = [
    named(1, "Zoë Müller-Łukasz"),
    named(2, "Ada Lovelace", email="lovelace@example.org"),
    named(3, "Anna Schmidt"),
    named(4, "Anna Schmidt"),
    named(5, "Jean Pierre Dupont"),
]


def asked(
    name: str,
    email: str | None = None,
    seen: tuple[str, ...] = (),
    clicks: tuple[Click, ...] = (),
    people: list[Registrant] = PEOPLE,
) -> tuple[Suggestion, ...]:
    return Suggester(people, seen, clicks).of(name, email, [JOIN])


def ids(found: tuple[Suggestion, ...]) -> list[str]:
    return [one.person.id for one in found]


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        ("ada LOVELACE", "the same name"),
        ("Lovelace, Ada", "the same name in another order"),
        ("Ada Lovelace (Guest)", "the same name"),
        ("Ada King Lovelace", "a part of the name"),
        ("A. Lovelace", "the initials fit"),
        ("Ada L", "the initials fit"),
        ("Ada Lovelase", "a similar name"),
        ("Ada", "one name of two"),
    ],
)
def test_a_name_that_fits_is_suggested_with_its_reason(shown: str, why: str) -> None:
    found = asked(shown)
    assert ids(found)[0] == "id-p2"
    assert found[0].why == f"{why}; not online otherwise"


def test_accents_case_and_letters_of_other_languages_do_not_hide_a_name() -> None:
    assert ids(asked("zoe mueller lukasz"))[0] == "id-p1"
    assert ids(asked("ZOE MULLER LUKASZ")) == ["id-p1"]
    assert words_of("Łukasz Ørsted-Straße, O’Neill (DG INTPA)") == ("lukasz", "orsted", "strasse", "oneill")


@pytest.mark.parametrize("shown", ["", "iPhone 12", "A", "+32 2 *** ** 12", "👋", "Grace Hopper", "Guest"])
def test_what_fits_nobody_suggests_nobody(shown: str) -> None:
    assert asked(shown) == ()


def test_two_people_of_one_name_are_both_suggested_and_neither_is_taken() -> None:
    assert ids(asked("Anna Schmidt")) == ["id-p3", "id-p4"]
    stay = a_stay("x", "08:05", "08:30", email="", display_name="Anna Schmidt")
    report = attendance(an_event(), PEOPLE, [stay])
    assert report.present == ()
    assert ids(report.unmatched[0].suggestions) == ["id-p3", "id-p4"]


def test_more_than_a_screenful_of_one_name_is_cut() -> None:
    crowd = [named(number, "Anna Schmidt") for number in range(40)]
    assert len(asked("Anna Schmidt", people=crowd)) == 10
    assert len(asked("Anna", people=crowd)) == 5


def test_who_was_not_seen_yet_comes_before_who_was() -> None:
    found = asked("Anna Schmidt", seen=("id-p3",))
    assert ids(found) == ["id-p4", "id-p3"]
    assert found[1].why == "the same name; was online under their own address"


def test_a_click_just_before_with_a_name_that_fits_comes_first() -> None:
    click = Click("id-p4", JOIN - timedelta(minutes=2))
    found = asked("Anna Schmidt", clicks=(click,))
    assert ids(found) == ["id-p4", "id-p3"]
    assert found[0].why == "the same name; pressed their join link 2 min before; not online otherwise"
    alike = asked("Anna", clicks=(Click("id-p4", JOIN),), people=[*PEOPLE, named(9, "Anna")])
    assert ids(alike)[0] == "id-p4", "a click and half a name say more than the whole name alone"


@pytest.mark.parametrize(
    ("before", "counts"),
    [
        (timedelta(minutes=5), True),
        (timedelta(minutes=5, seconds=1), False),
        (timedelta(0), True),
        (timedelta(seconds=-30), True),
        (timedelta(seconds=-31), False),
    ],
)
def test_a_click_counts_for_some_minutes_and_where_clocks_differ_a_little(
    before: timedelta, counts: bool
) -> None:
    found = asked("iPhone", clicks=(Click("id-p2", JOIN - before),))
    assert ids(found) == (["id-p2"] if counts else [])


def test_a_click_alone_is_said_while_only_few_clicked() -> None:
    def clicks(number: int) -> tuple[Click, ...]:
        return tuple(Click(f"id-p{one}", JOIN) for one in range(1, number + 1))

    found = asked("iPhone", clicks=clicks(3))
    assert ids(found) == ["id-p2", "id-p3", "id-p1"]
    assert found[0].why == "pressed their join link in the same minute; not online otherwise"
    assert asked("iPhone", clicks=clicks(4)) == ()


def test_a_click_of_somebody_who_came_under_their_own_address_says_nothing() -> None:
    assert asked("iPhone", seen=("id-p2",), clicks=(Click("id-p2", JOIN),)) == ()


def test_an_address_that_reads_like_a_name_or_begins_the_same_is_a_hint() -> None:
    found = asked("guest", "ada.lovelace@private.example")
    assert (ids(found), found[0].why) == (["id-p2"], "the address reads like the name; not online otherwise")
    found = asked("guest", "lovelace@private.example")
    assert ids(found) == ["id-p2"]
    assert found[0].why == "the beginning of the address is the same; not online otherwise"


def test_only_approved_people_are_suggested() -> None:
    gone = named(1, "Ada Lovelace", status=RegistrantStatus.WITHDRAWN)
    assert asked("Ada Lovelace", people=[gone]) == ()


def test_the_report_gives_the_click_its_place() -> None:
    stay = a_stay("x", "08:05", "08:30", email="z@guest.webex.localhost", display_name="Anna Schmidt")
    known = Evidence(clicks=[Click("id-p4", JOIN - timedelta(minutes=1))])
    [row] = attendance(an_event(), PEOPLE, [stay], evidence=known).unmatched
    assert ids(row.suggestions) == ["id-p4", "id-p3"]
    early = a_stay("x", "07:46", "08:30", email="z@guest.webex.localhost", display_name="Anna Schmidt")
    known = Evidence(clicks=[Click("id-p4", utc("2027-06-09 07:45"))])
    [row] = attendance(an_event(), PEOPLE, [early], evidence=known).unmatched
    assert ids(row.suggestions) == ["id-p4", "id-p3"], "before the margin people press the button too"


def test_a_name_that_very_many_share_is_still_found_whole() -> None:
    words = [f"{one}{two}{three}" for one in "bcdfghjk" for two in "lmnpqrst" for three in "aeiouxyz"]
    crowd = [named(number, f"Maria {word}") for number, word in enumerate(words)]
    crowd += [named(1000 + number, f"{word} Garcia") for number, word in enumerate(words)]
    crowd += [named(2000, "Maria Garcia"), named(2001, "Maria Garcia")]
    assert ids(asked("Garcia Maria", people=crowd))[:2] == ["id-p2000", "id-p2001"]


def test_who_sat_in_the_room_may_be_the_guest_who_came_in_by_their_click() -> None:
    room = a_stay("p2", "08:00", None, source="room", registrant_id="id-p2")
    phone = a_stay("x", "08:05", "08:30", email="", display_name="iPhone")
    known = Evidence(clicks=[Click("id-p2", JOIN)])
    [row] = attendance(an_event(), PEOPLE, [room, phone], evidence=known).unmatched
    assert [one.why for one in row.suggestions] == [
        "pressed their join link in the same minute; not online otherwise"
    ]


def test_a_click_says_nothing_of_somebody_at_the_door() -> None:
    door = a_stay("x", "08:05", None, email="", display_name="Somebody", source="room")
    [row] = attendance(an_event(), PEOPLE, [door], evidence=Evidence(clicks=[Click("id-p2", JOIN)])).walk_ins
    assert row.suggestions == ()


@given(st.text(), st.text())
def test_any_two_texts_can_be_compared_both_ways(one: str, two: str) -> None:
    forth, back = likeness(words_of(one), words_of(two)), likeness(words_of(two), words_of(one))
    assert (forth is None) == (back is None) or max(score for score, _ in filter(None, (forth, back))) < 0.9
    assert forth is None or (0 < forth[0] <= 1 and forth[1])
    assert likeness(words_of(one), words_of(one)) in (None, (1.0, "the same name"))
