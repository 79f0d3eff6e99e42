from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import responses
from tests.adapters.graph.conftest import Office, an_entry, at, made, stubbed

from hybrid_sync.domain.staff_calendar import NOTHING_WRITTEN, Entry, EntrySpec, Written, entry_changes
from hybrid_sync.errors import Refused, TryLater
from hybrid_sync.sandbox import Fault

# --- update -------------------------------------------------------------------------------------------------------


def update(
    office: Office, seen: Entry, wanted: EntrySpec, written: Written = NOTHING_WRITTEN
) -> Entry | None:
    return office.calendar.update(seen, wanted, entry_changes(wanted, seen, written))


def test_nothing_to_send_is_no_call(office: Office) -> None:
    entry = made(office)
    calls = len(office.transport.sent)
    assert update(office, entry, an_entry()) == entry
    assert len(office.transport.sent) == calls


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"subject": "Other"}, [{"subject"}]),
        ({"location": "Elsewhere"}, [{"location"}]),
        ({"ends": at("2027-06-09 12:00")}, [{"start", "end"}]),
        ({"body": "plain"}, [{"body", "singleValueExtendedProperties"}]),
        ({"private": True}, [{"hideAttendees"}]),
        (
            {"subject": "Other", "starts": at("2027-06-09 09:00"), "body": "x"},
            [{"subject", "start", "end", "body", "singleValueExtendedProperties"}],
        ),
        ({"attendees": ("desk@hybrid.example", "new@hybrid.example")}, [{"attendees"}]),
        ({"attendees": ("new@hybrid.example",), "subject": "Other"}, [{"subject"}, {"attendees"}]),
        ({"room": None}, [{"attendees"}]),
        ({"room": "other-room@hybrid.example"}, [{"location"}, {"attendees"}]),
    ],
)
def test_only_what_differs_is_sent_and_attendees_apart_against_the_version_seen(
    office: Office, changes: dict[str, Any], names: list[set[str]]
) -> None:
    entry = made(office)
    wanted = an_entry(**changes)
    before = NOTHING_WRITTEN.after(an_entry(), entry)
    writes = len(office.transport.writes)
    updated = update(office, entry, wanted, before)
    patches = office.transport.writes[writes:]
    assert [(one.method, set(one.json)) for one in patches] == [("PATCH", name) for name in names]
    assert patches[0].headers["if-match"] == entry.version
    assert all(one.headers["if-match"] for one in patches)
    assert updated is not None
    assert (updated.subject, updated.location, updated.ends) == (
        wanted.subject,
        wanted.location,
        wanted.ends.instant,
    )
    assert set(updated.attendees) == set(wanted.everybody)
    assert updated == office.calendar.find(wanted.key, entry.id)


def test_people_added_by_hand_are_not_put_out(office: Office) -> None:
    entry = made(office)
    before = NOTHING_WRITTEN.after(an_entry(), entry)
    [event] = office.sandbox.state.events.values()
    guest = {"type": "optional", "emailAddress": {"address": "guest@hybrid.example", "name": "A guest"}}
    event.data["attendees"].append(guest)
    event.change += 1
    seen = office.calendar.find(an_entry().key, entry.id)
    assert seen is not None
    updated = update(office, seen, an_entry(subject="Other"), before)
    assert updated is not None
    assert "guest@hybrid.example" in updated.attendees
    assert set(office.transport.writes[-1].json) == {"subject"}
    last = update(office, updated, an_entry(subject="Other", attendees=("third@hybrid.example",)), before)
    assert last is not None
    assert set(last.attendees) == {f"{name}@hybrid.example" for name in ("guest", "third", "room")}
    assert guest in event.data["attendees"]


def test_only_those_whom_it_concerns_are_mailed_when_the_list_changes(office: Office) -> None:
    entry = made(office, attendees=("desk@hybrid.example", "old@hybrid.example"))
    before = NOTHING_WRITTEN.after(an_entry(attendees=("desk@hybrid.example", "old@hybrid.example")), entry)
    office.sandbox.state.graph_mails.clear()
    update(office, entry, an_entry(attendees=("desk@hybrid.example", "new@hybrid.example")), before)
    told = [(mail.kind, mail.to) for mail in office.sandbox.state.graph_mails]
    assert told == [("invitation", "new@hybrid.example"), ("cancellation", "old@hybrid.example")]


def test_an_entry_changed_meanwhile_is_told_and_left_as_it_is(office: Office) -> None:
    entry = made(office)
    update(office, entry, an_entry(subject="Somebody else was faster"))
    assert update(office, entry, an_entry(subject="Late")) is None
    current = office.calendar.find(an_entry().key, entry.id)
    assert current is not None
    assert current.subject == "Somebody else was faster"


def test_an_answer_that_comes_in_before_the_list_is_changed_is_not_lost(office: Office) -> None:
    entry = made(office)
    [event] = office.sandbox.state.events.values()
    event.responses["desk@hybrid.example"] = ("accepted", office.sandbox.clock.now())
    event.change += 1
    wanted = an_entry(attendees=("desk@hybrid.example", "new@hybrid.example"))
    assert update(office, entry, wanted) is not None
    assert event.responses["desk@hybrid.example"][0] == "accepted"


@pytest.mark.parametrize("status", [404, 409, 410, 412])
def test_gone_and_conflict_are_for_another_look(office: Office, status: int) -> None:
    entry = made(office)
    office.sandbox.faults.add(Fault("PATCH", "*", status=status))
    assert update(office, entry, an_entry(subject="Other")) is None


def test_an_empty_answer_to_a_change_is_read_again(an_office: Callable[..., Office]) -> None:
    office = an_office(patch_answer_empty=True)
    entry = made(office)
    wanted = an_entry(subject="Other", attendees=("desk@hybrid.example", "new@hybrid.example"))
    updated = update(office, entry, wanted)
    assert updated is not None
    assert updated == office.calendar.find(wanted.key, entry.id)
    assert updated.subject == "Other"
    assert "new@hybrid.example" in updated.attendees


@pytest.mark.parametrize(
    "spoilt",
    [
        {},
        {"start": {"dateTime": "2027-06-09T10:00:00", "timeZone": "tzone://Microsoft/Custom"}},
        {"start": None},
    ],
)
def test_an_entry_answered_without_readable_times_is_an_error_and_not_a_missing_entry(
    spoilt: dict[str, Any],
) -> None:
    with responses.RequestsMock() as wire:
        wire.get("https://graph.microsoft.com/v1.0/users/box@x.org/events/e1", json={"id": "e1", **spoilt})
        with pytest.raises(Refused, match="without its id or times"):
            stubbed().find("key", "e1")


# --- cancel -------------------------------------------------------------------------------------------------------


def test_cancelling_tells_the_attendees_and_the_entry_is_not_live_any_more(office: Office) -> None:
    entry = made(office)
    office.calendar.cancel(entry, "The event is cancelled.")
    found = office.calendar.find(an_entry().key, entry.id)
    assert found is None or found.cancelled
    assert office.calendar.find(an_entry().key, None) is None
    told = [mail for mail in office.sandbox.state.graph_mails if "desk@hybrid.example" in str(mail)]
    assert "The event is cancelled." in str(told[-1])


@pytest.mark.parametrize("status", [400, 404, 410])
def test_cancelling_a_cancelled_entry_is_fine_whatever_graph_says_to_it(
    an_office: Callable[..., Office], status: int
) -> None:
    office = an_office(cancel_again_status=status)
    entry = made(office)
    office.calendar.cancel(entry, "one")
    office.calendar.cancel(entry, "two")


def test_a_cancellation_that_is_refused_for_another_reason_is_told(office: Office) -> None:
    entry = made(office)
    office.sandbox.faults.add(Fault("POST", "*/cancel", status=400))
    with pytest.raises(Refused):
        office.calendar.cancel(entry, "comment")


def test_a_conflict_while_cancelling_is_for_later(office: Office) -> None:
    entry = made(office)
    office.sandbox.faults.add(Fault("POST", "*/cancel", status=409))
    with pytest.raises(TryLater):
        office.calendar.cancel(entry, "comment")


def test_an_entry_without_attendees_is_deleted_and_gone_is_fine(office: Office) -> None:
    entry = made(office, attendees=(), room=None)
    office.calendar.cancel(entry, "comment")
    office.calendar.cancel(entry, "comment")
    assert [one.method for one in office.transport.writes] == ["POST", "DELETE", "DELETE"]


def test_a_live_entry_is_preferred_to_a_cancelled_one(an_office: Callable[..., Office]) -> None:
    office = an_office(transaction_id_works=False)
    old = made(office)
    office.calendar.cancel(old, "moved")
    new = office.calendar.create(an_entry())
    found = office.calendar.find(an_entry().key, old.id)
    assert found is not None
    assert (found.id, found.cancelled) == (new.id, False)
