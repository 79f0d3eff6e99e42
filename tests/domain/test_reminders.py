"""Who is reminded when; and the mail after the event."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.invitations import Facts, facts_for
from hybrid_sync.domain.ledger import Message, MessageState, Method
from hybrid_sync.domain.people import Mode, Registrant, RegistrantStatus
from hybrid_sync.domain.plan import Hold
from hybrid_sync.domain.reminders import (
    KIND,
    PlainMail,
    current,
    invitation_of,
    moments,
    plan_reminders,
    unfit_reminders,
)
from tests.builders import NOW, a_person, an_event, utc

HOURS = (timedelta(hours=24), timedelta(hours=1))
LINK = "https://events.example.org/join/secret"


def a_mail(person: Registrant, facts: Facts, **changes: object) -> Message:
    """The invitation that the person has."""
    message = Message(
        registrant_id=person.id,
        event_id="water",
        email=person.email,
        uid=f"uid-{person.id}",
        incarnation=1,
        sequence=0,
        method=Method.REQUEST,
        state=MessageState.SENT,
        stamp=NOW,
        message_id=f"<{person.id}@example.org>",
        facts=facts,
    )
    return replace(message, **changes)  # type: ignore[arg-type]


class Desk:
    """One event, one person with an invitation, and the ledger. `at` takes the clock there and passes once."""

    def __init__(self, event: Event | None = None, before: tuple[timedelta, ...] = HOURS) -> None:
        self.event = event or an_event()
        self.person = a_person()
        self.before = before
        self.rows: list[Message] = [a_mail(self.person, self.facts[self.person.id])]

    @property
    def facts(self) -> dict[str, Facts]:
        coming = self.event.state is EventState.PUBLISHED and self.person.is_coming
        return {self.person.id: facts_for(self.event, self.person, LINK)} if coming else {}

    def moved(self, starts: str, ends: str, told_at: datetime) -> None:
        """The event moves, and the person is told."""
        self.event = an_event(starts, ends)
        self.rows.append(a_mail(self.person, self.facts[self.person.id], sequence=1, stamp=told_at))

    def at(self, now: datetime, state: MessageState = MessageState.SENT) -> list[str]:
        self.let_go(now)
        changes = plan_reminders(
            self.event, [self.person], {self.person.id: self.rows}, self.facts, self.before, now
        )
        due = [change.wanted for change in changes if change.acts]
        self.rows += [written(mail, state, now) for mail in due]
        return [mail.purpose for mail in due]

    def let_go(self, now: datetime) -> list[str]:
        """What is unsent and not to go out any more."""
        unfit = unfit_reminders(
            self.event, [self.person], {self.person.id: self.rows}, self.facts, self.before, now
        )
        for row in unfit:
            self.rows[self.rows.index(row)] = replace(row, state=MessageState.SUPERSEDED)
        return [str(row.purpose) for row in unfit]

    def ahead(self, now: datetime) -> list[datetime | None]:
        changes = plan_reminders(
            self.event, [self.person], {self.person.id: self.rows}, self.facts, self.before, now
        )
        return [change.until for change in changes if isinstance(change, Hold)]


def written(mail: PlainMail, state: MessageState, now: datetime) -> Message:
    return Message(
        registrant_id=mail.person.id,
        event_id="water",
        email=mail.email,
        uid=mail.uid,
        incarnation=mail.incarnation,
        sequence=mail.sequence,
        method=Method.NONE,
        state=state,
        stamp=now,
        message_id=f"<{mail.uid}@example.org>",
        facts=mail.facts,
        kind=mail.kind,
        purpose=mail.purpose,
    )


def test_everybody_is_reminded_a_day_and_an_hour_before_and_never_again() -> None:
    desk = Desk()
    assert desk.at(utc("2027-06-08 07:59")) == []
    assert desk.at(utc("2027-06-08 08:00")) == ["reminder 24h"]
    assert desk.at(utc("2027-06-08 08:01")) == []
    assert desk.at(utc("2027-06-09 06:59")) == []
    assert desk.at(utc("2027-06-09 07:00")) == ["reminder 1h"]
    assert desk.at(utc("2027-06-09 07:20")) == []
    assert desk.at(utc("2027-06-09 08:00")) == []


def test_a_reminder_answers_the_invitation_and_tells_what_it_told() -> None:
    desk = Desk()
    changes = plan_reminders(
        desk.event, [desk.person], {desk.person.id: desk.rows}, desk.facts, HOURS, utc("2027-06-08 08:00")
    )
    [mail] = [change.wanted for change in changes if change.acts]
    assert (mail.kind, mail.reply_to, mail.facts) == (KIND, "<id-ada@example.org>", desk.rows[0].facts)


def test_what_is_ahead_says_when_to_look_again() -> None:
    desk = Desk()
    assert desk.ahead(NOW) == [utc("2027-06-08 08:00"), utc("2027-06-09 07:00")]
    assert desk.ahead(utc("2027-06-08 08:00")) == [utc("2027-06-09 07:00")]
    assert desk.ahead(utc("2027-06-09 07:30")) == []


@pytest.mark.parametrize(
    ("now", "sent"),
    [
        ("2027-06-08 10:00", ["reminder 24h"]),  # two hours late is just in time
        ("2027-06-08 10:01", []),
        ("2027-06-09 07:30", ["reminder 1h"]),
        ("2027-06-09 07:31", []),
        ("2027-06-09 08:30", []),
    ],
)
def test_a_worker_that_was_down_over_the_moment_sends_it_within_the_grace_or_not_at_all(
    now: str, sent: list[str]
) -> None:
    assert Desk().at(utc(now)) == sent


def test_of_two_that_are_overdue_only_the_nearest_goes_out() -> None:
    desk = Desk(before=(timedelta(minutes=90), timedelta(minutes=60)))
    assert desk.at(utc("2027-06-09 07:05")) == ["reminder 1h"]
    assert desk.at(utc("2027-06-09 07:06")) == []


@pytest.mark.parametrize(
    ("invited", "now", "sent"),
    [
        ("2027-06-08 07:59", "2027-06-08 08:00", ["reminder 24h"]),
        ("2027-06-08 08:01", "2027-06-08 08:02", []),  # the invitation of a minute ago said it all
        ("2027-06-08 08:01", "2027-06-09 07:00", ["reminder 1h"]),
        ("2027-06-09 07:30", "2027-06-09 07:31", []),
    ],
)
def test_who_registered_after_the_moment_has_the_invitation_only(
    invited: str, now: str, sent: list[str]
) -> None:
    desk = Desk()
    desk.rows[0] = replace(desk.rows[0], stamp=utc(invited))
    assert desk.at(utc(now)) == sent


@pytest.mark.parametrize(
    "state", [MessageState.PENDING, MessageState.SENDING, MessageState.REFUSED, MessageState.SUPERSEDED]
)
def test_who_has_no_invitation_in_hand_is_not_reminded(state: MessageState) -> None:
    desk = Desk()
    desk.rows[0] = replace(desk.rows[0], state=state)
    assert desk.at(utc("2027-06-08 08:00")) == []


def test_who_was_told_of_another_title_waits_for_the_update() -> None:
    desk = Desk()
    desk.event = replace(desk.event, title="Clean water, part 2")
    assert desk.at(utc("2027-06-08 08:00")) == []


@pytest.mark.parametrize("status", [one for one in RegistrantStatus if one is not RegistrantStatus.APPROVED])
def test_who_is_not_coming_is_not_reminded(status: RegistrantStatus) -> None:
    desk = Desk()
    desk.person = replace(desk.person, status=status)
    assert desk.at(utc("2027-06-08 08:00")) == []
    assert desk.ahead(NOW) == []


def test_nobody_is_reminded_of_a_cancelled_event() -> None:
    desk = Desk(an_event())
    desk.event = replace(desk.event, state=EventState.CANCELLED)
    assert desk.at(utc("2027-06-08 08:00")) == []
    assert desk.ahead(NOW) == []


def test_who_was_sent_a_cancellation_is_not_reminded() -> None:
    desk = Desk()
    desk.rows.append(a_mail(desk.person, desk.rows[0].facts, method=Method.CANCEL, sequence=1))
    assert invitation_of(desk.rows) is None
    assert desk.at(utc("2027-06-08 08:00")) == []


# --- a moved event ---


def test_an_event_moved_before_its_reminders_is_reminded_of_at_the_new_time() -> None:
    desk = Desk()
    desk.moved("2027-06-11 10:00", "2027-06-11 11:30", told_at=NOW)
    assert desk.at(utc("2027-06-08 08:00")) == []
    assert desk.at(utc("2027-06-10 08:00")) == ["reminder 24h"]
    assert desk.at(utc("2027-06-11 07:00")) == ["reminder 1h"]


def test_an_event_moved_after_its_first_reminder_is_reminded_of_again_where_there_is_time() -> None:
    desk = Desk()
    assert desk.at(utc("2027-06-08 08:00")) == ["reminder 24h"]
    desk.moved("2027-06-11 10:00", "2027-06-11 11:30", told_at=utc("2027-06-08 09:00"))
    assert desk.at(utc("2027-06-10 08:00")) == ["reminder 24h"]
    assert desk.at(utc("2027-06-11 07:00")) == ["reminder 1h"]


def test_an_event_moved_by_an_hour_after_its_first_reminder_is_reminded_of_by_the_update_alone() -> None:
    desk = Desk()
    assert desk.at(utc("2027-06-08 08:00")) == ["reminder 24h"]
    desk.moved("2027-06-09 11:00", "2027-06-09 12:30", told_at=utc("2027-06-08 09:30"))
    assert desk.at(utc("2027-06-08 09:31")) == []
    assert desk.at(utc("2027-06-09 07:00")) == []
    assert desk.at(utc("2027-06-09 08:00")) == ["reminder 1h"]


def test_an_event_moved_there_and_back_is_not_reminded_of_twice() -> None:
    desk = Desk()
    assert desk.at(utc("2027-06-08 08:00")) == ["reminder 24h"]
    desk.moved("2027-06-11 10:00", "2027-06-11 11:30", told_at=utc("2027-06-08 08:10"))
    desk.moved("2027-06-09 10:00", "2027-06-09 11:30", told_at=utc("2027-06-08 08:20"))
    assert desk.at(utc("2027-06-08 08:30")) == []
    assert desk.at(utc("2027-06-09 07:00")) == ["reminder 1h"]


@pytest.mark.parametrize("state", [MessageState.PENDING, MessageState.SENDING])
def test_an_unsent_reminder_of_the_old_start_is_let_go(state: MessageState) -> None:
    desk = Desk()
    desk.at(utc("2027-06-08 08:00"), state)
    assert desk.let_go(utc("2027-06-08 08:01")) == []
    desk.event = an_event("2027-06-11 10:00", "2027-06-11 11:30")
    assert desk.let_go(utc("2027-06-08 08:02")) == ["reminder 24h"]


# --- what is written down and does not get out ---


@pytest.mark.parametrize(
    ("written_at", "still", "over"),
    [
        ("2027-06-08 08:00", "2027-06-08 19:59", "2027-06-08 20:00"),
        ("2027-06-09 07:00", "2027-06-09 07:59", "2027-06-09 08:00"),
    ],
)
def test_a_reminder_that_does_not_get_out_in_time_stays_here(written_at: str, still: str, over: str) -> None:
    desk = Desk()
    assert len(desk.at(utc(written_at), MessageState.PENDING)) == 1
    assert desk.let_go(utc(still)) == []
    assert len(desk.let_go(utc(over))) == 1


def test_an_unsent_one_gives_way_to_the_nearer_one() -> None:
    desk = Desk(before=(timedelta(minutes=90), timedelta(minutes=60)))
    assert desk.at(utc("2027-06-09 06:30"), MessageState.PENDING) == ["reminder 90m"]
    assert desk.at(utc("2027-06-09 07:00")) == ["reminder 1h"]
    assert [row.state.value for row in desk.rows[1:]] == ["superseded", "sent"]


def test_one_that_never_left_is_written_anew_with_what_is_so_now() -> None:
    desk = Desk()
    desk.at(utc("2027-06-08 08:00"), MessageState.PENDING)
    desk.person = replace(desk.person, mode=Mode.ROOM)
    assert desk.at(utc("2027-06-08 08:05")) == []  # until the update is there
    desk.rows.append(
        a_mail(desk.person, desk.facts[desk.person.id], sequence=1, stamp=utc("2027-06-08 08:00"))
    )
    assert desk.at(utc("2027-06-08 08:06")) == ["reminder 24h"]
    assert [(row.sequence, row.state.value) for row in desk.rows if row.kind == KIND] == [
        (0, "superseded"),
        (1, "sent"),
    ]
    assert len({row.uid for row in desk.rows if row.kind == KIND}) == 1


# --- arithmetic ---


@pytest.mark.parametrize(
    ("starts", "ends", "day_before", "hour_before"),
    [
        # The clock goes forward at 01:00 UTC on 28 March 2027 and back at 01:00 UTC on 31 October 2027.
        ("2027-03-28 10:00", "2027-03-28 11:00", "2027-03-27 08:00", "2027-03-28 07:00"),
        ("2027-03-28 03:30", "2027-03-28 04:30", "2027-03-27 01:30", "2027-03-28 00:30"),
        ("2027-10-31 10:00", "2027-10-31 11:00", "2027-10-30 09:00", "2027-10-31 08:00"),
        ("2027-10-31 03:00", "2027-10-31 04:00", "2027-10-30 02:00", "2027-10-31 01:00"),
        ("2027-01-13 14:00", "2027-01-13 15:00", "2027-01-12 13:00", "2027-01-13 12:00"),
        ("2028-03-01 00:30", "2028-03-01 01:30", "2028-02-28 23:30", "2028-02-29 22:30"),
    ],
)
def test_a_day_is_24_real_hours_over_a_change_night_too(
    starts: str, ends: str, day_before: str, hour_before: str
) -> None:
    assert [moment.at for moment in moments(an_event(starts, ends), HOURS)] == [
        utc(day_before),
        utc(hour_before),
    ]


def test_equal_and_empty_distances_count_once_and_not_at_all() -> None:
    before = (timedelta(days=1), timedelta(hours=24), timedelta(0))
    assert [moment.purpose for moment in moments(an_event(), before)] == ["reminder 24h"]
    assert moments(an_event(), ()) == []


@given(
    before=st.lists(st.timedeltas(timedelta(minutes=1), timedelta(days=9)), max_size=4),
    passes=st.lists(st.integers(-15_000, 200), min_size=1, max_size=40),
)
def test_whenever_the_worker_passes_nobody_is_reminded_twice_late_or_after_the_start(
    before: list[timedelta], passes: list[int]
) -> None:
    desk = Desk(before=tuple(before))
    start = desk.event.starts.instant
    told: list[str] = []
    for minutes in sorted(passes):
        now = start + timedelta(minutes=minutes)
        due = desk.at(now)
        told += due
        moment = current(desk.event, before, now)
        if due:
            assert moment is not None
            assert now < start
            assert timedelta(0) <= now - moment.at <= min(moment.before / 2, timedelta(hours=2))
    assert len(told) == len(set(told))
    assert all(row.stamp.tzinfo is UTC for row in desk.rows)
