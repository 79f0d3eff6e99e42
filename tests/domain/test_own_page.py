"""What a person may do on their own page."""

from __future__ import annotations

import pytest

from hybrid_sync.domain.events import EventState
from hybrid_sync.domain.own_page import OwnState, OwnView, own_view
from hybrid_sync.domain.people import Mode, RegistrantStatus
from tests.builders import NOW, a_person, an_event, utc


def view(event=None, person=None, generation=1, now=NOW, *, room_full=False) -> OwnView:  # type: ignore[no-untyped-def]
    return own_view(event or an_event(), person or a_person(), generation, now, room_full=room_full)


def test_a_revoked_link_says_so_before_anything_else() -> None:
    cancelled = an_event(state=EventState.CANCELLED)
    assert view(cancelled, a_person(link_generation=2)) == OwnView(OwnState.REVOKED)
    assert view(generation=2) == OwnView(OwnState.REVOKED)


@pytest.mark.parametrize("state", [EventState.CANCELLED, EventState.DRAFT])
def test_an_event_that_does_not_take_place_leaves_nothing_to_change(state: EventState) -> None:
    assert view(an_event(state=state)) == OwnView(OwnState.CANCELLED)


def test_the_page_closes_with_the_end_of_the_event() -> None:
    assert view(now=utc("2027-06-09 09:29")).state is OwnState.COMING
    assert view(now=utc("2027-06-09 09:30")) == OwnView(OwnState.OVER)
    assert view(an_event(ends=None)) == OwnView(OwnState.OVER)


@pytest.mark.parametrize(
    ("status", "state", "may_withdraw"),
    [
        (RegistrantStatus.APPROVED, OwnState.COMING, True),
        (RegistrantStatus.PENDING, OwnState.WAITING, True),
        (RegistrantStatus.WAITLISTED, OwnState.WAITING, True),
        (RegistrantStatus.REJECTED, OwnState.REJECTED, False),
        (RegistrantStatus.WITHDRAWN, OwnState.WITHDRAWN, False),
    ],
)
def test_whoever_comes_or_waits_may_withdraw(
    status: RegistrantStatus, state: OwnState, may_withdraw: bool
) -> None:
    seen = view(person=a_person(status=status))
    assert (seen.state, seen.may_withdraw) == (state, may_withdraw)
    assert (seen.switch_to is not None) == (status is RegistrantStatus.APPROVED)


@pytest.mark.parametrize(
    ("mode", "onsite", "online", "room_full", "other"),
    [
        (Mode.ONLINE, True, True, False, Mode.ROOM),
        (Mode.ONLINE, True, True, True, None),
        (Mode.ONLINE, False, True, False, None),
        (Mode.ROOM, True, True, False, Mode.ONLINE),
        (Mode.ROOM, True, True, True, Mode.ONLINE),
        (Mode.ROOM, True, False, False, None),
    ],
)
def test_the_other_way_is_offered_where_the_event_has_it_and_nobody_waits_for_the_room(
    mode: Mode, onsite: bool, online: bool, room_full: bool, other: Mode | None
) -> None:
    event = an_event(onsite=onsite, online=online)
    assert view(event, a_person(mode=mode), room_full=room_full).switch_to is other
