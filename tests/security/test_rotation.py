"""ASVS 13.3.4, 11.2.2, 9.1.1: secrets are replaced while the service runs, and nobody notices."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hybrid_sync.adapters.sql import open_store
from hybrid_sync.adapters.webex import WebexDeliveries
from hybrid_sync.errors import InputError
from hybrid_sync.render.join_links import JoinLinks, OwnLinks
from hybrid_sync.settings import Settings
from hybrid_sync.wiring.webhooks import webhook_hints, webhook_secret
from tests.builders import NOW, a_person
from tests.world import SECRET, World, news, online, person, publish, sync

NEW = "the newest secret, which has forty characters"
OLD = "the secret before it, which has some more too"


# --- links ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [JoinLinks, OwnLinks])
def test_links_of_an_old_secret_open_new_ones_use_the_new_and_a_dropped_one_opens_nothing(kind: Any) -> None:
    address, ada = "https://events.example.org", a_person()
    before, both, after = kind(address, OLD), kind(address, [NEW, OLD]), kind(address, NEW)
    assert both.read(before.token(ada)) == (ada.id, ada.link_generation)
    assert both.token(ada) == after.token(ada) != before.token(ada)
    with pytest.raises(InputError):
        after.read(before.token(ada))


def test_the_link_that_somebody_has_stays_theirs_while_it_opens_for_them() -> None:
    address, ada, bob = "https://events.example.org", a_person(), a_person("bob")
    before, both, after = JoinLinks(address, OLD), JoinLinks(address, [NEW, OLD]), JoinLinks(address, NEW)
    told = before.link(ada)
    assert both.link(ada, told) == told
    assert after.link(ada, told) == after.link(ada) != told
    for wrong in (before.link(bob), told + "x", "https://evil.example/join/" + before.token(ada), "", None):
        assert both.link(ada, wrong) == both.link(ada)
    from dataclasses import replace

    revoked = replace(ada, link_generation=ada.link_generation + 1)
    assert both.link(revoked, told) == both.link(revoked)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path) as world:
        yield world


def test_a_new_web_secret_writes_to_nobody_and_lets_everybody_in(world: World) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    assert sync(app).converged
    mailed, old_token = world.mails(), app.links.token(person(app, "ada"))
    rotated = world.app(world.settings(web={"secret": NEW, "old_secrets": [SECRET]}))
    assert news(sync(rotated)) == []
    assert world.mails() == mailed
    assert rotated.links.read(old_token) == app.links.read(old_token)

    rotated.desk.register("water", [online("carol")])
    assert sync(rotated).converged
    carol = person(rotated, "carol")
    [mail] = [one for one in world.sandbox.inbox if one.recipients[0] == "carol@example.org"]
    assert JoinLinks("https://events.example.org", NEW).token(carol) in _text(mail.content)
    assert world.mails() == {**mailed, ("carol@example.org", "invitation"): 1}

    # An update for another reason keeps the link that they have; a reminder names it too.
    world.sandbox.clock.advance(timedelta(minutes=1))
    from hybrid_sync.domain.localtime import local_time
    from tests.builders import wall

    rotated.desk.reschedule("water", local_time(wall("2027-06-09 11:00")))
    assert sync(rotated).converged
    newest = [one for one in world.sandbox.inbox if one.recipients[0] == "ada@example.org"][-1]
    assert old_token in _text(newest.content)


def test_taking_the_old_web_secret_out_sends_a_new_link_once(world: World) -> None:
    app = world.app()
    publish(app, online("ada"))
    assert sync(app).converged
    rotated = world.app(world.settings(web={"secret": NEW}))
    assert sync(rotated).converged
    assert world.mails() == {("ada@example.org", "invitation"): 1, ("ada@example.org", "update"): 1}
    assert news(sync(rotated)) == []
    newest = world.sandbox.inbox[-1]
    assert rotated.links.token(person(rotated, "ada")) in _text(newest.content)


def _text(content: bytes) -> str:
    from email import message_from_bytes, policy

    body = message_from_bytes(content, policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\n", "")


# --- webhooks ---------------------------------------------------------------------------------------------------------


def signed(secret: str | None, body: bytes) -> str:
    import hashlib
    import hmac

    return hmac.new((secret or "").encode(), body, hashlib.sha1).hexdigest()


def test_deliveries_signed_under_the_old_secret_are_taken_until_it_is_dropped(tmp_path: Path) -> None:
    def settings(secret: str, *old: str) -> Settings:
        return Settings.model_validate({"web": {"secret": secret, "old_secrets": old}})

    body, store = b"{}", open_store(f"sqlite:///{tmp_path}/hs.db", create=True)
    before, now = settings(OLD), settings(NEW, OLD)
    old_signature = signed(webhook_secret(before), body)
    for these, genuine in ((before, True), (now, True), (settings(NEW), False), (settings("", OLD), False)):
        assert webhook_hints(these, store, lambda: NOW).genuine(body, old_signature) is genuine
    assert webhook_hints(now, store, lambda: NOW).genuine(body, signed(webhook_secret(now), body))
    assert not webhook_hints(now, store, lambda: NOW).genuine(body, signed(OLD, body))
    store.close()


def test_an_old_secret_alone_makes_nothing_genuine() -> None:
    assert not WebexDeliveries(None, [OLD]).genuine(b"{}", signed(OLD, b"{}"))
    assert not WebexDeliveries(NEW, [""]).genuine(b"{}", signed("", b"{}"))


# --- settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("section", ["web", "store"])
def test_an_old_secret_must_be_as_long_as_the_one_in_use_and_is_never_shown(section: str) -> None:
    from hybrid_sync.settings import shown

    with pytest.raises(ValueError, match="at least 32 characters"):
        Settings.model_validate({section: {"old_secrets": ["short"]}})
    settings = Settings.model_validate({section: {"secret": NEW, "old_secrets": [OLD]}})
    for secret in (NEW, OLD):
        assert secret not in json.dumps(shown(settings)) + repr(settings)
