"""ASVS 3.4, 14.3.2, 13.4.5, 4.1.4: what every answer of every route carries, errors too."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.routing import Route

from tests.web.house import House, Refuses

MakeHouse = Callable[..., House]

FILLED = {"token": "x", "event_id": "water", "code": "AAAAA", "name": "page.css"}
PUBLIC = ("/calendar.ics", "/events/water/calendar.ics", "/static/page.css")
"""What may be kept by others: it is the same for everybody."""


def routes(house: House) -> Iterator[tuple[str, str]]:
    """Every method and address that the application knows, and one that it does not know."""
    for route in house.client.app.routes:  # type: ignore[attr-defined]
        assert isinstance(route, Route)
        path = re.sub(r"{(\w+)}", lambda found: FILLED[found[1]], route.path)
        for method in sorted(route.methods or ()):
            yield method, path
    yield "GET", "/nowhere"
    yield "DELETE", "/join/x"
    yield "TRACE", "/"
    yield "OPTIONS", "/join/x"


def answers(house: House) -> dict[str, Any]:
    found = {f"{method} {path}": house.client.request(method, path) for method, path in routes(house)}
    found["GET own join page"] = house.client.get(house.path)
    found["POST own join page"] = house.client.post(house.path)
    found["GET own page"] = house.client.get(house.my_path)
    house.webex.trouble = RuntimeError("a mistake of ours")
    found["500"] = house.client.post(house.path)
    return found


def test_asvs_3_4_every_route_and_every_error_carries_the_headers(a_house: MakeHouse) -> None:
    found = answers(a_house())
    assert len(found) > 20
    assert found["500"].status_code == 500
    for name, answer in found.items():
        headers = answer.headers
        policy = dict(
            part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";")
        )
        assert policy["default-src"] == "'self'", name
        assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'", name
        assert "unsafe" not in headers["content-security-policy"], name
        assert "*" not in headers["content-security-policy"], name
        assert headers["strict-transport-security"] == "max-age=31536000", name
        assert headers["x-content-type-options"] == "nosniff", name
        assert headers["referrer-policy"] == "no-referrer", name
        assert headers["x-frame-options"] == "DENY", name
        assert "set-cookie" not in headers, name
        assert "access-control-allow-origin" not in headers, name
        assert "server" not in headers, name


def test_asvs_14_3_2_only_what_is_the_same_for_everybody_may_be_kept(a_house: MakeHouse) -> None:
    for name, answer in answers(a_house()).items():
        kept = answer.headers.get_list("cache-control")
        if name.partition(" ")[2] in PUBLIC and answer.status_code == 200:
            assert len(kept) == 1, name
            assert kept[0].startswith("public, max-age="), name
        else:
            assert kept == ["no-store"], name


def test_asvs_4_1_1_every_body_says_what_it_is(a_house: MakeHouse) -> None:
    for name, answer in answers(a_house()).items():
        if answer.content:
            assert answer.headers["content-type"].startswith(
                ("text/html; charset=utf-8", "text/calendar; charset=utf-8", "text/css; charset=utf-8", "text/plain",
                 "text/javascript; charset=utf-8", "application/json")
            ), name  # fmt: skip


def test_asvs_4_1_4_and_13_4_4_other_methods_are_not_answered(a_house: MakeHouse) -> None:
    client = a_house().client
    for method in ("TRACE", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "PROPFIND"):
        for path in ("/", "/join/x", "/my/x", "/calendar.ics", "/webhooks/webex", "/livez"):
            assert client.request(method, path).status_code == 405, (method, path)
    assert client.get("/webhooks/webex").status_code == 405


def test_asvs_3_5_3_looking_changes_nothing_and_calls_nobody(a_house: MakeHouse) -> None:
    house = a_house()
    for path in (house.path, house.my_path, f"{house.my_path}?do=withdraw-sure"):
        for method in ("GET", "HEAD"):
            assert house.client.request(method, path).status_code == 200
    assert house.webex.asked == []
    with house.app.store.read() as tx:
        assert tx.people.get(house.person.id) == house.person


@pytest.mark.parametrize(
    "name", ["host", "x-forwarded-host", "x-forwarded-prefix", "forwarded", "x-original-url"]
)
def test_a_host_that_the_caller_invents_comes_back_nowhere(a_house: MakeHouse, name: str) -> None:
    house = a_house()
    told = {name: "invented.evil.example"}
    for path in ("/", house.path, house.my_path, "/calendar.ics", "/events/water/calendar.ics", "/nowhere"):
        answer = house.client.get(path, headers=told)
        assert "invented" not in answer.text + str(answer.headers), path
    assert "invented" not in str(house.client.post(house.path, headers=told).headers)


def test_asvs_16_5_1_a_token_stands_in_no_page_and_no_header(a_house: MakeHouse) -> None:
    house = a_house()
    for path in (house.path, house.my_path):
        token = path.rpartition("/")[2]
        for answer in (house.client.get(path), house.client.get(path + "x"), house.client.put(path)):
            assert token not in answer.text + str(answer.headers)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.webex.com/join",
        "https://evil.example/join",
        "https://evil.example/?x=.webex.com",
        "https://evilwebex.com/",
        "https://example.webex.com@evil.example/",
        "https://example.webex.com:8443/",
        "https://events.example.org/join/x",
        "//evil.example/",
        "javascript:alert(1)//https://example.webex.com/",
        "https://evil.example\\@example.webex.com/",
        "http://127.0.0.1:8000/",
    ],
)
def test_asvs_3_7_2_the_button_leads_to_webex_only(
    a_house: MakeHouse, caplog: pytest.LogCaptureFixture, url: str
) -> None:
    house = a_house()
    house.webex.url = url
    answer = house.press()
    assert (answer.status_code, "location" in answer.headers) == (200, False)
    assert "https://example.webex.com/example/j.php" in answer.text
    assert url not in answer.text
    assert url not in caplog.text


@pytest.mark.parametrize(
    ("url", "webex"),
    [
        ("https://other.webex.com/x", {}),
        ("https://agency.webexgov.us/x", {}),
        ("https://meetings.example.eu/x", {"site_url": "meetings.example.eu"}),
    ],
)
def test_asvs_3_7_2_sites_of_webex_and_the_one_of_the_settings_are_followed(
    a_house: MakeHouse, url: str, webex: dict[str, str]
) -> None:
    house = a_house(webex=webex)
    house.webex.url = url
    assert house.press().headers["location"] == url


def test_where_time_is_played_with_the_sandbox_is_followed_too(a_house: MakeHouse) -> None:
    local = {"webex": {"base_url": "http://127.0.0.1:9/v1/"}, "mail": {"host": "127.0.0.1"}}
    house = a_house(**local)
    house.webex.url = "http://127.0.0.1:9/wbx/join"
    assert house.press().headers["location"] == "http://127.0.0.1:9/wbx/join"


def test_an_answer_of_webex_that_gives_no_link_shows_the_meeting(a_house: MakeHouse) -> None:
    house = a_house()
    house.webex.trouble = Refuses()
    assert house.press().status_code == 200
