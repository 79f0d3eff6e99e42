"""What the room mailbox said, as a person and as a machine reads it."""

from __future__ import annotations

import pytest

from hybrid_sync.sandbox import Sandbox
from tests.cli.kit import Cli


@pytest.fixture
def with_room(published: Cli, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.setenv("HYBRID_SYNC_GRAPH__ROOM_MAILBOX", sandbox.room_mailbox)
    return published


def test_before_anybody_asked_the_room_nothing_is_said_of_it(with_room: Cli) -> None:
    assert "room mailbox" not in with_room.ok("event", "show", "water").out
    assert with_room.ok("event", "show", "water", "--json").json["room_answer"] is None


def test_the_rooms_answer_is_shown_and_a_refusal_is_put_before_a_person(
    with_room: Cli, sandbox: Sandbox
) -> None:
    with_room.ok("sync", "water")
    assert with_room.ok("event", "show", "water", "--json").json["room_answer"] == "accepted"
    [entry] = sandbox.state.events.values()
    for answer, words in (
        ("declined", "declined"),
        ("tentativelyAccepted", "tentative"),
        ("notResponded", "no answer yet"),
    ):
        entry.responses[sandbox.room_mailbox] = (answer, sandbox.clock.now())
        assert with_room("sync", "water").code == (3 if answer == "declined" else 0)
        told = [
            line for line in with_room.ok("event", "show", "water").out.splitlines() if "room mailbox" in line
        ]
        assert [words in line for line in told] == [True]
        assert (sandbox.room_mailbox in with_room("attention").out) == (answer == "declined")
