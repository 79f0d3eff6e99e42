"""What of a staff entry is worth a call, decided without any calendar."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.domain.events import EventState, Speaker
from hybrid_sync.domain.localtime import local_time
from hybrid_sync.domain.staff_calendar import (
    NOTHING_WRITTEN,
    Entry,
    EntrySpec,
    Written,
    address_mark,
    entry_changes,
    entry_key,
    wanted_entry,
)
from hybrid_sync.domain.staff_calendar_plan import (
    MOST_INCARNATIONS,
    MOST_WRITES,
    AskStaff,
    EntryUpdate,
    deleted_again,
    plan_entry,
    room_question,
)
from tests.builders import an_event, wall


def spec(**changes: Any) -> EntrySpec:
    wanted = wanted_entry(an_event(), ("desk@x.org",), "room@x.org", "text")
    assert wanted is not None
    return replace(wanted, **changes)


def seen_as(wanted: EntrySpec, **changes: Any) -> Entry:
    """The entry as the calendar holds it right after the write."""
    entry = Entry(
        "e1",
        wanted.subject,
        wanted.starts.instant,
        wanted.ends.instant,
        wanted.location,
        tuple(address.lower() for address in wanted.everybody),
        "v1",
        private=wanted.private,
    )
    return replace(entry, **changes)


def written(wanted: EntrySpec, **changes: Any) -> Written:
    return NOTHING_WRITTEN.after(wanted, seen_as(wanted, **changes))


def test_an_entry_as_wanted_needs_nothing() -> None:
    assert not entry_changes(spec(), seen_as(spec()), written(spec()))
    assert not entry_changes(spec(), seen_as(spec()))


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"subject": "Other"}, ("subject",)),
        ({"location": "Other"}, ("location",)),
        ({"private": True}, ("private",)),
        ({"starts": local_time(wall("2027-06-09 09:00"))}, ("starts",)),
        ({"body": "other"}, ("body",)),
    ],
)
def test_each_field_that_differs_is_named(change: dict[str, Any], fields: tuple[str, ...]) -> None:
    assert entry_changes(spec(**change), seen_as(spec()), written(spec())).fields == fields


def test_what_the_calendar_did_not_take_over_is_not_sent_again_until_somebody_wants_it_otherwise() -> None:
    shouted = {"subject": spec().subject.upper()}
    before = written(spec(), **shouted)
    assert not entry_changes(spec(), seen_as(spec(), **shouted), before)
    assert entry_changes(spec(), seen_as(spec(), **shouted), before, force=True).fields == ("subject",)
    assert entry_changes(spec(subject="New"), seen_as(spec(), **shouted), before).fields == ("subject",)
    assert entry_changes(spec(), seen_as(spec(), subject="By hand"), before).fields == ("subject",)


def test_a_time_that_the_calendar_did_not_take_over_is_asked_about() -> None:
    later = {"starts": local_time(wall("2027-06-09 10:15")).instant}
    asked = plan_entry(an_event(), spec(), seen_as(spec(), **later), written(spec(), **later))
    assert isinstance(asked, AskStaff)
    assert "holds another time" in asked.reason
    forced = plan_entry(an_event(), spec(), seen_as(spec(), **later), written(spec(), **later), force=True)
    assert isinstance(forced, EntryUpdate)


addresses = st.lists(st.sampled_from([f"{name}@x.org" for name in "abcdef"]), unique=True).map(tuple)


@given(before=addresses, wanted=addresses, present=addresses)
def test_whoever_was_put_there_by_somebody_else_stays_and_nobody_is_invited_twice(
    before: tuple[str, ...], wanted: tuple[str, ...], present: tuple[str, ...]
) -> None:
    memory = written(spec(attendees=before, room=None))
    wish = spec(attendees=wanted, room=None)
    changes = entry_changes(wish, seen_as(spec(attendees=present, room=None)), memory)
    assert changes.uninvite == (set(present) & set(before)) - set(wanted)
    assert set(changes.invite) == set(wanted) - set(present) - set(before)
    after = memory.after(wish, seen_as(wish))
    left = tuple(one for one in present if one not in changes.uninvite) + changes.invite
    again = entry_changes(wish, seen_as(spec(attendees=left, room=None)), after)
    assert (again.invite, again.uninvite) == ((), frozenset())


def test_marks_do_not_show_the_address_and_know_it_in_any_case() -> None:
    assert address_mark("Desk@X.org ") == address_mark("desk@x.org")
    assert "desk" not in address_mark("desk@x.org")


def test_the_plan_is_create_update_cancel_or_nothing() -> None:
    event, cancelled = an_event(), an_event(state=EventState.CANCELLED)
    kinds = [
        plan_entry(event, None, None),
        plan_entry(event, spec(), None),
        plan_entry(event, spec(), seen_as(spec())),
        plan_entry(event, spec(subject="Other"), seen_as(spec())),
        plan_entry(cancelled, None, seen_as(spec())),
    ]
    assert [one and one.kind for one in kinds] == [
        None,
        "calendar.create",
        None,
        "calendar.update",
        "calendar.cancel",
    ]


def test_a_wish_that_is_undone_each_time_is_asked_about_in_the_end_and_a_new_wish_is_not() -> None:
    memory, by_hand = written(spec()), {"subject": "By hand"}
    for _ in range(MOST_WRITES - 1):
        change = plan_entry(an_event(), spec(), seen_as(spec(), **by_hand), memory)
        assert isinstance(change, EntryUpdate)
        memory = memory.after(spec(), seen_as(spec()))
    assert isinstance(plan_entry(an_event(), spec(), seen_as(spec(), **by_hand), memory), AskStaff)
    fresh = plan_entry(an_event(), spec(subject="New"), seen_as(spec(), **by_hand), memory)
    assert isinstance(fresh, EntryUpdate)


def test_new_people_are_invited_although_a_hand_made_edit_is_asked_about_later() -> None:
    wish = spec(attendees=("desk@x.org", "new@x.org"))
    change = plan_entry(an_event(), wish, seen_as(spec()), written(spec()), edited="ask")
    assert isinstance(change, EntryUpdate)
    assert change.changes.invite == ("new@x.org",)


def test_a_deleted_entry_is_made_anew_a_few_times_only() -> None:
    asked = [deleted_again(an_event(), spec(), number, force=False) for number in range(1, 6)]
    assert [one is None for one in asked] == [number < MOST_INCARNATIONS for number in range(1, 6)]
    assert deleted_again(an_event(), spec(), 99, force=True) is None


@pytest.mark.parametrize("answer", [None, "none", "accepted", "tentativelyAccepted", "notResponded"])
def test_only_a_room_that_declined_is_asked_about(answer: str | None) -> None:
    assert room_question(an_event(), "room@x.org", seen_as(spec(), room_answer=answer)) is None
    declined = room_question(an_event(), "room@x.org", seen_as(spec(), room_answer="declined"))
    assert declined is not None
    assert declined.topic == "room"


def test_speakers_with_an_address_are_on_the_list_when_they_should_be() -> None:
    event = an_event(
        speakers=(Speaker("Grace", email="grace@x.org"), Speaker("Ida")),
        moderators=(Speaker("Kay", email="kay@x.org"),),
    )
    with_them = wanted_entry(event, ("desk@x.org",), None, "text", speakers=True)
    without = wanted_entry(event, ("desk@x.org",), None, "text")
    assert with_them is not None
    assert without is not None
    assert (with_them.attendees, with_them.private) == (("desk@x.org", "grace@x.org", "kay@x.org"), True)
    assert (without.attendees, without.private) == (("desk@x.org",), False)


def test_each_incarnation_has_a_key_of_its_own_and_always_the_same() -> None:
    assert entry_key("water") == entry_key("water", 1) != entry_key("water", 2)
    assert entry_key("water") != entry_key("other")
