"""The net under the suite's logs catches what it is there for, and lets pass what the service may say."""

from __future__ import annotations

import logging

import pytest

from hybrid_sync.sandbox import Sandbox
from tests.canaries import NET, Net


def caught(message: str, *arguments: object, **extra: object) -> list[str]:
    net = Net()
    net.look(logging.makeLogRecord({"msg": message, "args": arguments, "name": "hybrid_sync.x", **extra}))
    return net.caught


@pytest.mark.parametrize(
    "secret",
    [
        "canary-pw", "CANARY", "sandbox-webex-token", "sandbox-client-secret",
        "a-secret-of-more-than-thirty-two-characters",
    ],
)  # fmt: skip
def test_what_must_not_be_logged_is_caught_in_message_arguments_fields_and_traces(secret: str) -> None:
    assert len(caught(secret)) == 1
    assert len(caught("said %s", secret)) == 1
    assert len(caught("said", detail=secret)) == 1
    assert len(caught("said", exc_text=f"ValueError: {secret}")) == 1
    assert secret not in caught(secret)[0]


@pytest.mark.parametrize(
    "text",
    [
        "Bearer abcdefghijklmnop", "https://x.webex.com/x/j.php?MTID=m1234567", "ada.lovelace@example.org",
        "/join/abcdefghijklmnopqrstuvwxyz", "GET /join/{token}: 200", "nothing at all",
    ],
)  # fmt: skip
def test_what_the_redaction_masks_may_be_said(text: str) -> None:
    assert caught(text) == []


def test_what_a_sandbox_made_up_is_caught_as_long_as_it_stands() -> None:
    known = list(NET.sandboxes)
    with Sandbox() as sandbox:
        assert NET.sandboxes == [*known, sandbox]
        net = Net()
        net.sandboxes = [sandbox]
        sandbox.state.refresh_tokens["made-up-just-now"] = ("somebody", None)
        net.look(logging.makeLogRecord({"msg": "it is made-up-just-now", "name": "x"}))
        assert len(net.caught) == 1
        net.caught = []
        assert (net.caught, net.sandboxes) == ([], [sandbox])
    net.caught = []
    assert net.sandboxes == []


def test_every_line_of_ours_falls_into_the_net_once_at_every_level_and_others_as_they_are() -> None:
    before = NET.seen
    logging.getLogger("hybrid_sync.test").debug("quiet")
    logging.getLogger("hybrid_sync.test").warning("loud")
    logging.getLogger("another").debug("not said at all")
    logging.getLogger("another").warning("said")
    assert NET.seen == before + 3
