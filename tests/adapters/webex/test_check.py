"""What `doctor` says of Webex: who, with which scopes, on which site, for which host, until when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.adapters.webex.conftest import World
from tests.http_client.kit import NOW, Listening, clock

from hybrid_sync.adapters.webex import WebexApi, WebexCheck, wanted_scopes
from hybrid_sync.http_client import FixedToken
from hybrid_sync.ports import Check, SignInFacts
from hybrid_sync.sandbox import Fault

USER, ADMIN = wanted_scopes(acting=False), wanted_scopes(acting=True)


def checked(world: World, **options: Any) -> dict[str, Check]:
    checks = WebexCheck(world.api, **options).check()
    assert world.sandbox.writes() == []
    return {check.what: check for check in checks}


def test_a_working_sign_in_is_told_and_nothing_is_changed(world: World) -> None:
    checks = checked(world, site_url=world.sandbox.site_url)
    assert {what: check.ok for what, check in checks.items()} == {
        "Webex sign-in": True, "Webex scopes": True, "Webex meetings": True, "Webex site": True,
    }  # fmt: skip
    assert "signed in as Hybrid Events" in checks["Webex sign-in"].detail


def test_a_wrong_token_says_what_to_put_where(world: World) -> None:
    api = WebexApi(
        world.transport,
        token=FixedToken("wrong"),
        clock=clock,
        base_url=world.sandbox.webex_url,
        advice="put another one into [webex] access_token",
    )
    (check,) = WebexCheck(api).check()
    assert check.ok is False
    assert "[webex]" in check.advice
    assert check.detail.count("put another one into [webex] access_token") == 1


def test_a_missing_people_scope_is_no_failure(a_world: Callable[..., World]) -> None:
    checks = checked(a_world(webex_scopes=tuple(one for one in USER if one != "spark:people_read")))
    assert checks["Webex sign-in"].ok is None
    assert checks["Webex meetings"].ok is True


def test_scopes_that_the_token_answer_told_are_named_with_what_will_not_work(world: World) -> None:
    granted = tuple(one for one in USER if "write" not in one and "participants" not in one)
    check = checked(world, facts=lambda: SignInFacts("renewed", scopes=granted))["Webex scopes"]
    assert check.ok is False
    assert "meeting:schedules_write (making and changing meetings and registrants)" in check.detail
    assert "meeting:participants_read (attendance)" in check.detail
    assert "meeting:schedules_read" not in check.detail
    assert "hybrid-sync webex login --scopes user" in check.advice


def test_who_acts_for_a_host_needs_the_administrators_scopes(a_world: Callable[..., World]) -> None:
    world = a_world(token_kind="admin")
    host = "host2@hybrid.example"
    check = checked(world, host_email=host, facts=lambda: SignInFacts("renewed", scopes=USER))["Webex scopes"]
    assert check.ok is False
    assert "meeting:admin_schedule_write" in check.detail
    assert "--scopes admin" in check.advice
    fine = checked(world, host_email=host, facts=lambda: SignInFacts("renewed", scopes=ADMIN))
    assert fine["Webex scopes"].ok is True
    # The token's own user is no other host.
    own = checked(
        world,
        host_email=world.sandbox.host_email.upper(),
        facts=lambda: SignInFacts("renewed", scopes=USER),
    )
    assert own["Webex scopes"].ok is True


@pytest.mark.parametrize(
    ("scope", "what"),
    [("meeting:schedules_read", "Webex meetings"), ("meeting:participants_read", "Webex scopes")],
)
def test_scopes_that_nobody_told_are_tried_without_harm(
    a_world: Callable[..., World], scope: str, what: str
) -> None:
    checks = checked(a_world(webex_scopes=tuple(one for one in USER if one != scope)))
    assert checks[what].ok is False
    assert scope in checks[what].detail + checks[what].advice


def test_a_site_that_is_none_of_the_users_is_told_with_those_that_are(world: World) -> None:
    check = checked(world, site_url="other.webex.localhost")["Webex site"]
    assert check.ok is False
    assert world.sandbox.site_url in check.detail
    assert "[webex] site_url" in check.advice


def test_a_host_without_a_licence_is_told_in_clear_words(a_world: Callable[..., World]) -> None:
    world = a_world(unlicensed=("host@hybrid.example",))
    check = checked(world)["Webex host"]
    assert check.ok is False
    assert "a licence is missing" in check.detail
    assert "Control Hub" in check.advice


def test_a_host_whom_the_administrator_does_not_manage_is_told(a_world: Callable[..., World]) -> None:
    world = a_world(token_kind="admin")
    check = checked(world, host_email="stranger@elsewhere.example", site_url=world.sandbox.site_url)[
        "Webex meetings"
    ]
    assert check.ok is False
    assert "host_email must be a licensed user" in check.advice
    assert "stranger@" not in check.detail


@pytest.mark.parametrize(
    ("days", "ok"), [(80, True), (15, True), (14, False), (1, False), (None, True)], ids=str
)
def test_the_end_of_the_sign_in_is_told_and_a_fault_when_it_is_near(
    world: World, days: int | None, ok: bool
) -> None:
    ends = None if days is None else NOW + timedelta(days=days)
    facts = SignInFacts("renewed", NOW + timedelta(days=7), ends, USER)
    check = checked(world, facts=lambda: facts)["Webex token"]
    assert check.ok is ok
    assert (ends is None) or f"{ends:%Y-%m-%d}" in check.detail
    assert bool(check.advice) is not ok


def test_a_renewal_that_was_refused_is_told(world: World) -> None:
    facts = SignInFacts("renewed", NOW, NOW, USER, problem="webex: 400 invalid_grant")
    check = checked(world, facts=lambda: facts)["Webex token"]
    assert check.ok is False
    assert "invalid_grant" in check.detail


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


def test_a_webex_that_is_out_of_order_is_no_wrong_scope(world: World) -> None:
    world.sandbox.faults.add(Fault("GET", "/v1/meetingParticipants", status=503))
    assert checked(world)["Webex scopes"].ok is True


@pytest.mark.parametrize("kind", ["admin", "service_app"])
def test_the_check_of_an_acting_token_lists_for_its_host(a_world: Callable[..., World], kind: str) -> None:
    checks = checked(a_world(token_kind=kind), host_email="host2@hybrid.example")
    assert checks["Webex meetings"].ok is True
    assert "configured host" in checks["Webex meetings"].detail
    assert ("Service App" in checks["Webex sign-in"].detail) is (kind == "service_app")
