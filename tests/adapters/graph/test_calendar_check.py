"""What doctor says of the staff calendar, and how many calls go out at a time."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.adapters.graph.conftest import Office
from tests.http_client.kit import clock

from hybrid_sync.adapters.graph import GraphApi, GraphCheck
from hybrid_sync.errors import TryLater
from hybrid_sync.http_client import FixedToken
from hybrid_sync.ports import Check
from hybrid_sync.sandbox import Fault


def signed(*held: str) -> str:
    """A token that looks like Microsoft's."""
    parts = ({"alg": "none"}, {"aud": "https://graph.microsoft.com", "roles": list(held)})
    return ".".join(
        [*(base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in parts), "s"]
    )


def check(office: Office, token: str = "", mailbox: str = "", room: str | None = None) -> dict[str, Check]:
    api = GraphApi(
        office.transport,
        token=FixedToken(token or office.sandbox.graph_token),
        clock=clock,
        base_url=office.sandbox.graph_url,
    )
    return {
        one.what: one for one in GraphCheck(api, mailbox=mailbox or office.sandbox.mailbox, room=room).check()
    }


def test_the_mailbox_and_the_room_are_looked_at_and_nothing_is_written(office: Office) -> None:
    found = check(office, room=office.sandbox.room_mailbox)
    assert {name: one.ok for name, one in found.items()} == {"Graph calendar": True, "room mailbox": True}
    assert office.sandbox.writes() == []


def test_each_thing_that_is_wrong_comes_with_what_to_do(office: Office) -> None:
    unknown = check(office, mailbox="nobody@hybrid.example")["Graph calendar"]
    assert (unknown.ok, "[graph] mailbox" in unknown.advice) == (False, True)
    wrong = check(office, token="wrong")["Graph calendar"]
    assert (wrong.ok, "client_secret" in wrong.advice) == (False, True)
    room = check(office, room="no-room@hybrid.example")["room mailbox"]
    assert (room.ok, "room_mailbox" in room.advice) == (False, True)
    office.sandbox.faults.add(Fault("GET", "*", status=503, times=None))
    away = check(office)["Graph calendar"]
    assert (away.ok, "base_url" in away.advice) == (False, True)


def test_a_permission_that_is_missing_is_named(an_office: Callable[..., Office]) -> None:
    office = an_office(graph_roles=("Mail.Send",), graph_token=signed("Mail.Send"))
    found = check(office)
    assert found["Graph calendar"].ok is False
    assert "Calendars.ReadWrite" in found["Graph calendar"].advice
    assert "Mail.Send" in found["Graph permission"].detail


def test_a_role_in_exchange_does_not_stand_in_the_token_and_is_no_fault(
    an_office: Callable[..., Office],
) -> None:
    office = an_office(
        graph_roles=(),
        exchange_roles=("Calendars.ReadWrite",),
        exchange_scope=("events@hybrid.example",),
        graph_token=signed(),
    )
    found = check(office, room=office.sandbox.room_mailbox)
    assert {name: one.ok for name, one in found.items()} == {
        "Graph calendar": True,
        "Graph permission": None,
        "room mailbox": None,
    }


def test_the_permission_in_the_token_is_told(an_office: Callable[..., Office]) -> None:
    office = an_office(graph_token=signed("Calendars.ReadWrite"))
    assert check(office)["Graph permission"].ok is True


def test_only_three_calls_go_out_at_a_time_and_nobody_is_throttled(an_office: Callable[..., Office]) -> None:
    office = an_office(graph_concurrent=3)
    office.sandbox.faults.add(Fault("GET", "*", delay=0.05, times=None))
    key = "00000000-0000-5000-8000-000000000000"
    with ThreadPoolExecutor(12) as threads:
        found = list(threads.map(lambda _: office.calendar.find(key, None), range(12)))
    assert found == [None] * 12
    assert len(office.transport.sent) == 12


def test_whoever_finds_no_place_comes_back_later_and_sends_nothing(office: Office) -> None:
    places = threading.BoundedSemaphore(1)
    api = GraphApi(
        office.transport,
        token=FixedToken(office.sandbox.graph_token),
        clock=clock,
        base_url=office.sandbox.graph_url,
        places=places,
        patience=0.01,
    )
    with places, pytest.raises(TryLater, match="under way"):
        api.get(f"users/{office.sandbox.mailbox}/events")
    assert office.transport.sent == []
    api.get(f"users/{office.sandbox.mailbox}/events")
