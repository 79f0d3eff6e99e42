"""The next message for each person; read as the table in domain/invitations.py."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.domain.events import Event, EventState
from hybrid_sync.domain.invitations import facts_for, outdated, plan_invitations
from hybrid_sync.domain.ledger import Message, MessageState, Method, message_id
from hybrid_sync.domain.people import Mode, Registrant, RegistrantStatus
from hybrid_sync.domain.plan import Change, Hold
from tests.builders import NOW, a_person, an_event, utc

LINK = "https://events.example.org/join/secret"


class Desk:
    """One event, one person, and the ledger between them."""

    def __init__(self, event: Event | None = None, person: Registrant | None = None) -> None:
        self.event = event or an_event()
        self.person = person or a_person()
        self.rows: list[Message] = []
        self.not_ready: dict[str, str] = {}

    def plan(self) -> list[Change]:
        coming = self.event.state is EventState.PUBLISHED and self.person.is_coming
        facts = {self.person.id: facts_for(self.event, self.person, LINK)} if coming else {}
        history = {self.person.id: self.rows}
        for stale in outdated(history, facts, [self.person]):
            self.rows[self.rows.index(stale)] = replace(stale, state=MessageState.SUPERSEDED)
        return plan_invitations(self.event, [self.person], history, facts, self.not_ready, NOW)

    def step(self, state: MessageState = MessageState.SENT) -> list[str]:
        """Plan, write the messages down in that state, and say what they were."""
        changes = self.plan()
        for change in changes:
            if change.acts:
                self.rows.append(written(change.wanted, state))
        return [f"{change.kind}{' (held)' if isinstance(change, Hold) else ''}" for change in changes]


def written(wanted: Any, state: MessageState) -> Message:
    return Message(
        registrant_id=wanted.person.id,
        event_id="water",
        email=wanted.email,
        uid=wanted.uid,
        incarnation=wanted.incarnation,
        sequence=wanted.sequence,
        method=wanted.method,
        state=state,
        stamp=NOW,
        message_id=message_id(wanted.uid, wanted.sequence, wanted.method, "example.org"),
        facts=wanted.facts,
        kind=wanted.kind,
    )


def test_an_approved_person_is_invited_once() -> None:
    desk = Desk()
    assert desk.step() == ["mail.invitation"]
    assert desk.step() == []
    assert [(row.sequence, row.method) for row in desk.rows] == [(0, Method.REQUEST)]


def test_a_moved_event_is_told_with_the_same_uid_and_the_next_sequence() -> None:
    desk = Desk()
    desk.step()
    desk.event = an_event("2027-06-09 11:00", "2027-06-09 12:30")
    assert desk.plan()[0].reason == "starts, ends changed"
    assert desk.step() == ["mail.update"]
    assert desk.step() == []
    assert desk.rows[0].uid == desk.rows[1].uid
    assert desk.rows[1].sequence == 1


def test_a_change_that_a_registrant_need_not_know_sends_nothing() -> None:
    desk = Desk()
    desk.step()
    desk.event = replace(desk.event, description="New words", organisers=("InfoPoint",))
    assert desk.step() == []


def test_an_online_person_is_not_told_that_the_room_changed() -> None:
    desk = Desk()
    desk.step()
    desk.event = replace(desk.event, venue="Another room")
    assert desk.step() == []


def test_a_room_person_is_told_that_the_room_changed_and_gets_no_join_link() -> None:
    desk = Desk(person=a_person(mode=Mode.ROOM))
    desk.step()
    assert desk.rows[0].facts.join_link is None
    desk.event = replace(desk.event, venue="Another room")
    assert desk.step() == ["mail.update"]


def test_who_withdraws_gets_a_cancellation_above_the_last_sequence() -> None:
    desk = Desk()
    desk.step()
    desk.person = replace(desk.person, status=RegistrantStatus.WITHDRAWN)
    assert desk.step() == ["mail.cancellation"]
    assert desk.step() == []
    assert (desk.rows[1].method, desk.rows[1].sequence) == (Method.CANCEL, 1)
    assert desk.rows[1].uid == desk.rows[0].uid


def test_a_cancelled_event_cancels_everybody_who_was_invited_and_nobody_else() -> None:
    desk = Desk(event=an_event(state=EventState.CANCELLED))
    assert desk.step() == []
    desk.event = an_event()
    desk.step()
    desk.event = an_event(state=EventState.CANCELLED)
    assert desk.step() == ["mail.cancellation"]


def test_who_comes_back_gets_a_new_entry() -> None:
    desk = Desk()
    desk.step()
    desk.person = replace(desk.person, status=RegistrantStatus.WITHDRAWN)
    desk.step()
    desk.person = replace(desk.person, status=RegistrantStatus.APPROVED, incarnation=2)
    assert desk.step() == ["mail.invitation"]
    assert desk.rows[2].uid != desk.rows[0].uid
    assert desk.rows[2].sequence == 0


def test_a_changed_address_cancels_at_the_old_one_and_then_invites_at_the_new_one() -> None:
    desk = Desk()
    desk.step()
    desk.person = replace(desk.person, email="ada@new.example", incarnation=2)
    assert desk.step() == ["mail.cancellation"]
    assert desk.rows[1].email == "ada@example.org"
    assert desk.step() == ["mail.invitation"]
    assert desk.rows[2].email == "ada@new.example"
    assert desk.rows[2].uid != desk.rows[0].uid


def test_an_invitation_that_never_left_does_not_go_to_an_address_that_was_mended() -> None:
    desk = Desk()
    desk.step(MessageState.PENDING)
    desk.person = replace(desk.person, email="ada@new.example", incarnation=2)
    assert desk.step() == ["mail.invitation"]
    assert [(row.email, row.state) for row in desk.rows] == [
        ("ada@example.org", MessageState.SUPERSEDED),
        ("ada@new.example", MessageState.SENT),
    ]


def test_after_a_refused_invitation_the_mended_address_is_invited_and_the_old_one_left_alone() -> None:
    desk = Desk()
    desk.step(MessageState.REFUSED)
    assert desk.step() == []
    desk.person = replace(desk.person, email="ada@new.example", incarnation=2)
    assert desk.step() == ["mail.invitation"]
    assert desk.rows[1].email == "ada@new.example"
    assert desk.step() == []


def test_after_a_refused_update_the_old_address_is_cancelled_before_the_new_one_is_invited() -> None:
    desk = Desk()
    desk.step()
    desk.event = an_event("2027-06-09 11:00", "2027-06-09 12:30")
    desk.step(MessageState.REFUSED)
    desk.person = replace(desk.person, email="ada@new.example", incarnation=2)
    assert desk.step(MessageState.REFUSED) == ["mail.cancellation"]
    assert desk.step() == ["mail.invitation"]
    assert [row.email for row in desk.rows[2:]] == ["ada@example.org", "ada@new.example"]


def test_an_invitation_waits_for_what_it_needs() -> None:
    desk = Desk()
    desk.not_ready = {desk.person.id: "waits for the meeting"}
    assert desk.step() == ["mail.invitation (held)"]
    desk.not_ready = {}
    assert desk.step() == ["mail.invitation"]


def test_an_invitation_that_never_left_is_replaced_by_one_that_is_true() -> None:
    desk = Desk()
    desk.step(MessageState.PENDING)
    desk.event = an_event("2027-06-09 11:00", "2027-06-09 12:30")
    assert desk.step() == ["mail.invitation"]
    assert [row.state for row in desk.rows] == [MessageState.SUPERSEDED, MessageState.SENT]
    assert desk.rows[1].sequence > desk.rows[0].sequence
    assert desk.rows[1].uid == desk.rows[0].uid


def test_an_invitation_that_never_left_is_silently_dropped_when_the_person_withdraws() -> None:
    desk = Desk()
    desk.step(MessageState.PENDING)
    desk.person = replace(desk.person, status=RegistrantStatus.WITHDRAWN)
    assert desk.step() == []
    assert desk.rows[0].state is MessageState.SUPERSEDED


def test_an_invitation_of_unknown_fate_is_cancelled_when_the_person_withdraws() -> None:
    desk = Desk()
    desk.step(MessageState.SENDING)
    desk.person = replace(desk.person, status=RegistrantStatus.WITHDRAWN)
    assert desk.step() == ["mail.cancellation"]


def test_a_refused_address_gets_nothing_more() -> None:
    desk = Desk()
    desk.step(MessageState.REFUSED)
    desk.event = an_event("2027-06-09 11:00", "2027-06-09 12:30")
    assert desk.step() == []
    desk.person = replace(desk.person, status=RegistrantStatus.WITHDRAWN)
    assert desk.step() == []


def test_nobody_is_written_to_once_the_event_is_over() -> None:
    event, person = an_event(), a_person()
    facts = {person.id: facts_for(event, person, LINK)}
    assert plan_invitations(event, [person], {}, facts, {}, utc("2027-06-09 09:30")) == []


def test_cancellations_go_out_first() -> None:
    event = an_event()
    gone, new = a_person("gone", status=RegistrantStatus.WITHDRAWN), a_person("new")
    first = Desk(person=replace(gone, status=RegistrantStatus.APPROVED))
    first.step()
    facts = {new.id: facts_for(event, new, LINK)}
    changes = plan_invitations(event, [new, gone], {gone.id: first.rows}, facts, {}, NOW)
    assert [change.kind for change in changes] == ["mail.cancellation", "mail.invitation"]


WORLD = st.lists(
    st.sampled_from(["move", "withdraw", "return", "cancel", "publish", "switch", "rename"]), max_size=25
)
FATE = st.lists(st.sampled_from(list(MessageState)[:3]), min_size=60, max_size=60)


@given(WORLD, FATE)
def test_whatever_happens_sequences_rise_and_a_calm_world_needs_no_mail(
    world: list[str], fate: list[Any]
) -> None:
    desk = Desk()
    fates = iter(fate)
    for number, happening in enumerate(world):
        change(desk, happening, number)
        for _ in range(2):
            desk.step(next(fates))
    while desk.step():
        pass
    assert desk.step() == []
    by_uid: dict[str, list[int]] = {}
    for row in desk.rows:
        by_uid.setdefault(row.uid, []).append(row.sequence)
    assert all(sorted(set(numbers)) == numbers for numbers in by_uid.values())
    live = [row for row in desk.rows if row.state is not MessageState.SUPERSEDED]
    coming = desk.event.state is EventState.PUBLISHED and desk.person.is_coming
    holds_entry = bool(live) and live[-1].method is Method.REQUEST
    assert holds_entry == coming


def change(desk: Desk, happening: str, number: int) -> None:
    person, event = desk.person, desk.event
    if happening == "move":
        desk.event = replace(
            an_event(f"2027-06-{10 + number % 15} 10:00", f"2027-06-{10 + number % 15} 11:00"),
            state=event.state,
            title=event.title,
        )
    elif happening == "rename":
        desk.event = replace(event, title=f"Title {number}")
    elif happening == "cancel":
        desk.event = replace(event, state=EventState.CANCELLED)
    elif happening == "publish":
        desk.event = replace(event, state=EventState.PUBLISHED)
    elif happening == "withdraw":
        desk.person = replace(person, status=RegistrantStatus.WITHDRAWN)
    elif happening == "return" and person.status is RegistrantStatus.WITHDRAWN:
        desk.person = replace(person, status=RegistrantStatus.APPROVED, incarnation=person.incarnation + 1)
    elif happening == "switch":
        desk.person = replace(person, mode=Mode.ROOM if person.mode is Mode.ONLINE else Mode.ONLINE)
