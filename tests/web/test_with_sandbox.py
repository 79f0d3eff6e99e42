"""From the links in the invitation into the sandbox's meeting, and out of the event: nothing between is a stand-in."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import httpx

from hybrid_sync.domain.door import door_code
from hybrid_sync.ports import Lease
from hybrid_sync.web.app import create_app
from hybrid_sync.wiring import App
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
        assert httpx.get(answer.headers["location"], timeout=60).status_code == 200


def link_in_mail(world: World, name: str, path: str) -> str:
    """The last address under `path` in the plain text of somebody's newest mail, without the host."""
    [*_, newest] = [one for one in world.sandbox.inbox if one.recipients[0] == f"{name}@example.org"]
    body = message_from_bytes(newest.content, policy=policy.default).get_body(("plain",))
    assert body is not None
    found: list[str] = re.findall(rf"https://events\.example\.org({path}\S+)", body.get_content())
    return found[-1]


def test_a_person_withdraws_by_the_link_in_their_mail_and_everything_follows(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        app = world.app()
        publish(app, online("ada"), online("bob"))
        assert sync(app).converged
        client = TestClient(create_app(app), follow_redirects=False)
        link = link_in_mail(world, "ada", "/my/")
        assert "I cannot come" in client.get(link).text
        assert "Do you want to withdraw" in client.post(f"{link}?do=withdraw").text
        assert sync(app).converged
        assert world.mails()["ada@example.org", "cancellation"] == 0
        assert claimed(app) == []
        client.post(f"{link}?do=withdraw-sure")
        # The worker takes what is due, without being told which.
        assert [lease.event_id for lease in claimed(app)] == ["water"]
        assert sync(app).converged
        assert world.mails()["ada@example.org", "cancellation"] == 1
        assert world.mails()["bob@example.org", "cancellation"] == 0
        assert world.registrant_emails() == {"bob@example.org": 1}
        client.post(f"{link}?do=withdraw-sure")
        before = (len(world.sandbox.writes()), len(world.sandbox.inbox))
        assert sync(app).converged
        assert (len(world.sandbox.writes()), len(world.sandbox.inbox)) == before


def claimed(app: App) -> list[Lease]:
    """What a worker would take now; handed back at once."""
    with app.store.begin() as tx:
        leases = list(tx.work.claim("a worker", app.clock(), timedelta(seconds=0), 10))
    return leases


def test_a_person_comes_to_the_room_instead_and_is_told_place_and_code(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        app = world.app()
        publish(app, online("ada"))
        assert sync(app).converged
        client = TestClient(create_app(app), follow_redirects=False)
        client.post(link_in_mail(world, "ada", "/my/") + "?do=room")
        assert sync(app).converged
        assert world.mails() == {("ada@example.org", "invitation"): 1, ("ada@example.org", "update"): 1}
        assert world.registrant_emails() == {}
        [*_, newest] = world.sandbox.inbox
        body = message_from_bytes(newest.content, policy=policy.default).get_body(("plain",))
        assert body is not None
        assert door_code(person(app, "ada").id) in body.get_content()
        # The link of the first mail still opens the page, and leads back.
        client.post(link_in_mail(world, "ada", "/my/") + "?do=online")
        assert sync(app).converged
        assert world.registrant_emails() == {"ada@example.org": 1}


def test_another_address_or_secret_of_the_own_page_mails_nobody(tmp_path: Path) -> None:
    """The page is no fact of the event."""
    shared = {"join_links": "shared"}
    with World(tmp_path) as world:
        app = world.app(world.settings(webex=shared))
        publish(app, online("ada"))
        assert sync(app).converged
        first = link_in_mail(world, "ada", "/my/")
        moved = world.settings(
            webex=shared,
            service={"base_url": "https://elsewhere.example.org"},
            web={"secret": "another-canary-of-more-than-32-characters"},
        )
        later = world.app(moved)
        assert later.own_links.link(person(later, "ada")) != f"https://events.example.org{first}"
        assert later.loop.plan("water").actions == ()
        assert sync(later).converged
        assert len(world.sandbox.inbox) == 1


def test_without_a_public_address_the_mail_asks_for_an_answer(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        app = world.app(world.settings(webex={"join_links": "shared"}, service={"base_url": None}))
        publish(app, online("ada"))
        assert sync(app).converged
        [mail] = world.sandbox.inbox
        body = message_from_bytes(mail.content, policy=policy.default).get_body(("plain",))
        assert body is not None
        assert "/my/" not in body.get_content()
        assert "please answer this message" in " ".join(body.get_content().split())
