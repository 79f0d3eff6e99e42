"""Webhooks at Webex against the sandbox, and what is made of deliveries, genuine or not."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.adapters.webex.conftest import World
from tests.http_client.specs import assert_conforms

from hybrid_sync.adapters.webex import WebexDeliveries, WebexWebhooks
from hybrid_sync.domain.webhooks import EVENTS, WebhookSpec
from hybrid_sync.errors import AlreadyThere, OutcomeUnknown, Refused
from hybrid_sync.sandbox import Fault

SPEC = WebhookSpec(
    "hybrid-sync:InfoPoint:meetings.started:0a1b2c3d",
    "meetings",
    "started",
    "https://events.example.org/webhooks/webex",
    "canary-secret",
)


@pytest.fixture
def hooks(world: World) -> WebexWebhooks:
    return WebexWebhooks(world.api)


def test_a_webhook_is_made_seen_put_right_and_removed(world: World, hooks: WebexWebhooks) -> None:
    made = hooks.install(SPEC)
    assert list(hooks.listed()) == [made]
    assert (made.name, made.target_url, made.active) == (SPEC.name, SPEC.target_url, True)
    world.sandbox.state.webhooks[made.id].active = False
    [seen] = hooks.listed()
    assert not seen.active
    moved = replace(SPEC, target_url="https://new.example.org/webhooks/webex", secret="other-secret")
    right = hooks.put_right(seen, moved)
    assert (right.active, right.target_url) == (True, moved.target_url)
    assert world.sandbox.state.webhooks[made.id].secret == "other-secret"
    hooks.remove(right)
    hooks.remove(right)  # it is gone already, and that is fine
    assert list(hooks.listed()) == []


@pytest.mark.parametrize("empty_pages", [False, True])
def test_every_page_of_webhooks_is_read(a_world: Callable[..., World], empty_pages: bool) -> None:
    world = a_world(empty_pages=empty_pages)
    hooks = WebexWebhooks(world.api)
    for number in range(120):
        hooks.install(replace(SPEC, name=f"{SPEC.name}{number}"))
    assert len(hooks.listed()) == 120


def test_those_of_the_organisation_are_made_and_seen_with_an_administrator_s_token(
    a_world: Callable[..., World],
) -> None:
    world = a_world(token_kind="admin")
    hooks = WebexWebhooks(world.api, org_wide=True)
    spec = replace(SPEC, org_wide=True, filter="hostEmail=host2@hybrid.example")
    made = hooks.install(spec)
    assert (made.org_wide, made.filter) == (True, spec.filter)
    own = hooks.install(SPEC)
    assert {hook.id for hook in hooks.listed()} == {made.id, own.id}
    with pytest.raises(AlreadyThere):
        hooks.install(spec)
    assert hooks.put_right(made, spec) == made
    assert_conforms("webex", world.transport.sent, "/v1")


def test_a_service_app_needs_no_host_for_webhooks(a_world: Callable[..., World]) -> None:
    hooks = WebexWebhooks(a_world(token_kind="service_app").api)
    assert list(hooks.listed()) == []


def test_a_refusal_says_why_and_an_ordinary_account_may_not_ask_for_the_organisation(
    hooks: WebexWebhooks,
) -> None:
    with pytest.raises(Refused, match="administrator"):
        hooks.install(replace(SPEC, org_wide=True))


def test_a_lost_answer_is_not_repeated_and_leaves_one_webhook(world: World, hooks: WebexWebhooks) -> None:
    world.sandbox.faults.add(Fault("POST", "/v1/webhooks", drop="after"))
    with pytest.raises(OutcomeUnknown):
        hooks.install(SPEC)
    assert [hook.name for hook in hooks.listed()] == [SPEC.name]


def test_every_webhook_request_is_as_the_official_description_has_it(
    world: World, hooks: WebexWebhooks
) -> None:
    made = hooks.install(SPEC)
    hooks.listed()
    hooks.put_right(made, SPEC)
    hooks.remove(made)
    assert {sent.method for sent in world.transport.sent} == {"POST", "GET", "PUT", "DELETE"}
    assert_conforms("webex", world.transport.sent, "/v1")


def test_the_secret_is_in_no_log_and_in_no_error(
    world: World, hooks: WebexWebhooks, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="hybrid_sync"):
        hooks.install(SPEC)
        world.sandbox.faults.add(Fault("POST", "/v1/webhooks", status=400))
        with pytest.raises(Refused) as caught:
            hooks.install(SPEC)
    assert "webex POST" in caplog.text
    assert "canary" not in caplog.text + str(caught.value) + str(caplog.records[-1].__dict__)


# --- deliveries ---


def body(resource: str = "meetings", event: str = "started", data: Any = ..., **more: Any) -> bytes:
    told = {"id": "s1_I_7"} if resource == "meetings" else {"id": "s1_I_7_p", "meetingId": "s1_I_7"}
    envelope = {
        "id": "hook",
        "resource": resource,
        "event": event,
        "data": told if data is ... else data,
        **more,
    }
    return json.dumps(envelope).encode()


def signed(content: bytes, secret: str = "canary-secret", digest: Any = hashlib.sha1) -> str:
    return hmac.new(secret.encode(), content, digest).hexdigest()


def test_only_our_signature_over_the_very_bytes_is_genuine() -> None:
    reader, content = WebexDeliveries("canary-secret"), body()
    assert reader.genuine(content, signed(content))
    assert reader.genuine(content, signed(content).upper())
    again = json.dumps(json.loads(content), indent=1).encode()
    for other, signature in [
        (again, signed(content)),
        (content + b" ", signed(content)),
        (content, signed(content, "another-secret")),
        (content, signed(content, digest=hashlib.sha256)),
        (content, signed(content)[:-1]),
        (content, ""),
        (content, "é" * 40),
        (b"", ""),
    ]:
        assert not reader.genuine(other, signature)


@pytest.mark.parametrize("secret", [None, ""])
def test_without_a_secret_nothing_is_genuine(secret: str | None) -> None:
    content = body()
    assert not WebexDeliveries(secret).genuine(content, signed(content, ""))


@pytest.mark.parametrize("about", EVENTS)
def test_a_delivery_points_at_its_meeting_whatever_it_calls_it(about: tuple[str, str]) -> None:
    reader = WebexDeliveries("s")
    hint = reader.read(body(*about))
    assert hint is not None
    assert (hint.what, hint.meeting_ids) == (".".join(about), ("s1_I_7", "s1"))
    own = "id" if about[0] == "meetings" else "meetingId"
    named = reader.read(body(*about, data={own: "opaque", "meetingSeriesId": "series"}))
    assert named is not None
    assert named.meeting_ids == ("series", "opaque")


def test_equal_bytes_are_the_same_delivery_and_others_are_not() -> None:
    reader = WebexDeliveries("s")
    keys = [hint.key for hint in map(reader.read, (body(), body(), body(event="ended"))) if hint]
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'"text"',
        body(resource="messages"),
        body(event="created"),
        body(resource="meetings", event="joined"),
        body(data=None),
        body(data=[]),
        body(data={}),
        body(data={"id": 7}),
        body(data={"id": ""}),
        body(data={"id": "x" * 201}),
        body(resource="meetingParticipants", event="joined", data={"id": "s1_I_7"}),
        b'{"resource": ["meetings"], "event": {}, "data": {"id": "x"}}',
        b"[" * 100_000,
    ],
)
def test_what_cannot_be_read_or_is_about_something_else_points_at_nothing(content: bytes) -> None:
    assert WebexDeliveries("s").read(content) is None
