from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.builders import wall
from tests.http_client.kit import Listening, Time, clock

from hybrid_sync.adapters.graph import GraphApi, GraphCalendar
from hybrid_sync.domain.localtime import LocalTime, local_time
from hybrid_sync.domain.staff_calendar import Entry, EntrySpec, entry_key
from hybrid_sync.http_client import FixedToken
from hybrid_sync.sandbox import Sandbox, SandboxOptions

NOW = datetime(2027, 5, 3, 9, 0, tzinfo=UTC)


def at(text: str, zone: str = "Europe/Brussels", fold: int | None = None) -> LocalTime:
    return local_time(wall(text), zone, fold)


def an_entry(**changes: Any) -> EntrySpec:
    values: dict[str, Any] = {
        "key": entry_key("water"),
        "subject": "Clean water for all",
        "body": "<p>Staff: please be there at 9:30.</p>",
        "starts": at("2027-06-09 10:00"),
        "ends": at("2027-06-09 11:30"),
        "location": "InfoPoint, Brussels / online (Webex)",
        "attendees": ("desk@hybrid.example",),
        "room": "room@hybrid.example",
    }
    return EntrySpec(**(values | changes))


@dataclass
class Office:
    sandbox: Sandbox
    transport: Listening
    time: Time
    api: GraphApi
    calendar: GraphCalendar


@pytest.fixture
def an_office() -> Iterator[Callable[..., Office]]:
    """Starts a sandbox with the given options and a calendar that talks to it."""
    opened: list[Office] = []

    def start(**options: Any) -> Office:
        sandbox = Sandbox(options=SandboxOptions(**options)).start()
        sandbox.clock.set(NOW)
        time = Time()
        transport = Listening("graph", sandbox.graph_url, sleep=time.sleep)
        api = GraphApi(
            transport,
            token=FixedToken(sandbox.graph_token),
            clock=sandbox.clock.now,
            base_url=sandbox.graph_url,
        )
        office = Office(sandbox, transport, time, api, GraphCalendar(api, mailbox=sandbox.mailbox))
        opened.append(office)
        return office

    yield start
    for office in opened:
        office.transport.close()
        office.sandbox.stop()


@pytest.fixture
def office(an_office: Callable[..., Office]) -> Office:
    return an_office()


def made(office: Office, **changes: Any) -> Entry:
    entry = office.calendar.create(an_entry(**changes))
    again = office.calendar.find(an_entry(**changes).key, entry.id)
    assert again is not None
    return again


def stubbed() -> GraphCalendar:
    transport = Listening("graph", "https://graph.microsoft.com/")
    return GraphCalendar(GraphApi(transport, token=FixedToken("t"), clock=clock), mailbox="box@x.org")
