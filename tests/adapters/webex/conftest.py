"""The three Webex adapters against the sandbox, over real sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.http_client.kit import Listening, Time, clock

from hybrid_sync.adapters.webex import WebexApi, WebexConference, WebexRegistrants, WebexReports
from hybrid_sync.domain.meetings import MeetingSpec
from hybrid_sync.http_client import FixedToken
from hybrid_sync.sandbox import Sandbox, SandboxOptions

NOW = datetime(2027, 5, 3, 9, 0, tzinfo=UTC)
STARTS = datetime(2027, 6, 9, 8, 0, tzinfo=UTC)
ENDS = STARTS + timedelta(minutes=90)
AROUND = (STARTS, ENDS)


def a_spec(**changes: Any) -> MeetingSpec:
    values: dict[str, Any] = {
        "tag": "hs.water",
        "title": "Clean water for all",
        "agenda": "How water partnerships work.",
        "starts": STARTS,
        "ends": ENDS,
        "zone": "Europe/Brussels",
    }
    return MeetingSpec(**(values | changes))


@dataclass
class World:
    """One sandbox and the adapters that talk to it."""

    sandbox: Sandbox
    transport: Listening
    time: Time
    api: WebexApi
    conference: WebexConference
    registrants: WebexRegistrants
    reports: WebexReports


@pytest.fixture
def a_world() -> Iterator[Callable[..., World]]:
    """Starts a sandbox with the given options; `acting` names the host that an admin token acts for."""
    opened: list[World] = []

    def start(
        acting: str | None = None, transport_options: dict[str, Any] | None = None, **options: Any
    ) -> World:
        sandbox = Sandbox(options=SandboxOptions(**options)).start()
        sandbox.clock.set(NOW)
        time = Time()
        transport = Listening("webex", sandbox.webex_url, sleep=time.sleep, **(transport_options or {}))
        token = FixedToken(sandbox.webex_token)
        api = WebexApi(transport, token=token, clock=sandbox.clock.now, base_url=sandbox.webex_url)
        world = World(
            sandbox,
            transport,
            time,
            api,
            WebexConference(api, host_email=acting),
            WebexRegistrants(api, host_email=acting),
            WebexReports(api, host_email=acting),
        )
        opened.append(world)
        return world

    yield start
    for world in opened:
        world.transport.close()
        world.sandbox.stop()


@pytest.fixture
def world(a_world: Callable[..., World]) -> World:
    return a_world()


def stubbed(**options: str) -> WebexConference:
    transport = Listening("webex", "https://webexapis.com/v1/")
    return WebexConference(WebexApi(transport, token=FixedToken("t"), clock=clock), **options)  # type: ignore[arg-type]
