from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.adapters.webex.conftest import World
from tests.http_client.kit import Listening, clock

from hybrid_sync.adapters.webex import WebexApi, WebexCheck
from hybrid_sync.http_client import FixedToken
from hybrid_sync.sandbox import Fault


def test_a_working_sign_in_is_told_and_nothing_is_changed(world: World) -> None:
    checks = WebexCheck(world.api).check()
    assert [check.ok for check in checks] == [True, True]
    assert "signed in as Hybrid Events" in checks[0].detail
    assert world.sandbox.writes() == []


def test_a_wrong_token_says_what_to_put_where(world: World) -> None:
    api = WebexApi(world.transport, token=FixedToken("wrong"), clock=clock, base_url=world.sandbox.webex_url)
    (check,) = WebexCheck(api).check()
    assert check.ok is False
    assert "[webex]" in check.advice


def test_a_missing_people_scope_is_no_failure_and_a_missing_meeting_scope_is(world: World) -> None:
    world.sandbox.faults.add(Fault("GET", "/v1/people/me", status=403))
    world.sandbox.faults.add(Fault("GET", "/v1/meetings", status=403))
    first, second = WebexCheck(world.api).check()
    assert (first.ok, second.ok) == (None, False)
    assert "meeting:schedules_read" in second.advice


def test_an_unreachable_webex_is_told() -> None:
    api = WebexApi(
        Listening("webex", "http://127.0.0.1:9/v1/", sleep=lambda seconds: None),
        token=FixedToken("t"),
        clock=clock,
        base_url="http://127.0.0.1:9/v1/",
    )
    (check,) = WebexCheck(api).check()
    assert check.ok is False
    assert "could not connect" in check.detail


@pytest.mark.parametrize("kind", ["admin", "service_app"])
def test_the_check_of_an_acting_token_lists_for_its_host(a_world: Callable[..., World], kind: str) -> None:
    world = a_world(token_kind=kind)
    checks = WebexCheck(world.api, host_email="host2@hybrid.example").check()
    assert checks[-1].ok is True
    assert "configured host" in checks[-1].detail
