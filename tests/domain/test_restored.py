"""What is asked after a restore, and how messages are numbered then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.domain.invitations import EVERYBODY, facts_for, outdated, plan_invitations
from hybrid_sync.domain.ledger import Message, MessageState, Method, invitation_uid
from hybrid_sync.domain.localtime import local_time
from hybrid_sync.domain.meeting_plan import plan_meeting
from hybrid_sync.domain.meetings import Lobby, wanted_meeting
from hybrid_sync.domain.people import Registrant
from hybrid_sync.domain.plan import Change
from hybrid_sync.domain.restored import SPARE, asked, doubts, marks, sequence_floor, spoken
from hybrid_sync.domain.retention import untold
from tests.builders import NOW, a_meeting, a_person, an_event, utc, wall

INSTANTS = st.datetimes(datetime(2020, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(INSTANTS, st.integers(-1, 10**6), st.integers(1, 10**6))
def test_numbers_rise_with_the_ledger_and_with_every_restore_and_fit_31_bits(
    at: datetime, newest: int, minutes: int
) -> None:
    floor = sequence_floor(at, newest)
    assert newest + SPARE <= floor < 2**31
    # A later restore of the same backup is above all that the first one let out, one message a minute.
    later = sequence_floor(at + timedelta(minutes=minutes), newest)
    assert later >= floor
    if floor > newest + SPARE:
        assert later == floor + minutes


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"title": "Other"}, {"title"}),
        ({"starts": local_time(wall("2027-06-09 09:00"))}, {"starts"}),
        ({"venue": "Elsewhere"}, {"place"}),
        ({"description": "x"}, {"description"}),
        ({"organisers": ("Anna",)}, set()),
        ({}, set()),
    ],
)
def test_what_a_person_changed_since_is_their_word(changes: dict[str, object], fields: set[str]) -> None:
    event = an_event()
    assert spoken(event.changed(**changes), marks(event)) == fields


def test_the_second_showing_of_a_repeated_hour_is_another_time() -> None:
    """31 October 2027, 02:30 exists twice."""
    first, second = (local_time(wall("2027-10-31 02:30"), fold=fold) for fold in (0, 1))
    event = an_event("2027-10-31 01:00", "2027-10-31 04:00")
    assert spoken(replace(event, starts=second), marks(replace(event, starts=first))) == {"starts"}


def moved(starts: str, ends: str, **changes: object) -> list[Change]:
    """The plan for a meeting that stands at another time (UTC)."""
    event = an_event()
    wanted = wanted_meeting(event)
    seen = a_meeting(starts=utc(starts), ends=utc(ends), **changes)
    change = plan_meeting(event, wanted, seen, NOW)
    return [change] if change else []


def test_a_meeting_at_another_time_is_a_doubt_until_the_time_is_spoken_of() -> None:
    event, changes = an_event(), moved("2027-06-10 08:00", "2027-06-10 09:30")
    [doubt] = doubts(event, changes, (), registered=())
    assert doubt.told == (EVERYBODY,)
    assert doubt.words == (
        "in Webex the meeting is at 2027-06-10 10:00 to 11:30 CEST (record: 2027-06-09 10:00 to 11:30 CEST)"
    )
    assert doubts(event, changes, {"title"}, registered=()) == [doubt]
    assert doubts(event, changes, {"starts", "ends"}, registered=()) == []


def test_a_meeting_over_a_change_night_is_told_in_the_time_of_its_own_day() -> None:
    [doubt] = doubts(an_event(), moved("2027-10-30 22:00", "2027-10-31 09:00"), (), registered=())
    assert "2027-10-31 00:00 to 10:00 CET" in doubt.words


def test_what_the_settings_say_is_no_doubt() -> None:
    """Settings are in no backup of the database: a lobby is put right as on any other day."""
    changes = moved("2027-06-09 08:00", "2027-06-09 09:30", lobby=Lobby.ENTER.value)
    assert [change.kind for change in changes] == ["meeting.update"]
    assert doubts(an_event(), changes, (), registered=()) == []


def test_only_whoever_was_registered_already_is_asked_about() -> None:
    ada, new = a_person(), a_person("new")
    changes = [Change("registrant.add", person.key, "", wanted=person) for person in (ada, new)]
    [doubt] = doubts(an_event(), changes, (), registered={ada.key})
    assert (doubt.words[:2], doubt.told) == ("1 ", (ada.id,))
    assert doubts(an_event(), changes, (), registered=()) == []


def test_a_new_meeting_that_a_person_has_asked_for_is_no_doubt() -> None:
    change = Change("meeting.create", "water", "", wanted=wanted_meeting(an_event()))
    [doubt] = doubts(an_event(), [change], (), registered=())
    assert doubt.gone
    assert doubts(an_event(), [change], (), registered=(), anew=True) == []


def test_mails_and_what_is_only_read_are_never_asked_about() -> None:
    changes = [Change(kind, "water", "") for kind in ("mail.update", "attendance.pull", "privacy.purge")]
    assert doubts(an_event(), changes, (), registered=()) == []


def test_the_question_gives_commands_for_an_awkward_title() -> None:
    event, changes = an_event(), moved("2027-06-09 08:00", "2027-06-09 09:30", title="What's $HOME?")
    found = doubts(event, changes, (), registered=())
    words = asked(event, found, changes, made=True)
    assert """hybrid-sync event edit water --title 'What'"'"'s $HOME?'""" in words
    assert "reschedule" not in words
    assert "hybrid-sync sync water --force" in words


# --- messages after a restore ---


def plan(person: Registrant, rows: list[Message], **options: Any) -> list[tuple[str, int]]:
    event = an_event()
    facts = {person.id: facts_for(event, person, "https://events.example.org/join/secret")}
    changes = plan_invitations(event, [person], {person.id: rows}, facts, {}, NOW, **options)
    return [(change.kind, change.wanted.sequence) for change in changes]


def a_row(person: Registrant, sequence: int, state: MessageState = MessageState.SENT) -> Message:
    facts = facts_for(an_event(), person, "https://events.example.org/join/secret")
    uid = invitation_uid("water", person.id, person.incarnation)
    return Message(
        person.id, "water", person.email, uid, person.incarnation, sequence, Method.REQUEST, state, NOW, "<x@y>", facts
    )  # fmt: skip


def test_who_may_have_been_told_something_else_is_told_again_once_and_the_others_are_not() -> None:
    ada = a_person()
    before, after = a_row(ada, 3), a_row(ada, 500)
    assert plan(ada, [before], floor=500) == []
    for told_from in ({EVERYBODY: 500}, {ada.id: 500}):
        assert plan(ada, [before], floor=500, told_from=told_from) == [("mail.update", 500)]
        assert plan(ada, [before, after], floor=500, told_from=told_from) == []
    assert plan(ada, [before], floor=500, told_from={"somebody else": 500}) == []


def test_what_never_left_us_and_would_be_told_again_at_once_is_not_sent_first() -> None:
    ada = a_person()
    waiting = a_row(ada, 0, MessageState.PENDING)
    facts = {ada.id: waiting.facts}
    assert outdated({ada.id: [waiting]}, facts, [ada]) == []
    assert outdated({ada.id: [waiting]}, facts, [ada], {EVERYBODY: 500}) == [waiting]
    assert plan(ada, [waiting], floor=500, told_from={EVERYBODY: 500}) == [("mail.invitation", 500)]


def test_a_first_invitation_that_was_refused_leaves_nothing_to_cancel_whatever_its_number() -> None:
    """Nobody's calendar holds it: the mended address gets an invitation, and erasing need not wait for a cancellation."""
    ada = a_person()
    refused = a_row(ada, 500, MessageState.REFUSED)
    mended = replace(ada, email="new@example.org", incarnation=2)
    assert plan(ada, [refused], floor=500) == []
    assert plan(mended, [refused], floor=500) == [("mail.invitation", 500)]
    assert not untold([refused])
    assert untold([a_row(ada, 0), refused])
