"""Many entries in few calls: each item has a fate of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
import responses
from tests.adapters.graph.conftest import Office, an_entry, stubbed
from tests.http_client.specs import assert_conforms

from hybrid_sync.domain.staff_calendar import Entry, entry_key
from hybrid_sync.errors import Gone, Refused, SignInExpired, TryLater
from hybrid_sync.sandbox import Fault


def many(office: Office, count: int) -> list[Entry]:
    found = [office.calendar.create(an_entry(key=entry_key(f"e{number}"))) for number in range(count)]
    office.transport.sent.clear()
    return found


@pytest.mark.parametrize("order", ["given", "reversed"])
@pytest.mark.parametrize(("count", "calls"), [(0, 0), (1, 1), (20, 1), (21, 2), (45, 3)])
def test_twenty_entries_take_one_call_and_are_what_single_looks_show(
    an_office: Callable[..., Office], count: int, calls: int, order: str
) -> None:
    office = an_office(batch_order=order)
    entries = many(office, count)
    seen = office.calendar.look_at([entry.id for entry in entries])
    assert seen == {entry.id: office.calendar.find("", entry.id) for entry in entries}
    assert len([one for one in office.transport.sent if one.path.endswith("$batch")]) == calls
    assert office.sandbox.writes()[count:] == []


def test_every_item_prefers_what_every_call_prefers(office: Office) -> None:
    [entry] = many(office, 1)
    office.calendar.look_at([entry.id])
    [sent] = office.transport.sent
    [item] = sent.json["requests"]
    assert item["headers"] == {"Prefer": 'IdType="ImmutableId", outlook.timezone="UTC"'}
    assert sent.headers["prefer"] == item["headers"]["Prefer"]
    assert_conforms("graph", office.transport.sent, "/graph/v1.0")


def test_items_fail_one_by_one_and_each_names_its_own_time(office: Office) -> None:
    entries = many(office, 6)
    gone, cancelled, throttled, broken, refused, fine = entries
    office.calendar.cancel(cancelled, "")
    for entry, status, wait in ((throttled, 429, 17), (broken, 503, None), (refused, 403, None)):
        office.sandbox.faults.add(
            Fault("GET", f"*/events/{quote(entry.id)}", times=None, status=status, retry_after=wait)
        )
    asked = [replace(gone, id="no-such-entry"), *entries[1:]]
    seen = office.calendar.look_at([entry.id for entry in asked])
    kinds = [Gone, Gone, TryLater, TryLater, Refused, Entry]
    assert [type(seen[entry.id]) for entry in asked] == kinds
    assert [getattr(seen[entry.id], "after", None) for entry in (throttled, broken)] == [17, None]
    assert seen[fine.id] == office.calendar.find("", fine.id)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault("POST", "*/$batch", status=429, retry_after=9), TryLater),
        (Fault("POST", "*/$batch", status=401), SignInExpired),
        (Fault("POST", "*/$batch", status=400), Refused),
        (Fault("POST", "*/$batch", drop="after"), TryLater),
        (Fault("POST", "*/$batch", body="html"), TryLater),
        (Fault("POST", "*/$batch", body="truncated"), TryLater),
    ],
)
def test_a_batch_that_fails_as_a_whole_is_told_as_one_and_not_repeated(
    office: Office, fault: Fault, kind: type[Exception]
) -> None:
    entries = many(office, 2)
    office.sandbox.faults.add(fault)
    with pytest.raises(kind):
        office.calendar.look_at([entry.id for entry in entries])
    assert len(office.transport.sent) == 1


ENTRY = {
    "id": "a",
    "start": {"dateTime": "2027-06-09T08:00:00.0000000", "timeZone": "UTC"},
    "end": {"dateTime": "2027-06-09T09:00:00.0000000", "timeZone": "UTC"},
}


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"responses": None},
        {"responses": [{"id": "0", "status": 200, "body": ENTRY}]},
        {"responses": [{"id": "0", "status": 200, "body": ENTRY}, {"id": "7", "status": 200, "body": {}}]},
        {
            "responses": [
                {"id": "0", "status": 200, "body": ENTRY},
                {"id": "1", "status": "200", "body": ENTRY},
            ]
        },
        {"responses": [{"id": "0", "status": 200, "body": ENTRY}, {"id": "1", "status": 200}]},
        {"responses": ["x", {"id": "0", "status": 200, "body": ENTRY}]},
    ],
)
def test_an_item_that_is_not_answered_properly_is_not_there_nor_gone(answer: dict[str, Any]) -> None:
    with responses.RequestsMock() as wire:
        wire.post("https://graph.microsoft.com/v1.0/$batch", json=answer)
        seen = stubbed().look_at(["a", "b"])
    assert isinstance(seen["b"], TryLater)
    assert isinstance(seen["a"], Entry if answer.get("responses") else TryLater)


def test_an_entry_without_readable_times_is_an_error(office: Office) -> None:
    spoilt = {"responses": [{"id": "0", "status": 200, "body": {"id": "a"}}]}
    with responses.RequestsMock() as wire:
        wire.post("https://graph.microsoft.com/v1.0/$batch", json=spoilt)
        assert isinstance(stubbed().look_at(["a"])["a"], Refused)


def test_a_role_in_exchange_over_the_mailbox_is_enough(an_office: Callable[..., Office]) -> None:
    office = an_office(
        graph_roles=(), exchange_roles=("Calendars.ReadWrite",), exchange_scope=("events@hybrid.example",)
    )
    [entry] = many(office, 1)
    assert office.calendar.look_at([entry.id])[entry.id] == office.calendar.find("", entry.id)
