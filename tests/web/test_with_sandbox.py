"""From the link in the invitation into the sandbox's meeting: nothing between the two is a stand-in."""

from __future__ import annotations

from pathlib import Path

import httpx

from hybrid_sync.web.app import create_app
from tests.builders import utc
from tests.web.house import TestClient
from tests.world import World, online, person, publish, sync


def test_a_person_gets_from_their_own_link_into_the_meeting(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        app = world.app()
        publish(app, online("ada"))
        assert sync(app).converged
        world.sandbox.clock.set(utc("2027-06-09 07:50"))
        client = TestClient(create_app(app), follow_redirects=False)
        path = app.links.link(person(app, "ada")).removeprefix("https://events.example.org")
        page = client.get(path)
        assert "You can join now" in page.text
        answer = client.post(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(world.sandbox.url)
        assert httpx.get(answer.headers["location"]).status_code == 200
