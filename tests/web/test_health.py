"""/livez and /readyz, for machines that watch."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest

from hybrid_sync.errors import SettingsError
from hybrid_sync.render.join_links import JoinLinks
from tests.web.house import OPEN, House

MakeHouse = Callable[..., House]


def test_a_process_without_a_worker_lives_as_long_as_it_answers(a_house: MakeHouse) -> None:
    house = a_house()
    house.clock.passes(timedelta(days=1))
    answer = house.client.get("/livez")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert house.client.head("/livez").status_code == 200


def test_livez_fails_when_the_heartbeat_is_older_than_three_polls(a_house: MakeHouse) -> None:
    house = a_house(engine={"poll_seconds": 60})
    client = house.again(heartbeat=lambda: OPEN)
    house.clock.now = OPEN + timedelta(seconds=179)
    assert client.get("/livez").status_code == 200
    house.clock.now = OPEN + timedelta(seconds=181)
    answer = client.get("/livez")
    assert (answer.status_code, answer.json()) == (503, {"status": "stalled"})


def test_a_short_poll_does_not_make_livez_nervous(a_house: MakeHouse) -> None:
    house = a_house(engine={"poll_seconds": 0.5})
    client = house.again(heartbeat=lambda: OPEN)
    house.clock.now = OPEN + timedelta(seconds=20)
    assert client.get("/livez").status_code == 200
    house.clock.now = OPEN + timedelta(seconds=31)
    assert client.get("/livez").status_code == 503


class Broken:
    """A store whose database went away; `broken` False lets it come back."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.broken = True

    def begin(self, *arguments: Any) -> AbstractContextManager[Any]:
        return self._store.begin(*arguments)

    def read(self) -> AbstractContextManager[Any]:
        if self.broken:
            raise ConnectionError("gone")
        return self._store.read()


def test_readyz_follows_the_database_and_says_each_change_once(
    a_house: MakeHouse, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "hybrid_sync.web.health")
    house = a_house()
    assert house.client.get("/readyz").json() == {"status": "ok"}
    house.app.store = broken = Broken(house.app.store)
    client = house.again()
    for _ in range(3):
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"status": "unavailable"})
    broken.broken = False
    assert client.get("/readyz").status_code == 200
    said = [record.getMessage() for record in caplog.records if record.name == "hybrid_sync.web.health"]
    assert said == ["not ready: the database does not answer", "ready again: the database answers"]


class NoLinks(JoinLinks):
    """What the wiring gives when secret or base_url are missing."""

    def __init__(self) -> None:
        super().__init__("https://events.example.org", "x" * 32)

    def read(self, token: str) -> tuple[str, int]:
        raise SettingsError("personal join links need a [web] secret")


def test_without_a_secret_every_join_link_is_a_bad_one(
    a_house: MakeHouse, caplog: pytest.LogCaptureFixture
) -> None:
    house = a_house(links=NoLinks())
    assert house.look().status_code == 404
    assert house.press().status_code == 404
    assert "personal join links need a [web] secret" in caplog.text
