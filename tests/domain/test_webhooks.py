"""Which webhooks are ours, and what is wrong with them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hybrid_sync.domain.webhooks import EVENTS, HookState, Webhook, WebhookSpec, compare, hook_name, ours

URL = "https://events.example.org/webhooks/webex"


def spec(resource: str = "meetings", event: str = "started", **changes: object) -> WebhookSpec:
    name = hook_name("InfoPoint", resource, event, "0a1b2c3d")
    return replace(WebhookSpec(name, resource, event, URL, "canary-secret"), **changes)  # type: ignore[arg-type]


def as_wanted(wanted: WebhookSpec, identifier: str = "1", **changes: object) -> Webhook:
    hook = Webhook(
        identifier,
        wanted.name,
        wanted.resource,
        wanted.event,
        wanted.target_url,
        True,
        wanted.filter,
        wanted.org_wide,
    )
    return replace(hook, **changes)  # type: ignore[arg-type]


def states(wanted: list[WebhookSpec], *seen: Webhook) -> list[HookState]:
    return [view.state for view in compare(wanted, seen)]


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, HookState.ACTIVE),
        ({"active": False}, HookState.DISABLED),
        ({"target_url": "https://other.example.org/"}, HookState.ELSEWHERE),
        ({"target_url": "https://other.example.org/", "active": False}, HookState.ELSEWHERE),
        ({"name": hook_name("InfoPoint", "meetings", "started", "ffffffff")}, HookState.OTHER_SECRET),
        (
            {"name": hook_name("InfoPoint", "meetings", "started", "ffffffff"), "active": False},
            HookState.OTHER_SECRET,
        ),
    ],
)
def test_one_webhook_is_in_one_state(changes: dict[str, object], state: HookState) -> None:
    assert states([spec()], as_wanted(spec(), **changes)) == [state]


@pytest.mark.parametrize("changes", [{"filter": "state=ended"}, {"org_wide": True}, {"event": "ended"}])
def test_what_cannot_be_changed_into_what_is_wanted_is_too_much(changes: dict[str, object]) -> None:
    assert states([spec()], as_wanted(spec(), **changes)) == [HookState.MISSING, HookState.SUPERFLUOUS]


def test_of_two_the_one_that_works_stays_whatever_the_order() -> None:
    good, bad = as_wanted(spec(), "2"), as_wanted(spec(), "1", active=False)
    for seen in ([good, bad], [bad, good]):
        views = compare([spec()], seen)
        assert [(view.state, view.seen) for view in views] == [
            (HookState.ACTIVE, good), (HookState.SUPERFLUOUS, bad),
        ]  # fmt: skip


def test_every_event_has_a_webhook_of_its_own() -> None:
    wanted = [spec(resource, event) for resource, event in EVENTS]
    assert states(wanted) == [HookState.MISSING] * 4
    assert (
        states(wanted, *(as_wanted(one, str(number)) for number, one in enumerate(wanted)))
        == [HookState.ACTIVE] * 4
    )


@pytest.mark.parametrize(
    ("name", "mine"),
    [
        (hook_name("InfoPoint", "meetings", "started", "0a1b2c3d"), True),
        (hook_name("InfoPoint 2", "meetings", "started", "0a1b2c3d"), False),
        ("hybrid-sync:Info", False),
        ("My webhook", False),
        ("", False),
    ],
)
def test_ours_are_those_with_the_service_s_name(name: str, mine: bool) -> None:
    assert bool(ours("InfoPoint", [as_wanted(spec(), name=name)])) is mine


@pytest.mark.parametrize(("one", "other"), [("a:b", "a"), ("a", "a:b")])
def test_a_service_is_not_taken_for_one_whose_name_begins_alike(one: str, other: str) -> None:
    hook = as_wanted(spec(), name=hook_name(one, "meetings", "started", "0"))
    assert ours(other, [hook]) == []
    assert ours(one, [hook]) == [hook]


def test_the_secret_is_not_shown() -> None:
    assert "canary" not in repr(spec())
    assert "canary" not in repr(compare([spec()], []))
