"""What holds for every answer: headers, limits, and that a link is never written down (P4)."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.builders import a_person
from tests.web.house import House, Refuses

MakeHouse = Callable[..., House]


def every_answer(house: House) -> Iterator[tuple[str, Any]]:
    """One answer of each kind."""
    client, path = house.client, house.path
    yield "look", client.get(path)
    yield "head", client.head(path)
    yield "press", client.post(path)
    house.webex.trouble = Refuses()
    yield "fallback", client.post(path)
    yield "home", client.get("/")
    yield "livez", client.get("/livez")
    yield "readyz", client.get("/readyz")
    yield "css", client.get("/static/page.css")
    yield "js", client.get("/static/countdown.js")
    yield "bad link", client.get("/join/x")
    yield "404", client.get("/nowhere")
    yield "404 deep", client.get(f"{path}/more")
    yield "404 static", client.get("/static/app.py")
    yield "405", client.put(path)
    yield "413", client.post(path, content=b"x" * 70_000)
    house.webex.trouble = RuntimeError("a mistake of ours")
    yield "500", client.post(path)
    for _ in range(12):
        answer = client.post(path)
    yield "429", answer


EXPECTED = {
    "look": 200, "head": 200, "press": 303, "fallback": 200, "home": 200, "livez": 200, "readyz": 200, "css": 200,
    "js": 200, "bad link": 404, "404": 404, "404 deep": 404, "404 static": 404, "405": 405, "413": 413, "500": 500,
    "429": 429,
}  # fmt: skip


def test_every_answer_carries_the_security_headers_and_no_cookie(a_house: MakeHouse) -> None:
    answers = dict(every_answer(a_house()))
    assert {name: answer.status_code for name, answer in answers.items()} == EXPECTED
    for name, answer in answers.items():
        headers = answer.headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy, name
        assert "frame-ancestors 'none'" in policy, name
        assert "unsafe" not in policy, name
        assert headers["referrer-policy"] == "no-referrer", name
        assert headers["x-content-type-options"] == "nosniff", name
        assert headers["strict-transport-security"] == "max-age=31536000", name
        assert headers.get_list("cache-control") == (
            ["public, max-age=86400"] if name in ("css", "js") else ["no-store"]
        ), name
        assert "set-cookie" not in headers, name
    assert answers["405"].headers["allow"]
    assert answers["429"].headers["retry-after"] == "60"


def test_hsts_is_for_https_only(a_house: MakeHouse) -> None:
    house = a_house(service={"base_url": "http://127.0.0.1:8000"})
    assert "strict-transport-security" not in house.look().headers


def test_the_policy_lets_the_redirect_after_the_button_through(a_house: MakeHouse) -> None:
    """Chromium applies form-action to redirects: with 'self' alone the button does nothing (seen in Chromium 156)."""
    assert "form-action 'self' https:" in a_house().look().headers["content-security-policy"]
    rehearsal = a_house(webex={"base_url": "http://127.0.0.1:9/v1/"}, mail={"host": "127.0.0.1"})
    assert "http://127.0.0.1:*" in rehearsal.look().headers["content-security-policy"]
    assert "http:" not in a_house().look().headers["content-security-policy"].replace("https:", "")


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append(tag)
        if tag == "style" or "style" in values or any(name.startswith("on") for name in values):
            self.problems.append(f"inline style or script in <{tag}>")
        if tag == "script" and not (values.get("src") or "").startswith("/static/"):
            self.problems.append("a script that is not ours")
        for name in ("src", "action", *(("href",) if tag == "link" else ())):
            if not (values.get(name) or "/").startswith("/"):
                self.problems.append(f"third-party content: {values[name]}")


def test_no_page_has_inline_script_inline_style_or_third_party_content(a_house: MakeHouse) -> None:
    for name, answer in every_answer(a_house()):
        if not answer.headers.get("content-type", "").startswith("text/html") or not answer.text:
            continue
        page = _Page()
        page.feed(answer.text)
        assert page.problems == [], name
        assert page.tags.count("h1") == 1, name
        assert page.tags.count("main") == 1, name
        for reference in re.findall(r'(?:href|src)="(/static/[^"]+)"', answer.text):
            assert a_house().client.get(reference).status_code == 200


def test_links_tokens_urls_and_passwords_are_in_no_log_line(
    a_house: MakeHouse, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # the test's own client writes down what it asks
    house = a_house()
    token = house.path.removeprefix("/join/")
    list(every_answer(house))
    house.client.get(f"/jion/{token}")
    house.client.get(f"/join/{token}/")
    house.client.post(f"/join/{token}x")
    assert "POST /join/{token} 303" in caplog.text
    assert "GET (no such page) 404" in caplog.text
    for secret in (token, token[:20], "canary", "ada@example.org"):
        assert secret not in caplog.text


def test_a_fault_of_ours_is_logged_once_in_full_and_told_without_details(
    a_house: MakeHouse, caplog: pytest.LogCaptureFixture
) -> None:
    house = a_house(person=a_person(language="fr"))
    house.webex.trouble = RuntimeError("the cause")
    response = house.client.post(house.path, headers={"accept-language": "fr"})
    assert response.status_code == 500
    assert "Une erreur s'est produite de notre côté" in response.text.replace("&#39;", "'")
    assert "the cause" not in response.text
    failures = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.getMessage() for record in failures] == ["POST /join/{token} failed"]
    assert "RuntimeError: the cause" in caplog.text


def test_the_button_works_ten_times_a_minute_for_each_link(a_house: MakeHouse) -> None:
    house = a_house(person=a_person(language="fr"))
    other = a_person("bob")
    with house.app.store.begin() as tx:
        tx.people.save([other])
    assert [house.press().status_code for _ in range(11)] == [303] * 10 + [429]
    assert "Un instant" in house.press().text
    assert len(house.webex.asked) == 10
    assert house.client.post(f"/join/{house.app.links.token(other)}").status_code == 303
    assert house.look().status_code == 200
    house.clock.passes(timedelta(seconds=61))
    assert house.press().status_code == 303


def test_a_body_is_limited_even_when_no_length_is_told(a_house: MakeHouse) -> None:
    house = a_house()
    assert house.client.post(house.path, content=b"x" * 60_000).status_code == 303
    assert house.client.post(house.path, content=b"x" * 66_000).status_code == 413
    told = {"content-length": "99999999999999999999"}
    assert house.client.post(house.path, headers=told).status_code == 413


def test_nothing_else_is_public(a_house: MakeHouse) -> None:
    client = a_house().client
    for path in ("/docs", "/redoc", "/openapi.json", "/static/", "/static/../app.py", "/join/", "/join"):
        assert client.get(path).status_code == 404, path


def test_behind_a_proxy_the_service_may_live_under_a_path(a_house: MakeHouse) -> None:
    house = a_house(service={"base_url": "https://example.org/hybrid"})
    text = house.look().text
    assert 'href="/hybrid/static/page.css?v=' in text
    assert house.client.get("/hybrid/static/page.css").status_code == 200
    assert house.client.get("/static/page.css").status_code == 200
    assert house.client.get(f"/hybrid{house.path}").status_code == 200
