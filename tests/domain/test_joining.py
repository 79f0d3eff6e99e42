"""What a person may do with their link, and from when."""

from __future__ import annotations

import pytest

from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.invitations import facts_for
from hybrid_sync.domain.joining import JoinState, join_view, moved_from
from hybrid_sync.domain.ledger import Message, MessageState, Method
from hybrid_sync.domain.people import Mode, RegistrantStatus
from tests.builders import NOW, a_person, an_event, utc


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("2027-06-09 07:44", JoinState.EARLY),
        ("2027-06-09 07:45", JoinState.OPEN),
        ("2027-06-09 09:29", JoinState.OPEN),
        ("2027-06-09 09:59", JoinState.OPEN),
        ("2027-06-09 10:00", JoinState.OVER),
    ],
)
def test_the_door_opens_a_quarter_before_and_closes_half_an_hour_after(now: str, state: JoinState) -> None:
    view = join_view(an_event(), a_person(), 1, utc(now))
    assert view.state is state
    assert (view.opens_at is not None) == (state in (JoinState.EARLY, JoinState.OPEN))


def test_a_revoked_link_says_so_before_anything_else() -> None:
    person = a_person(link_generation=2, status=RegistrantStatus.WITHDRAWN)
    assert join_view(an_event(state=EventState.CANCELLED), person, 1, NOW).state is JoinState.REVOKED


def test_a_cancelled_event_a_withdrawn_person_and_a_room_person_have_no_button() -> None:
    assert join_view(an_event(state=EventState.CANCELLED), a_person(), 1, NOW).state is JoinState.CANCELLED
    withdrawn = a_person(status=RegistrantStatus.WITHDRAWN)
    assert join_view(an_event(), withdrawn, 1, NOW).state is JoinState.WITHDRAWN
    assert join_view(an_event(), a_person(mode=Mode.ROOM), 1, NOW).state is JoinState.ROOM


EARLIER = an_event("2027-06-08 10:00", "2027-06-08 11:30")


def told(event: Event, state: MessageState = MessageState.SENT, method: Method = Method.REQUEST) -> Message:
    facts = facts_for(event, a_person(), None)
    return Message("id-ada", "water", "ada@example.org", "u", 1, 0, method, state, NOW, "<m@x>", facts)


def test_whoever_was_told_another_time_learns_which() -> None:
    now = an_event()
    assert moved_from(now, []) is None
    assert moved_from(now, [told(now)]) is None
    assert moved_from(now, [told(EARLIER)]) == told(EARLIER).facts
    # Also after the message that told the right one: the old mail is still in the mailbox.
    assert moved_from(now, [told(EARLIER), told(now)]) == told(EARLIER).facts


@pytest.mark.parametrize("state", [MessageState.PENDING, MessageState.SUPERSEDED, MessageState.REFUSED])
def test_what_never_left_us_told_nobody_anything(state: MessageState) -> None:
    assert moved_from(an_event(), [told(EARLIER, state)]) is None
    assert moved_from(an_event(), [told(EARLIER, method=Method.CANCEL)]) is None
