"""An inbox read by Graph, from the sandbox over sockets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.answers_kit import a_bounce, a_reply, an_out_of_office
from tests.sync.test_answers import answers, look, newest
from tests.world import World, online, outside, publish, sync

GRAPH = {"kind": "graph"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path) as made:
        yield made


def an_app(world: World):  # type: ignore[no-untyped-def]
    app = world.app(world.settings(mailbox=GRAPH, mail={"from_address": world.sandbox.mailbox}))
    publish(app, online("ada"), online("bob"))
    assert sync(app).converged
    return app


def test_answers_are_read_once_and_a_bounce_is_noted(world: World) -> None:
    app = an_app(world)
    now = world.sandbox.clock.now()
    world.sandbox.receive(
        an_out_of_office(),
        a_reply(newest(app, "ada").uid, stamp=now),
        a_bounce("bob@example.org", newest(app, "bob").message_id),
    )
    look(world, app)
    assert answers(app) == {"Ada": "accepted"}
    assert sync(app).needs_attention
    reads = [call for call in world.sandbox.calls if call.path.endswith("/$value")]
    assert len(reads) == 3
    look(world, app)
    assert [call for call in world.sandbox.calls if call.path.endswith("/$value")] == reads


def test_more_mails_in_one_second_than_fit_into_one_look_are_all_read(world: World) -> None:
    app = an_app(world)
    uid, now = newest(app, "ada").uid, world.sandbox.clock.now()
    world.sandbox.receive(*(a_reply(uid, stamp=now + timedelta(seconds=number)) for number in range(123)))
    look(world, app)
    with app.store.read() as tx:
        [record] = tx.replies.of("water").values()
    assert record.stamp == (now + timedelta(seconds=122)).replace(microsecond=0)
    # One that comes later in the same second is not missed.
    world.sandbox.clock.set(world.sandbox.clock.now() - timedelta(minutes=6))
    world.sandbox.receive(a_reply(uid, partstat="DECLINED", stamp=now + timedelta(minutes=9)))
    look(world, app)
    look(world, app)
    assert answers(app) == {"Ada": "declined"}


def test_without_the_permission_doctor_says_which_one_to_ask_for(tmp_path: Path) -> None:
    with World(tmp_path, outside(graph_roles=("Calendars.ReadWrite", "Mail.Send"))) as world:
        app = world.app(
            world.settings(
                mailbox=GRAPH,
                mail={"from_address": world.sandbox.mailbox},
                graph={
                    "access_token": None, "tenant_id": "sandbox-tenant", "client_id": "sandbox-app",
                    "client_secret": "sandbox-app-secret", "authority": world.sandbox.authority_url,
                },
            )
        )  # fmt: skip
        [check] = [check for check in app.checks() if check.what == "Mailbox"]
        assert check.ok is False
        assert "Mail.Read" in check.advice
