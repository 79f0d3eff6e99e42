from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import responses
from tests.adapters.graph.conftest import Office, an_entry, at, made, stubbed

from hybrid_sync.domain.staff_calendar import Entry
from hybrid_sync.errors import Refused, TryLater
from hybrid_sync.sandbox import Fault

# --- update -------------------------------------------------------------------------------------------------------


def test_an_equal_entry_gets_no_call(office: Office) -> None:
    entry = made(office)
    calls = len(office.transport.sent)
    assert office.calendar.update(entry, an_entry(body="<p>Rewritten.</p>"), body_too=False) == entry
    assert len(office.transport.sent) == calls


@pytest.mark.parametrize(
    ("changes", "body_too", "names"),
    [
        ({"subject": "Other"}, False, {"subject"}),
        ({"location": "Elsewhere"}, False, {"location"}),
        ({"ends": at("2027-06-09 12:00")}, False, {"start", "end"}),
        ({"body": "plain"}, True, {"body"}),
        ({"subject": "Other", "starts": at("2027-06-09 09:00")}, True, {"subject", "start", "end", "body"}),
        ({"attendees": ("desk@hybrid.example", "new@hybrid.example")}, False, {"attendees"}),
        ({"room": None}, False, {"attendees"}),
    ],
)
def test_only_what_differs_is_sent_in_one_piece_against_the_version_seen(
    office: Office, changes: dict[str, Any], body_too: bool, names: set[str]
) -> None:
    entry = made(office)
    wanted = an_entry(**changes)
    updated = office.calendar.update(entry, wanted, body_too=body_too)
    patch = office.transport.writes[-1]
    assert (patch.method, patch.headers["if-match"]) == ("PATCH", entry.version)
    assert set(patch.json) == names
    assert (updated.subject, updated.location, updated.ends) == (
        wanted.subject,
        wanted.location,
        wanted.ends.instant,
    )
    addresses = {*wanted.attendees, *([wanted.room] if wanted.room else [])}
    assert set(updated.attendees) == addresses
    assert updated == office.calendar.find(wanted.key, entry.id)


def test_people_added_by_hand_are_not_put_out(office: Office) -> None:
    entry = made(office, attendees=("desk@hybrid.example", "guest@hybrid.example"))
    updated = office.calendar.update(entry, an_entry(subject="Other"), body_too=False)
    assert "guest@hybrid.example" in updated.attendees
    assert set(office.transport.writes[-1].json) == {"subject"}
    wanted = an_entry(subject="Other", attendees=("desk@hybrid.example", "third@hybrid.example"))
    last = office.calendar.update(updated, wanted, body_too=False)
    assert set(last.attendees) == {f"{name}@hybrid.example" for name in ("desk", "guest", "third", "room")}


def test_an_entry_changed_meanwhile_is_for_the_next_pass(office: Office) -> None:
    entry = made(office)
    office.calendar.update(entry, an_entry(subject="Somebody else was faster"), body_too=False)
    with pytest.raises(TryLater) as caught:
        office.calendar.update(entry, an_entry(subject="Late"), body_too=False)
    assert caught.value.after is None
    current = office.calendar.find(an_entry().key, entry.id)
    assert current is not None
    assert current.subject == "Somebody else was faster"


def test_a_conflict_while_saving_is_for_the_next_pass(office: Office) -> None:
    entry = made(office)
    office.sandbox.faults.add(Fault("PATCH", "*", status=409))
    with pytest.raises(TryLater):
        office.calendar.update(entry, an_entry(subject="Other"), body_too=False)


def test_a_patch_answered_without_a_body_is_read_again() -> None:
    eight, nine = (datetime(2027, 6, 9, hour, tzinfo=UTC) for hour in (8, 9))
    seen = Entry("e1", "Old", eight, nine, "L")
    url = "https://graph.microsoft.com/v1.0/users/box@x.org/events/e1"
    answer = {
        "id": "e1",
        "subject": "New",
        "start": {"dateTime": "2027-06-09T08:00:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": "2027-06-09T09:00:00.0000000", "timeZone": "UTC"},
        "location": {"displayName": "L"},
    }
    wanted = an_entry(
        subject="New",
        location="L",
        starts=at("2027-06-09 10:00"),
        ends=at("2027-06-09 11:00"),
        attendees=(),
        room=None,
    )
    with responses.RequestsMock() as wire:
        wire.patch(url, status=204)
        wire.get(url, json=answer)
        assert stubbed().update(seen, wanted, body_too=False) == replace(seen, subject="New")


@pytest.mark.parametrize(
    "spoilt",
    [
        {},
        {"start": {"dateTime": "2027-06-09T10:00:00", "timeZone": "Romance Standard Time"}},
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
