"""The one mail after an event: to whom, and what it waits for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hybrid_sync.domain.attendance import AttendanceRules, attendance
from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.follow_up import (
    KIND,
    PURPOSE,
    attendance_settled,
    plan_follow_ups,
    schedule,
    unfit_follow_ups,
    waits_for,
)
from hybrid_sync.domain.invitations import facts_for
from hybrid_sync.domain.ledger import Message, MessageState, Method
from hybrid_sync.domain.people import Registrant, RegistrantStatus
from hybrid_sync.domain.reminders import mail_uid
from hybrid_sync.ports import PullRecord
from tests.builders import NOW, a_person, a_stay, an_event, utc

DAY = timedelta(hours=24)
PULLS = (timedelta(minutes=20), timedelta(hours=2), DAY, timedelta(days=7))
RECORDING = "https://videos.example.org/water"
ENDS = utc("2027-06-09 09:30")
PEOPLE = [a_person("ada"), a_person("bob")]


def row(person: Registrant, kind: str, state: MessageState = MessageState.SENT, sequence: int = 0) -> Message:
    after = kind == KIND
    return Message(
        registrant_id=person.id,
        event_id="water",
        email=person.email,
        uid=mail_uid("water", person.id, PURPOSE) if after else f"uid-{person.id}",
        incarnation=1,
        sequence=sequence,
        method=Method.NONE if after else Method.REQUEST,
        state=state,
        stamp=NOW,
        message_id=f"<{person.id}.{kind}.{sequence}@example.org>",
        facts=facts_for(an_event(), person, None),
        kind=kind,
        purpose=PURPOSE if after else None,
    )


def history(*more: Message) -> dict[str, list[Message]]:
    """Everybody was invited."""
    found = {person.id: [row(person, "mail.invitation")] for person in PEOPLE}
    for one in more:
        found[one.registrant_id].append(one)
    return found


def planned(
    event: Event, rows: dict[str, list[Message]] | None = None, people: list[Registrant] | None = None
) -> list[tuple[str, bool]]:
    """Ada was there."""
    people = people or PEOPLE
    report = attendance(event, people, [a_stay("ada", "08:00", "09:00")], AttendanceRules())
    changes = plan_follow_ups(event, people, rows or history(), report)
    return [(change.target.partition("@")[0], change.wanted.came) for change in changes]


def test_who_was_there_is_thanked_and_who_was_not_hears_of_a_recording_only() -> None:
    assert planned(an_event()) == [("ada", True)]
    assert planned(an_event(recording_url=RECORDING)) == [("ada", True), ("bob", False)]


@pytest.mark.parametrize("state", [MessageState.PENDING, MessageState.SENDING, MessageState.SENT])
def test_a_recording_that_comes_later_brings_no_second_mail(state: MessageState) -> None:
    rows = history(row(PEOPLE[0], KIND, state))
    assert planned(an_event(recording_url=RECORDING), rows) == [("bob", False)]


def test_a_start_put_right_afterwards_brings_no_second_mail() -> None:
    rows = history(row(PEOPLE[0], KIND))
    moved = an_event("2027-06-09 10:15", "2027-06-09 11:30")
    assert planned(moved, rows) == []


def test_a_refused_address_gets_nothing_more_until_it_is_put_right() -> None:
    rows = history(row(PEOPLE[0], KIND, MessageState.REFUSED))
    assert planned(an_event(), rows) == []
    mended = replace(PEOPLE[0], email="ada@example.com")
    invited = {mended.id: [*rows[mended.id], row(mended, "mail.invitation", sequence=0)]}
    report = attendance(
        an_event(), [mended], [a_stay("ada", "08:00", "09:00", email=mended.email)], AttendanceRules()
    )
    [change] = plan_follow_ups(an_event(), [mended], invited, report)
    assert (change.wanted.email, change.wanted.sequence) == ("ada@example.com", 1)


@pytest.mark.parametrize("status", [RegistrantStatus.WITHDRAWN, RegistrantStatus.REJECTED])
def test_who_withdrew_gets_nothing(status: RegistrantStatus) -> None:
    gone = [replace(PEOPLE[1], status=status)]
    assert planned(an_event(recording_url=RECORDING), people=gone) == []


def test_who_was_never_invited_gets_nothing() -> None:
    rows = {"id-ada": [row(PEOPLE[0], "mail.invitation", MessageState.REFUSED)]}
    assert planned(an_event(recording_url=RECORDING), rows) == []


# --- when ---


def pull(at: datetime, digest: str, instances: tuple[str, ...] = ("i1",)) -> PullRecord:
    return PullRecord("water", at, instances, 2, 2, digest)


@pytest.mark.parametrize(
    ("pulls", "settled"),
    [
        ([], False),
        ([pull(ENDS + timedelta(minutes=20), "a"), pull(ENDS + timedelta(hours=2), "a")], False),
        ([pull(ENDS + timedelta(hours=2), "a"), pull(ENDS + DAY, "a")], True),
        ([pull(ENDS + timedelta(hours=2), "a"), pull(ENDS + DAY, "b")], False),
        ([pull(ENDS + DAY, "b"), pull(ENDS + timedelta(days=7), "c")], True),  # the last one that is planned
        ([pull(ENDS + DAY, "a", instances=())], True),  # it was not held
    ],
)
def test_attendance_is_settled_when_it_agrees_or_was_pulled_for_the_last_time(
    pulls: list[PullRecord], settled: bool
) -> None:
    assert attendance_settled(an_event(), pulls, PULLS) is settled


def test_it_goes_out_in_time_waits_for_attendance_and_then_goes_without() -> None:
    when = schedule(ENDS, DAY, PULLS)
    event = an_event()
    before = waits_for(event, when, known=True, now=ENDS + DAY - timedelta(seconds=1))
    assert before is not None
    assert before.until == ENDS + DAY
    waits = waits_for(event, when, known=False, now=ENDS + DAY)
    assert waits is not None
    assert waits.until == ENDS + timedelta(days=8)
    assert waits_for(event, when, known=True, now=ENDS + DAY) is None
    assert waits_for(event, when, known=False, now=ENDS + timedelta(days=8)) is None
    assert when.closes == ENDS + timedelta(days=22)


def test_an_unsent_one_is_let_go_when_it_is_not_theirs_any_more() -> None:
    when = schedule(ENDS, DAY, PULLS)
    rows = history(row(PEOPLE[0], KIND, MessageState.PENDING))
    there = {person.id: person for person in PEOPLE}
    now = ENDS + DAY
    assert unfit_follow_ups(an_event(), there, rows, when, now) == []
    gone = there | {"id-ada": replace(PEOPLE[0], status=RegistrantStatus.WITHDRAWN)}
    elsewhere = there | {"id-ada": replace(PEOPLE[0], email="ada@example.com")}
    unfit = rows["id-ada"][-1:]
    assert unfit_follow_ups(an_event(), gone, rows, when, now) == unfit
    assert unfit_follow_ups(an_event(), elsewhere, rows, when, now) == unfit
    assert unfit_follow_ups(an_event(), there, rows, when, when.closes) == unfit
    cancelled = an_event(state=EventState.CANCELLED)
    assert unfit_follow_ups(cancelled, there, rows, None, now) == unfit
