"""Who is who: in which order records, people and addresses tell it, and that names never do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.domain.attendance import Attendance, attendance
from hybrid_sync.domain.matching import Evidence, Kind, Participant, participants, without_plus
from hybrid_sync.domain.people import Mode, Registrant, RegistrantStatus
from hybrid_sync.domain.presence import AttendanceRules, Segment
from tests.builders import a_person, a_stay, an_event

ADA, BOB = a_person("ada"), a_person("bob")
GUEST = "0a1b@guest.webex.localhost"


def report(
    *stays: Segment, people: tuple[Registrant, ...] = (ADA, BOB), rules: Any = None, **evidence: Any
) -> Attendance:
    return attendance(an_event(), people, stays, rules or AttendanceRules(), Evidence(**evidence))


def told(*stays: Segment, **more: Any) -> dict[str, tuple[int, str]]:
    """Minutes and what told it, by registrant's first name in lower case."""
    rows = report(*stays, **more).present
    return {
        row.person.first_name.lower(): (round(row.total.total_seconds() / 60), row.matched_by)
        for row in rows
        if row.person
    }


def found(*stays: Segment, people: tuple[Registrant, ...] = (ADA, BOB), **evidence: Any) -> list[Participant]:
    return participants(people, stays, AttendanceRules(), Evidence(**evidence))


# --- the order ---


def test_each_kind_of_evidence_tells_who_it_was() -> None:
    code = a_stay("desk", "08:00", "08:10", source="room", registrant_id="id-ada")
    link = a_stay("typed", "08:00", "08:20", source_id="hs-bob")
    assert told(code, link, sources={"hs-bob": "id-bob"}) == {"ada": (10, "code"), "bob": (20, "link")}
    address, other = a_stay("ada", "08:00", "08:10"), a_stay("private", "08:00", "08:20")
    alias = {"private@example.org": "bob@example.org"}
    assert told(address, other, aliases=alias) == {"ada": (10, "address"), "bob": (20, "alias")}
    [guest] = found(other)
    assert told(other, choices={guest.key: "id-bob"}) == {"bob": (20, "choice")}


def test_a_choice_outranks_address_alias_and_link_but_not_a_check_in_by_code() -> None:
    """Somebody came in with Ada's address, and a person says that it was Bob."""
    address = a_stay("ada", "08:00", "08:10")
    [one] = found(address)
    assert told(address, choices={one.key: "id-bob"}) == {"bob": (10, "choice")}
    link = a_stay("typed", "08:00", "08:10", source_id="hs-ada")
    marks = {"hs-ada": "id-ada"}
    [one] = found(link, sources=marks)
    assert told(link, sources=marks, choices={one.key: "id-bob"}) == {"bob": (10, "choice")}
    alias = a_stay("private", "08:00", "08:10")
    [one] = found(alias)
    known = {"private@example.org": "ada@example.org"}
    assert told(alias, aliases=known, choices={one.key: "id-bob"}) == {"bob": (10, "choice")}
    code = a_stay("ada", "08:00", "08:10", source="room", registrant_id="id-ada")
    [one] = found(code)
    assert told(code, choices={one.key: "id-bob"}) == {"ada": (10, "code")}


def test_a_choice_about_an_address_leaves_alone_what_code_and_link_explain() -> None:
    address = a_stay("ada", "08:00", "08:10")
    link = a_stay("ada", "08:10", "08:30", source_id="hs-ada")
    code = a_stay("ada", "08:30", "09:30", source="room", registrant_id="id-ada")
    [one] = found(address)
    decided = told(address, link, code, sources={"hs-ada": "id-ada"}, choices={one.key: "id-bob"})
    assert decided == {"ada": (80, "code"), "bob": (10, "choice")}


def test_an_address_of_somebody_registered_is_theirs_whatever_an_alias_says() -> None:
    stay = a_stay("ada", "08:00", "08:10")
    assert told(stay, aliases={"ada@example.org": "bob@example.org"}) == {"ada": (10, "address")}


def test_what_points_at_somebody_erased_counts_no_more() -> None:
    stay = a_stay("ada", "08:00", "08:10", source_id="hs-x", registrant_id="id-gone")
    [one] = found(stay)
    gone = told(
        stay,
        sources={"hs-x": "id-gone"},
        choices={one.key: "id-gone"},
        aliases={"ada@example.org": "gone@example.org"},
    )
    assert gone == {"ada": (10, "address")}


def test_several_participants_of_one_person_are_united_and_the_strongest_evidence_is_named() -> None:
    laptop = a_stay("ada", "08:00", "08:30")
    phone = a_stay("caller", "08:20", "08:50", email="", key="i1|p7|call")
    [one] = found(phone)
    assert told(laptop, phone, choices={one.key: "id-ada"}) == {"ada": (50, "choice")}


# --- addresses ---


def test_an_invented_address_never_matches_not_even_one_that_somebody_registered_with() -> None:
    strange = a_person("guest", email=GUEST)
    rows = report(a_stay("guest", "08:00", "08:10", email=GUEST), people=(strange,), aliases={GUEST: GUEST})
    assert rows.present == ()
    assert [(row.email, row.verdict) for row in rows.unmatched] == [(None, "unknown")]


def test_an_invented_and_a_real_entry_of_one_person_are_united_by_choice_alone() -> None:
    real = a_stay("ada", "08:00", "08:30", display_name="Ada Example")
    invented = a_stay("guest", "08:30", "09:00", display_name="Ada Example", email=GUEST)
    assert told(real, invented) == {"ada": (30, "address")}
    [key] = [one.key for one in found(real, invented) if not one.how]
    assert told(real, invented, choices={key: "id-ada"}) == {"ada": (60, "choice")}


def test_plus_addresses_are_one_person_where_the_house_says_so() -> None:
    plus = (a_stay("ada+phone", "08:00", "08:10"), a_stay("ADA+x", "08:10", "08:30"))
    same = AttendanceRules(plus_addresses_same=True)
    assert told(*plus) == {}
    assert told(*plus, rules=same) == {"ada": (30, "address")}
    strangers = report(a_stay("zoe+a", "08:00", "08:10"), a_stay("zoe+b", "08:10", "08:30"), rules=same)
    assert len(strangers.unmatched) == 1


def test_two_people_of_one_mailbox_are_told_apart_by_the_whole_address() -> None:
    people = (a_person("one", email="desk+one@example.org"), a_person("two", email="desk+two@example.org"))
    stays = [a_stay(f"desk+{who}", "08:00", "08:10") for who in ("one", "two", "three")]
    rows = report(*stays, people=people, rules=AttendanceRules(plus_addresses_same=True))
    assert [row.name for row in rows.present] == ["One Example", "Two Example"]
    assert [row.email for row in rows.unmatched] == ["desk+three@example.org"]


@pytest.mark.parametrize(
    ("address", "plain"),
    [("ada+x@e.org", "ada@e.org"), ("ada@e.org", "ada@e.org"), ("+x@e.org", "+x@e.org"), ("a+b+c@e", "a@e")],
)
def test_what_follows_a_plus_goes_but_never_the_whole_name(address: str, plain: str) -> None:
    assert without_plus(address) == plain


def test_without_an_address_the_devices_of_one_entry_are_one_and_two_entries_two() -> None:
    same_name = {"display_name": "Ada Example", "email": ""}
    stays = [
        a_stay("x", "08:00", "08:10", key="i1|p1|laptop", **same_name),
        a_stay("x", "08:10", "08:20", key="i1|p1|phone", **same_name),
        a_stay("x", "08:00", "08:30", key="i1|p2|laptop", **same_name),
        a_stay("x", "08:00", "08:40", key="i1|/Ada Example|1", **same_name),
        a_stay("x", "08:00", "08:50", key="i1|/Ada Example|2", **same_name),
    ]
    assert sorted(len(one.stays) for one in found(*stays)) == [1, 1, 1, 2]


# --- who is no part of the audience ---


@pytest.mark.parametrize("role", ["host", "cohost", "panelist"])
def test_who_runs_the_meeting_is_staff_in_every_run_and_neither_present_nor_missed(role: str) -> None:
    stays = [a_stay("ada", "08:00", "08:30", role=role), a_stay("ada", "08:40", "09:00", instance_id="i2")]
    rows = report(*stays)
    assert (rows.present, rows.staff) == ((), ("Ada",))
    assert [one.id for one in rows.no_shows] == ["id-bob"]
    assert [one.id for one in rows.ran_it] == ["id-ada"]
    assert rows.registered == 1


def test_who_runs_the_meeting_is_no_audience_under_another_address_of_theirs_either() -> None:
    host = a_stay("ada", "08:00", "08:30", role="host")
    tablet = a_stay("private", "08:00", "09:00")
    known = {"private@example.org": "ada@example.org"}
    assert report(host, tablet, aliases=known).present == ()
    [one] = [one for one in found(host, tablet) if one.email == "private@example.org"]
    decided = report(host, tablet, choices={one.key: "id-ada"})
    assert [row.total.total_seconds() / 60 for row in decided.present] == [60], "a person said so"


def test_who_runs_the_meeting_and_was_in_the_room_counts_there() -> None:
    online = a_stay("ada", "08:00", "09:30", role="cohost")
    room = a_stay("ada", "08:00", "08:45", source="room", registrant_id="id-ada")
    [row] = report(online, room).present
    assert (row.online.total_seconds(), row.room.total_seconds()) == (0, 45 * 60)
    assert report(online, room).ran_it == ()


def test_staff_are_known_by_address_too_and_a_person_may_decide_otherwise() -> None:
    rules = AttendanceRules(staff=("ADA@example.org",))
    stay = a_stay("ada", "08:00", "08:30")
    assert report(stay, rules=rules).staff == ("Ada",)
    [one] = found(stay)
    counted = report(stay, rules=rules, choices={one.key: "id-ada"})
    assert [row.name for row in counted.present] == ["Ada Example"]
    assert counted.staff == ()


def test_staff_at_the_door_are_no_walk_ins() -> None:
    rules = AttendanceRules(staff=("desk@example.org",))
    rows = report(a_stay("desk", "08:00", "08:30", source="room"), rules=rules)
    assert (rows.walk_ins, rows.unmatched, rows.staff) == ((), (), ("Desk",))


@pytest.mark.parametrize(
    ("stay", "systems"),
    [
        (a_stay("room", "08:00", "09:30", role="room system"), ()),
        (a_stay("room", "08:00", "09:30", email="ROOM1@example.org"), ("room1@example.org",)),
        (a_stay("room", "08:00", "09:30", display_name="InfoPoint Room 1", email=""), ("infopoint room 1",)),
        (a_stay("room", "08:00", "09:30", email="room1@example.org", role="host"), ("room1@example.org",)),
    ],
)
def test_the_device_of_the_room_counts_as_nobody(stay: Segment, systems: tuple[str, ...]) -> None:
    rows = report(stay, rules=AttendanceRules(room_systems=systems))
    assert (rows.present, rows.unmatched, rows.walk_ins, rows.staff) == ((), (), (), ())
    assert rows.room_systems == (stay.display_name,)
    assert len(rows.no_shows) == 2


def test_a_name_that_is_configured_as_a_room_makes_no_room_of_other_names() -> None:
    rows = report(a_stay("ada", "08:00", "09:00"), rules=AttendanceRules(room_systems=("InfoPoint Room 1",)))
    assert rows.room_systems == ()
    assert len(rows.present) == 1


# --- verdicts ---


@pytest.mark.parametrize("status", [one for one in RegistrantStatus if one is not RegistrantStatus.APPROVED])
def test_whose_registration_does_not_stand_is_a_walk_in_with_their_name(status: RegistrantStatus) -> None:
    rows = report(a_stay("ada", "08:00", "08:30"), people=(replace(ADA, status=status), BOB))
    [row] = rows.walk_ins
    assert (row.name, row.verdict, row.matched_by) == ("Ada Example", "walk-in", "address")
    assert row.person is not None
    assert rows.registered == 1
    assert rows.present == rows.unmatched == ()


def test_in_the_room_without_registration_is_a_walk_in_at_once_and_keeps_its_suggestions() -> None:
    rows = report(a_stay("x", "08:00", "08:30", source="room", email="", display_name="Ada Example"))
    [row] = rows.walk_ins
    assert (row.verdict, row.matched_by) == ("walk-in", "")
    assert [one.person.id for one in row.suggestions] == ["id-ada"]


def test_online_only_a_person_can_say_that_nobody_registered() -> None:
    stay = a_stay("stranger", "08:00", "08:30")
    assert [row.verdict for row in report(stay).unmatched] == ["unknown"]
    [one] = found(stay)
    decided = report(stay, choices={one.key: None})
    assert decided.unmatched == ()
    assert [(row.verdict, row.matched_by, row.suggestions) for row in decided.walk_ins] == [
        ("walk-in", "choice", ())
    ]


def test_below_the_mark_is_partly_and_at_it_present() -> None:
    rules = AttendanceRules(present_from=report(a_stay("ada", "08:00", "08:20")).present[0].total)
    rows = report(a_stay("ada", "08:00", "08:20"), a_stay("bob", "08:00", "08:19"), rules=rules).present
    assert [(row.name, row.verdict) for row in rows] == [
        ("Ada Example", "present"),
        ("Bob Example", "partly"),
    ]


def test_without_any_check_in_the_room_is_unrecorded_and_a_walk_in_is_a_check_in() -> None:
    people = (replace(ADA, mode=Mode.ROOM), BOB)
    assert [one.id for one in report(people=people).unrecorded] == ["id-ada"]
    stranger = a_stay("stranger", "08:00", "08:30", source="room")
    rows = report(stranger, people=people)
    assert rows.unrecorded == ()
    assert [one.id for one in rows.no_shows] == ["id-ada", "id-bob"]


def test_who_was_registered_for_the_room_and_came_online_is_present() -> None:
    rows = report(a_stay("ada", "08:00", "08:30"), people=(replace(ADA, mode=Mode.ROOM),))
    assert [row.verdict for row in rows.present] == ["present"]


# --- always ---

STAYS = st.lists(
    st.builds(
        lambda number, who, mark, role, source, choice: (
            a_stay(who, "08:00", "08:30", key=f"i1|p{number}|1", role=role, source=source, source_id=mark),
            choice,
        ),
        st.integers(0, 3),
        st.sampled_from(["ada", "bob", "zoe", "ada+x", "old"]),
        st.sampled_from([None, None, "hs-ada"]),
        st.sampled_from(["attendee", "attendee", "cohost", "room system"]),
        st.sampled_from(["webex", "room", "file"]),
        st.sampled_from(["nothing", "id-ada", "id-gone", None]),
    ),
    max_size=8,
)


@given(STAYS, st.booleans())
def test_everybody_registered_is_somewhere_once_and_every_participant_nowhere_twice(
    drawn: list[tuple[Segment, str | None]], same: bool
) -> None:
    people = (ADA, BOB, a_person("old", status=RegistrantStatus.WITHDRAWN))
    stays = [stay for stay, _ in drawn]
    rules = AttendanceRules(plus_addresses_same=same)
    marks = {"hs-ada": "id-ada"}
    before = participants(people, stays, rules, Evidence(sources=marks))
    wishes = {stay.key: choice for stay, choice in drawn if choice != "nothing"}
    choices = {one.key: wishes[one.stays[0].key] for one in before if one.stays[0].key in wishes}
    known = Evidence(sources=marks, choices=choices)
    after = participants(people, stays, rules, known)
    assert {one.key for one in after} == {one.key for one in before}, "no decision changes whom it is about"
    assert sorted(stay.key for one in after for stay in one.stays) == sorted(stay.key for stay in stays)
    rows = attendance(an_event(), people, stays, rules, known)
    counted = [row.person.id for row in rows.present if row.person]
    missed = [one.id for one in (*rows.no_shows, *rows.unrecorded, *rows.ran_it)]
    assert sorted(counted + missed) == ["id-ada", "id-bob"]
    keys = [row.key for row in (*rows.present, *rows.walk_ins, *rows.unmatched)]
    assert len(keys) == len(set(keys))
    systems = {one.key for one in after if one.kind is Kind.ROOM_SYSTEM}
    assert not systems & set(keys)
