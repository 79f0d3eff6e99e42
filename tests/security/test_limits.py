"""ASVS 2.4.1, 6.3.1, 15.2.2, 15.3.4: floods and guesses have an end, and whoever has a right link is let in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import HTTPConnection

from hybrid_sync.web.limits import RateLimit, address_of
from tests.builders import utc
from tests.web.house import Hands, House, TestClient

MakeHouse = Callable[..., House]


def from_address(house: House, address: str) -> TestClient:
    """A client whose connection comes from there."""
    return TestClient(
        house.client.app,
        follow_redirects=False,
        base_url="https://events.example.org",
        client=(address, 50000),
    )


@pytest.mark.parametrize("path", ["/join/{}", "/my/{}"])
def test_guessing_links_ends_after_thirty_a_minute_and_a_right_one_opens_all_the_same(
    a_house: MakeHouse, path: str
) -> None:
    house = a_house()
    found = [house.client.get(path.format(f"guess{number}")) for number in range(40)]
    assert [answer.status_code for answer in found] == [404] * 30 + [429] * 10
    assert found[-1].headers["retry-after"] == "60"
    assert house.client.post(path.format("guess")).status_code == 429
    assert house.client.get(house.path).status_code == 200
    assert house.press().status_code == 303
    assert house.client.get(house.my_path).status_code == 200
    assert from_address(house, "192.0.2.7").get(path.format("guess")).status_code == 404
    house.clock.passes(timedelta(seconds=61))
    assert house.client.get(path.format("guess")).status_code == 404


def test_one_link_may_be_looked_at_sixty_times_a_minute_and_pressed_ten_times(a_house: MakeHouse) -> None:
    house = a_house()
    for look in (house.path, house.my_path):
        # Each page has the person's own count of pages; both kinds of link share it.
        house.clock.passes(timedelta(seconds=61))
        found = [house.client.get(look).status_code for _ in range(62)]
        assert found == [200] * 60 + [429] * 2
    assert [house.press().status_code for _ in range(12)] == [303] * 10 + [429] * 2
    changes = [house.client.post(house.my_path).status_code for _ in range(12)]
    assert changes == [200] * 10 + [429] * 2


def test_codes_and_calendars_cannot_be_guessed_without_end(a_house: MakeHouse) -> None:
    house = a_house()
    for path in ("/certificates/{}", "/events/{}/calendar.ics"):
        found = [house.client.get(path.format(f"GUESS{number}")) for number in range(62)]
        assert [answer.status_code for answer in found] == [404] * 60 + [429] * 2, path
        assert found[-1].headers["retry-after"] == "60"
    assert house.client.get("/calendar.ics").status_code == 200


def test_forged_webhooks_are_told_so_sixty_times_a_minute(a_house: MakeHouse) -> None:
    house = a_house()
    found = [house.client.post("/webhooks/webex", content=b"{}") for _ in range(62)]
    assert [answer.status_code for answer in found] == [401] * 60 + [429] * 2
    assert found[-1].headers["retry-after"] == "60"


def test_one_address_has_an_end_whatever_it_asks_for_and_others_do_not_notice(a_house: MakeHouse) -> None:
    house = a_house(web={"requests_per_minute": 60})
    found = [house.client.get("/static/page.css") for _ in range(61)]
    assert [answer.status_code for answer in found] == [200] * 60 + [429]
    assert found[-1].headers["retry-after"] == "60"
    assert found[-1].headers["cache-control"] == "no-store"
    assert house.client.get(house.path).status_code == 429
    assert from_address(house, "192.0.2.8").get(house.path).status_code == 200


def test_a_house_with_three_hundred_people_behind_one_address_gets_in(a_house: MakeHouse) -> None:
    """Each looks, loads the style and the script, and presses, all in one minute."""
    from tests.builders import a_person

    house = a_house()
    people = [a_person(f"p{number}") for number in range(300)]
    with house.app.store.begin() as tx:
        tx.people.save(people)
    for person in people:
        path = f"/join/{house.app.links.token(person)}"
        for _ in range(2):
            assert house.client.get("/static/page.css").status_code == 200
        assert house.client.get(path).status_code == 200
        assert house.client.post(path).status_code == 303


def of(host: str | None) -> HTTPConnection:
    scope: dict[str, Any] = {"type": "http", "headers": [], "client": (host, 1) if host is not None else None}
    return HTTPConnection(scope)


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
        ("x" * 500, "x" * 64),
        ("", ""),
        (None, ""),
    ],
)
def test_an_address_counts_once_however_it_is_written(host: str | None, counted: str) -> None:
    assert address_of(of(host)) == counted


@given(st.lists(st.text(max_size=4), max_size=200))
def test_however_many_keys_come_only_the_newest_are_kept(keys: list[str]) -> None:
    limit = RateLimit(Hands(utc("2027-06-09 08:00")), most=2, most_keys=5)
    for key in keys:
        limit.takes(key)
    assert len(limit) <= 5
    recent = list(dict.fromkeys(reversed(keys)))[:5]
    for key in recent:
        taken = keys.count(key)
        if len(set(keys)) <= 5:
            assert limit.is_spent(key) is (taken >= 2)


def test_asking_whether_it_is_spent_counts_nothing() -> None:
    limit = RateLimit(Hands(utc("2027-06-09 08:00")), most=1)
    assert not any(limit.is_spent("a") for _ in range(5))
    assert len(limit) == 0
    assert limit.takes("a")
    assert limit.is_spent("a")
